package login

import "time"

// Binding ties one identity to one user. Two rules hold under any concurrency: an identity has at most
// one user, and a user has at most one openid in an app.
type Binding struct {
	// ID is new for each binding. It tells a session that was opened under an earlier binding of the
	// same identity and user from one under this binding.
	ID     string
	AppID  string
	OpenID string
	// UnionID is "" where WeChat gives none.
	UnionID string
	UserID  string
	// Index stands for the identity where it must not be named: see Secret.Index. It is "" without an index key. Stores
	// keep it for the tombstone that a removal leaves. It never changes.
	Index string
	// Union is the index of the unionid under which NoteUnion was last tried; "" if it never was.
	Union string
	// Epoch is the user's epoch as the binding last knew it: a hint, so that a touch gives it to a login
	// without another read. The user's own epoch decides.
	Epoch string
	// SealedKey is WeChat's session_key, sealed by Secret.Seal.
	SealedKey   string
	BoundAt     time.Time
	LastLoginAt time.Time
	// Sessions are the marks of the sessions that were opened under the binding. Of two that logins have
	// ended, the one that ended first comes first. Only BindingByOpenID reads them, and a Bind that finds the
	// binding.
	Sessions []SessionMark
}

// Note is how the user notes the binding.
func (b Binding) Note() UserApp {
	return UserApp{OpenID: b.OpenID, BindingID: b.ID, Index: b.Index, Union: b.Union}
}

// Touch marks a binding as used by its identity, and holds what WeChat has just given for it.
type Touch struct {
	AppID  string
	OpenID string
	// UnionID replaces the stored one unless it is "".
	UnionID   string
	SealedKey string
	// At is when WeChat gave the session_key. It becomes the binding's LastLoginAt.
	At time.Time
	// Opened marks a session that is opened under the binding; its TokenHash is "" if none is.
	Opened SessionMark
}
