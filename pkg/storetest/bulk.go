package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// RunBulk tests a store's AddUsers, as Run tests the rest.
func RunBulk(t *testing.T, open func(t *testing.T) login.AdminStore) {
	s := &suite{t, func(t *testing.T) login.AdminStore { return open(t) }}
	add := func(t *trial, users ...login.User) []string {
		t.Helper()
		takenBy, err := t.AddUsers(t.ctx, newcomers(users))
		t.must(err)
		if len(takenBy) != len(users) {
			t.Fatalf("%d answers for %d users", len(takenBy), len(users))
		}
		return takenBy
	}

	s.test("many users are stored at a time, each as it was", func(t *trial) {
		var users []login.User
		for i := range 110 {
			u := t.newUser()
			if i%10 == 3 {
				u.PasswordID = ""
			}
			users = append(users, u)
		}
		if takenBy := add(t, users...); strings.Join(takenBy, "") != "" {
			t.Fatalf("names are taken: %v", takenBy)
		}
		for _, u := range users {
			same(t, t.userNow(u.ID), u)
			same(t, t.passwordNow(u.ID), firstPassword(u))
			id, err := t.UserIDByName(t.ctx, u.Username)
			t.must(err)
			if id != u.ID {
				t.Fatal("the name is another's")
			}
		}
	})
	s.test("for users whose names are taken it returns by whom, and stores the others", func(t *trial) {
		standing := t.user()
		var users []login.User
		for i := range 60 {
			u := t.newUser()
			if i%3 == 0 {
				u.PasswordID = ""
			}
			if i%20 == 7 {
				u.Username = standing.Username
				if i > 20 {
					u.Username = t.user().Username
				}
			}
			users = append(users, u)
		}
		takenBy := add(t, users...)
		for i, u := range users {
			_, err := t.UserByID(t.ctx, u.ID)
			if i%20 != 7 {
				t.must(err)
				if takenBy[i] != "" {
					t.Fatalf("user %d is taken by %q", i, takenBy[i])
				}
				continue
			}
			t.want(err, login.ErrUserNotFound)
			id, err := t.UserIDByName(t.ctx, u.Username)
			t.must(err)
			if takenBy[i] != id || id == u.ID || i == 7 && id != standing.ID {
				t.Fatalf("user %d is taken by %q, the name is %q's", i, takenBy[i], id)
			}
		}
		same(t, t.userNow(standing.ID), standing)
		same(t, t.passwordNow(standing.ID), firstPassword(standing))
	})
	s.test("a user who is already stored keeps the name and is unchanged", func(t *trial) {
		u := t.user()
		t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
		if takenBy := add(t, u, t.newUser()); takenBy[0] != u.ID || takenBy[1] != "" {
			t.Fatalf("got %v", takenBy)
		}
		if !t.userNow(u.ID).Disabled {
			t.Fatal("the user was stored anew")
		}
	})
	s.test("no users are no error", func(t *trial) { add(t) })
	s.test("when several add the same users at the same time, each user is stored once", func(t *trial) {
		var users []login.User
		for range 40 {
			users = append(users, t.newUser())
		}
		const many = 6
		taken := make([][]string, many)
		t.together(many, func(i int) error {
			mine := slices.Clone(users)
			for n := range mine {
				mine[n].ID = id("user")
			}
			var err error
			taken[i], err = t.AddUsers(t.ctx, newcomers(mine))
			return err
		})
		for n, u := range users {
			stored := 0
			holder, err := t.UserIDByName(t.ctx, u.Username)
			t.must(err)
			for i := range many {
				switch taken[i][n] {
				case "":
					stored++
				case holder:
				default:
					t.Fatalf("%q is told to have a name of %q", taken[i][n], holder)
				}
			}
			if stored != 1 {
				t.Fatalf("%d have stored one username", stored)
			}
		}
	})
	s.test("an ended context ends the adding", func(t *trial) {
		ended, cancel := context.WithCancel(t.ctx)
		cancel()
		u := t.newUser()
		if _, err := t.AddUsers(ended, newcomers([]login.User{u})); err == nil {
			t.Fatal("no error")
		}
		_, err := t.UserIDByName(t.ctx, u.Username)
		t.want(err, login.ErrUserNotFound)
	})
}

// newcomers are users with their first passwords.
func newcomers(users []login.User) []login.Newcomer {
	var all []login.Newcomer
	for _, u := range users {
		all = append(all, login.Newcomer{User: u, Password: firstPassword(u)})
	}
	return all
}

// AddUsers implements login.UserRegistry.
func (m *Memory) AddUsers(ctx context.Context, users []login.Newcomer) (takenBy []string, err error) {
	takenBy = make([]string, len(users))
	for i, n := range users {
		err := m.AddUser(ctx, n.User, n.Password)
		if errors.Is(err, login.ErrUsernameTaken) {
			takenBy[i], err = m.UserIDByName(ctx, n.User.Username)
		}
		if err != nil {
			return nil, err
		}
	}
	return takenBy, nil
}
