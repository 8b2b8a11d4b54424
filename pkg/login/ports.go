package login

import (
	"context"
	"errors"
	"time"
)

// All ports are safe for concurrent use, obey the context's deadline, and read strongly consistently. If
// the transport repeats a write because the first answer was lost, the write counts as done.

// WeChat exchanges codes of two kinds: those of wx.login, and those of the button that asks for a phone number.
type WeChat interface {
	// Code2Session exchanges a one-time code. It sends a code once, and a second time only if WeChat
	// cannot have seen it or says that it is busy.
	//
	// Errors: an *Error with one of the WX… codes. WXCodeUsed means that the code was used before,
	// WXSecretRejected that WeChat rejects the AppSecret and so has not looked at the code.
	Code2Session(ctx context.Context, app App, code string) (WeChatSession, error)
	// StableToken asks for the access_token of an app, and forces no new one: until its last 5 minutes
	// everybody who asks gets the same, and in them the next one, while both are valid.
	//
	// Errors: an *Error with one of the WX… codes.
	StableToken(ctx context.Context, app App) (AccessToken, error)
	// PhoneNumber exchanges a one-time phone code for the phone number of the identity openID in app, in the
	// form of E.164: + and 7 to 15 digits. It sends the code once, and a second time only if WeChat cannot
	// have seen it or says that it is busy.
	//
	// Errors: an *Error with PhoneCodeInvalid, WXTokenRejected or another of the WX… codes. PhoneCodeInvalid
	// means that the code is expired, used, no phone code, or another app's or identity's; WXTokenRejected
	// that WeChat rejects the token and so has not looked at the code.
	PhoneNumber(ctx context.Context, token Hidden, app App, phoneCode, openID string) (string, error)
	// CheckSession says whether a session_key is still that of the identity openID in app.
	//
	// Errors: an *Error with SessionKeyStale, WXTokenRejected or another of the WX… codes.
	CheckSession(ctx context.Context, token Hidden, app App, openID string, sessionKey Hidden) error
}

// AccessToken is what WeChat lets an app's backend call it with. It is not a session's token.
type AccessToken struct {
	Value Hidden
	// Life is for how long from now WeChat accepts it, at most 2 hours.
	Life time.Duration
}

// Secrets holds the operator's secret.
type Secrets interface {
	// Secret returns the secret, from a cache if there is one.
	//
	// Errors: SecretUnavailable.
	Secret(ctx context.Context) (*Secret, error)
	// Refetch fetches the secret anew, because WeChat or a sealed text shows that the cached one is out
	// of date, or a request names a mini-program that it lacks. It fetches at most every 2 seconds; otherwise, or if the fetch fails, it returns the
	// cached one.
	//
	// Errors: SecretUnavailable when none is cached.
	Refetch(ctx context.Context) (*Secret, error)
}

// Services holds the keys of the platform's services that may introspect tokens.
type Services interface {
	// ServiceKeys returns the keys, from a cache if there is one.
	//
	// Errors: SecretUnavailable.
	ServiceKeys(ctx context.Context) (ServiceKeys, error)
}

// Directory has the platform's own users. It is asked in place of the users that wxbind keeps.
type Directory interface {
	// Authenticate returns the user whose username and password these are, both as typed, but for the blanks around the
	// username (see Trim).
	//
	// Errors: InvalidCredentials; UserDisabled; DirectoryUnavailable.
	Authenticate(ctx context.Context, username string, password Hidden) (Profile, error)
	// Profile reads a user.
	//
	// Errors: ErrUserNotFound; DirectoryUnavailable.
	Profile(ctx context.Context, id string) (Profile, error)
	// ByPhone returns the user who has a phone number, in the form of E.164, that WeChat has just confirmed for somebody in the
	// mini-program appID. The directory decides whether the number still stands for the user, and whether they are let in there.
	// A platform need not offer it.
	//
	// Errors: ErrUserNotFound; UserDisabled; DirectoryCannot; DirectoryUnavailable.
	ByPhone(ctx context.Context, appID, number string) (Profile, error)
	// Register makes a user, or returns the one of an earlier call with the same ID. A platform need not offer it.
	//
	// Errors: UserDisabled; DirectoryCannot; DirectoryUnavailable.
	Register(ctx context.Context, r DirectoryRegistration) (Profile, error)
}

// DirectoryRegistration is somebody who is to become a user of a Directory.
type DirectoryRegistration struct {
	// ID stands for the person, and says nothing about them. Every request of theirs has the same, in any number at the same
	// time, so that nobody is made twice.
	ID string
	// AppID is the mini-program in which they register.
	AppID string
	// Phone is their number in the form of E.164, if they register by one; else "". WeChat has just confirmed it.
	Phone string
}

// ErrHashTooWeak means that a stolen hash would let passwords be tried too cheaply, so it must not be stored. One
// that is stored already still verifies.
var ErrHashTooWeak = errors.New("the hash is too weak")

// ErrUndecided says that a password was not hashed to the end, so that nobody knows whether it is right.
var ErrUndecided = errors.New("the password was not hashed to the end")

// Hasher hashes passwords.
type Hasher interface {
	// Hash makes a hash of a password with today's parameters.
	//
	// Errors: Overloaded.
	Hash(ctx context.Context, password Hidden) (Hidden, error)
	// Verify says whether the hash is of this password, and whether the hash is outdated. An empty hash
	// matches nothing. A wrong password costs one hash as Hash makes it and one of each of kinds, whatever
	// the stored hash is. So it takes the same time for every user, and for an unknown one.
	//
	// Errors: Overloaded when the work cannot be done before the context's deadline. Then nothing was
	// hashed, unless the cause is ErrUndecided: the context ended between two hashes. And one for a hash
	// or a kind that cannot be read.
	Verify(ctx context.Context, hash, password Hidden, kinds []string) (ok, outdated bool, err error)
	// Kind names the algorithm and the parameters of a hash that is about to be stored, as Verify takes it
	// in kinds. It is "" for those that Hash uses.
	//
	// Errors: ErrHashTooWeak, with the kind all the same; one for a hash that Verify cannot read. None quotes the hash.
	Kind(hash Hidden) (string, error)
}
