package login

import (
	"context"
)

// people are the users of the platform, wherever they are kept.
type people interface {
	// find gives what a username says before its password is looked at: the user's
	// id, or "" where that is not known.
	find(ctx context.Context, username string) (userID string, err error)
	// authenticate checks a password, and takes as long for a user who does not exist.
	//
	// Errors: InvalidCredentials; UserDisabled, which only the right password learns.
	authenticate(ctx context.Context, v *visit, c claim) (candidate, error)
	// describe looks a user up who logs in through a binding, and gives what brings
	// the stored user up to date.
	//
	// Errors: UserDisabled.
	describe(ctx context.Context, v *visit, userID string) (refresh func(context.Context, User) (User, error), err error)
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
