package login

import (
	"slices"
	"time"
)

// How long a session lives, and how many a user may have.
const (
	// IdleLife ends a session that nobody uses.
	IdleLife = 7 * 24 * time.Hour
	// AbsoluteLife ends every session.
	AbsoluteLife = 30 * 24 * time.Hour
	// MaxSessions is how many living sessions a user keeps; a login ends the oldest beyond it.
	MaxSessions = 10
)

// Session is one login on one device. Times have millisecond precision.
type Session struct {
	UserID string
	// TokenHash is the SHA-256 of the token's secret part; see Token.Hash.
	TokenHash string
	AppID     string
	// BindingID is the binding that the session was made under.
	BindingID string
	// CreatedAt is the clock when the login began, before anything was read.
	CreatedAt time.Time
	SeenAt    time.Time
	IdleEnd   time.Time
	// AbsoluteEnd is also when a store may forget the session.
	AbsoluteEnd time.Time
	// EndedReason is "" while nobody has ended the session.
	EndedReason Code
	Device      string
}

// Dead says why the session does not live: judged by its user as stored now and
// by the clock, never by whether a store has cleaned up. It is "" for a living one.
func (s Session) Dead(user User, now time.Time) Code {
	switch {
	case s.EndedReason != "":
		return s.EndedReason
	case user.Disabled:
		return UserDisabled
	case !s.CreatedAt.After(user.NotBefore):
		return SessionRevoked
	case user.Apps[s.AppID].BindingID != s.BindingID:
		return BindingRemoved
	case !now.Before(s.IdleEnd) || !now.Before(s.AbsoluteEnd):
		return SessionExpired
	}
	return ""
}

// surplus picks the sessions that a login ends: of the others that have not
// ended by themselves, all but the newest MaxSessions-1.
func surplus(others []Session, fresh Session, now time.Time) []Session {
	living := slices.DeleteFunc(slices.Clone(others), func(s Session) bool {
		return s.TokenHash == fresh.TokenHash || s.EndedReason != "" ||
			!now.Before(s.IdleEnd) || !now.Before(s.AbsoluteEnd)
	})
	slices.SortFunc(living, func(a, b Session) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return living[min(len(living), MaxSessions-1):]
}
