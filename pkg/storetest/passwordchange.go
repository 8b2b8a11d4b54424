package storetest

import (
	"errors"
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// changeOf replaces a user's password.
func changeOf(u login.User) login.PasswordChange {
	return login.PasswordChange{
		UserID: u.ID, OldID: u.PasswordID, OldEpoch: u.Epoch, Password: newPassword("hash-2"), Epoch: id("epoch"),
	}
}

// changed fails the test unless the user has the new password and the new epoch, and is else as before.
func (t *trial) changed(u login.User, c login.PasswordChange) {
	t.Helper()
	u.PasswordID, u.Epoch = c.Password.ID, c.Epoch
	same(t, t.userNow(u.ID), u)
	same(t, t.passwordNow(u.ID), c.Password)
}

// asBefore fails the test unless user and password are as before.
func (t *trial) asBefore(u login.User, p login.Password) {
	t.Helper()
	same(t, t.userNow(u.ID), u)
	same(t, t.passwordNow(u.ID), p)
}

// passwordChanges tests the PasswordChanges port.
func passwordChanges(s *suite) {
	s.test("ChangePassword replaces the password, and of all sessions one goes on", func(t *trial) {
		u, b, kept := t.bound()
		u = t.userNow(u.ID)
		other := t.newSession(b)
		t.must(t.create(other))
		c := changeOf(u)
		t.must(t.ChangePassword(t.ctx, c, kept.TokenHash))
		t.changed(u, c)
		if t.dead(kept) != "" || t.dead(other) != login.SessionRevoked {
			t.Fatalf("the session that asked is %q, the other %q", t.dead(kept), t.dead(other))
		}
		stored, _, err := t.SessionWithUser(t.ctx, u.ID, kept.TokenHash)
		t.must(err)
		kept.Epoch = c.Epoch
		same(t, stored, kept)
	})
	s.test("ChangePassword of a session that has ended, or is another user's, is ErrSessionNotFound", func(t *trial) {
		u, _, session := t.bound()
		_, _, theirs := t.bound()
		u, p := t.userNow(u.ID), t.passwordNow(u.ID)
		t.must(t.EndSession(t.ctx, u.ID, session.TokenHash, login.SessionReplaced))
		for _, hash := range []string{session.TokenHash, theirs.TokenHash, id("token")} {
			t.want(t.ChangePassword(t.ctx, changeOf(u), hash), login.ErrSessionNotFound)
		}
		t.asBefore(u, p)
		t.unstored(login.Session{UserID: u.ID, TokenHash: theirs.TokenHash})
		if got := t.dead(session); got != login.SessionReplaced {
			t.Fatalf("the session is %q", got)
		}
	})
	s.test("BindWithPassword replaces the password, binds, and opens a session", func(t *trial) {
		u, other, before := t.bound()
		u = t.userNow(u.ID)
		b := t.newBinding(u, otherApp)
		c := changeOf(u)
		c.Password.TemporaryUntil = t.now.Add(time.Hour)
		b.Epoch = c.Epoch
		session := t.newSession(b)
		t.must(t.BindWithPassword(t.ctx, c, b, session))
		u.Apps[otherApp] = noteOf(b)
		t.changed(u, c)
		stored, err := t.bindingNow(b)
		t.must(err)
		same(t, stored, b)
		if !t.stands(b) || !t.stands(other) || t.dead(session) != "" || t.dead(before) != login.SessionRevoked {
			t.Fatalf("the session is %q, the one before %q", t.dead(session), t.dead(before))
		}
	})
	s.test("BindWithPassword that cannot bind changes nothing", func(t *trial) {
		u, mine, _ := t.bound()
		_, theirs, _ := t.bound()
		u, p := t.userNow(u.ID), t.passwordNow(u.ID)
		for _, refused := range []struct {
			openID string
			app    string
			want   error
		}{
			{mine.OpenID, app, login.ErrAlreadyBound},
			{theirs.OpenID, app, login.IdentityBound},
			{id("openid"), app, login.UserBound},
		} {
			b := t.newBinding(u, refused.app)
			b.OpenID = refused.openID
			c := changeOf(u)
			b.Epoch = c.Epoch
			session := t.newSession(b)
			t.want(t.BindWithPassword(t.ctx, c, b, session), refused.want)
			t.asBefore(u, p)
			t.unstored(session)
			t.unbound(b)
		}
	})
	s.test("OpenWithPassword replaces the password and opens a session under the binding", func(t *trial) {
		u, b, before := t.bound()
		u = t.userNow(u.ID)
		c := changeOf(u)
		session := t.newSession(b)
		session.Epoch = c.Epoch
		t.must(t.OpenWithPassword(t.ctx, c, session))
		t.changed(u, c)
		if !t.stands(b) || t.dead(session) != "" || t.dead(before) != login.SessionRevoked {
			t.Fatalf("the session is %q, the one before %q", t.dead(session), t.dead(before))
		}
	})
	s.test("OpenWithPassword under a binding that is gone is BindingRemoved, and changes nothing", func(t *trial) {
		u, b, _ := t.bound()
		p := t.passwordNow(u.ID)
		t.must(t.Unbind(t.ctx, b, false))
		u = t.userNow(u.ID)
		c := changeOf(u)
		session := t.newSession(b)
		session.Epoch = c.Epoch
		t.want(t.OpenWithPassword(t.ctx, c, session), login.BindingRemoved)
		b.ID = id("binding")
		t.bind(b)
		u = t.userNow(u.ID)
		t.want(t.OpenWithPassword(t.ctx, c, session), login.BindingRemoved)
		t.asBefore(u, p)
		t.unstored(session)
	})
	for name, change := range map[string]func(t *trial, c login.PasswordChange, b login.Binding, s login.Session) error{
		"ChangePassword": func(t *trial, c login.PasswordChange, _ login.Binding, s login.Session) error {
			return t.ChangePassword(t.ctx, c, s.TokenHash)
		},
		"BindWithPassword": func(t *trial, c login.PasswordChange, _ login.Binding, _ login.Session) error {
			b := t.newBinding(login.User{ID: c.UserID, Epoch: c.Epoch}, otherApp)
			return t.BindWithPassword(t.ctx, c, b, t.newSession(b))
		},
		"OpenWithPassword": func(t *trial, c login.PasswordChange, b login.Binding, _ login.Session) error {
			s := t.newSession(b)
			s.UserID, s.Epoch = c.UserID, c.Epoch
			return t.OpenWithPassword(t.ctx, c, s)
		},
	} {
		s.test(name+" needs the password and the epoch that were read, and a user who is not disabled", func(t *trial) {
			u, b, session := t.bound()
			u, p := t.userNow(u.ID), t.passwordNow(u.ID)
			with := func(edit func(*login.PasswordChange)) error {
				c := changeOf(u)
				edit(&c)
				return change(t, c, b, session)
			}
			t.want(with(func(c *login.PasswordChange) { c.UserID = id("user") }), login.ErrUserNotFound)
			t.want(with(func(c *login.PasswordChange) { c.OldID = id("password") }), login.ErrPasswordChanged)
			t.want(with(func(c *login.PasswordChange) { c.OldID, c.OldEpoch = id("password"), id("epoch") }), login.ErrPasswordChanged)
			t.want(with(func(c *login.PasswordChange) { c.OldEpoch = id("epoch") }), login.SessionRevoked)
			t.asBefore(u, p)
			t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
			u = t.userNow(u.ID)
			t.want(with(func(*login.PasswordChange) {}), login.UserDisabled)
			t.want(with(func(c *login.PasswordChange) { c.OldEpoch = id("epoch") }), login.UserDisabled)
			t.asBefore(u, p)
			if got := len(t.sessionsNow(u.ID)); got != 1 {
				t.Fatalf("%d sessions are stored", got)
			}
		})
		s.test("of many at the same time one replaces the password: "+name, func(t *trial) {
			u, b, session := t.bound()
			u = t.userNow(u.ID)
			var changes [rivals]login.PasswordChange
			for i := range changes {
				changes[i] = changeOf(u)
				changes[i].Password.Hash = login.Hidden("hash-of-" + strconv.Itoa(i))
			}
			winner := t.one(login.ErrPasswordChanged, t.race(rivals, func(i int) error { return change(t, changes[i], b, session) }))
			same(t, t.passwordNow(u.ID), changes[winner].Password)
			now := t.userNow(u.ID)
			if now.Epoch != changes[winner].Epoch || now.PasswordID != changes[winner].Password.ID {
				t.Fatalf("the user is %+v", now)
			}
			live := 0
			for _, s := range t.sessionsNow(u.ID) {
				if s.Dead(now, t.now) == "" {
					live++
				}
			}
			if live != 1 {
				t.Fatalf("%d sessions live", live)
			}
		})
	}
	for round := range 10 {
		s.test("a ban at the same time leaves no session that lives, round "+strconv.Itoa(round), func(t *trial) {
			u, b, session := t.bound()
			u = t.userNow(u.ID)
			other := t.newBinding(u, otherApp)
			first, second, third := changeOf(u), changeOf(u), changeOf(u)
			other.Epoch = second.Epoch
			opened := t.newSession(b)
			opened.Epoch = third.Epoch
			t.together(4, func(i int) (err error) {
				switch i {
				case 0:
					if err := t.DisableUser(t.ctx, u.ID, id("epoch")); err != nil {
						return err
					}
					return t.EnableUser(t.ctx, u.ID)
				case 1:
					err = t.ChangePassword(t.ctx, first, session.TokenHash)
				case 2:
					err = t.BindWithPassword(t.ctx, second, other, t.newSession(other))
				default:
					err = t.OpenWithPassword(t.ctx, third, opened)
				}
				for _, late := range []error{login.ErrPasswordChanged, login.UserDisabled, login.SessionRevoked} {
					if errors.Is(err, late) {
						return nil
					}
				}
				return err
			})
			user := t.userNow(u.ID)
			for _, s := range t.sessionsNow(u.ID) {
				if got := s.Dead(user, t.now); got != login.SessionRevoked {
					t.Fatalf("a session is %q", got)
				}
			}
			t.inStep(other)
		})
	}
}
