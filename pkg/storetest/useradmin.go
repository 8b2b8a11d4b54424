package storetest

import (
	"github.com/wxbind/wxbind/pkg/login"
)

// userAdmin tests the UserAdmin port.
func userAdmin(s *suite) {
	s.test("a username that is taken is ErrUsernameTaken, and nothing is stored", func(t *trial) {
		u, late := t.user(), t.newUser()
		late.Username = u.Username
		t.want(t.AddUser(t.ctx, late), login.ErrUsernameTaken)
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
		if t.AddUser(t.ctx, late) == nil {
			t.Fatal("no error")
		}
		same(t, t.userNow(u.ID), u)
		_, err := t.UserIDByName(t.ctx, late.Username)
		t.want(err, login.ErrUserNotFound)
	})

	s.test("a password is replaced if it is still the old one, and the sessions end", func(t *trial) {
		u, b, session := t.bound()
		u.Apps[app] = login.UserApp{OpenID: b.OpenID, BindingID: b.ID}
		t.want(t.ReplacePassword(t.ctx, u.ID, "hash-0", "hash-2", id("epoch")), login.ErrPasswordChanged)
		same(t, t.userNow(u.ID), u)
		if got := t.dead(session); got != "" {
			t.Fatalf("the session is %q", got)
		}
		u.PasswordHash, u.Epoch = "hash-2", id("epoch")
		t.must(t.ReplacePassword(t.ctx, u.ID, "hash-1", "hash-2", u.Epoch))
		same(t, t.userNow(u.ID), u)
		if got := t.dead(session); got != login.SessionRevoked {
			t.Fatalf("the session is %q", got)
		}
	})
	s.test("a hash is renewed if it is still the old one, and no session ends", func(t *trial) {
		u, _, session := t.bound()
		t.want(t.RenewHash(t.ctx, u.ID, "hash-0", "hash-2"), login.ErrPasswordChanged)
		t.must(t.RenewHash(t.ctx, u.ID, "hash-1", "hash-2"))
		t.want(t.RenewHash(t.ctx, u.ID, "hash-1", "hash-3"), login.ErrPasswordChanged)
		if got := t.userNow(u.ID); got.PasswordHash != "hash-2" || got.Epoch != u.Epoch || t.dead(session) != "" {
			t.Fatal("the hash is not the new one, or the epoch is")
		}
	})
	s.test("a user without a password is given one", func(t *trial) {
		u := t.newUser()
		u.PasswordHash = ""
		t.must(t.AddUser(t.ctx, u))
		t.want(t.ReplacePassword(t.ctx, u.ID, "hash-1", "hash-2", id("epoch")), login.ErrPasswordChanged)
		t.must(t.ReplacePassword(t.ctx, u.ID, "", "hash-2", id("epoch")))
		if got := t.userNow(u.ID); got.PasswordHash != "hash-2" {
			t.Fatal("the hash is not the new one")
		}
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
		u.Apps[app] = login.UserApp{OpenID: b.OpenID, BindingID: b.ID}
		u.Epoch = id("epoch")
		t.must(t.LogoutUser(t.ctx, u.ID, u.Epoch))
		same(t, t.userNow(u.ID), u)
		u.Epoch, u.Disabled = id("epoch"), true
		t.must(t.DisableUser(t.ctx, u.ID, u.Epoch))
		same(t, t.userNow(u.ID), u)
		u.Epoch, u.PasswordHash = id("epoch"), "hash-2"
		t.must(t.ReplacePassword(t.ctx, u.ID, "hash-1", "hash-2", u.Epoch))
		same(t, t.userNow(u.ID), u)
		u.PasswordHash = "hash-3"
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
			return t.ReplacePassword(t.ctx, userID, "hash-1", "hash-2", id("epoch"))
		},
		"RenewHash":  func(t *trial, userID string) error { return t.RenewHash(t.ctx, userID, "hash-1", "hash-2") },
		"EnableUser": func(t *trial, userID string) error { return t.EnableUser(t.ctx, userID) },
	} {
		s.test(name+" of a user that does not exist is ErrUserNotFound and creates none", func(t *trial) {
			nobody := id("user")
			for range 2 {
				t.want(change(t, nobody), login.ErrUserNotFound)
			}
			_, err := t.UserByID(t.ctx, nobody)
			t.want(err, login.ErrUserNotFound)
		})
	}
}
