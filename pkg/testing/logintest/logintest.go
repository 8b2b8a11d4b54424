// Package logintest has test doubles for the tests of package login and of its callers: WeChat, the secret, the store
// and the hasher. They are quick, and can be watched, delayed and made to fail. The store is [storetest.Memory], which
// passes the stores' contract.
package logintest

import (
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
	"github.com/wxbind/wxbind/pkg/wechatdata"
)

// AppID is the mini-program of a request that names none.
const AppID = "wx0123456789abcdef"

// Password is the password of every user of a World.
const Password = "correct horse"

// Config is a complete configuration on a store: every code is accepted, and usernames are folded to lower case. A test
// changes what it is about.
func Config(store login.Store) login.Config {
	return login.Config{
		Store: store, WeChat: &WeChat{}, Secrets: &Secrets{Held: SecretWith("1")}, Services: Services{}, Hasher: &Hasher{}, Username: Fold,
		PasswordPolicy: passwordpolicy.Check, Pushes: wechatdata.Pushes{}, Data: wechatdata.Opener{}, AvatarHosts: []string{"img.example.com", "*.cdn.example.com"},
	}
}

// Fold is the form of usernames in a Config: lower case, and not empty.
func Fold(raw string) (string, error) {
	if raw == "" {
		return "", login.UsernameMissing
	}
	return strings.ToLower(raw), nil
}
