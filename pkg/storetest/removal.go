package storetest

import (
	"errors"
	"strconv"

	"github.com/wxbind/wxbind/pkg/login"
)

// removals tests DeleteUser, with its races.
func removals(s *suite) {
	s.test("a deleted user is gone with the name and the bindings, and nobody else is", func(t *trial) {
		u, b, session := t.bound()
		other := t.newBinding(u, otherApp)
		t.bind(other)
		neighbour, theirs, theirSession := t.bound()
		t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
		t.gone(u, b, other)
		_, _, err := t.SessionWithUser(t.ctx, u.ID, session.TokenHash)
		t.want(err, login.ErrUserNotFound)
		if got := t.sessionsNow(u.ID); len(got) != 2 {
			t.Fatalf("%d sessions are left, want both", len(got))
		}
		for _, listed := range t.everyUser(1000) {
			if listed.ID == u.ID {
				t.Fatal("the user is listed")
			}
		}
		if !t.stands(theirs) || t.dead(theirSession) != "" {
			t.Fatal("another user's binding is gone")
		}
		got, err := t.UserIDByName(t.ctx, neighbour.Username)
		t.must(err)
		if got != neighbour.ID {
			t.Fatalf("another user's name is %q's", got)
		}
	})
	s.test("the name and the identities of a deleted user are free", func(t *trial) {
		u, b, old := t.bound()
		t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
		next := t.newUser()
		next.Username = u.Username
		t.must(t.add(next))
		got, err := t.UserIDByName(t.ctx, u.Username)
		t.must(err)
		if got != next.ID {
			t.Fatalf("the name is %q's", got)
		}
		again := t.newBinding(next, app)
		again.OpenID = b.OpenID
		t.bind(again)
		// Even the same id may come again, from a directory, and revives nothing.
		p := t.newProfile()
		p.ID = u.ID
		back, err := t.EnrollUser(t.ctx, p, t.now, id("epoch"))
		t.must(err)
		if len(back.Apps) != 0 || back.PasswordID != "" || t.dead(old) != login.SessionRevoked {
			t.Fatalf("the user is %+v", back)
		}
		same(t, t.passwordNow(u.ID), login.Password{})
	})
	s.test("a user who does not exist is ErrUserNotFound", func(t *trial) {
		u, _, _ := t.bound()
		u = t.userNow(u.ID)
		t.must(t.DeleteUser(t.ctx, u))
		t.want(t.DeleteUser(t.ctx, u), login.ErrUserNotFound)
		t.want(t.DeleteUser(t.ctx, t.newUser()), login.ErrUserNotFound)
	})
	s.test("a user whose bindings have changed since the read is ErrUserChanged, and nothing is removed", func(t *trial) {
		for name, change := range map[string]func(u login.User, b login.Binding){
			"bound elsewhere": func(u login.User, _ login.Binding) { t.bind(t.newBinding(u, otherApp)) },
			"unbound":         func(_ login.User, b login.Binding) { t.must(t.Unbind(t.ctx, b, false)) },
			"bound anew": func(_ login.User, b login.Binding) {
				t.must(t.Unbind(t.ctx, b, false))
				again := b
				again.ID = id("binding")
				t.bind(again)
			},
			"bound to another openid": func(u login.User, b login.Binding) {
				t.must(t.Unbind(t.ctx, b, false))
				t.bind(t.newBinding(u, app))
			},
		} {
			u, b, _ := t.bound()
			read := t.userNow(u.ID)
			change(u, b)
			before := t.userNow(u.ID)
			if err := t.DeleteUser(t.ctx, read); !errors.Is(err, login.ErrUserChanged) {
				t.Fatalf("%s: %v", name, err)
			}
			same(t, t.userNow(u.ID), before)
			t.inStep(b)
			if got, err := t.UserIDByName(t.ctx, u.Username); err != nil || got != u.ID {
				t.Fatalf("%s: the name is %q's, %v", name, got, err)
			}
			t.must(t.DeleteUser(t.ctx, before))
		}
	})
	s.test("a user who has changed in something other than the bindings is deleted", func(t *trial) {
		u, b, _ := t.bound()
		read := t.userNow(u.ID)
		t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
		t.must(t.ReplacePassword(t.ctx, u.ID, u.PasswordID, newPassword("hash-2"), id("epoch")))
		t.must(t.DeleteUser(t.ctx, read))
		t.gone(u, b)
	})
	s.test("a user of a directory is deleted, with the name that was claimed before", func(t *trial) {
		u, b, _ := t.bound()
		p := t.newProfile()
		p.ID = u.ID
		read, err := t.EnrollUser(t.ctx, p, t.now, id("epoch"))
		t.must(err)
		t.must(t.DeleteUser(t.ctx, read))
		t.gone(u, b)

		namesake := t.user()
		p = t.newProfile()
		p.Username = namesake.Username
		read, err = t.EnrollUser(t.ctx, p, t.now, id("epoch"))
		t.must(err)
		t.must(t.DeleteUser(t.ctx, read))
		got, err := t.UserIDByName(t.ctx, namesake.Username)
		t.must(err)
		if got != namesake.ID {
			t.Fatalf("the name is %q's", got)
		}
	})

	s.test("of many deletions of a user one finds the user", func(t *trial) {
		u, b, _ := t.bound()
		read := t.userNow(u.ID)
		t.one(login.ErrUserNotFound, t.race(rivals, func(int) error { return t.DeleteUser(t.ctx, read) }))
		t.gone(u, b)
	})
	for round := range 10 {
		s.test("a bind and a deletion at the same time leave no binding without a user, round "+strconv.Itoa(round), func(t *trial) {
			u, b, _ := t.bound()
			read := t.userNow(u.ID)
			other := t.newBinding(u, otherApp)
			session := t.newSession(other)
			errs := t.race(2, func(i int) error {
				if i == 0 {
					return t.DeleteUser(t.ctx, read)
				}
				_, err := t.Bind(t.ctx, other, session)
				return err
			})
			if errs[0] == nil {
				t.want(errs[1], login.ErrUserNotFound)
				t.gone(u, b, other)
				t.unstored(session)
				return
			}
			t.want(errs[0], login.ErrUserChanged)
			t.must(errs[1])
			if !t.stands(b) || !t.stands(other) {
				t.Fatal("a binding that stood is gone")
			}
		})
		s.test("an unbind and a deletion at the same time, round "+strconv.Itoa(round), func(t *trial) {
			u, b, _ := t.bound()
			read := t.userNow(u.ID)
			errs := t.race(2, func(i int) error {
				if i == 0 {
					return t.DeleteUser(t.ctx, read)
				}
				return t.Unbind(t.ctx, b, false)
			})
			if errs[0] == nil {
				t.want(errs[1], login.ErrBindingNotFound)
				t.gone(u, b)
				return
			}
			t.want(errs[0], login.ErrUserChanged)
			t.must(errs[1])
			t.unbound(b)
			t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
		})
		s.test("changes and a deletion at the same time leave no user, round "+strconv.Itoa(round), func(t *trial) {
			u, b, _ := t.bound()
			read := t.userNow(u.ID)
			p := t.newProfile()
			p.ID = u.ID
			errs := t.race(6, func(i int) error {
				switch i {
				case 0:
					return t.DeleteUser(t.ctx, read)
				case 1:
					return t.DisableUser(t.ctx, u.ID, id("epoch"))
				case 2:
					return t.EnableUser(t.ctx, u.ID)
				case 3:
					return t.LogoutUser(t.ctx, u.ID, id("epoch"))
				case 4:
					return t.ReplacePassword(t.ctx, u.ID, u.PasswordID, newPassword("hash-2"), id("epoch"))
				default:
					_, err := t.RefreshUser(t.ctx, p)
					return err
				}
			})
			t.must(errs[0])
			for _, err := range errs[1:] {
				if err != nil {
					t.want(err, login.ErrUserNotFound)
				}
			}
			t.gone(u, b)
		})
		s.test("an added user and the deletion of the one before with the name, round "+strconv.Itoa(round), func(t *trial) {
			u := t.user()
			next := t.newUser()
			next.Username = u.Username
			errs := t.race(2, func(i int) error {
				if i == 0 {
					return t.DeleteUser(t.ctx, u)
				}
				return t.add(next)
			})
			t.must(errs[0])
			if errs[1] != nil {
				t.want(errs[1], login.ErrUsernameTaken)
				t.gone(u)
				t.must(t.add(next))
			}
			got, err := t.UserIDByName(t.ctx, u.Username)
			t.must(err)
			if got != next.ID {
				t.Fatalf("the name is %q's", got)
			}
		})
	}
}

// gone fails the test if anything but sessions is left of the user.
func (t *trial) gone(u login.User, bindings ...login.Binding) {
	t.Helper()
	_, err := t.UserByID(t.ctx, u.ID)
	t.want(err, login.ErrUserNotFound)
	_, err = t.UserIDByName(t.ctx, u.Username)
	t.want(err, login.ErrUserNotFound)
	t.want(t.RenewHash(t.ctx, u.ID, "hash-1", "hash-1"), login.ErrPasswordChanged)
	t.want(t.RenewHash(t.ctx, u.ID, "hash-2", "hash-2"), login.ErrPasswordChanged)
	for _, b := range bindings {
		_, err := t.bindingNow(b)
		t.want(err, login.ErrBindingNotFound)
		_, err = t.touch(b)
		t.want(err, login.ErrBindingNotFound)
	}
}
