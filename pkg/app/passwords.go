package app

import (
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Passwords lets users show and set passwords. The hasher, the form of usernames and the
// policy for new passwords come from main, so no other function links their packages and
// initializes them at each start.
func Passwords(hasher login.Hasher, username func(string) (string, error), policy func(password login.Hidden, username string) error) Part {
	return Part{needs.Passwords, func(f *function) error {
		f.config.Hasher, f.config.Username, f.config.PasswordPolicy = hasher, username, policy
		return nil
	}}
}
