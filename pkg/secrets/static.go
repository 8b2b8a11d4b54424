package secrets

import (
	"cmp"
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// The environment variables of a single machine's mini-program.
const (
	EnvAppID     = "WX_APPID"
	EnvAppSecret = "WX_APPSECRET"
)

// ErrNotSet says that the environment names no mini-program.
var ErrNotSet = errors.New("neither " + EnvAppID + " nor " + EnvAppSecret + " is set")

// firstKeyID is the id of a seal key that was given none. A secret that moves on
// to the long form keeps the key under this id.
const firstKeyID = "0"

// Static is login.Secrets with a secret that stays as it is.
type Static struct {
	secret *login.Secret
}

var _ login.Secrets = (*Static)(nil)

// FromApp makes a Static of one mini-program and one seal key. Errors name what
// is wrong, never a value.
func FromApp(appID string, appSecret login.Hidden, key login.SealKey) (*Static, error) {
	if err := cmp.Or(checkText(appID, "appId"), checkText(string(appSecret), "appSecret")); err != nil {
		return nil, err
	}
	s := single(appID, appSecret, key)
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return &Static{s}, nil
}

// FromEnv makes a Static of the mini-program in WX_APPID and WX_APPSECRET, which
// getenv (such as os.Getenv) gives.
//
// Errors: ErrNotSet when neither is set; else what is wrong, never a value.
func FromEnv(getenv func(string) string, key login.SealKey) (*Static, error) {
	id, secret := getenv(EnvAppID), getenv(EnvAppSecret)
	if id == "" && secret == "" {
		return nil, ErrNotSet
	}
	if err := cmp.Or(checkText(id, EnvAppID), checkText(secret, EnvAppSecret)); err != nil {
		return nil, err
	}
	return FromApp(id, login.Hidden(secret), key)
}

// Secret gives the secret.
func (s *Static) Secret(context.Context) (*login.Secret, error) { return s.secret, nil }

// Refetch gives the same secret: there is nothing newer to be had.
func (s *Static) Refetch(context.Context) (*login.Secret, error) { return s.secret, nil }

// single is the secret of one mini-program and one seal key.
func single(appID string, appSecret login.Hidden, key login.SealKey) *login.Secret {
	return &login.Secret{
		DefaultApp: appID,
		Apps:       map[string]login.App{appID: {ID: appID, Secret: appSecret}},
		SealKeys:   []login.SealKey{key},
	}
}
