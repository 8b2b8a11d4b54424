package login

import (
	"context"
	"errors"
	"time"
)

// Store is all that logins and visits ask of a store.
type Store interface {
	Bindings
	Sessions
	Presence
	Users
	UserAdmin
	Roles
	HashKinds
	Profiles
	Ephemeral
}

// AdminStore is a Store whose users and roles an administrator lists and adds to.
type AdminStore interface {
	Store
	UserRegistry
	RoleRegistry
}

// What a store answers when it has done its work and the outcome is no. Any
// other error of a store is StoreUnavailable (see Unavailable): it could not
// answer, and what it was asked to write may or may not be written.
var (
	ErrBindingNotFound = errors.New("login: no such binding")
	ErrAlreadyBound    = errors.New("login: bound to this user already")
	ErrSessionNotFound = errors.New("login: no such session")
	ErrUserNotFound    = errors.New("login: no such user")
	ErrLastBinding     = errors.New("login: the user has no other binding")
	ErrUsernameTaken   = errors.New("login: username is taken")
	ErrUserChanged     = errors.New("login: user was changed meanwhile")
	ErrPasswordChanged = errors.New("login: password was changed meanwhile")
	ErrRecordNotFound  = errors.New("login: no such record")
	ErrRecordChanged   = errors.New("login: record was changed meanwhile")
)

// Bindings keeps who is bound to whom.
type Bindings interface {
	// TouchBinding marks a login through the binding of t's identity, and gives the
	// binding as it then is. A touch that is older than LastLoginAt changes nothing,
	// since WeChat's newest session_key is the one that counts. It never brings back a
	// binding that is gone.
	//
	// Errors: ErrBindingNotFound.
	TouchBinding(ctx context.Context, t Touch) (Binding, error)
	// Bind stores the binding, notes it in its user's Apps and stores the session,
	// all or nothing. Of any number of calls at the same time that contradict each
	// other, exactly one succeeds.
	//
	// Errors: ErrAlreadyBound when the identity is bound to this user already, with
	// that binding as the result and no session stored; IdentityBound when it is
	// bound to another user; ErrUserNotFound; UserDisabled when the user is disabled;
	// SessionRevoked when the user's NotBefore is not before s.CreatedAt, so that what
	// proved the user may no longer hold; UserBound when the user is bound to another
	// openid in this app.
	Bind(ctx context.Context, b Binding, s Session) (Binding, error)
	// BindingByOpenID reads a binding.
	//
	// Errors: ErrBindingNotFound.
	BindingByOpenID(ctx context.Context, appID, openID string) (Binding, error)
	// Unbind removes the binding, if the one that is stored has b.ID and b.UserID, and
	// its note in the user. The sessions under it are thereby dead. With keepLast it
	// refuses to remove the user's only binding: of two at the same time that would
	// together leave the user without one, exactly one succeeds.
	//
	// Errors: ErrBindingNotFound; ErrLastBinding.
	Unbind(ctx context.Context, b Binding, keepLast bool) error
}

// Sessions keeps the sessions of users.
type Sessions interface {
	// CreateSession stores a new session.
	CreateSession(ctx context.Context, s Session) error
	// SessionsOfUser lists the sessions that are stored for a user, ended and
	// expired ones included, in no order.
	SessionsOfUser(ctx context.Context, userID string) ([]Session, error)
	// EndSession ends a session for a reason. The first reason stays.
	//
	// Errors: ErrSessionNotFound.
	EndSession(ctx context.Context, userID, tokenHash string, reason Code) error
	// ForgetSession removes a session, if it is there.
	ForgetSession(ctx context.Context, userID, tokenHash string) error
}

// Presence is what verifying a token asks of a store.
type Presence interface {
	// SessionWithUser reads a session and its user in one round trip. A session
	// past its end is given as long as it is stored: Session.Dead judges.
	//
	// Errors: ErrSessionNotFound; ErrUserNotFound.
	SessionWithUser(ctx context.Context, userID, tokenHash string) (Session, User, error)
	// ExtendSession moves a session's SeenAt and IdleEnd, if it has not ended and
	// nobody has moved them since it was read; else it changes nothing. Of any number
	// at the same time, one writes. It never brings back a session that is gone.
	ExtendSession(ctx context.Context, read Session, seenAt, idleEnd time.Time) error
}

// Users is what a login reads of the platform's users.
type Users interface {
	// UserIDByName finds a user by the folded username.
	//
	// Errors: ErrUserNotFound.
	UserIDByName(ctx context.Context, username string) (string, error)
	// UserByID reads a user.
	//
	// Errors: ErrUserNotFound.
	UserByID(ctx context.Context, id string) (User, error)
}

// UserAdmin changes users that are there.
type UserAdmin interface {
	// ReplacePassword changes the password hash if it is still the old one, and
	// moves NotBefore up to notBefore; it never moves it back.
	//
	// Errors: ErrUserNotFound, ErrPasswordChanged.
	ReplacePassword(ctx context.Context, id string, old, replacement Hidden, notBefore time.Time) error
	// DisableUser disables a user and moves NotBefore up to notBefore.
	//
	// Errors: ErrUserNotFound.
	DisableUser(ctx context.Context, id string, notBefore time.Time) error
	// EnableUser undoes DisableUser, but for NotBefore: ended sessions stay dead.
	//
	// Errors: ErrUserNotFound.
	EnableUser(ctx context.Context, id string) error
	// LogoutUser moves NotBefore up to notBefore.
	//
	// Errors: ErrUserNotFound.
	LogoutUser(ctx context.Context, id string, notBefore time.Time) error
	// DeleteUser removes a user with its username and the bindings in u.Apps, all or
	// nothing, if the stored Apps are still those of u. It removes no sessions: see
	// Service.Delete.
	//
	// Errors: ErrUserNotFound; ErrUserChanged when the stored Apps differ.
	DeleteUser(ctx context.Context, u User) error
}

// Roles is what a login reads of roles.
type Roles interface {
	// MenusByRole reads the menus of roles. A role that does not exist is absent
	// from the result.
	MenusByRole(ctx context.Context, roles []string) (map[string][]Menu, error)
}

// HashKinds keeps which kinds of password hashes an import has brought, so that a
// wrong password costs the same for every user; see Hasher.Verify.
type HashKinds interface {
	// HashKinds lists the kinds in the order of their text.
	HashKinds(ctx context.Context) ([]string, error)
	// AddHashKind notes a kind, if it is not noted yet.
	AddHashKind(ctx context.Context, kind string) error
}

// Profiles keeps the users of a Directory as it last described them, with what
// only wxbind knows of them: their bindings and NotBefore.
type Profiles interface {
	// EnrollUser stores the profile of a user who may be new, and gives the user.
	EnrollUser(ctx context.Context, p Profile, createdAt time.Time) (User, error)
	// RefreshUser stores the profile of a user who is there, and gives the user.
	//
	// Errors: ErrUserNotFound.
	RefreshUser(ctx context.Context, p Profile) (User, error)
}

// Record is a short-lived record. Version is random and new with each write.
type Record struct {
	Version string
	Value   []byte
	// ExpiresAt is when a store may forget the record. Stores do so late; whoever
	// reads the value judges by what stands in it.
	ExpiresAt time.Time
}

// Ephemeral keeps short-lived records under names that Secret.Hash makes.
type Ephemeral interface {
	// LoadRecord reads a record.
	//
	// Errors: ErrRecordNotFound.
	LoadRecord(ctx context.Context, name string) (Record, error)
	// StoreRecord writes a record, whatever was there.
	StoreRecord(ctx context.Context, name string, r Record) error
	// SwapRecord writes a record if the stored one still has the version old ("" for
	// none stored).
	//
	// Errors: ErrRecordChanged, with what is stored instead as the result (the zero
	// Record for nothing).
	SwapRecord(ctx context.Context, name, old string, r Record) (Record, error)
}
