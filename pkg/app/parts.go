package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/platform"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
	"github.com/wxbind/wxbind/pkg/wechat"
)

// Parts makes what a function stands on from its environment, and nothing else: a
// function links, asks for and warms only what its routes use. The error names
// each setting that is missing or wrong.
type Parts func(getenv func(string) string) (*function, error)

// function is what a function stands on.
type function struct {
	settings Settings
	// aws and transport are for all calls to AWS.
	aws       aws.Config
	transport http.RoundTripper
	config    login.Config
	// steps warm the parts; the store's is the first.
	steps   []step
	warming atomic.Bool
}

// step warms one part, which has this name in the log.
type step struct {
	part string
	do   func(context.Context) error
}

// warmTime bounds what a function's start spends on connections.
const warmTime = 500 * time.Millisecond

// Alone is for a function that needs nothing.
func Alone(getenv func(string) string) (*function, error) {
	return &function{settings: Settings{Stack: stack(getenv)}}, nil
}

// OnSessions is for a function that verifies tokens.
func OnSessions(getenv func(string) string) (*function, error) {
	return newFunction(getenv, needsSessions)
}

// OnSecret is for a function that verifies tokens and reads the secret.
func OnSecret(getenv func(string) string) (*function, error) {
	f, err := newFunction(getenv, needsSecret)
	if err != nil {
		return nil, err
	}
	f.addSecret()
	return f, nil
}

// OnWeChat is for a function that exchanges codes.
func OnWeChat(getenv func(string) string) (*function, error) {
	return onWeChat(getenv, needsCodes)
}

// OnUsers is for a function that exchanges codes and lets in users who give a password.
// The hasher and the form of usernames come from its main: what they need to link is
// linked, and initialized at each start, by no other function.
func OnUsers(hasher login.Hasher, username func(string) (string, error)) Parts {
	return func(getenv func(string) string) (*function, error) {
		f, err := OnProfiles(getenv)
		if err != nil {
			return nil, err
		}
		f.config.Hasher, f.config.Username = hasher, username
		return f, nil
	}
}

// OnProfiles is for a function that exchanges codes and describes the users behind them.
func OnProfiles(getenv func(string) string) (*function, error) {
	f, err := onWeChat(getenv, needsUsers)
	if err != nil {
		return nil, err
	}
	if f.settings.DirectoryURL == "" {
		return f, nil
	}
	directory, err := platform.New(platform.Config{URL: f.settings.DirectoryURL, Secrets: f.config.Secrets})
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	f.config.Directory = directory
	f.steps = append(f.steps, step{"directory", directory.Warm})
	return f, nil
}

func onWeChat(getenv func(string) string, some needs) (*function, error) {
	f, err := newFunction(getenv, some)
	if err != nil {
		return nil, err
	}
	f.addSecret()
	return f, f.addWeChat()
}

// newFunction stands on the stores alone.
func newFunction(getenv func(string) string, some needs) (*function, error) {
	s, err := settingsFrom(getenv, some)
	if err != nil {
		return nil, err
	}
	f := &function{settings: s, transport: newTransport()}
	f.aws = awsConfig(s, f.transport, &f.warming)
	store := dynamostore.New(dynamostore.Config{
		Client: dynamodb.NewFromConfig(f.aws, func(o *dynamodb.Options) {
			o.BaseEndpoint = endpoint(s.DynamoDBEndpoint)
		}),
		Tables: s.Tables,
	})
	f.config = login.Config{Store: store}
	// Nobody's session: the cheapest question that such a function may ask.
	f.steps = []step{{"store", func(ctx context.Context) error {
		_, _, err := store.SessionWithUser(ctx, "warm", "warm")
		if errors.Is(err, login.ErrSessionNotFound) || errors.Is(err, login.ErrUserNotFound) {
			return nil
		}
		return err
	}}}
	return f, nil
}

func (f *function) addSecret() {
	s := f.settings
	manager := secrets.New(secrets.Config{
		Source: awssource.New(f.aws, s.SecretsEndpoint), SecretID: s.SecretID,
	})
	f.config.Secrets = manager
	f.steps = append(f.steps, step{"secret", func(ctx context.Context) error { _, err := manager.Secret(ctx); return err }})
}

func (f *function) addWeChat() error {
	client, err := wechat.New(wechat.Config{Base: f.settings.WeChatBase})
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	f.config.WeChat = client
	f.steps = append(f.steps, step{"wechat", client.Warm})
	// A record that nobody writes: a login reads no session together with its user.
	f.steps[0].do = func(ctx context.Context) error {
		_, err := f.config.Store.LoadRecord(ctx, "warm")
		if errors.Is(err, login.ErrRecordNotFound) {
			return nil
		}
		return err
	}
	return nil
}
