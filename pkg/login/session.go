package login

import (
	"slices"
	"time"
)

// How long a session lives, and how many a user may have.
const (
	// IdleLife ends a session that nobody uses.
	IdleLife = 7 * 24 * time.Hour
	// AbsoluteLife ends every session, however much it is used.
	AbsoluteLife = 30 * 24 * time.Hour
	// MaxSessions is how many live sessions a binding may have. A login ends those beyond that; see
	// Binding.makeRoom.
	MaxSessions = 10
	// MaxDeadSessions is how many sessions of a binding are kept that logins have ended: enough to tell a device
	// why it is logged out, and few enough that what is stored does not grow with the logins.
	// See docs/decisions/marks-in-the-binding.md.
	MaxDeadSessions = 5
	// maxTidied bounds how many sessions one login ends, and how many it forgets.
	maxTidied = 10
)

// Session is one login on one device. Times have millisecond precision.
type Session struct {
	UserID string
	// TokenHash is the SHA-256 of the token's secret part; see Token.Hash.
	TokenHash string
	AppID     string
	// OpenIDHash stands for the openid. With it, whoever verifies a token can tell identities apart
	// without a secret; see Secret.Hash.
	OpenIDHash string
	// BindingID is the binding that the session was opened under.
	BindingID string
	// Epoch is the user's epoch as the login knew it.
	Epoch string
	// CreatedAt is when the login began, before anything was read. It orders sessions and decides nothing.
	CreatedAt time.Time
	SeenAt    time.Time
	IdleEnd   time.Time
	// AbsoluteEnd is also when a store may forget the session.
	AbsoluteEnd time.Time
	// EndedReason is "" while nobody has ended the session.
	EndedReason Code
	Device      string
}

// ID names the session to its user. It is no secret: nobody can log in with it.
func (s Session) ID() string { return s.TokenHash }

// Dead says why the session is dead. It is "" for a live one. It judges by the user as stored now and by
// the clock, never by whether a store has cleaned up.
func (s Session) Dead(user User, now time.Time) Code {
	switch {
	case s.EndedReason != "":
		return s.EndedReason
	case user.Disabled:
		return UserDisabled
	case s.Epoch != user.Epoch:
		return SessionRevoked
	case user.Apps[s.AppID].BindingID != s.BindingID:
		return BindingRemoved
	case !now.Before(s.IdleEnd) || !now.Before(s.AbsoluteEnd):
		return SessionExpired
	}
	return ""
}

// judge is Dead as an error, nil for a live session.
func (s Session) judge(user User, now time.Time) error {
	if why := s.Dead(user, now); why != "" {
		return why
	}
	return nil
}

// behind says whether the session is dead for no other reason than its epoch.
func (s Session) behind(user User, now time.Time) bool {
	if s.Epoch == user.Epoch {
		return false
	}
	s.Epoch = user.Epoch
	return s.Dead(user, now) == ""
}

func newestFirst(sessions []Session) {
	slices.SortFunc(sessions, func(a, b Session) int { return b.CreatedAt.Compare(a.CreatedAt) })
}
