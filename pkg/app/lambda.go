package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/username"
	"github.com/wxbind/wxbind/pkg/wechat"
)

// warmTime bounds what a function's start spends on connections.
const warmTime = 500 * time.Millisecond

// Start runs the function of a route until Lambda ends the process. A setting
// that is missing or wrong is named in the log and ends it at once.
func Start(route apigw.Route) {
	SetLogger(os.Stdout)
	f, err := newFunction(os.Getenv)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	f.warm(context.Background())
	lambda.Start(apigw.New(apigw.Config{Service: f.service}, route))
}

// function is the parts of a function that its start warms up.
type function struct {
	service *login.Service
	secrets *secrets.Manager
	store   *dynamostore.Store
	wechat  *wechat.Client
	warming atomic.Bool
}

func newFunction(getenv func(string) string) (*function, error) {
	s, err := SettingsFrom(getenv)
	if err != nil {
		return nil, err
	}
	f := &function{}
	if f.wechat, err = wechat.New(wechat.Config{Base: s.WeChatBase}); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	aws := awsConfig(s, &f.warming)
	f.secrets = secrets.New(secrets.Config{
		Client: secretsmanager.NewFromConfig(aws, func(o *secretsmanager.Options) {
			o.BaseEndpoint = endpoint(s.SecretsEndpoint)
		}),
		SecretID: s.SecretID,
	})
	f.store = dynamostore.New(dynamostore.Config{
		Client: dynamodb.NewFromConfig(aws, func(o *dynamodb.Options) {
			o.BaseEndpoint = endpoint(s.DynamoDBEndpoint)
		}),
		Tables: s.Tables,
	})
	f.service = login.New(login.Config{
		WeChat: f.wechat, Secrets: f.secrets,
		Bindings: f.store, Sessions: f.store, Users: f.store, UserAdmin: f.store, Ephemeral: f.store,
		Hasher: password.New(password.Config{}), Username: username.Fold,
	})
	return f, nil
}

// warm fetches the secret and opens the first connections, all at once, while
// Lambda gives a starting function more processor than a running one. What it
// cannot do in time the first request does.
func (f *function) warm(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, warmTime)
	defer cancel()
	f.warming.Store(true)
	defer f.warming.Store(false)
	var wg sync.WaitGroup
	for name, step := range map[string]func() error{
		"secret": func() error { _, err := f.secrets.Secret(ctx); return err },
		"store": func() error {
			// A record that nobody writes: the cheapest question that goes all the way.
			_, err := f.store.LoadRecord(ctx, "warm")
			if errors.Is(err, login.ErrRecordNotFound) {
				return nil
			}
			return err
		},
		"wechat": func() error { return f.wechat.Warm(ctx) },
	} {
		wg.Go(func() {
			if err := step(); err != nil {
				slog.Warn("not warm", "part", name, "error", err.Error())
			}
		})
	}
	wg.Wait()
}
