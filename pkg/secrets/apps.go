package secrets

import (
	"maps"

	"github.com/wxbind/wxbind/pkg/login"
)

// WithApps returns s with further mini-programs, or with others of the same appid. The default stays.
//
// Errors say what is wrong, never a value.
func (s *Static) WithApps(apps ...login.App) (*Static, error) {
	secret := &login.Secret{
		DefaultApp: s.secret.DefaultApp, Apps: maps.Clone(s.secret.Apps),
		SealKeys: s.secret.SealKeys, DirectoryKey: s.secret.DirectoryKey, WebhookKey: s.secret.WebhookKey, IndexKey: s.secret.IndexKey,
	}
	for _, app := range apps {
		secret.Apps[app.ID] = app
	}
	return &Static{secret, s.services}, secret.Validate()
}
