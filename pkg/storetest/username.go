package storetest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// firstUsernames tests ClaimUsername.
func firstUsernames(s *suite) {
	name := func() string { return strings.ToLower(id("name")) }
	// hasName fails the test unless the user, else as before, has the username and the password.
	hasName := func(t *trial, u login.User, username string, p login.Password) {
		t.Helper()
		u.Username, u.PasswordID = username, p.ID
		same(t, t.userNow(u.ID), u)
		same(t, t.passwordNow(u.ID), p)
		got, err := t.UserIDByName(t.ctx, username)
		t.must(err)
		if got != u.ID {
			t.Fatalf("the name is %q's", got)
		}
	}

	s.test("a newcomer gets a username and a password, and the sessions go on", func(t *trial) {
		a := t.newNewcomer()
		u := t.admit(a)
		username, p := name(), newPassword("hash-1")
		t.must(t.ClaimUsername(t.ctx, u.ID, username, p))
		hasName(t, u, username, p)
		if err := t.ClaimUsername(t.ctx, u.ID, username, p); err != nil { // word for word, but not by the transport
			t.want(err, login.ErrUserChanged)
		}
		hasName(t, u, username, p)
		t.admitted(a)
		late := t.newUser()
		late.Username = username
		t.want(t.add(late), login.ErrUsernameTaken)
		t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
		t.must(t.add(late))
	})
	s.test("a username that is taken is ErrUsernameTaken, and nothing changes", func(t *trial) {
		owner, u := t.user(), t.admit(t.newNewcomer())
		for range 2 {
			t.want(t.ClaimUsername(t.ctx, u.ID, owner.Username, newPassword("hash-2")), login.ErrUsernameTaken)
			same(t, t.userNow(u.ID), u)
			same(t, t.passwordNow(u.ID), login.Password{})
		}
		hasName(t, owner, owner.Username, firstPassword(owner))
	})
	s.test("a user who has a username or a password is ErrUserChanged, and nothing changes", func(t *trial) {
		named, both, with := t.newUser(), t.user(), t.admit(t.newNewcomer())
		named.PasswordID = ""
		t.must(t.add(named))
		p := newPassword("hash-1")
		t.must(t.ReplacePassword(t.ctx, with.ID, "", p, with.Epoch))
		with.PasswordID = p.ID
		for _, u := range []login.User{named, both, with} {
			before, username := t.passwordNow(u.ID), name()
			t.want(t.ClaimUsername(t.ctx, u.ID, username, newPassword("hash-2")), login.ErrUserChanged)
			same(t, t.userNow(u.ID), u)
			same(t, t.passwordNow(u.ID), before)
			_, err := t.UserIDByName(t.ctx, username)
			t.want(err, login.ErrUserNotFound)
		}
		// Their own name, with another password, is no repeat.
		t.want(t.ClaimUsername(t.ctx, both.ID, both.Username, newPassword("hash-2")), login.ErrUserChanged)
		hasName(t, both, both.Username, firstPassword(both))
	})
	s.test("a user who does not exist is ErrUserNotFound, and the username is free", func(t *trial) {
		username := name()
		t.want(t.ClaimUsername(t.ctx, id("user"), username, newPassword("hash-1")), login.ErrUserNotFound)
		_, err := t.UserIDByName(t.ctx, username)
		t.want(err, login.ErrUserNotFound)
	})
	s.test("of many users who claim one username one has it, the others get ErrUsernameTaken", func(t *trial) {
		username := name()
		var users [rivals]login.User
		var p [rivals]login.Password
		for i := range users {
			users[i], p[i] = t.admit(t.newNewcomer()), newPassword("hash-1")
		}
		winner := t.one(login.ErrUsernameTaken, t.race(rivals, func(i int) error { return t.ClaimUsername(t.ctx, users[i].ID, username, p[i]) }))
		for i, u := range users {
			if i == winner {
				hasName(t, u, username, p[i])
				continue
			}
			same(t, t.userNow(u.ID), u)
			same(t, t.passwordNow(u.ID), login.Password{})
		}
	})
	s.test("of many usernames that a user claims one is theirs, and the others are free", func(t *trial) {
		u := t.admit(t.newNewcomer())
		var names [rivals]string
		var p [rivals]login.Password
		for i := range names {
			names[i], p[i] = name(), newPassword(login.Hidden(fmt.Sprintf("hash-of-%d", i)))
		}
		winner := t.one(login.ErrUserChanged, t.race(rivals, func(i int) error { return t.ClaimUsername(t.ctx, u.ID, names[i], p[i]) }))
		hasName(t, u, names[winner], p[winner])
		for i, other := range names {
			if i != winner {
				_, err := t.UserIDByName(t.ctx, other)
				t.want(err, login.ErrUserNotFound)
			}
		}
	})
	for round := range rounds {
		again := ", round " + strconv.Itoa(round)
		s.test("of a claim and a user who is added with the name, one has it"+again, func(t *trial) {
			u, added, p := t.admit(t.newNewcomer()), t.newUser(), newPassword("hash-1")
			winner := t.one(login.ErrUsernameTaken, t.race(2, func(i int) error {
				if i == 0 {
					return t.ClaimUsername(t.ctx, u.ID, added.Username, p)
				}
				return t.add(added)
			}))
			if winner == 0 {
				hasName(t, u, added.Username, p)
				t.nobody(added)
				return
			}
			hasName(t, added, added.Username, firstPassword(added))
			same(t, t.userNow(u.ID), u)
		})
		s.test("a claim while the user is deleted leaves no name"+again, func(t *trial) {
			u, username := t.admit(t.newNewcomer()), name()
			errs := t.race(2, func(i int) error {
				if i == 0 {
					return t.DeleteUser(t.ctx, u)
				}
				return t.ClaimUsername(t.ctx, u.ID, username, newPassword("hash-1"))
			})
			if errs[0] != nil { // a store may need to know the name to delete it
				t.want(errs[0], login.ErrUserChanged)
				t.must(errs[1])
				t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
			} else if errs[1] != nil {
				t.want(errs[1], login.ErrUserNotFound)
			}
			u.Username = username
			t.gone(u)
		})
	}
}
