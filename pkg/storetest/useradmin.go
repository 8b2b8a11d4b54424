package storetest

import (
	"github.com/wxbind/wxbind/pkg/login"
)

// userAdmin tests the UserAdmin port.
func userAdmin(s *suite) {
	s.test("a username that is taken is ErrUsernameTaken, and nothing is stored", func(t *trial) {
		u, late := t.user(), t.newUser()
		late.Username = u.Username
		t.want(t.add(late), login.ErrUsernameTaken)
		_, err := t.UserByID(t.ctx, late.ID)
		t.want(err, login.ErrUserNotFound)
		same(t, t.userNow(u.ID), u)
		got, err := t.UserIDByName(t.ctx, u.Username)
		t.must(err)
		if got != u.ID {
			t.Fatalf("the name is now %q", got)
		}
	})
	s.test("an id that is taken is an error, and nothing is stored", func(t *trial) {
		u, late := t.user(), t.newUser()
		late.ID = u.ID
		if t.add(late) == nil {
			t.Fatal("no error")
		}
		same(t, t.userNow(u.ID), u)
		same(t, t.passwordNow(u.ID), firstPassword(u))
		_, err := t.UserIDByName(t.ctx, late.Username)
		t.want(err, login.ErrUserNotFound)
	})

	s.test("a user is disabled and enabled, which revives no session", func(t *trial) {
		u, _, session := t.bound()
		epoch := id("epoch")
		t.must(t.DisableUser(t.ctx, u.ID, epoch))
		if got := t.userNow(u.ID); !got.Disabled || got.Epoch != epoch || t.dead(session) != login.UserDisabled {
			t.Fatalf("the user is %+v", got)
		}
		t.must(t.EnableUser(t.ctx, u.ID))
		if got := t.userNow(u.ID); got.Disabled || got.Epoch != epoch || t.dead(session) != login.SessionRevoked {
			t.Fatalf("the user is %+v", got)
		}
		t.must(t.EnableUser(t.ctx, u.ID))
	})
	s.test("each change leaves the rest of the user as it was", func(t *trial) {
		u, b, _ := t.bound()
		u.Apps[app] = noteOf(b)
		u.Epoch = id("epoch")
		t.must(t.LogoutUser(t.ctx, u.ID, u.Epoch))
		same(t, t.userNow(u.ID), u)
		u.Epoch, u.Disabled = id("epoch"), true
		t.must(t.DisableUser(t.ctx, u.ID, u.Epoch))
		same(t, t.userNow(u.ID), u)
		first, second := u.PasswordID, newPassword("hash-2")
		u.Epoch, u.PasswordID = id("epoch"), second.ID
		t.must(t.ReplacePassword(t.ctx, u.ID, first, second, u.Epoch))
		same(t, t.userNow(u.ID), u)
		t.must(t.RenewHash(t.ctx, u.ID, "hash-2", "hash-3"))
		same(t, t.userNow(u.ID), u)
		u.Disabled = false
		t.must(t.EnableUser(t.ctx, u.ID))
		same(t, t.userNow(u.ID), u)
	})

	for name, change := range map[string]func(t *trial, userID string) error{
		"LogoutUser":  func(t *trial, userID string) error { return t.LogoutUser(t.ctx, userID, id("epoch")) },
		"DisableUser": func(t *trial, userID string) error { return t.DisableUser(t.ctx, userID, id("epoch")) },
		"ReplacePassword": func(t *trial, userID string) error {
			return t.ReplacePassword(t.ctx, userID, "", newPassword("hash-2"), id("epoch"))
		},
		"EnableUser": func(t *trial, userID string) error { return t.EnableUser(t.ctx, userID) },
	} {
		s.test(name+" of a user that does not exist is ErrUserNotFound and creates none", func(t *trial) {
			nobody := id("user")
			for range 2 {
				t.want(change(t, nobody), login.ErrUserNotFound)
			}
			_, err := t.UserByID(t.ctx, nobody)
			t.want(err, login.ErrUserNotFound)
			t.want(t.RenewHash(t.ctx, nobody, "hash-2", "hash-3"), login.ErrPasswordChanged)
		})
	}
}
