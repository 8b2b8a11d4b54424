package login

import "context"

// UserRegistry is where an administrator adds and lists users.
type UserRegistry interface {
	// AddUser stores a new user with their password. The stored PasswordID is p.ID, whatever u has.
	//
	// Errors: ErrUsernameTaken.
	AddUser(ctx context.Context, u User, p Password) error
	// AddUsers stores those of the new users, as AddUser does, whose username is free. No two of them may have the same id
	// or username. takenBy has an entry for each user, in their order: "" if the user was stored, else the
	// id of the user who has the username already. After an error any of them may be stored.
	AddUsers(ctx context.Context, users []Newcomer) (takenBy []string, err error)
	// ListUsers returns up to limit users in an order that never changes. It begins after the user with
	// the id after; "" means the first page. An empty page is the last.
	ListUsers(ctx context.Context, after string, limit int) ([]User, error)
}

// Newcomer is a new user with their password.
type Newcomer struct {
	User     User
	Password Password
}

// RoleRegistry is where an administrator stores and lists roles.
type RoleRegistry interface {
	// PutRole stores a role, replacing one of the same name.
	PutRole(ctx context.Context, r Role) error
	// ListRoles lists all roles in the order of their names.
	ListRoles(ctx context.Context) ([]Role, error)
}
