package login

import (
	"context"
)

// userSource is where the users of the platform are kept: in wxbind's own store, or
// in the platform's directory.
type userSource interface {
	// find gives the id of the user with a username, or "" where there is none or that
	// is known only with the password.
	find(ctx context.Context, username string) (userID string, err error)
	// authenticate checks a password, and takes as long for a user who does not exist.
	//
	// Errors: InvalidCredentials; UserDisabled, which only the right password learns.
	authenticate(ctx context.Context, x *exchange, c claim) (candidate, error)
	// profile describes a user who logs in through a binding, or is nil where nobody
	// but the store describes users.
	//
	// Errors: UserDisabled.
	profile(ctx context.Context, x *exchange, userID string) (*Profile, error)
}

// claim is who somebody says they are: the username as it was typed, and what
// find gave for it.
type claim struct {
	username, userID string
	password         Hidden
}

// candidate is a user who has proved who they are.
type candidate struct {
	user   User
	others []Session
}
