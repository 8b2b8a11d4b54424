// Package logintest has what the tests of package login and of those who call it put
// in the place of WeChat, the secret, the store and the hasher: quick doubles that
// can be watched, delayed and failed. The store is the one that keeps the stores'
// contract, [storetest.Memory].
package logintest

import (
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// AppID is the mini-program of a request that names none.
const AppID = "wx0123456789abcdef"

// Password is that of every user of a World.
const Password = "correct horse"

// Config is a whole configuration on a store: every code is taken, and usernames are
// folded to lower case. Change what a test is about.
func Config(store login.Store) login.Config {
	return login.Config{
		Store: store, WeChat: &WeChat{}, Secrets: &Secrets{Held: SecretWith("1")}, Hasher: &Hasher{}, Username: Fold,
	}
}

// Fold is the form of usernames in a Config: lower case, and not empty.
func Fold(raw string) (string, error) {
	if raw == "" {
		return "", login.UsernameMissing
	}
	return strings.ToLower(raw), nil
}
