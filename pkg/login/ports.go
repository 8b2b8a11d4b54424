package login

import (
	"context"
)

// All ports are safe for concurrent use, obey the context's deadline, and read
// strongly consistently. A write that the transport repeats, because its first
// answer was lost, counts as done.

// WeChat is the code2Session side of WeChat.
type WeChat interface {
	// Code2Session exchanges a one-time code. A code is sent once; only where
	// WeChat cannot have seen it, or says that it is busy, is it sent once more.
	//
	// Errors: an *Error with one of the WX… codes; WXCodeUsed when the code was
	// used before, WXSecretRejected when WeChat does not take the AppSecret and so has
	// not looked at the code.
	Code2Session(ctx context.Context, app App, code string) (WeChatSession, error)
}

// Secrets gives the operator's secret.
type Secrets interface {
	// Secret gives the secret, from a cache where there is one.
	//
	// Errors: SecretUnavailable.
	Secret(ctx context.Context) (*Secret, error)
	// Refetch gets the secret anew, because WeChat or a sealed text shows that the
	// cached one is out of date. It does so at most every 2 seconds and gives the
	// cached one otherwise.
	//
	// Errors: SecretUnavailable.
	Refetch(ctx context.Context) (*Secret, error)
}

// Directory is the platform's own users, asked instead of those that wxbind keeps.
type Directory interface {
	// Authenticate says whose username and password these are, both as typed.
	//
	// Errors: InvalidCredentials; UserDisabled; DirectoryUnavailable.
	Authenticate(ctx context.Context, username string, password Hidden) (Profile, error)
	// Profile reads a user.
	//
	// Errors: ErrUserNotFound; DirectoryUnavailable.
	Profile(ctx context.Context, id string) (Profile, error)
}

// Hasher hashes passwords.
type Hasher interface {
	// Hash makes a hash of a password with today's parameters.
	//
	// Errors: the context's, when it ends before a processor is free.
	Hash(ctx context.Context, password Hidden) (Hidden, error)
	// Verify says whether the password is the hash's, and whether the hash is
	// outdated. An empty hash matches nothing. A wrong password costs the work of a
	// hash of Hash and of each of kinds, once, whatever the hash: so it takes the same
	// time for every user, and for none.
	//
	// Errors: the context's; a hash that cannot be read.
	Verify(ctx context.Context, hash, password Hidden, kinds []string) (ok, outdated bool, err error)
	// Kind names the algorithm and the parameters of a hash, for Verify's kinds. It is
	// "" for those of Hash.
	//
	// Errors: a hash that Verify could not read. They do not quote it.
	Kind(hash Hidden) (string, error)
}
