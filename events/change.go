package events

import (
	"context"
	"fmt"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Change is something that happens to the user [Username] without a request of theirs.
type Change int

const (
	// NoChange changes nothing.
	NoChange Change = iota
	// Disabled: an administrator disables the user.
	Disabled
	// Expired: the sessions have not been used for too long.
	Expired
	// Replaced: newer logins have ended the sessions.
	Replaced
	// BoundElsewhere: the user is also bound in another mini-program.
	BoundElsewhere
	// Temporary: an administrator gives the user the same password again, as a temporary one.
	Temporary
	// TemporaryExpired: so long ago that it has expired.
	TemporaryExpired
)

// String says what happens.
func (c Change) String() string {
	switch c {
	case NoChange:
		return "nothing"
	case Disabled:
		return "the user is disabled"
	case Expired:
		return "the sessions expire"
	case Replaced:
		return "other logins replace the sessions"
	case BoundElsewhere:
		return "the user is bound in another mini-program"
	case Temporary:
		return "the password becomes temporary"
	case TemporaryExpired:
		return "the password was temporary and has expired"
	}
	return fmt.Sprintf("change %d", int(c))
}

// Stores holds the ports that a Change needs.
type Stores interface {
	login.Users
	login.Passwords
	login.UserAdmin
	login.Sessions
	login.Bindings
}

// Make makes the change.
func (c Change) Make(ctx context.Context, stores Stores) error {
	switch c {
	case NoChange:
		return nil
	case Disabled:
		return stores.DisableUser(ctx, UserID, login.NewID())
	case Expired:
		return eachSession(ctx, stores, func(s login.Session) error {
			if err := stores.ForgetSession(ctx, s.UserID, s.TokenHash); err != nil {
				return err
			}
			s.IdleEnd = now()
			_, err := stores.CreateSession(ctx, s)
			return err
		})
	case Replaced:
		return eachSession(ctx, stores, func(s login.Session) error {
			return stores.EndSession(ctx, s.UserID, s.TokenHash, login.SessionReplaced)
		})
	case BoundElsewhere:
		user, err := stores.UserByID(ctx, UserID)
		if err != nil {
			return err
		}
		at := now()
		binding := login.Binding{
			ID: "elsewhere", AppID: "wxfedcba9876543210", OpenID: "elsewhere", UserID: UserID,
			Epoch: user.Epoch, SealedKey: "none", BoundAt: at, LastLoginAt: at,
		}
		_, err = stores.Bind(ctx, binding, login.Session{
			UserID: UserID, TokenHash: login.NewToken(UserID).Hash(), AppID: binding.AppID, OpenIDHash: "elsewhere", BindingID: binding.ID,
			Epoch: user.Epoch, CreatedAt: at, SeenAt: at, IdleEnd: at.Add(login.IdleLife), AbsoluteEnd: at.Add(login.AbsoluteLife),
		})
		return err
	case Temporary:
		return makeTemporary(ctx, stores, now().Add(time.Hour))
	case TemporaryExpired:
		return makeTemporary(ctx, stores, now().Add(-time.Hour))
	}
	return fmt.Errorf("events: no change %d", int(c))
}

// makeTemporary replaces the password by itself, as a temporary one.
func makeTemporary(ctx context.Context, stores Stores, until time.Time) error {
	user, p, err := stores.UserWithPassword(ctx, UserID)
	if err != nil {
		return err
	}
	p.ID, p.TemporaryUntil = login.NewID(), until
	return stores.ReplacePassword(ctx, UserID, user.PasswordID, p, login.NewID())
}

func eachSession(ctx context.Context, stores Stores, change func(login.Session) error) error {
	sessions, err := stores.SessionsOfUser(ctx, UserID)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if err := change(s); err != nil {
			return err
		}
	}
	return nil
}

// now is the time with the precision of the stores.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
