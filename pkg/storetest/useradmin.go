package storetest

import (
	"time"

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

	s.test("a password is replaced if it is still the old one", func(t *trial) {
		u, _, session := t.bound()
		t.must(t.ReplacePassword(t.ctx, u.ID, "hash-1", "hash-2", time.Time{}))
		if got := t.userNow(u.ID); got.PasswordHash != "hash-2" || !got.NotBefore.Equal(u.NotBefore) || t.dead(session) != "" {
			t.Fatal("the hash is not the new one, or NotBefore moved")
		}
		t.want(t.ReplacePassword(t.ctx, u.ID, "hash-1", "hash-3", t.now), login.ErrPasswordChanged)
		if got := t.userNow(u.ID); got.PasswordHash != "hash-2" || !got.NotBefore.Equal(u.NotBefore) {
			t.Fatal("the refused change was made")
		}
		t.must(t.ReplacePassword(t.ctx, u.ID, "hash-2", "hash-3", t.now))
		if got := t.userNow(u.ID); got.PasswordHash != "hash-3" || !got.NotBefore.Equal(t.now) {
			t.Fatal("the hash is not the new one, or NotBefore did not move")
		}
		if got := t.dead(session); got != login.SessionRevoked {
			t.Fatalf("the session is %q", got)
		}
	})
	s.test("a user without a password is given one", func(t *trial) {
		u := t.newUser()
		u.PasswordHash = ""
		t.must(t.AddUser(t.ctx, u))
		t.want(t.ReplacePassword(t.ctx, u.ID, "hash-1", "hash-2", t.now), login.ErrPasswordChanged)
		t.must(t.ReplacePassword(t.ctx, u.ID, "", "hash-2", t.now))
		if got := t.userNow(u.ID); got.PasswordHash != "hash-2" {
			t.Fatal("the hash is not the new one")
		}
	})
	s.test("a user is disabled and enabled, which revives no session", func(t *trial) {
		u, _, session := t.bound()
		t.must(t.DisableUser(t.ctx, u.ID, t.now))
		if got := t.userNow(u.ID); !got.Disabled || !got.NotBefore.Equal(t.now) || t.dead(session) != login.UserDisabled {
			t.Fatalf("the user is %+v", got)
		}
		t.must(t.EnableUser(t.ctx, u.ID))
		if got := t.userNow(u.ID); got.Disabled || !got.NotBefore.Equal(t.now) || t.dead(session) != login.SessionRevoked {
			t.Fatalf("the user is %+v", got)
		}
		t.must(t.EnableUser(t.ctx, u.ID))
	})
	s.test("each change leaves the rest of the user as it was", func(t *trial) {
		u, b, _ := t.bound()
		u.Apps[app] = login.UserApp{OpenID: b.OpenID, BindingID: b.ID}
		u.NotBefore = t.now.Add(time.Millisecond)
		t.must(t.LogoutUser(t.ctx, u.ID, u.NotBefore))
		same(t, t.userNow(u.ID), u)
		u.NotBefore, u.Disabled = u.NotBefore.Add(time.Millisecond), true
		t.must(t.DisableUser(t.ctx, u.ID, u.NotBefore))
		same(t, t.userNow(u.ID), u)
		u.NotBefore, u.PasswordHash = u.NotBefore.Add(time.Millisecond), "hash-2"
		t.must(t.ReplacePassword(t.ctx, u.ID, "hash-1", "hash-2", u.NotBefore))
		same(t, t.userNow(u.ID), u)
		u.Disabled = false
		t.must(t.EnableUser(t.ctx, u.ID))
		same(t, t.userNow(u.ID), u)
	})

	for _, change := range []struct {
		name string
		do   func(t *trial, userID string, notBefore time.Time) error
		done func(u login.User) bool
	}{
		{"LogoutUser", func(t *trial, userID string, notBefore time.Time) error {
			return t.LogoutUser(t.ctx, userID, notBefore)
		}, func(login.User) bool { return true }},
		{"DisableUser", func(t *trial, userID string, notBefore time.Time) error {
			return t.DisableUser(t.ctx, userID, notBefore)
		}, func(u login.User) bool { return u.Disabled }},
		{"ReplacePassword", func(t *trial, userID string, notBefore time.Time) error {
			return t.ReplacePassword(t.ctx, userID, "hash-1", "hash-2", notBefore)
		}, func(u login.User) bool { return u.PasswordHash == "hash-2" }},
		{"EnableUser", func(t *trial, userID string, _ time.Time) error {
			return t.EnableUser(t.ctx, userID)
		}, func(u login.User) bool { return !u.Disabled }},
	} {
		s.test(change.name+" never moves NotBefore back", func(t *trial) {
			for _, back := range []time.Duration{0, time.Millisecond, 24 * time.Hour} {
				u := t.user()
				t.must(t.LogoutUser(t.ctx, u.ID, t.now))
				t.must(change.do(t, u.ID, t.now.Add(-back)))
				if got := t.userNow(u.ID); !got.NotBefore.Equal(t.now) || !change.done(got) {
					t.Fatalf("after a change to %v earlier the user is %+v", back, got)
				}
			}
		})
		s.test(change.name+" of a user that does not exist is ErrUserNotFound and creates none", func(t *trial) {
			nobody := id("user")
			for range 2 {
				t.want(change.do(t, nobody, t.now), login.ErrUserNotFound)
			}
			_, err := t.UserByID(t.ctx, nobody)
			t.want(err, login.ErrUserNotFound)
		})
	}
}
