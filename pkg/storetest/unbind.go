package storetest

import (
	"errors"
	"strconv"

	"github.com/wxbind/wxbind/pkg/login"
)

// unbinds tests Unbind, with the races over a user's last binding.
func unbinds(s *suite) {
	s.test("an unbind removes the binding and its note in the user, and ends its sessions", func(t *trial) {
		u, b, session := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		t.unbound(b)
		same(t, t.userNow(u.ID), u)
		if got := t.dead(session); got != login.BindingRemoved {
			t.Fatalf("the session is %q", got)
		}
		t.want(t.Unbind(t.ctx, b, false), login.ErrBindingNotFound)
	})
	s.test("an unbind touches no other binding of the user", func(t *trial) {
		u, b, _ := t.bound()
		other := t.newBinding(u, otherApp)
		session := t.bind(other)
		t.must(t.Unbind(t.ctx, b, false))
		if !t.stands(other) || t.dead(session) != "" {
			t.Fatal("the binding in the other app is gone")
		}
	})
	s.test("an unbind of an earlier binding between the same identity and user does nothing", func(t *trial) {
		_, first, session := t.bound()
		t.must(t.Unbind(t.ctx, first, false))
		second := first
		second.ID = id("binding")
		fresh := t.bind(second)
		for _, keepLast := range []bool{false, true} {
			t.want(t.Unbind(t.ctx, first, keepLast), login.ErrBindingNotFound)
		}
		got, err := t.bindingNow(second)
		t.must(err)
		same(t, got, second)
		if !t.stands(second) || t.dead(fresh) != "" {
			t.Fatal("the second binding is gone")
		}
		if got := t.dead(session); got != login.BindingRemoved {
			t.Fatalf("the session under the first binding is %q", got)
		}
	})
	s.test("an unbind of a binding that never existed is ErrBindingNotFound", func(t *trial) {
		b := t.newBinding(t.user(), app)
		for _, keepLast := range []bool{false, true} {
			t.want(t.Unbind(t.ctx, b, keepLast), login.ErrBindingNotFound)
		}
		b.UserID = id("user")
		for _, keepLast := range []bool{false, true} {
			t.want(t.Unbind(t.ctx, b, keepLast), login.ErrBindingNotFound)
		}
		_, err := t.UserByID(t.ctx, b.UserID)
		t.want(err, login.ErrUserNotFound)
	})
	s.test("an unbind that names another user is ErrBindingNotFound", func(t *trial) {
		u, b, session := t.bound()
		theirs, _, _ := t.bound()
		wrong := b
		wrong.UserID = theirs.ID
		for _, keepLast := range []bool{false, true} {
			t.want(t.Unbind(t.ctx, wrong, keepLast), login.ErrBindingNotFound)
		}
		if !t.stands(b) || t.dead(session) != "" || len(t.userNow(u.ID).Apps) != 1 || len(t.userNow(theirs.ID).Apps) != 1 {
			t.Fatal("a binding that stood is gone")
		}
	})

	s.test("an unbind that keeps the last binding removes any other", func(t *trial) {
		u, b, session := t.bound()
		other := t.newBinding(u, otherApp)
		otherSession := t.bind(other)
		t.must(t.Unbind(t.ctx, b, true))
		t.unbound(b)
		if got := t.dead(session); got != login.BindingRemoved {
			t.Fatalf("the session is %q", got)
		}
		for range 2 {
			t.want(t.Unbind(t.ctx, other, true), login.ErrLastBinding)
		}
		t.want(t.Unbind(t.ctx, b, true), login.ErrBindingNotFound)
		if !t.stands(other) || t.dead(otherSession) != "" {
			t.Fatal("the last binding is gone")
		}
		t.must(t.Unbind(t.ctx, other, false))
		t.unbound(other)
	})
	for round := range 10 {
		s.test("of two unbinds at the same time that would leave no binding, one succeeds, round "+strconv.Itoa(round), func(t *trial) {
			u, first, _ := t.bound()
			second := t.newBinding(u, otherApp)
			t.bind(second)
			both := []login.Binding{first, second}
			gone := t.one(login.ErrLastBinding, t.race(len(both), func(i int) error { return t.Unbind(t.ctx, both[i], true) }))
			t.unbound(both[gone])
			if !t.stands(both[1-gone]) {
				t.Fatal("the last binding is gone")
			}
		})
	}
	s.test("of many unbinds at the same time, each of another binding, all succeed but one", func(t *trial) {
		u := t.user()
		var all [10]login.Binding
		for i := range all {
			all[i] = t.newBinding(u, app+strconv.Itoa(i))
			t.bind(all[i])
		}
		kept := 0
		for i, err := range t.race(len(all), func(i int) error { return t.Unbind(t.ctx, all[i], true) }) {
			if err != nil {
				t.want(err, login.ErrLastBinding)
				kept++
			}
			if t.stands(all[i]) != (err != nil) {
				t.Fatalf("unbind %d says %v", i, err)
			}
		}
		if kept != 1 {
			t.Fatalf("%d bindings are left, want one", kept)
		}
	})
	s.test("of many unbinds that keep the last, of one binding of two, one finds it", func(t *trial) {
		u, b, _ := t.bound()
		other := t.newBinding(u, otherApp)
		t.bind(other)
		t.one(login.ErrBindingNotFound, t.race(rivals, func(int) error { return t.Unbind(t.ctx, b, true) }))
		t.unbound(b)
		if !t.stands(other) {
			t.Fatal("the last binding is gone")
		}
	})
	for round := range 10 {
		s.test("an unbind that keeps the last, and a bind elsewhere, leave a binding, round "+strconv.Itoa(round), func(t *trial) {
			u, b, _ := t.bound()
			other := t.newBinding(u, otherApp)
			errs := t.race(2, func(i int) error {
				if i == 0 {
					return t.Unbind(t.ctx, b, true)
				}
				_, err := t.Bind(t.ctx, other, t.newSession(other))
				return err
			})
			t.must(errs[1])
			if errs[0] != nil && !errors.Is(errs[0], login.ErrLastBinding) {
				t.Fatal(errs[0])
			}
			if !t.stands(other) || t.stands(b) != (errs[0] != nil) {
				t.Fatalf("the unbind says %v", errs[0])
			}
		})
	}
}
