package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// findTime is how long finding a stack's tables may take, credentials included.
const findTime = 15 * time.Second

// openStack finds the tables of a deployed stack in its outputs, within a time limit.
func openStack(ctx context.Context, name string, within time.Duration) (login.AdminStore, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	cfg, err := awsSettings(ctx)
	if err != nil {
		return nil, err
	}
	s, err := findStack(ctx, cfg, name)
	if err != nil {
		return nil, err
	}
	tables, err := s.tables()
	if err != nil {
		return nil, err
	}
	return dynamostore.New(dynamostore.Config{Client: dynamodb.NewFromConfig(cfg), Tables: tables}), nil
}

// awsSettings are the region and the credentials that the AWS CLI would use.
func awsSettings(ctx context.Context) (aws.Config, error) {
	// Not the functions' HTTP client: like the AWS CLI, the SDK's own also respects HTTPS_PROXY and AWS_CA_BUNDLE.
	client := awshttp.NewBuildableClient().WithTimeout(app.AttemptTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = upstream.DialTimeout })
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRetryer(dynamostore.Retryer), config.WithHTTPClient(client),
		config.WithLogger(logging.Nop{})) // the error already says it in a sentence
	if err != nil {
		return aws.Config{}, errorf("cannot read the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return aws.Config{}, errorf("no AWS region; set AWS_REGION or `aws configure`")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, noCredentials(err)
	}
	return cfg, nil
}

// noCredentials says why there are none. The usual last error, that this machine is no EC2 instance with a role, says
// nothing, so it is dropped. Others, such as an expired login, help.
func noCredentials(err error) error {
	const advice = "no AWS credentials; set AWS_PROFILE, `aws configure` or `aws sso login`"
	if operation, ok := errors.AsType[*smithy.OperationError](err); ok && operation.ServiceID == "ec2imds" {
		return errorf(advice)
	}
	return errorf(advice+": %w", err)
}

// stack is a deployed stack.
type stack struct {
	name, region string
	// outputs and parameters are named as in template.yaml.
	outputs, parameters map[string]string
}

// findStack looks up a stack.
func findStack(ctx context.Context, cfg aws.Config, name string) (*stack, error) {
	out, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		if api, ok := errors.AsType[smithy.APIError](err); ok {
			return nil, errorf("stack %s in %s: %s", name, cfg.Region, api.ErrorMessage())
		}
		return nil, errorf("stack %s in %s: %w", name, cfg.Region, err)
	}
	s := &stack{name: name, region: cfg.Region, outputs: map[string]string{}, parameters: map[string]string{}}
	for _, found := range out.Stacks {
		for _, o := range found.Outputs {
			s.outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
		for _, p := range found.Parameters {
			s.parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
		}
	}
	return s, nil
}

// tables are the stack's tables. Outbox is "" if the stack keeps no notices.
func (s *stack) tables() (dynamostore.Tables, error) {
	tables := dynamostore.Tables{
		Bindings: s.outputs["BindingsTable"], Sessions: s.outputs["SessionsTable"],
		Users: s.outputs["UsersTable"], Ephemeral: s.outputs["EphemeralTable"],
		Outbox: s.outputs["OutboxTable"],
	}
	if tables.Bindings == "" || tables.Sessions == "" || tables.Users == "" || tables.Ephemeral == "" {
		return dynamostore.Tables{}, errorf("stack %s in %s is not a wxbind stack: its outputs do not name the tables", s.name, s.region)
	}
	return tables, nil
}

// api is the address that the mini-program calls, "" if the stack's outputs do not name it.
func (s *stack) api() string { return cmp.Or(s.outputs["DomainUrl"], s.outputs["ApiUrl"]) }

// The outputs that name secrets.
const (
	secretOutput   = "SecretArn"
	servicesOutput = "ServicesSecretArn"
)

// secretID is the stack's secret that an output names.
func (s *stack) secretID(output string) (string, error) {
	id := s.outputs[output]
	if id == "" {
		return "", errorf("stack %s in %s is not a wxbind stack: its outputs do not name the secret (%s)", s.name, s.region, output)
	}
	return id, nil
}
