package main

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

// envSecretFile names the file with the operator's secret.
const envSecretFile = "WXBIND_SECRET_FILE"

// secretFileFlag says where the operator's secret is. The flag goes before its environment variable.
type secretFileFlag struct {
	SecretFile string `help:"A file with the secret as JSON, for several mini-programs; only its owner may be able to use it." placeholder:"FILE" type:"given"`
}

// ownSecret is what the operator of one machine has set.
type ownSecret struct {
	login.Secrets
	services login.Services
	// initial is the secret as it is at the start.
	initial *login.Secret
	// file is nil if the secret comes from the environment.
	file *secrets.File
	// standIn means that all mini-programs are the stand-in's.
	standIn bool
}

// ownSecretFrom reads the secret: the file that the flag or the environment names, or else the mini-program in the environment,
// or else the mini-programs of the stand-in. key is the seal key of the data folder.
func ownSecretFrom(ctx context.Context, getenv func(string) string, flag string, key login.SealKey) (*ownSecret, error) {
	setting, path := "--secret-file", flag
	if path == "" {
		setting, path = envSecretFile, getenv(envSecretFile)
	}
	if path != "" {
		if err := refuseBeside(setting, getenv); err != nil {
			return nil, err
		}
	}
	withFiles, err := secrets.WithFiles(getenv)
	if err != nil {
		return nil, err
	}
	if path != "" {
		return secretInFile(ctx, withFiles, secrets.FileConfig{Path: path, Setting: setting, SealKey: key})
	}
	static, err := secrets.FromEnv(withFiles, key)
	standIn := errors.Is(err, secrets.ErrNotSet)
	if standIn {
		static, err = standInSecret(withFiles, key)
	}
	if err != nil {
		return nil, err
	}
	secret, err := static.Secret(ctx)
	return &ownSecret{Secrets: static, services: static, initial: secret, standIn: standIn}, err
}

// refuseBeside refuses settings of what a secret in a file holds.
func refuseBeside(setting string, getenv func(string) string) error {
	for _, name := range []string{secrets.EnvAppID, secrets.EnvAppSecret, secrets.EnvDirectoryKey, secrets.EnvWebhookKey} {
		for _, name := range []string{name, name + secrets.EnvFileSuffix} {
			if getenv(name) != "" {
				return errorf("%s and %s are both set: the file holds all mini-programs, the directoryKey and the webhookKey, so leave %[2]s out", setting, name)
			}
		}
	}
	return nil
}

func secretInFile(ctx context.Context, getenv func(string) string, c secrets.FileConfig) (*ownSecret, error) {
	file, err := secrets.OpenFile(ctx, c)
	if err != nil {
		return nil, err
	}
	services, err := secrets.ServicesFromEnv(getenv)
	if err != nil {
		return nil, err
	}
	secret, err := file.Secret(ctx)
	if err != nil {
		return nil, err
	}
	ofStandIn, genuine := apart(appsOf(secret))
	if len(ofStandIn) > 0 && len(genuine) > 0 {
		return nil, errorf("%s: %s has the mini-program %s of the stand-in for WeChat beside the real one %s: take one of them out",
			c.Setting, c.Path, ofStandIn[0], genuine[0])
	}
	return &ownSecret{Secrets: file, services: services, initial: secret, file: file, standIn: len(genuine) == 0}, nil
}

// appsOf lists the appids of a secret's mini-programs, sorted.
func appsOf(s *login.Secret) []string { return slices.Sorted(maps.Keys(s.Apps)) }

// directoryKey names the setting of the key that signs requests to the directory.
func (o *ownSecret) directoryKey() string {
	if o.file != nil {
		return textf("the directoryKey of the secret's file")
	}
	return secrets.EnvDirectoryKey
}
