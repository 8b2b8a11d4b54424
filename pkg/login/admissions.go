package login

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Admission lets in an identity that is not bound, by something other than a password: it stores the binding with its
// first session. Binding, Session and their marks are as in Bindings.Bind.
type Admission struct {
	Binding Binding
	Session Session
	// Newcomer, if not nil, is a new user, whose ID is Binding.UserID and whose Epoch is Session.Epoch, with neither username
	// nor password. They are stored, and get their Phone and their Unions, which must be nobody's, but for Yields.
	Newcomer *User
	// Yields is the user who loses Newcomer.Phone, "" if it is nobody's. They must have it still.
	Yields string
	// Terms are what an existing user must fulfil.
	Terms Terms
	// Tombstone, if not "", is the Index of the identity: if a binding was removed under it, nobody is let in.
	Tombstone string
}

// Terms are what an existing user must fulfil to be let in. The zero Terms demand what Bindings.Bind does: that they are not
// disabled, have the session's epoch and no binding in this app.
type Terms struct {
	// Phone, if its Index is not "", is the number that they must have. Its VerifiedAt becomes theirs.
	Phone Phone
	// VerifiedSince, if not zero, is when their number must have been verified, or later.
	VerifiedSince time.Time
	// Union, if not "", must be one of their Unions, and that of their binding in KnownIn.
	Union, KnownIn string
	// RegisteredIn, if not nil, lists what their RegisteredIn may be.
	RegisteredIn []string
}

// Fits says whether an existing user fulfils what a demands of them. Times count in milliseconds, as stores keep them.
func (a Admission) Fits(u User) bool {
	t := a.Terms
	_, bound := u.Apps[a.Binding.AppID]
	return !u.Disabled && u.Epoch == a.Session.Epoch && !bound &&
		(t.Phone.Index == "" || u.Phone.Index == t.Phone.Index) &&
		!u.Phone.VerifiedAt.Before(t.VerifiedSince.Truncate(time.Millisecond)) &&
		(t.Union == "" || slices.Contains(u.Unions, t.Union) && u.Apps[t.KnownIn].Union == t.Union) &&
		(t.RegisteredIn == nil || slices.Contains(t.RegisteredIn, u.RegisteredIn))
}

// Owner is the user whom a phone number or a unionid leads to. A store may keep it beside the number, so it may be out of date:
// whatever it is good for is checked by Admit.
type Owner struct {
	UserID string
	// Epoch is one that the user had when somebody was last admitted by this, or later. It may be "" until then.
	Epoch string
	// KnownIn is an app in which the user has been bound with the unionid; "" for a number.
	KnownIn string
}

// Admissions finds users by what WeChat says of a person, and lets people in by it. The indexes are made with Secret.Index.
type Admissions interface {
	// OwnerOfPhone finds the user who has a phone number.
	//
	// Errors: ErrUserNotFound.
	OwnerOfPhone(ctx context.Context, index string) (Owner, error)
	// OwnerOfUnion finds the user who has a unionid.
	//
	// Errors: ErrUserNotFound.
	OwnerOfUnion(ctx context.Context, index string) (Owner, error)
	// RemovedBefore says whether a binding was removed under the Index of an identity. Admit checks it again.
	RemovedBefore(ctx context.Context, index string) (bool, error)
	// Admit stores the binding with its marks, notes it in the user's Apps and stores the session, and does what a says besides,
	// all or nothing. Of any number of calls at the same time that contradict each other, exactly one succeeds.
	//
	// Errors: ErrAlreadyBound when the identity is already bound to this user, whatever else is true: then the result is that
	// binding; IdentityBound when it is bound to another user; BindingRemoved when the session or the newcomer is stored
	// already: then this was done before, and has been undone; ErrRemovedBefore; ErrPhoneTaken and ErrUnionTaken for what the
	// newcomer cannot have, or Yields has no more; ErrUserNotFound; and an *Unfit user, who does not fulfil the terms. Of
	// several others, any.
	Admit(ctx context.Context, a Admission) (Binding, error)
	// Rebind puts a binding in the place of the user's former one in this app: it removes that with a tombstone, as
	// Unbind does, stores the new one, notes it and r.Replacement in the user, and stores the session, all or nothing.
	//
	// Errors: IdentityBound when the identity is bound, whoever it is bound to; ErrUserChanged when the user's
	// binding in this app is not r.Former any more; BindingRemoved when the session is stored already; ErrUserNotFound;
	// and an *Unfit user, who is disabled, or has another epoch than the session, or another number than r.Phone. Of
	// several, any: so a repeat, which finds its own binding, is refused.
	Rebind(ctx context.Context, r Rebinding) error
	// SetPhone gives a user a phone number in place of the one that they have; the zero Phone takes it away. from, if not "",
	// is another user who loses the number, if they have it. If it is the user's already, VerifiedAt becomes that of p, and AppID stays.
	//
	// Errors: ErrUserNotFound; ErrPhoneTaken when another user than from has the number.
	SetPhone(ctx context.Context, userID string, p Phone, from string) error
	// ClaimUsername gives a username and a first password to a user who has neither. Their sessions go on.
	//
	// Errors: ErrUserNotFound; ErrUserChanged when the user has a username or a password; ErrUsernameTaken. If the transport
	// repeats the write, it counts as done.
	ClaimUsername(ctx context.Context, userID, username string, p Password) error
	// NoteUnion makes a user be found by a unionid, besides those by which they are found already, and notes it in the
	// binding as its Union and so in the user's Apps, all or nothing, if the stored binding has b.ID and b.UserID. Another user who
	// is found by it, and not bound with it any more (User.KnownIn), no longer is. If another is bound with it, NoteUnion only
	// notes in the binding and the Apps that it was tried.
	//
	// Errors: ErrUnionTaken when another user has the unionid and is bound with it; ErrBindingNotFound.
	NoteUnion(ctx context.Context, b Binding, index string) error
}

// Rebinding puts a binding in the place of another of the same user in the same app.
type Rebinding struct {
	Binding Binding
	Session Session
	// Former is what the user notes of the binding that goes.
	Former UserApp
	// Replacement becomes the user's for this app.
	Replacement Replacement
	// Phone, if its Index is not "", is the number that the user must have. Its VerifiedAt becomes theirs.
	Phone Phone
}

// Fits says whether a user, who is bound as r says, may have the binding replaced.
func (r Rebinding) Fits(u User) bool {
	return !u.Disabled && u.Epoch == r.Session.Epoch && (r.Phone.Index == "" || u.Phone.Index == r.Phone.Index)
}

// Unfit is a user who does not fulfil the terms of an Admission or a Rebinding.
type Unfit struct{ User User }

// Error implements error.
func (u *Unfit) Error() string {
	return fmt.Sprintf("login: user %s does not fulfil the terms", u.User.ID)
}
