package app

import (
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Passwords lets users log in with username and password. The hasher and the form of
// usernames come from main, so no other function links their packages and initializes
// them at each start.
func Passwords(hasher login.Hasher, username func(string) (string, error)) Part {
	return Part{needs.Passwords, func(f *function) error {
		f.config.Hasher, f.config.Username = hasher, username
		return nil
	}}
}
