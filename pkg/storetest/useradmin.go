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

	s.test("a change of the name or the roles leaves the rest of the user as it was", func(t *trial) {
		u, b, session := t.bound()
		u.Apps[app] = noteOf(b)
		u.Name, u.NameGiven = "爱丽丝"+unlike, login.Given{}
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Name: &u.Name}))
		same(t, t.userNow(u.ID), u)
		u.Roles = []string{"a" + unlike, "b"}
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Roles: &u.Roles}))
		same(t, t.userNow(u.ID), u)
		u.Name, u.Roles = "", nil
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Name: &u.Name, Roles: &u.Roles}))
		same(t, t.userNow(u.ID), u)
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{}))
		same(t, t.userNow(u.ID), u)
		if why := t.dead(session); why != "" {
			t.Fatalf("the session is dead: %s", why)
		}
	})

	s.test("a name and an avatar are set with where they were given, each by itself", func(t *trial) {
		u := t.user()
		given := login.Given{AppID: otherApp, At: t.now.Add(999 * time.Microsecond)}
		u.Name, u.NameGiven = "Given", given
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Name: &u.Name, Given: given}))
		same(t, t.userNow(u.ID), u)
		given = login.Given{AppID: app, At: t.now}
		u.Avatar, u.AvatarGiven = "https://example.com/爱丽丝"+unlike, given
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Avatar: &u.Avatar, Given: given}))
		same(t, t.userNow(u.ID), u)
		u.Roles = []string{"writer"}
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Roles: &u.Roles, Given: given}))
		same(t, t.userNow(u.ID), u)
		u.Name, u.NameGiven, u.AvatarGiven = "", given, given
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Name: &u.Name, Avatar: &u.Avatar, Given: given}))
		same(t, t.userNow(u.ID), u)
		u.Avatar, u.AvatarGiven = "", login.Given{}
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Avatar: &u.Avatar}))
		same(t, t.userNow(u.ID), u)
	})

	for name, change := range map[string]func(t *trial, userID string) error{
		"LogoutUser":  func(t *trial, userID string) error { return t.LogoutUser(t.ctx, userID, id("epoch")) },
		"RaiseEpoch":  func(t *trial, userID string) error { return t.RaiseEpoch(t.ctx, userID, id("epoch")) },
		"DisableUser": func(t *trial, userID string) error { return t.DisableUser(t.ctx, userID, id("epoch")) },
		"ReplacePassword": func(t *trial, userID string) error {
			return t.ReplacePassword(t.ctx, userID, "", newPassword("hash-2"), id("epoch"))
		},
		"EnableUser": func(t *trial, userID string) error { return t.EnableUser(t.ctx, userID) },
		"ChangeUser": func(t *trial, userID string) error {
			name := "somebody"
			return t.ChangeUser(t.ctx, userID, login.UserChange{Name: &name})
		},
		"ChangeUser that changes nothing": func(t *trial, userID string) error { return t.ChangeUser(t.ctx, userID, login.UserChange{}) },
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
