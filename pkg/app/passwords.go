package app

import (
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Passwords let users in by name. The hasher and the form of usernames come from main:
// what they need to link is linked, and initialized at each start, by no other function.
func Passwords(hasher login.Hasher, username func(string) (string, error)) Part {
	return Part{needs.Passwords, func(f *function) error {
		f.config.Hasher, f.config.Username = hasher, username
		return nil
	}}
}
