package secrets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// The environment variables of a single machine: its mini-program, and what WithEnv reads.
const (
	EnvAppID        = "WX_APPID"
	EnvAppSecret    = "WX_APPSECRET"
	EnvServices     = "WX_SERVICES"
	EnvDirectoryKey = "WX_DIRECTORY_KEY"
	EnvWebhookKey   = "WXBIND_WEBHOOK_KEY"
)

// ErrNotSet means that the environment names no mini-program.
var ErrNotSet = errors.New("neither " + EnvAppID + " nor " + EnvAppSecret + " is set")

// firstKeyID is the id of a seal key that was given none. A secret that moves to the long form keeps its key under this
// id.
const firstKeyID = "0"

// Static implements login.Secrets and login.Services with a secret and with services that never change.
type Static struct {
	secret   *login.Secret
	services login.ServiceKeys
}

var (
	_ login.Secrets  = (*Static)(nil)
	_ login.Services = (*Static)(nil)
)

// FromApp makes a Static of one mini-program and one seal key, which must never be replaced: the index key is derived from
// it. Errors say what is wrong, never a value.
func FromApp(appID string, appSecret login.Hidden, key login.SealKey) (*Static, error) {
	if err := cmp.Or(checkText(appID, "appId"), checkText(string(appSecret), "appSecret")); err != nil {
		return nil, err
	}
	s := single(appID, appSecret, key)
	if err := s.Validate(); err != nil {
		return nil, err
	}
	// On one machine the seal key is made with the data, is in each of its backups, and is never replaced. So what users are
	// found by may come from it.
	s.IndexKey = key.IndexKey()
	s.WebhookKey = key.WebhookKey()
	return &Static{secret: s}, nil
}

// FromEnv makes a Static of the mini-program in WX_APPID and WX_APPSECRET, and of what WithEnv reads. getenv returns
// the variables, like os.Getenv.
//
// Errors: ErrNotSet if neither is set; otherwise what is wrong, never a value.
func FromEnv(getenv func(string) string, key login.SealKey) (*Static, error) {
	id, secret := getenv(EnvAppID), getenv(EnvAppSecret)
	if id == "" && secret == "" {
		return nil, ErrNotSet
	}
	if err := cmp.Or(checkText(id, EnvAppID), checkAppID(id, EnvAppID), checkText(secret, EnvAppSecret)); err != nil {
		return nil, err
	}
	static, err := FromApp(id, login.Hidden(secret), key)
	if err != nil {
		return nil, err
	}
	return static.WithEnv(getenv)
}

// WithEnv returns s with the services that may introspect tokens, from WX_SERVICES ("id=key,id2=key2"; no key contains
// a comma), with the key that signs requests to the platform's directory, from WX_DIRECTORY_KEY, and with the one that signs
// notices to the platform, from WXBIND_WEBHOOK_KEY. All are optional.
//
// Errors say what is wrong, never a value.
func (s *Static) WithEnv(getenv func(string) string) (*Static, error) {
	secret, services := s.secret, s.services
	if list := getenv(EnvServices); list != "" {
		var err error
		if services, err = splitServices(list); err != nil {
			return nil, err
		}
		if err := services.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", EnvServices, err)
		}
	}
	for _, name := range []string{EnvDirectoryKey, EnvWebhookKey} {
		key := getenv(name)
		if key == "" {
			continue
		}
		if err := checkText(key, name); err != nil {
			return nil, err
		}
		secret = &login.Secret{
			DefaultApp: secret.DefaultApp, Apps: secret.Apps, SealKeys: secret.SealKeys, DirectoryKey: secret.DirectoryKey,
			WebhookKey: secret.WebhookKey, IndexKey: secret.IndexKey,
		}
		if name == EnvDirectoryKey {
			secret.DirectoryKey = login.Hidden(key)
		} else {
			secret.WebhookKey = login.Hidden(key)
		}
		if err := secret.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return &Static{secret, services}, nil
}

// splitServices parses WX_SERVICES.
func splitServices(list string) (login.ServiceKeys, error) {
	var services login.ServiceKeys
	for entry := range strings.SplitSeq(list, ",") {
		at := fmt.Sprintf("%s: entry %d", EnvServices, len(services)+1)
		id, key, ok := strings.Cut(entry, "=")
		if !ok {
			return nil, fmt.Errorf("%s is not id=key", at)
		}
		if err := cmp.Or(checkText(id, at+": id"), checkText(key, at+": key")); err != nil {
			return nil, err
		}
		services = append(services, login.ServiceKey{ID: id, Key: login.Hidden(key)})
	}
	return services, nil
}

// Secret returns the secret.
func (s *Static) Secret(context.Context) (*login.Secret, error) { return s.secret, nil }

// Refetch returns the same secret: there is never a newer one.
func (s *Static) Refetch(context.Context) (*login.Secret, error) { return s.secret, nil }

// ServiceKeys returns the services.
func (s *Static) ServiceKeys(context.Context) (login.ServiceKeys, error) { return s.services, nil }

// single is the secret of one mini-program, whose policy is the default, and one seal key.
func single(appID string, appSecret login.Hidden, key login.SealKey) *login.Secret {
	return &login.Secret{
		DefaultApp: appID,
		Apps:       map[string]login.App{appID: {ID: appID, Secret: appSecret, Policy: login.Policy{PhoneTrust: login.DefaultPhoneTrust}}},
		SealKeys:   []login.SealKey{key},
	}
}
