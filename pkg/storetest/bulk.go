package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// RunBulk tests a store's AddUsers, as Run tests the rest.
func RunBulk(t *testing.T, open func(t *testing.T) login.AdminStore) {
	s := &suite{t, func(t *testing.T) login.AdminStore { return open(t) }}
	add := func(t *trial, users ...login.User) []login.Taken {
		t.Helper()
		taken, err := t.AddUsers(t.ctx, newcomers(users))
		t.must(err)
		if len(taken) != len(users) {
			t.Fatalf("%d answers for %d users", len(taken), len(users))
		}
		return taken
	}

	s.test("many users are stored at a time, each as it was", func(t *trial) {
		var users []login.User
		for i := range 110 {
			u := t.newUser()
			if i%10 == 3 {
				u.PasswordID = ""
			}
			if i%3 == 1 {
				u.Phone = t.newPhone()
			}
			users = append(users, u)
		}
		for _, taken := range add(t, users...) {
			if taken != (login.Taken{}) {
				t.Fatalf("a user is refused: %v", taken)
			}
		}
		for _, u := range users {
			if u.Phone.Index != "" {
				t.owns(u.ID, u.Phone)
			}
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
		taken := add(t, users...)
		for i, u := range users {
			_, err := t.UserByID(t.ctx, u.ID)
			if i%20 != 7 {
				t.must(err)
				if taken[i] != (login.Taken{}) {
					t.Fatalf("user %d is refused: %v", i, taken[i])
				}
				continue
			}
			t.want(err, login.ErrUserNotFound)
			id, err := t.UserIDByName(t.ctx, u.Username)
			t.must(err)
			if taken[i] != (login.Taken{Cause: login.ErrUsernameTaken, By: id}) || id == u.ID || i == 7 && id != standing.ID {
				t.Fatalf("user %d: %v, the name is %q's", i, taken[i], id)
			}
		}
		same(t, t.userNow(standing.ID), standing)
		same(t, t.passwordNow(standing.ID), firstPassword(standing))
	})
	s.test("for users whose numbers are taken it returns by whom, and stores the others", func(t *trial) {
		standing := t.userWithPhone()
		var users []login.User
		for i := range 60 {
			u := t.newUser()
			if i%2 == 0 {
				u.Phone = t.newPhone()
			}
			if i == 20 {
				u.Phone = standing.Phone
			}
			users = append(users, u)
		}
		taken := add(t, users...)
		for i, u := range users {
			if i != 20 {
				same(t, t.userNow(u.ID), u)
				continue
			}
			if taken[i] != (login.Taken{Cause: login.ErrPhoneTaken, By: standing.ID}) {
				t.Fatalf("got %v", taken[i])
			}
			t.nobody(u)
		}
		same(t, t.userNow(standing.ID), standing)
		t.owns(standing.ID, standing.Phone)
	})
	s.test("of a username and a number that are both taken, the username is told", func(t *trial) {
		named, u := t.user(), t.newUser()
		u.Username, u.Phone = named.Username, t.userWithPhone().Phone
		if taken := add(t, u, t.newUser()); taken[0] != (login.Taken{Cause: login.ErrUsernameTaken, By: named.ID}) || taken[1] != (login.Taken{}) {
			t.Fatalf("got %v", taken)
		}
	})
	s.test("a user who is already stored keeps the name and is unchanged", func(t *trial) {
		u := t.userWithPhone()
		t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
		if taken := add(t, u, t.newUser()); taken[0] != (login.Taken{Cause: login.ErrUsernameTaken, By: u.ID}) || taken[1] != (login.Taken{}) {
			t.Fatalf("got %v", taken)
		}
		if !t.userNow(u.ID).Disabled {
			t.Fatal("the user was stored anew")
		}
	})
	s.test("users without a username are stored side by side, and as they were: disabled, registered, with a number that is verified", func(t *trial) {
		var users []login.User
		for i := range 30 {
			u := t.newUser()
			u.Username, u.PasswordID, u.RegisteredIn = "", "", app
			if i%2 == 0 {
				u.Disabled, u.Phone = true, t.newPhone()
				u.Phone.VerifiedAt = t.now
			}
			users = append(users, u)
		}
		for _, taken := range add(t, users...) {
			if taken != (login.Taken{}) {
				t.Fatalf("a user is refused: %v", taken)
			}
		}
		for _, u := range users {
			same(t, t.userNow(u.ID), u)
		}
		_, err := t.UserIDByName(t.ctx, "")
		t.want(err, login.ErrUserNotFound)
	})
	s.test("a temporary password is stored with its end", func(t *trial) {
		u, p := t.newUser(), newPassword("hash-1")
		p.TemporaryUntil, u.PasswordID = t.now, p.ID
		_, err := t.AddUsers(t.ctx, []login.Newcomer{{User: u, Password: p}})
		t.must(err)
		same(t, t.passwordNow(u.ID), p)
	})
	s.test("an id that is stored already is told, whatever username comes with it", func(t *trial) {
		named, nameless, stranger := t.user(), t.newUser(), t.newUser()
		nameless.Username, nameless.PasswordID = "", ""
		add(t, nameless)
		again, claims := nameless, named
		claims.Username, claims.Phone = t.newUser().Username, t.userWithPhone().Phone
		taken := add(t, again, claims, stranger)
		if taken[0] != (login.Taken{Cause: login.ErrIDTaken, By: nameless.ID}) || taken[1] != (login.Taken{Cause: login.ErrIDTaken, By: named.ID}) ||
			taken[2] != (login.Taken{}) {
			t.Fatalf("got %v", taken)
		}
		same(t, t.userNow(named.ID), named)
		same(t, t.userNow(nameless.ID), nameless)
		_, err := t.UserIDByName(t.ctx, claims.Username)
		t.want(err, login.ErrUserNotFound)
		t.want(t.add(claims), login.ErrIDTaken)
	})
	s.test("no users are no error", func(t *trial) { add(t) })
	s.test("when several add the same users at the same time, each user is stored once", func(t *trial) {
		var users []login.User
		for range 40 {
			users = append(users, t.newUser())
		}
		const many = 6
		taken := make([][]login.Taken, many)
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
				switch taken[i][n].By {
				case "":
					stored++
				case holder:
				default:
					t.Fatalf("%v, but the name is %q's", taken[i][n], holder)
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
func (m *Memory) AddUsers(ctx context.Context, users []login.Newcomer) ([]login.Taken, error) {
	taken := make([]login.Taken, len(users))
	for i, n := range users {
		err := m.AddUser(ctx, n.User, n.Password)
		var owner login.Owner
		switch {
		case errors.Is(err, login.ErrUsernameTaken):
			owner.UserID, err = m.UserIDByName(ctx, n.User.Username)
			taken[i].Cause = login.ErrUsernameTaken
		case errors.Is(err, login.ErrIDTaken):
			owner.UserID, err = n.User.ID, nil
			taken[i].Cause = login.ErrIDTaken
		case errors.Is(err, login.ErrPhoneTaken):
			owner, err = m.OwnerOfPhone(ctx, n.User.Phone.Index)
			taken[i].Cause = login.ErrPhoneTaken
		}
		if err != nil {
			return nil, err
		}
		taken[i].By = owner.UserID
	}
	return taken, nil
}
