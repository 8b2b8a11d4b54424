package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/dynamostore"
)

// findTime is how long finding a stack's tables may take, credentials included.
const findTime = 15 * time.Second

// openStack finds the tables of a deployed stack in its outputs, with the
// credentials that the AWS CLI would use, within a time.
func openStack(ctx context.Context, name string, within time.Duration) (store, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	// Not the functions' HTTP client: the SDK's own also heeds HTTPS_PROXY and
	// AWS_CA_BUNDLE, as the AWS CLI does.
	client := awshttp.NewBuildableClient().WithTimeout(app.AttemptTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = app.DialTimeout })
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryer(dynamostore.Retryer), config.WithHTTPClient(client))
	if err != nil {
		return nil, fmt.Errorf("cannot read the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return nil, errors.New("no AWS region; set AWS_REGION or `aws configure`")
	}
	tables, err := tablesOf(ctx, cfg, name)
	if err != nil {
		return nil, err
	}
	return dynamostore.New(dynamostore.Config{Client: dynamodb.NewFromConfig(cfg), Tables: tables}), nil
}

func tablesOf(ctx context.Context, cfg aws.Config, name string) (dynamostore.Tables, error) {
	out, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		if api, ok := errors.AsType[smithy.APIError](err); ok {
			return dynamostore.Tables{}, fmt.Errorf("stack %s in %s: %s", name, cfg.Region, api.ErrorMessage())
		}
		return dynamostore.Tables{}, fmt.Errorf("stack %s in %s: %w", name, cfg.Region, err)
	}
	outputs := map[string]string{}
	for _, stack := range out.Stacks {
		for _, o := range stack.Outputs {
			outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	tables := dynamostore.Tables{
		Bindings: outputs["BindingsTable"], Sessions: outputs["SessionsTable"],
		Users: outputs["UsersTable"], Ephemeral: outputs["EphemeralTable"],
	}
	if tables.Bindings == "" || tables.Sessions == "" || tables.Users == "" || tables.Ephemeral == "" {
		return dynamostore.Tables{}, fmt.Errorf("stack %s in %s is not one of wxbind: it does not name its tables", name, cfg.Region)
	}
	return tables, nil
}
