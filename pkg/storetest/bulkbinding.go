package storetest

import (
	"context"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// RunBulkBindings tests a store's BindingRegistry, as Run tests the rest.
func RunBulkBindings(t *testing.T, open func(t *testing.T) login.AdminStore) {
	s := &suite{t, func(t *testing.T) login.AdminStore { return open(t) }}
	bulkBindings(s)
	bulkBindingConflicts(s)
}

// addBindings stores bindings, and gives an answer for each.
func (t *trial) addBindings(bindings ...login.Binding) []login.Taken {
	t.Helper()
	taken, err := t.AddBindings(t.ctx, bindings)
	t.must(err)
	if len(taken) != len(bindings) {
		t.Fatalf("%d answers for %d bindings", len(taken), len(bindings))
	}
	return taken
}

// imported is a binding that nobody has logged in with.
func (t *trial) imported(u login.User, appID string) login.Binding {
	b := t.newBinding(u, appID)
	b.SealedKey = ""
	return b
}

// added fails the test unless the binding stands as it was added, and its user notes it.
func (t *trial) added(b login.Binding) {
	t.Helper()
	got, err := t.bindingNow(b)
	t.must(err)
	same(t, got, b)
	t.marks(b)
	t.inStep(b)
}

func bulkBindings(s *suite) {
	s.test("many bindings are stored at a time, each as it was, and noted in its user", func(t *trial) {
		var users []login.User
		var bindings []login.Binding
		for i := range 120 {
			u := t.newUser()
			users = append(users, u)
			b := t.imported(u, app)
			switch i % 3 {
			case 1:
				b.Union = id("union")
			case 2:
				b.UnionID, b.Index = "", ""
			}
			bindings = append(bindings, b)
		}
		_, err := t.AddUsers(t.ctx, newcomers(users))
		t.must(err)
		for _, taken := range t.addBindings(bindings...) {
			if taken != (login.Taken{}) {
				t.Fatalf("a binding is refused: %v", taken)
			}
		}
		for i, b := range bindings {
			t.added(b)
			u := users[i]
			u.Apps = map[string]login.UserApp{app: b.Note()}
			if b.Union != "" {
				u.Unions = []string{b.Union}
				t.ownsUnion(u.ID, b.Union)
			}
			same(t, t.userNow(u.ID), u)
		}
	})
	s.test("a binding gets its user's epoch, and a session can be opened under it", func(t *trial) {
		u := t.user()
		b := t.imported(u, app)
		b.Epoch = id("an earlier epoch")
		t.addBindings(b)
		b.Epoch = u.Epoch
		t.added(b)
		session := t.newSession(b)
		t.must(t.create(session))
		if got := t.dead(session); got != "" {
			t.Fatalf("the session is %q", got)
		}
	})
	s.test("a disabled user is bound, too", func(t *trial) {
		u := t.user()
		b := t.imported(u, app)
		b.Epoch = id("epoch")
		t.must(t.DisableUser(t.ctx, u.ID, b.Epoch))
		if taken := t.addBindings(b); taken[0] != (login.Taken{}) {
			t.Fatalf("got %v", taken)
		}
		t.added(b)
	})
	s.test("one user is bound in several apps at a time, with one unionid", func(t *trial) {
		u := t.user()
		var bindings []login.Binding
		union := id("union")
		for _, appID := range []string{app, otherApp, thirdApp} {
			b := t.imported(u, appID)
			b.Union = union
			bindings = append(bindings, b)
		}
		for i, taken := range t.addBindings(bindings...) {
			if taken != (login.Taken{}) {
				t.Fatalf("binding %d: %v", i, taken)
			}
		}
		for _, b := range bindings {
			t.added(b)
		}
		t.ownsUnion(u.ID, union)
		if got := t.userNow(u.ID).Unions; len(got) != 1 {
			t.Fatalf("the user has %q", got)
		}
	})
	s.test("an identity that was removed before is bound, and its tombstone stays", func(t *trial) {
		_, b, _ := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		b.ID = id("binding")
		if taken := t.addBindings(b); taken[0] != (login.Taken{}) {
			t.Fatalf("got %v", taken)
		}
		t.added(b)
		removed, err := t.RemovedBefore(t.ctx, b.Index)
		t.must(err)
		if !removed {
			t.Fatal("the tombstone is gone")
		}
	})
	s.test("usernames lead to their users, and those of nobody are left out", func(t *trial) {
		var names []string
		want := map[string]string{}
		for range 130 {
			u := t.newUser()
			names = append(names, u.Username, u.Username+"-nobody")
			want[u.Username] = u.ID
			t.must(t.add(u))
		}
		names = append(names, names[0])
		got, err := t.UserIDsByName(t.ctx, names)
		t.must(err)
		same(t, got, want)
		if got, err := t.UserIDsByName(t.ctx, nil); err != nil || len(got) != 0 {
			t.Fatalf("of no names: %v, %v", got, err)
		}
	})
	s.test("no bindings are no error", func(t *trial) { t.addBindings() })
	s.test("an ended context ends it", func(t *trial) {
		ended, cancel := context.WithCancel(t.ctx)
		cancel()
		u := t.user()
		b := t.imported(u, app)
		if _, err := t.AddBindings(ended, []login.Binding{b}); err == nil {
			t.Fatal("no error")
		}
		if _, err := t.UserIDsByName(ended, []string{u.Username}); err == nil {
			t.Fatal("no error")
		}
		_, err := t.bindingNow(b)
		t.want(err, login.ErrBindingNotFound)
	})
}

func bulkBindingConflicts(s *suite) {
	s.test("whatever is in the way of one, it says so, changes nothing of what stands, and stores the others", func(t *trial) {
		owner, theirs, _ := t.bound()
		union := id("union")
		t.must(t.NoteUnion(t.ctx, theirs, union))
		theirs.Union = union
		nobody := t.newUser()
		rows := []struct {
			what string
			b    login.Binding
			want login.Taken
		}{
			{"it is there", theirs, login.Taken{Cause: login.ErrAlreadyBound, By: owner.ID}},
			{"the identity is another's", t.imported(t.user(), app), login.Taken{Cause: login.IdentityBound, By: owner.ID}},
			{"the user is bound to another openid", t.imported(owner, app), login.Taken{Cause: login.UserBound, By: owner.ID}},
			{"there is no such user", t.imported(nobody, app), login.Taken{Cause: login.ErrUserNotFound}},
			{"the unionid is another's", t.imported(t.user(), app), login.Taken{Cause: login.ErrUnionTaken, By: owner.ID}},
		}
		rows[0].b.ID = id("binding")
		rows[1].b.OpenID = theirs.OpenID
		rows[4].b.Union = union
		var bindings, good []login.Binding
		for _, row := range rows {
			for range 12 {
				b := t.imported(t.user(), otherApp)
				good = append(good, b)
				bindings = append(bindings, b)
			}
			bindings = append(bindings, row.b)
		}
		taken := t.addBindings(bindings...)
		for i, row := range rows {
			if got := taken[13*i+12]; got != row.want {
				t.Errorf("%s: %v, want %v", row.what, got, row.want)
			}
		}
		for _, b := range good {
			t.added(b)
		}
		got, err := t.bindingNow(theirs)
		t.must(err)
		same(t, got, theirs)
		t.inStep(theirs)
		for _, row := range rows[1:] {
			u := row.b.UserID
			if u != owner.ID && u != nobody.ID && len(t.userNow(u).Apps)+len(t.userNow(u).Unions) != 0 {
				t.Errorf("%s: the user notes %+v", row.what, t.userNow(u))
			}
		}
		for _, row := range rows[2:] {
			_, err := t.bindingNow(row.b)
			t.want(err, login.ErrBindingNotFound)
		}
	})
	s.test("of those that contradict each other, the first is stored", func(t *trial) {
		u, other := t.user(), t.user()
		union := id("union")
		first, sameUser, sameIdentity, sameUnion := t.imported(u, app), t.imported(u, app), t.imported(other, app), t.imported(t.user(), app)
		sameIdentity.OpenID = first.OpenID
		first.Union, sameUnion.Union = union, union
		again := first
		again.ID = id("binding")
		taken := t.addBindings(first, again, sameUser, sameIdentity, sameUnion)
		for i, want := range []login.Taken{
			{}, {Cause: login.ErrAlreadyBound, By: u.ID}, {Cause: login.UserBound, By: u.ID}, {Cause: login.IdentityBound, By: u.ID}, {Cause: login.ErrUnionTaken, By: u.ID},
		} {
			if taken[i] != want {
				t.Errorf("%d: %v, want %v", i, taken[i], want)
			}
		}
		t.added(first)
	})
	s.test("when several add the same bindings at the same time, each is stored once", func(t *trial) {
		var bindings []login.Binding
		for range 50 {
			u := t.user()
			b := t.imported(u, app)
			b.Union = id("union")
			bindings = append(bindings, b)
		}
		const many = 5
		taken := make([][]login.Taken, many)
		t.together(many, func(i int) error {
			mine := append([]login.Binding{}, bindings...)
			for n := range mine {
				mine[n].ID = id("binding")
			}
			var err error
			taken[i], err = t.AddBindings(t.ctx, mine)
			return err
		})
		for n, b := range bindings {
			stored := 0
			for i := range many {
				switch taken[i][n] {
				case login.Taken{}:
					stored++
				case login.Taken{Cause: login.ErrAlreadyBound, By: b.UserID}:
				default:
					t.Fatalf("got %v", taken[i][n])
				}
			}
			if stored != 1 {
				t.Fatalf("%d have stored one binding", stored)
			}
			t.ownsUnion(b.UserID, b.Union)
		}
	})
}
