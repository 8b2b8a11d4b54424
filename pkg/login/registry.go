package login

import "context"

// UserRegistry is where an administrator adds and lists users.
type UserRegistry interface {
	// AddUser stores a new user with their password and their phone number. The stored PasswordID is p.ID, and Apps,
	// Unions and Replaced are empty, whatever u has.
	//
	// Errors: ErrUsernameTaken; ErrIDTaken; ErrPhoneTaken. Of several, any.
	AddUser(ctx context.Context, u User, p Password) error
	// AddUsers stores those of the new users, as AddUser does, whose username, id and phone number are free. A user without a
	// username claims none. No two of them may have the same id, username or phone number. The result has an entry for each
	// user, in their order. After an error any of them may be stored.
	AddUsers(ctx context.Context, users []Newcomer) ([]Taken, error)
	// ListUsers returns up to limit users in an order that never changes. It begins after the user with
	// the id after; "" means the first page. An empty page is the last.
	ListUsers(ctx context.Context, after string, limit int) ([]User, error)
	// UsersByID reads up to MaxUsersByID users, in any order. An id that no user has is not in the result.
	UsersByID(ctx context.Context, ids []string) ([]User, error)
}

// MaxUsersByID is how many users UsersByID reads at once.
const MaxUsersByID = 100

// Newcomer is a new user with their password.
type Newcomer struct {
	User     User
	Password Password
}

// Taken says why a new user or binding was not stored. It is zero for one that was.
type Taken struct {
	// Cause of a user is ErrUsernameTaken; ErrIDTaken if the username is free; or ErrPhoneTaken if only the phone number is
	// taken. Those of a binding: see BindingRegistry.
	Cause error
	// By is the user who has it; "" if there is none.
	By string
}

// BindingRegistry is where an administrator adds bindings that people have elsewhere already.
type BindingRegistry interface {
	// UserIDsByName finds users by their folded usernames. A username that nobody has is not in the result.
	UserIDsByName(ctx context.Context, usernames []string) (map[string]string, error)
	// AddBindings stores those of the bindings that nothing is in the way of, and notes each in its user's Apps, all or
	// nothing. It opens no session, so the user may be disabled. The binding's Epoch becomes the user's, and it has no marks. If
	// Union is not "", the user is found by it from now on, as NoteUnion does it. Of bindings that contradict each other the
	// first is stored. The result has an entry for each binding, in their order. After an error any of them may be stored.
	//
	// The Cause of one that was not stored is ErrAlreadyBound if the identity is bound to this user; IdentityBound if it is bound
	// to By; ErrUserNotFound; UserBound if the user, who is By, is bound to another openid in this app; ErrUnionTaken if By is
	// found by Union. Of several, any.
	AddBindings(ctx context.Context, bindings []Binding) ([]Taken, error)
}

// RoleRegistry is where an administrator stores and lists roles.
type RoleRegistry interface {
	// PutRole stores a role, replacing one of the same name.
	PutRole(ctx context.Context, r Role) error
	// DeleteRole deletes a role, whoever has it. It does nothing if there is none.
	DeleteRole(ctx context.Context, name string) error
	// ListRoles lists all roles in the order of their names.
	ListRoles(ctx context.Context) ([]Role, error)
}
