package login

import (
	"context"
	"errors"
	"time"
)

// Store is what a Service needs of a store, and most of what package admin needs.
type Store interface {
	Bindings
	Admissions
	Sessions
	Entrance
	Presence
	Users
	Passwords
	PasswordChanges
	UserAdmin
	Roles
	HashKinds
	Profiles
	Withdrawals
	Ephemeral
}

// AdminStore is a Store in which an administrator can also add and list users and roles, and add bindings.
type AdminStore interface {
	Store
	UserRegistry
	BindingRegistry
	RoleRegistry
	Outbox
}

// What a store returns when it worked and the answer is no. Beside these, and the codes that a method's
// comment lists, every error of a store is StoreUnavailable (see Unavailable): the store could not answer,
// and what it was asked to write may or may not be written.
var (
	ErrBindingNotFound = errors.New("login: no such binding")
	ErrAlreadyBound    = errors.New("login: already bound to this user")
	ErrSessionNotFound = errors.New("login: no such session")
	ErrUserNotFound    = errors.New("login: no such user")
	ErrLastBinding     = errors.New("login: the user has no other binding")
	ErrUsernameTaken   = errors.New("login: username is taken")
	ErrIDTaken         = errors.New("login: the id is another user's")
	ErrPhoneTaken      = errors.New("login: the phone number is another user's")
	ErrUnionTaken      = errors.New("login: the unionid is another user's")
	ErrRemovedBefore   = errors.New("login: the identity's binding was removed before")
	ErrUserChanged     = errors.New("login: user was changed meanwhile")
	ErrPasswordChanged = errors.New("login: password was changed meanwhile")
	ErrRecordNotFound  = errors.New("login: no such record")
	ErrRecordChanged   = errors.New("login: record was changed meanwhile")
	ErrHashKindsFull   = errors.New("login: as many kinds of hashes are stored as may be")
)

// Bindings manages who is bound to whom.
type Bindings interface {
	// TouchBinding stores what t says in the binding of t's identity, and returns the binding as it then
	// is. A touch that is older than LastLoginAt changes nothing, since only WeChat's newest session_key
	// counts, but for the mark of the session that it opens. It never brings back a binding that is gone.
	//
	// Errors: ErrBindingNotFound.
	TouchBinding(ctx context.Context, t Touch) (Binding, error)
	// Bind stores the binding with its marks, notes it in the user's Apps and stores the session, all or nothing. Of
	// any number of calls at the same time that contradict each other, exactly one succeeds.
	//
	// Errors: ErrAlreadyBound when the identity is already bound to this user: then the result is that
	// binding, and no session is stored; IdentityBound when it is bound to another user; ErrUserNotFound;
	// BindingRemoved when the session is stored already: then this bind was done before, and has been undone;
	// UserDisabled; SessionRevoked when the user's epoch is not s.Epoch, since the password may have been
	// changed meanwhile; UserBound when the user is bound to another openid in this app.
	Bind(ctx context.Context, b Binding, s Session) (Binding, error)
	// BindingByOpenID reads a binding, with the marks of its sessions.
	//
	// Errors: ErrBindingNotFound.
	BindingByOpenID(ctx context.Context, appID, openID string) (Binding, error)
	// Unbind removes the binding and its note in the user's Apps, if the stored binding has b.ID and
	// b.UserID, and leaves a tombstone under b.Index, unless that is "". That ends the sessions under it. With
	// keepLast it refuses to remove the user's only binding: of two calls at the same time that would together
	// remove all of them, exactly one succeeds.
	//
	// Errors: ErrBindingNotFound; ErrLastBinding.
	Unbind(ctx context.Context, b Binding, keepLast bool) error
	// NoteEpoch stores the user's epoch in a binding, if the stored binding has b.ID and b.UserID.
	//
	// Errors: ErrBindingNotFound.
	NoteEpoch(ctx context.Context, b Binding, epoch string) error
}

// Opening is what a login writes when it opens a session under a binding.
type Opening struct {
	// Binding is the binding as the login read it, and Touch what WeChat has just given for its identity, with
	// the mark of Session.
	Binding Binding
	Touch   Touch
	Session Session
	// Sessions are the marks that the binding has from now on. A store that reads them from the sessions
	// themselves needs them no more than a login that comes later.
	Sessions []SessionMark
	// Ended are the token hashes of the user's sessions that end as SessionReplaced, and Forgotten those of the
	// sessions that are removed. Both together are at most 20.
	Ended, Forgotten []string
	// Name names the record for repeats of the request, and Record is it; "" if none is to be stored.
	Name   string
	Record Record
}

// Opened is what a login finds when it has opened a session.
type Opened struct {
	// Session is the session as it is stored, and User its user.
	Session Session
	User    User
	// Recorded is ErrRecordChanged if another record is stored under the name, or why it is unknown whether one is.
	Recorded error
	// Untidy is what went wrong that the login survives, for the operator's log. A session in Ended or Forgotten may still
	// be what it was: the next login sees to it.
	Untidy error
}

// Entrance opens the sessions of logins.
type Entrance interface {
	// Enter stores a session, as CreateSession does, and reads its user, each at some moment of its own. Beside
	// that it touches the binding, as TouchBinding does, if it still has the ID that the login read; it ends and
	// forgets other sessions; and it stores the record, unless there is one of that name. So a login needs
	// one commit, or few calls. It may fail in the middle, and can be repeated.
	//
	// Errors: ErrUserNotFound, when the session may be stored all the same.
	Enter(ctx context.Context, o Opening) (Opened, error)
}

// Sessions keeps the sessions of users.
type Sessions interface {
	// CreateSession stores a new session, and returns it as it is stored. If one with its user and its
	// TokenHash is stored already, it returns that one and changes nothing.
	CreateSession(ctx context.Context, s Session) (Session, error)
	// SessionsOfUser lists the sessions that are stored for a user, in no order. Ended and expired ones
	// are among them.
	SessionsOfUser(ctx context.Context, userID string) ([]Session, error)
	// EndSession ends a session for a reason. If it has ended already, the first reason stays.
	//
	// Errors: ErrSessionNotFound.
	EndSession(ctx context.Context, userID, tokenHash string, reason Code) error
	// ForgetSession removes a session, if it is there.
	ForgetSession(ctx context.Context, userID, tokenHash string) error
}

// Presence is what verifying a token asks of a store.
type Presence interface {
	// SessionWithUser reads a session and its user in one round trip. It returns a dead session as long
	// as it is stored: Session.Dead judges.
	//
	// Errors: ErrSessionNotFound; ErrUserNotFound.
	SessionWithUser(ctx context.Context, userID, tokenHash string) (Session, User, error)
	// ExtendSession moves a session's SeenAt and IdleEnd, if nobody has ended it and they have not moved
	// since it was read. Otherwise it changes nothing, which is no error. Of any number of calls at the
	// same time, one writes. It never brings back a session that is gone.
	ExtendSession(ctx context.Context, read Session, seenAt, idleEnd time.Time) error
}

// Users reads users.
type Users interface {
	// UserIDByName finds a user by their folded username.
	//
	// Errors: ErrUserNotFound.
	UserIDByName(ctx context.Context, username string) (string, error)
	// UserByID reads a user.
	//
	// Errors: ErrUserNotFound.
	UserByID(ctx context.Context, id string) (User, error)
}

// UserAdmin changes existing users. An epoch that is passed is new: no user ever had it. If the transport
// repeats a write, the epoch of a change in between stays.
type UserAdmin interface {
	// DisableUser disables a user and replaces the epoch.
	//
	// Errors: ErrUserNotFound.
	DisableUser(ctx context.Context, id, epoch string) error
	// EnableUser enables a disabled user. The epoch stays, so no session comes back to life.
	//
	// Errors: ErrUserNotFound.
	EnableUser(ctx context.Context, id string) error
	// LogoutUser replaces the epoch.
	//
	// Errors: ErrUserNotFound.
	LogoutUser(ctx context.Context, id, epoch string) error
	// ChangeUser sets what c has of a user, and leaves the rest as it is.
	//
	// Errors: ErrUserNotFound.
	ChangeUser(ctx context.Context, id string, c UserChange) error
	// DeleteUser deletes a user with their username, password, phone number, unionids and the bindings in u.Apps, all or
	// nothing, if the stored Apps, Phone.Index and Unions are still those of u. Each binding leaves a tombstone under its
	// Index, unless that is "". It removes no sessions: see Remove.
	//
	// Errors: ErrUserNotFound; ErrUserChanged when one of them differs, or when a username was claimed meanwhile.
	DeleteUser(ctx context.Context, u User) error
}

// Roles reads roles.
type Roles interface {
	// MenusByRole reads the menus of roles. A role that does not exist is not in the result.
	MenusByRole(ctx context.Context, roles []string) (map[string][]Menu, error)
}

// HashKinds keeps the kinds of password hashes that imports have brought, so that a wrong password costs
// the same for every user; see Hasher.Verify.
type HashKinds interface {
	// HashKinds lists the kinds in alphabetical order.
	HashKinds(ctx context.Context) ([]string, error)
	// AddHashKind adds a kind. There are at most limit of them then, whoever adds others at the same time. It does nothing if the
	// kind is there already.
	//
	// Errors: ErrHashKindsFull.
	AddHashKind(ctx context.Context, kind string, limit int) error
}

// Profiles keeps the users of a Directory as it last described them. Their bindings, their epoch and
// whether they are disabled here are wxbind's own.
type Profiles interface {
	// EnrollUser stores the profile of a user who may be new, and returns the user. createdAt, epoch and p.RegisteredIn
	// are for a new one.
	EnrollUser(ctx context.Context, p Profile, createdAt time.Time, epoch string) (User, error)
	// RefreshUser stores the profile of an existing user, and returns the user.
	//
	// Errors: ErrUserNotFound.
	RefreshUser(ctx context.Context, p Profile) (User, error)
	// RaiseEpoch replaces the epoch of a user who has no live session, so that no login that is under way opens one. It is LogoutUser
	// without a notice: there is nothing to tell.
	//
	// Errors: ErrUserNotFound.
	RaiseEpoch(ctx context.Context, id, epoch string) error
}

// Record is a short-lived record. Each write gives it a new random Version.
type Record struct {
	Version string
	Value   []byte
	// ExpiresAt is when a store may forget the record. Stores may do so late, so the time in Value tells
	// a reader whether it still counts.
	ExpiresAt time.Time
}

// Ephemeral keeps short-lived records. Their names are made with Secret.Hash.
type Ephemeral interface {
	// LoadRecord reads a record.
	//
	// Errors: ErrRecordNotFound.
	LoadRecord(ctx context.Context, name string) (Record, error)
	// StoreRecord writes a record, whatever was stored before.
	StoreRecord(ctx context.Context, name string, r Record) error
	// SwapRecord writes a record if the stored one still has the version old; "" means that none is
	// stored.
	//
	// Errors: ErrRecordChanged. Then the result is the stored record, or the zero Record if there is none.
	SwapRecord(ctx context.Context, name, old string, r Record) (Record, error)
}
