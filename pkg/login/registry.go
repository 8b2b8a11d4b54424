package login

import "context"

// UserRegistry is where an administrator adds and lists users.
type UserRegistry interface {
	// AddUser stores a new user with their password and their phone number. The stored PasswordID is p.ID, and Apps,
	// Unions and Replaced are empty, whatever u has.
	//
	// Errors: ErrUsernameTaken; ErrPhoneTaken. Of both, either.
	AddUser(ctx context.Context, u User, p Password) error
	// AddUsers stores those of the new users, as AddUser does, whose username and phone number are free. No two of them may
	// have the same id, username or phone number. The result has an entry for each user, in their order. After an error any
	// of them may be stored.
	AddUsers(ctx context.Context, users []Newcomer) ([]Taken, error)
	// ListUsers returns up to limit users in an order that never changes. It begins after the user with
	// the id after; "" means the first page. An empty page is the last.
	ListUsers(ctx context.Context, after string, limit int) ([]User, error)
}

// Newcomer is a new user with their password.
type Newcomer struct {
	User     User
	Password Password
}

// Taken says why a new user was not stored. It is zero for one who was.
type Taken struct {
	// Cause is ErrUsernameTaken, or ErrPhoneTaken if only the phone number is taken.
	Cause error
	// By is the user who has it.
	By string
}

// RoleRegistry is where an administrator stores and lists roles.
type RoleRegistry interface {
	// PutRole stores a role, replacing one of the same name.
	PutRole(ctx context.Context, r Role) error
	// ListRoles lists all roles in the order of their names.
	ListRoles(ctx context.Context) ([]Role, error)
}
