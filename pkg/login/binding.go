package login

import "time"

// Binding ties one identity to one user. Two rules hold under any concurrency:
// an identity has at most one user, and a user at most one openid in an app.
type Binding struct {
	// ID is new for each binding, so that a session made under an earlier one of
	// the same two is known as such.
	ID     string
	AppID  string
	OpenID string
	// UnionID is "" where WeChat gives none.
	UnionID string
	UserID  string
	// SealedKey is WeChat's session_key, sealed by Secret.Seal.
	SealedKey   string
	BoundAt     time.Time
	LastLoginAt time.Time
}

// Touch marks a login through a binding and refreshes what WeChat newly gave.
type Touch struct {
	AppID  string
	OpenID string
	// UnionID replaces the stored one unless it is "".
	UnionID   string
	SealedKey string
	// At is when WeChat gave the session_key.
	At time.Time
}
