package login

import (
	"context"
	"time"
)

// Password is the password of a user. It is stored apart from the user, so that only those who verify it can read it.
// The zero Password is none.
type Password struct {
	// ID is random, and new for each password. It stays when only the hash is renewed. A user and a password that were
	// read at different moments belong together if the user's PasswordID is this.
	ID string
	// Hash is a PHC string (argon2id) or a bcrypt hash.
	Hash Hidden
	// TemporaryUntil is when a password ends that the user must replace. It is zero for one that the user may keep.
	TemporaryUntil time.Time
}

// NewPassword makes a password, which the user may keep, of its hash.
func NewPassword(hash Hidden) Password { return Password{ID: NewID(), Hash: hash} }

// Passwords reads and changes the passwords of users.
type Passwords interface {
	// UserWithPassword reads a user and the user's password in one round trip, which takes the same for a user who
	// does not exist. The two need not be of the same moment: see Password.ID.
	//
	// Errors: ErrUserNotFound.
	UserWithPassword(ctx context.Context, id string) (User, Password, error)
	// ReplacePassword replaces the password with the id oldID, "" for none, and the epoch, all or nothing.
	//
	// Errors: ErrUserNotFound; ErrPasswordChanged when the user's PasswordID is not oldID.
	ReplacePassword(ctx context.Context, userID, oldID string, p Password, epoch string) error
	// RenewHash stores another hash of the same password, if the stored hash is still the old one. No
	// session ends.
	//
	// Errors: ErrPasswordChanged, also when there is no password.
	RenewHash(ctx context.Context, userID string, old, replacement Hidden) error
}

// TemporaryLife is how long a temporary password works at most.
const TemporaryLife = 7 * 24 * time.Hour

// Temporary says whether the user must replace the password.
func (p Password) Temporary() bool { return !p.TemporaryUntil.IsZero() }

// PasswordChange is how a user replaces their password. The user must still be as OldID and OldEpoch say, and
// not be disabled.
type PasswordChange struct {
	UserID string
	// OldID is the ID of the password that is replaced.
	OldID    string
	OldEpoch string
	Password Password
	// Epoch is the new epoch.
	Epoch string
}

// PasswordChanges replaces passwords by their users' own requests, and with them the epoch. Each method is all
// or nothing. Of any number of calls at the same time that replace the same password, one succeeds.
//
// The errors of each method, in this order: ErrUserNotFound; ErrPasswordChanged when the user's PasswordID is
// not c.OldID; UserDisabled; SessionRevoked when the user's epoch is not c.OldEpoch; and those of its comment.
type PasswordChanges interface {
	// ChangePassword moves the user's session with this TokenHash to the new epoch. All others end.
	//
	// Errors: ErrSessionNotFound when there is no such session, or when it has ended.
	ChangePassword(ctx context.Context, c PasswordChange, tokenHash string) error
	// BindWithPassword stores the binding, notes it in the user's Apps and stores the session, whose epoch is
	// the new one.
	//
	// Errors: ErrAlreadyBound; IdentityBound; UserBound: see Bindings.Bind.
	BindWithPassword(ctx context.Context, c PasswordChange, b Binding, s Session) error
	// OpenWithPassword stores a session, whose epoch is the new one, under the binding that exists already.
	//
	// Errors: BindingRemoved when the user's Apps do not have s.BindingID.
	OpenWithPassword(ctx context.Context, c PasswordChange, s Session) error
}
