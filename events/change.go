package events

import (
	"context"
	"errors"
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
	// PhoneKnown: the user has the number Phone, and WeChat confirmed it an hour ago.
	PhoneKnown
	// PhoneStale: it confirmed it too long ago.
	PhoneStale
	// PhoneOfDisabled: the user has the number, and is disabled.
	PhoneOfDisabled
	// PhoneTemporary: as PhoneStale, and the password becomes temporary.
	PhoneTemporary
	// PhoneOfOther: another user has the number, and WeChat confirmed it an hour ago.
	PhoneOfOther
	// PhoneOfFormer: a user without a password, who once registered in StaffAppID, has the number, and WeChat confirmed it
	// too long ago.
	PhoneOfFormer
	// PhoneOfColleague: the same user has the number, and WeChat confirmed it an hour ago.
	PhoneOfColleague
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
	case PhoneKnown:
		return "the user has the phone number"
	case PhoneStale:
		return "the user has the phone number, which was not confirmed for long"
	case PhoneOfDisabled:
		return "the user has the phone number, and is disabled"
	case PhoneTemporary:
		return "the user has the phone number, which was not confirmed for long, and a temporary password"
	case PhoneOfOther:
		return "another user has the phone number"
	case PhoneOfFormer:
		return "a user without a password has the phone number, which was not confirmed for long"
	case PhoneOfColleague:
		return "a user without a password has the phone number"
	}
	return fmt.Sprintf("change %d", int(c))
}

// Stores holds the ports that a Change needs.
type Stores interface {
	login.Users
	login.UserRegistry
	login.Passwords
	login.UserAdmin
	login.Admissions
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
	case PhoneKnown:
		return stores.SetPhone(ctx, UserID, phone(lately()), "")
	case PhoneStale:
		return stores.SetPhone(ctx, UserID, phone(longAgo()), "")
	case PhoneOfDisabled:
		return errors.Join(PhoneKnown.Make(ctx, stores), Disabled.Make(ctx, stores))
	case PhoneTemporary:
		return errors.Join(PhoneStale.Make(ctx, stores), Temporary.Make(ctx, stores))
	case PhoneOfOther:
		return stores.SetPhone(ctx, OtherUserID, phone(lately()), "")
	case PhoneOfFormer:
		return addRegistered(ctx, stores, longAgo())
	case PhoneOfColleague:
		return addRegistered(ctx, stores, lately())
	}
	return fmt.Errorf("events: no change %d", int(c))
}

// phone is the number Phone, confirmed at a time.
func phone(at time.Time) login.Phone {
	p := (&login.Secret{IndexKey: IndexKey}).PhoneOf(Phone)
	p.VerifiedAt = at
	return p
}

// addRegistered adds a user who has registered in StaffAppID, with a number that was confirmed at a time.
func addRegistered(ctx context.Context, stores Stores, confirmed time.Time) error {
	return stores.AddUser(ctx, login.User{
		ID: "registered-id", Epoch: "first", CreatedAt: longAgo(), RegisteredIn: StaffAppID, Phone: phone(confirmed), Apps: map[string]login.UserApp{},
	}, login.Password{})
}

func lately() time.Time { return now().Add(-time.Hour) }

func longAgo() time.Time { return now().Add(-100 * 24 * time.Hour) }

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
