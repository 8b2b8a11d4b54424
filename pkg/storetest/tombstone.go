package storetest

import (
	"github.com/wxbind/wxbind/pkg/login"
)

// removedBefore reports whether a binding was removed under the index of an identity. It uses up one identity.
func (t *trial) removedBefore(index string) bool {
	t.Helper()
	removed, err := t.RemovedBefore(t.ctx, index)
	t.must(err)
	a := t.newAdmission(t.user(), app)
	a.Tombstone = index
	if _, err = t.Admit(t.ctx, a); err != nil {
		t.want(err, login.ErrRemovedBefore)
		t.notAdmitted(a)
	}
	if removed != (err != nil) {
		t.Fatalf("RemovedBefore says %t, and Admit %v", removed, err)
	}
	return removed
}

// leaves fails the test unless the bindings' identities have tombstones, or have none.
func (t *trial) leaves(tombstones bool, bindings ...login.Binding) {
	t.Helper()
	for _, b := range bindings {
		if t.removedBefore(b.Index) != tombstones {
			t.Fatalf("the binding in %s has left a tombstone: %t, want %t", b.AppID, !tombstones, tombstones)
		}
	}
}

// tombstones tests what removals leave, and what Admit makes of it.
func tombstones(s *suite) {
	s.test("after an unbind nobody is admitted with the tombstone, and nothing is stored", func(t *trial) {
		u, b, _ := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		newcomer, same, other := t.newNewcomer(), t.newAdmission(u, app), t.newAdmission(t.user(), app)
		for _, a := range []login.Admission{newcomer, same, other} {
			a.Binding.OpenID, a.Binding.Index, a.Tombstone = b.OpenID, b.Index, b.Index
			for range 2 {
				t.turnedAway(a, login.ErrRemovedBefore)
			}
		}
	})
	s.test("without a tombstone to look for, a removed identity is let in", func(t *trial) {
		_, b, _ := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		for _, a := range []login.Admission{t.newNewcomer(), t.newAdmission(t.user(), app)} {
			a.Binding.OpenID, a.Binding.Index, a.Tombstone = b.OpenID, b.Index, ""
			t.admit(a)
			t.must(t.Unbind(t.ctx, a.Binding, false))
		}
	})
	s.test("a bind lets a removed identity in, and the tombstone stays for when it is removed again", func(t *trial) {
		u, b, _ := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		again := b
		again.ID = id("binding")
		t.bind(again)
		if got := t.userNow(u.ID).Apps[app]; got != noteOf(again) {
			t.Fatalf("the note is %+v", got)
		}
		t.leaves(true, b)
		again.Index = ""
		t.must(t.Unbind(t.ctx, again, false))
		t.leaves(true, b)
	})
	s.test("an unbind leaves the tombstone that it is given, none for none", func(t *trial) {
		_, b, _ := t.bound()
		unnamed := b
		unnamed.Index = ""
		t.must(t.Unbind(t.ctx, unnamed, false))
		t.leaves(false, b)

		// A binding from before there was an index key has none.
		_, old, _ := t.bound()
		named := old
		named.Index = id("identity")
		t.must(t.Unbind(t.ctx, named, false))
		t.leaves(true, named)
		t.leaves(false, old)
	})
	s.test("an unbind that is refused leaves no tombstone", func(t *trial) {
		_, b, _ := t.bound()
		t.want(t.Unbind(t.ctx, b, true), login.ErrLastBinding)
		for _, wrong := range []func(b *login.Binding){
			func(b *login.Binding) { b.ID = id("binding") },
			func(b *login.Binding) { b.UserID = t.user().ID },
			func(b *login.Binding) { b.OpenID = id("openid") },
		} {
			c := b
			wrong(&c)
			for _, keepLast := range []bool{false, true} {
				t.want(t.Unbind(t.ctx, c, keepLast), login.ErrBindingNotFound)
			}
		}
		t.leaves(false, b)
	})
	s.test("an unbind that keeps the last binding leaves a tombstone, of the one that it removes", func(t *trial) {
		u, b, _ := t.bound()
		other := t.newBinding(u, otherApp)
		t.bind(other)
		t.must(t.Unbind(t.ctx, b, true))
		t.leaves(true, b)
		t.leaves(false, other)
	})
	s.test("a deletion leaves a tombstone for each binding", func(t *trial) {
		a := t.newNewcomer()
		u := t.admit(a)
		bindings := []login.Binding{a.Binding, t.newBinding(u, otherApp), t.newBinding(u, app+"3")}
		for _, b := range bindings[1:] {
			t.bind(b)
		}
		unnamed := t.newBinding(u, app+"4")
		index := unnamed.Index
		unnamed.Index = ""
		t.bind(unnamed)
		_, neighbour, _ := t.bound()
		read := t.userNow(u.ID)
		t.must(t.DeleteUser(t.ctx, read))
		t.leaves(true, bindings...)
		t.leaves(false, neighbour, login.Binding{AppID: unnamed.AppID, Index: index})
		t.want(t.DeleteUser(t.ctx, read), login.ErrUserNotFound)
	})
	s.test("a deletion of somebody who was unbound before leaves what the unbind has left", func(t *trial) {
		u, b, _ := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		again := b
		again.ID = id("binding")
		t.bind(again)
		t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
		t.leaves(true, b)
	})
	s.test("a deletion that is refused leaves no tombstone", func(t *trial) {
		u, b, _ := t.bound()
		read := t.userNow(u.ID)
		other := t.newBinding(u, otherApp)
		t.bind(other)
		t.want(t.DeleteUser(t.ctx, read), login.ErrUserChanged)
		t.leaves(false, b, other)
	})
	s.test("a tombstone stops no other identity", func(t *trial) {
		_, b, _ := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		a := t.newNewcomer()
		a.Tombstone += b.Index
		t.admit(a)
	})
}
