package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// profiles tests the Profiles port.
func profiles(s *suite) {
	s.test("an enrolled user is as the directory describes them", func(t *trial) {
		p := t.newProfile()
		p.ID, p.Username, p.Name = p.ID+unlike, p.Username+unlike, "爱丽丝 "+unlike
		p.Roles = []string{"z", "a", "读者" + unlike}
		got, err := t.EnrollUser(t.ctx, p, t.now.Add(999*time.Microsecond), "first")
		t.must(err)
		want := described(login.User{ID: p.ID, Epoch: "first", CreatedAt: t.now, Apps: map[string]login.UserApp{}}, p)
		same(t, got, want)
		same(t, t.userNow(p.ID), want)
		session := t.bind(t.newBinding(want, app))
		if got := t.dead(session); got != "" {
			t.Fatalf("the session is %q", got)
		}
	})
	s.test("what only wxbind knows of a user is unchanged by a directory", func(t *trial) {
		for name, describe := range map[string]func(login.Profile) (login.User, error){
			"EnrollUser": func(p login.Profile) (login.User, error) {
				return t.EnrollUser(t.ctx, p, t.now.Add(time.Hour), id("epoch"))
			},
			"RefreshUser": func(p login.Profile) (login.User, error) { return t.RefreshUser(t.ctx, p) },
		} {
			u, b, session := t.bound()
			u.Apps[app] = noteOf(b)
			p := t.newProfile()
			p.ID, p.Roles = u.ID, nil
			u = described(u, p)
			for range 2 {
				got, err := describe(p)
				t.must(err)
				same(t, got, u)
				same(t, t.userNow(u.ID), u)
			}
			if !t.stands(b) || t.dead(session) != "" {
				t.Fatalf("%s: the binding is gone, or its session dead", name)
			}
			u.Disabled, u.Epoch = true, id("epoch")
			t.must(t.DisableUser(t.ctx, u.ID, u.Epoch))
			got, err := describe(p)
			t.must(err)
			same(t, got, u)
		}
	})
	s.test("a raised epoch ends what was opened under the one before, also a bind under way", func(t *trial) {
		u, _, session := t.bound()
		late := t.newBinding(t.userNow(u.ID), otherApp)
		next := id("epoch")
		t.must(t.RaiseEpoch(t.ctx, u.ID, next))
		if got := t.userNow(u.ID).Epoch; got != next {
			t.Fatalf("the epoch is %q, want %q", got, next)
		}
		if got := t.dead(session); got != login.SessionRevoked {
			t.Fatalf("the session is %q", got)
		}
		t.want(t.tryBind(late), login.SessionRevoked)
	})
	s.test("a user whom a directory has registered remembers where, and one who is there does not change", func(t *trial) {
		p := t.newProfile()
		p.RegisteredIn = app
		first, err := t.EnrollUser(t.ctx, p, t.now, "first")
		t.must(err)
		if first.RegisteredIn != app || first.Epoch != "first" {
			t.Fatalf("the user is %+v", first)
		}
		p.RegisteredIn, p.Name = otherApp, "Renamed"
		again, err := t.EnrollUser(t.ctx, p, t.now.Add(time.Hour), "second")
		t.must(err)
		refreshed, err := t.RefreshUser(t.ctx, p)
		t.must(err)
		first.Name = p.Name
		same(t, again, first)
		same(t, refreshed, first)

		had := t.newProfile()
		enrolled, err := t.EnrollUser(t.ctx, had, t.now, "first")
		t.must(err)
		had.RegisteredIn = app
		again, err = t.EnrollUser(t.ctx, had, t.now, "second")
		t.must(err)
		same(t, again, enrolled)
	})
	s.test("a description takes the place of the name and the avatar that the user has given", func(t *trial) {
		u := t.giver()
		p := t.newProfile()
		p.ID, p.Name, p.Avatar = u.ID, u.Name, u.Avatar
		u = described(u, p)
		for _, avatar := range []string{p.Avatar, "", "https://example.com/爱丽丝" + unlike} {
			p.Avatar, u.Avatar = avatar, avatar
			got, err := t.RefreshUser(t.ctx, p)
			t.must(err)
			same(t, got, u)
			same(t, t.userNow(u.ID), u)
		}
		u.Name, u.NameGiven = "Given", login.Given{AppID: app, At: t.now}
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Name: &u.Name, Given: u.NameGiven}))
		same(t, t.userNow(u.ID), u)
		u = described(u, p)
		got, err := t.EnrollUser(t.ctx, p, t.now, id("epoch"))
		t.must(err)
		same(t, got, u)
	})
	s.test("a refresh creates no user", func(t *trial) {
		p := t.newProfile()
		for range 2 {
			_, err := t.RefreshUser(t.ctx, p)
			t.want(err, login.ErrUserNotFound)
		}
		_, err := t.UserByID(t.ctx, p.ID)
		t.want(err, login.ErrUserNotFound)
	})
	s.test("a user of a directory claims no username", func(t *trial) {
		own := t.user()
		first, second := t.newProfile(), t.newProfile()
		first.Username, second.Username = own.Username, own.Username
		for _, p := range []login.Profile{first, second} {
			u, err := t.EnrollUser(t.ctx, p, t.now, id("epoch"))
			t.must(err)
			if u.ID != p.ID || u.Username != own.Username {
				t.Fatalf("the user is %+v", u)
			}
		}
		got, err := t.UserIDByName(t.ctx, own.Username)
		t.must(err)
		if got != own.ID {
			t.Fatalf("the name is now %q's", got)
		}
		alone := t.newProfile()
		_, err = t.EnrollUser(t.ctx, alone, t.now, id("epoch"))
		t.must(err)
		_, err = t.UserIDByName(t.ctx, alone.Username)
		t.want(err, login.ErrUserNotFound)
		u := t.newUser()
		u.Username = alone.Username
		t.must(t.add(u))
	})
	s.test("a claimed username stays claimed when a directory describes its user differently", func(t *trial) {
		u := t.user()
		p := t.newProfile()
		p.ID = u.ID
		_, err := t.EnrollUser(t.ctx, p, t.now, id("epoch"))
		t.must(err)
		got, err := t.UserIDByName(t.ctx, u.Username)
		t.must(err)
		if got != u.ID {
			t.Fatalf("the name is %q's", got)
		}
	})
	s.test("a user without a password is enrolled, and may be given one", func(t *trial) {
		p := t.newProfile()
		_, err := t.EnrollUser(t.ctx, p, t.now, id("epoch"))
		t.must(err)
		given := newPassword("hash-1")
		t.must(t.ReplacePassword(t.ctx, p.ID, "", given, id("epoch")))
		got, err := t.EnrollUser(t.ctx, p, t.now, id("epoch"))
		t.must(err)
		if got.PasswordID != given.ID {
			t.Fatalf("the user is %+v", got)
		}
		same(t, t.passwordNow(p.ID), given)
	})
	s.test("users of a directory are listed", func(t *trial) {
		p := t.newProfile()
		want, err := t.EnrollUser(t.ctx, p, t.now, id("epoch"))
		t.must(err)
		for _, u := range t.everyUser(100) {
			if u.ID == p.ID {
				same(t, u, want)
				return
			}
		}
		t.Fatal("the user is not listed")
	})

	s.test("a user who is enrolled many times at the same time is one user", func(t *trial) {
		p := t.newProfile()
		created := func(i int) time.Time { return t.now.Add(time.Duration(i) * time.Second) }
		epoch := func(i int) string { return fmt.Sprintf("epoch-%d", i) }
		var got [rivals]login.User
		t.together(rivals, func(i int) (err error) {
			got[i], err = t.EnrollUser(t.ctx, p, created(i), epoch(i))
			return err
		})
		for _, u := range got {
			same(t, u, got[0])
		}
		first := int(got[0].CreatedAt.Sub(t.now) / time.Second)
		same(t, t.userNow(p.ID), described(login.User{
			ID: p.ID, Epoch: epoch(first), CreatedAt: created(first), Apps: map[string]login.UserApp{},
		}, p))
	})
	for round := range 10 {
		s.test("a user who is enrolled while bound and logged out keeps what was done, round "+strconv.Itoa(round), func(t *trial) {
			p := t.newProfile()
			u, err := t.EnrollUser(t.ctx, p, t.now.Add(-time.Hour), id("epoch"))
			t.must(err)
			b := t.newBinding(u, app)
			u.Epoch = id("epoch")
			bound := true
			t.together(4, func(i int) error {
				switch i {
				case 0:
					_, err := t.EnrollUser(t.ctx, p, t.now, id("epoch"))
					return err
				case 1:
					_, err := t.RefreshUser(t.ctx, p)
					return err
				case 2:
					return t.LogoutUser(t.ctx, p.ID, u.Epoch)
				default:
					_, err := t.Bind(t.ctx, b, t.newSession(b))
					if bound = err == nil; errors.Is(err, login.SessionRevoked) {
						return nil // the logout was faster
					}
					return err
				}
			})
			if bound {
				u.Apps[app] = noteOf(b)
			}
			same(t, t.userNow(p.ID), u)
			if t.stands(b) != bound {
				t.Fatal("the bind did not do what it says")
			}
		})
	}
}

func (t *trial) newProfile() login.Profile {
	return login.Profile{
		ID: id("user"), Username: strings.ToLower(id("name")), Name: "Bob", Avatar: "https://example.com/" + id("avatar"), Roles: []string{"writer"},
	}
}

// described is the user with what the profile says.
func described(u login.User, p login.Profile) login.User {
	u.Username, u.Name, u.Avatar, u.Roles = p.Username, p.Name, p.Avatar, p.Roles
	u.NameGiven, u.AvatarGiven = login.Given{}, login.Given{}
	return u
}
