package storetest

import (
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// passwords tests the Passwords port; races has the rest.
func passwords(s *suite) {
	s.test("a password comes back as it was, with its user", func(t *trial) {
		for _, p := range []login.Password{
			{ID: id("password") + unlike, Hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"},
			{ID: id("password"), Hash: "hash-1", TemporaryUntil: t.now.Add(1500 * time.Microsecond)},
		} {
			u := t.newUser()
			u.ID, u.PasswordID = u.ID+unlike, "another"
			t.must(t.AddUser(t.ctx, u, p))
			u.PasswordID = p.ID
			got, password, err := t.UserWithPassword(t.ctx, u.ID)
			t.must(err)
			same(t, got, u)
			same(t, password, p)
			same(t, t.userNow(u.ID), u)
			next := login.Password{ID: id("password"), Hash: "hash-2", TemporaryUntil: t.now.Add(time.Hour)}
			t.must(t.ReplacePassword(t.ctx, u.ID, p.ID, next, id("epoch")))
			same(t, t.passwordNow(u.ID), next)
		}
	})
	s.test("a user without a password has the zero one, and may be given one", func(t *trial) {
		u := t.newUser()
		u.PasswordID = ""
		t.must(t.add(u))
		same(t, t.passwordNow(u.ID), login.Password{})
		t.want(t.RenewHash(t.ctx, u.ID, "", "hash-2"), login.ErrPasswordChanged)
		given := newPassword("hash-2")
		t.want(t.ReplacePassword(t.ctx, u.ID, id("password"), given, id("epoch")), login.ErrPasswordChanged)
		same(t, t.passwordNow(u.ID), login.Password{})
		t.must(t.ReplacePassword(t.ctx, u.ID, "", given, id("epoch")))
		same(t, t.passwordNow(u.ID), given)
	})
	s.test("the password of a user that does not exist is ErrUserNotFound", func(t *trial) {
		t.user()
		_, _, err := t.UserWithPassword(t.ctx, id("user"))
		t.want(err, login.ErrUserNotFound)
	})
	s.test("a password is replaced if it is still the old one, and the sessions end", func(t *trial) {
		u, b, session := t.bound()
		u.Apps[app] = noteOf(b)
		second := newPassword("hash-2")
		t.want(t.ReplacePassword(t.ctx, u.ID, id("password"), second, id("epoch")), login.ErrPasswordChanged)
		same(t, t.userNow(u.ID), u)
		same(t, t.passwordNow(u.ID), firstPassword(u))
		if got := t.dead(session); got != "" {
			t.Fatalf("the session is %q", got)
		}
		first := u.PasswordID
		u.PasswordID, u.Epoch = second.ID, id("epoch")
		t.must(t.ReplacePassword(t.ctx, u.ID, first, second, u.Epoch))
		same(t, t.userNow(u.ID), u)
		same(t, t.passwordNow(u.ID), second)
		if got := t.dead(session); got != login.SessionRevoked {
			t.Fatalf("the session is %q", got)
		}
	})
	s.test("a hash is renewed if it is still the old one, and no session ends", func(t *trial) {
		u, b, session := t.bound()
		u.Apps[app] = noteOf(b)
		p := firstPassword(u)
		t.want(t.RenewHash(t.ctx, u.ID, "hash-0", "hash-2"), login.ErrPasswordChanged)
		same(t, t.passwordNow(u.ID), p)
		t.must(t.RenewHash(t.ctx, u.ID, "hash-1", "hash-2"))
		t.want(t.RenewHash(t.ctx, u.ID, "hash-1", "hash-3"), login.ErrPasswordChanged)
		p.Hash = "hash-2"
		same(t, t.passwordNow(u.ID), p)
		same(t, t.userNow(u.ID), u)
		if got := t.dead(session); got != "" {
			t.Fatalf("the session is %q", got)
		}
	})
	for round := range 10 {
		s.test("a new password and a renewed hash at the same time leave the new password, round "+strconv.Itoa(round), func(t *trial) {
			u := t.user()
			second := newPassword("hash-2")
			errs := t.race(2, func(i int) error {
				if i == 0 {
					return t.ReplacePassword(t.ctx, u.ID, u.PasswordID, second, id("epoch"))
				}
				return t.RenewHash(t.ctx, u.ID, "hash-1", "hash-1b")
			})
			t.must(errs[0])
			if errs[1] != nil {
				t.want(errs[1], login.ErrPasswordChanged)
			}
			same(t, t.passwordNow(u.ID), second)
		})
	}
}
