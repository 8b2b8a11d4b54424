package app

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/secrets"
)

// Secret is the operator's secret. main passes awssource.New, which reads it. So a function
// that reads no secret does not link the SDK's client and initialize it at each start.
func Secret[S secrets.Source](newSource func(config aws.Config, endpoint string) S) Part {
	return Part{needs.Secret, func(f *function) error {
		f.useAWS()
		manager := secrets.New(secrets.Config{
			Source: newSource(f.aws, f.settings.SecretsEndpoint), SecretID: f.settings.SecretID,
		})
		f.config.Secrets = manager
		f.steps = append(f.steps, step{"secret", func(ctx context.Context) error { _, err := manager.Secret(ctx); return err }})
		return nil
	}}
}

// Services are the keys of the platform's services, a secret of their own. main passes what it passes to Secret.
func Services[S secrets.Source](newSource func(config aws.Config, endpoint string) S) Part {
	return Part{needs.Services, func(f *function) error {
		f.useAWS()
		services := secrets.NewServices(secrets.Config{
			Source: newSource(f.aws, f.settings.SecretsEndpoint), SecretID: f.settings.ServicesSecretID,
		})
		f.config.Services = services
		f.steps = append(f.steps, step{"services", func(ctx context.Context) error { _, err := services.ServiceKeys(ctx); return err }})
		return nil
	}}
}
