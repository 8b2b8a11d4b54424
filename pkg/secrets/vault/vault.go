// Package vault changes the stored secret in AWS Secrets Manager. Functions only read the secret, through a
// secrets.Manager, and do not link this package.
package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
)

const (
	// draftStage marks the version that was written last. Secrets Manager may delete a version without a stage.
	draftStage = "WXBINDDRAFT"
	// vaultTime bounds each call of a Vault.
	vaultTime = 30 * time.Second
	// changeTries is how many times a change is made when others keep coming first.
	changeTries = 10
)

// Vault is one stored secret: the operator's, or that of the services, which ChangeServices and ServiceKeys are for. Each
// call takes at most 30 seconds.
type Vault struct {
	// Client is made by awssource.NewClient.
	Client *secretsmanager.Client
	// SecretID is the secret's name or ARN.
	SecretID string
}

// ErrBusy means that others changed the secret during every try.
var ErrBusy = errors.New("the secret is being changed by others; try again")

// Change reads the secret, lets edit change it, and stores it. Concurrent changes are not lost: a new version is
// written beside the current one, and takes its place if that is still the one that was read. Otherwise the change is
// made again, so edit may be called more than once.
//
// Errors: those of edit and of secrets.Draft.Bytes, with nothing changed; ErrBusy; why Secrets Manager refused. None
// contains a value of the secret.
func (v *Vault) Change(ctx context.Context, edit func(*secrets.Draft) error) error {
	return change(ctx, v, secrets.ReadDraft, edit)
}

// ChangeServices is Change for the secret of the services.
func (v *Vault) ChangeServices(ctx context.Context, edit func(*secrets.ServicesDraft) error) error {
	return change(ctx, v, secrets.ReadServicesDraft, edit)
}

func change[D interface{ Bytes() ([]byte, error) }](
	ctx context.Context, v *Vault, parse func(raw []byte) (D, error), edit func(D) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, vaultTime)
	defer cancel()
	for range changeTries {
		read, raw, err := v.read(ctx)
		if err != nil {
			return err
		}
		draft, err := parse(raw)
		if err != nil {
			return v.failed(err)
		}
		if err := edit(draft); err != nil {
			return err
		}
		if raw, err = draft.Bytes(); err != nil {
			return err
		}
		if done, err := v.replace(ctx, read, string(raw)); done || err != nil {
			return err
		}
	}
	return ErrBusy
}

// Look passes the stored secret to look.
//
// Errors: as of Change.
func (v *Vault) Look(ctx context.Context, look func(*secrets.Draft) error) error {
	ctx, cancel := context.WithTimeout(ctx, vaultTime)
	defer cancel()
	_, raw, err := v.read(ctx)
	if err != nil {
		return err
	}
	draft, err := secrets.ReadDraft(raw)
	if err != nil {
		return v.failed(err)
	}
	return look(draft)
}

// Secret reads and parses the secret, without a cache.
//
// Errors: those of secrets.Parse; why Secrets Manager did not return it. They contain no value.
func (v *Vault) Secret(ctx context.Context) (*login.Secret, error) {
	return parsed(ctx, v, secrets.Parse)
}

// ServiceKeys is Secret for the secret of the services.
func (v *Vault) ServiceKeys(ctx context.Context) (login.ServiceKeys, error) {
	return parsed(ctx, v, secrets.ParseServices)
}

func parsed[T any](ctx context.Context, v *Vault, parse func(raw []byte) (T, error)) (value T, err error) {
	ctx, cancel := context.WithTimeout(ctx, vaultTime)
	defer cancel()
	_, raw, err := v.read(ctx)
	if err != nil {
		return value, err
	}
	return parse(raw)
}

// read returns the current version and its id.
func (v *Vault) read(ctx context.Context) (version string, raw []byte, err error) {
	if version, raw, err = (awssource.Source{Client: v.Client}).Current(ctx, v.SecretID); err != nil {
		return "", nil, v.failed(secrets.Reason(ctx, err))
	}
	return version, raw, nil
}

// replace makes text the current version if read is the current one. Otherwise done is false.
func (v *Vault) replace(ctx context.Context, read, text string) (done bool, err error) {
	written, err := v.Client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &v.SecretID, SecretString: &text, VersionStages: []string{draftStage},
	})
	if err != nil {
		return false, v.failed(secrets.Reason(ctx, err))
	}
	_, failure := v.Client.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: &v.SecretID, VersionStage: aws.String(awssource.CurrentStage),
		RemoveFromVersionId: &read, MoveToVersionId: written.VersionId,
	})
	if failure == nil {
		return true, nil
	}
	// It was refused because another version is current: somebody else's, or this one, through an earlier attempt whose
	// answer was lost.
	current, _, err := v.read(ctx)
	switch {
	case err != nil || current == read:
		return false, v.failed(secrets.Reason(ctx, failure))
	default:
		return current == aws.ToString(written.VersionId), nil
	}
}

func (v *Vault) failed(cause error) error {
	return fmt.Errorf("secret %s: %w", v.SecretID, cause)
}
