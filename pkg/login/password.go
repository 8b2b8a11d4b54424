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
