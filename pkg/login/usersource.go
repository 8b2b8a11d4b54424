package login

import (
	"context"
)

// userSource is where the platform's users are kept: in wxbind's own store, or in the platform's
// directory. The errors of its methods are those listed and what the store and the directory answer.
type userSource interface {
	// find returns the id of the user with a folded username. It is "" if there is no such user, and if
	// only the password can tell.
	find(ctx context.Context, username string) (userID string, err error)
	// authenticate checks a password. For a user who does not exist it takes just as long.
	//
	// Errors: InvalidCredentials; UserDisabled, but only if the password is right; SessionRevoked when the
	// password is changed, or a directory's user deleted, meanwhile; those of the hasher.
	authenticate(ctx context.Context, x *exchange, c claim) (candidate, error)
	// keepPasswords says whether passwords can be set here.
	keepPasswords() bool
	// profile describes a user who logs in through a binding. It is nil if only the store describes users.
	//
	// Errors: UserDisabled.
	profile(ctx context.Context, x *exchange, userID string) (*Profile, error)
	// admitOwner lets the identity in as the existing user of a.
	//
	// Errors: UserDisabled and SessionRevoked, if the directory says so; those of letIn.
	admitOwner(ctx context.Context, x *exchange, a Admission) (*Login, error)
	// admitNewcomer lets the identity in as a new user. tombstone is that of an Admission. u is what wxbind knows of them: a
	// directory decides itself who they are, and may know them already.
	//
	// Errors: those of letIn; DirectoryCannot, UserDisabled, SessionRevoked, if the directory says so.
	admitNewcomer(ctx context.Context, x *exchange, u *User, tombstone string) (*Login, error)
	// enterByPhone lets the identity in as the user who has the number of a tap, or as a new one.
	//
	// Errors: those of BindPhone.
	enterByPhone(ctx context.Context, t *tap) (*Login, error)
}

// claim is who somebody says they are: the username as typed, without blanks around it, and the id that find returned for it.
type claim struct {
	username, userID string
	// newPassword is to replace the password; "" if it is not to be replaced.
	password, newPassword Hidden
	// perhapsRenewed says that a wrong password may be a repeat, whose new password is stored already.
	perhapsRenewed bool
}

// candidate is a user who has proved who they are, with the password that did so, if it is kept here.
type candidate struct {
	user     User
	password Password
	// renewed says that the new password of the claim is the user's already, and the claimed one is not.
	renewed bool
	// change, if not nil, is how the password is replaced.
	change *PasswordChange
}

// boundTo says whether the user was bound to an identity when they were read.
func (c candidate) boundTo(i Identity) bool {
	app, bound := c.user.Apps[i.AppID]
	return bound && app.OpenID == i.OpenID
}

// epoch is the one that the user has once the password is replaced, if it is to be.
func (c candidate) epoch() string {
	if c.change != nil {
		return c.change.Epoch
	}
	return c.user.Epoch
}
