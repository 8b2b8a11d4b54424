package storetest

import (
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// ownsUnion fails the test unless the user is found by the unionid, and knows it.
func (t *trial) ownsUnion(userID, index string) {
	t.Helper()
	owner, err := t.OwnerOfUnion(t.ctx, index)
	t.must(err)
	if owner.UserID != userID || !slices.Contains(t.userNow(userID).Unions, index) {
		t.Fatalf("the unionid leads to %q, want %q, who has %q", owner.UserID, userID, t.userNow(userID).Unions)
	}
}

// unions tests NoteUnion.
func unions(s *suite) {
	s.test("a user is found by a unionid once it is noted, and the binding says so", func(t *trial) {
		u, b, session := t.bound()
		if got, err := t.bindingNow(b); err != nil || got.Union != "" {
			t.Fatalf("the binding is %+v, %v", got, err)
		}
		index := id("union") + "_-"
		for range 2 { // the second time as a repeat
			t.must(t.NoteUnion(t.ctx, b, index))
			t.ownsUnion(u.ID, index)
			b.Union = index
			got, err := t.bindingNow(b)
			t.must(err)
			same(t, got, b)
			t.marks(b, session.Mark())
		}
		u.Unions, u.Apps = []string{index}, map[string]login.UserApp{app: noteOf(b)}
		same(t, t.userNow(u.ID), u)
		if t.dead(session) != "" {
			t.Fatalf("the session is %q", t.dead(session))
		}
	})
	s.test("what a login writes leaves the note and the identity's index", func(t *trial) {
		u, b, _ := t.bound()
		b.Union = id("union")
		t.must(t.NoteUnion(t.ctx, b, b.Union))
		got, err := t.touch(b)
		t.must(err)
		same(t, got, b)
		b.Epoch = id("epoch")
		t.must(t.NoteEpoch(t.ctx, b, b.Epoch))
		o := t.opening(b)
		o.Touch.At = b.LastLoginAt.Add(time.Second)
		t.enter(o)
		b.SealedKey, b.LastLoginAt = o.Touch.SealedKey, o.Touch.At
		got, err = t.bindingNow(b)
		t.must(err)
		same(t, got, b)
		if note := t.userNow(u.ID).Apps[app]; note != noteOf(b) {
			t.Fatalf("the note is %+v", note)
		}
	})
	s.test("all bindings of a user may have one unionid", func(t *trial) {
		u, b, _ := t.bound()
		other := t.newBinding(u, otherApp)
		t.bind(other)
		index := id("union")
		for _, b := range []login.Binding{b, other, b} {
			t.must(t.NoteUnion(t.ctx, b, index))
			if got, err := t.bindingNow(b); err != nil || got.Union != index {
				t.Fatalf("the binding is %+v, %v", got, err)
			}
			t.inStep(b)
		}
		if got := t.userNow(u.ID).Unions; len(got) != 1 {
			t.Fatalf("the user has %q", got)
		}
		t.ownsUnion(u.ID, index)
	})
	s.test("a unionid that a newcomer brought is noted in another binding", func(t *trial) {
		u := t.admit(t.newNewcomer())
		other := t.newBinding(u, otherApp)
		t.bind(other)
		t.must(t.NoteUnion(t.ctx, other, u.Unions[0]))
		if got, err := t.bindingNow(other); err != nil || got.Union != u.Unions[0] {
			t.Fatalf("the binding is %+v, %v", got, err)
		}
		other.Union = u.Unions[0]
		u.Apps[otherApp] = noteOf(other)
		same(t, t.userNow(u.ID), u)
	})
	s.test("a unionid that has changed is noted beside the one before", func(t *trial) {
		u, b, _ := t.bound()
		first, second := id("union"), id("union")
		t.must(t.NoteUnion(t.ctx, b, first))
		t.must(t.NoteUnion(t.ctx, b, second))
		if got, err := t.bindingNow(b); err != nil || got.Union != second {
			t.Fatalf("the binding is %+v, %v", got, err)
		}
		t.ownsUnion(u.ID, first)
		t.ownsUnion(u.ID, second)
		t.inStep(b)
	})
	s.test("another user's unionid is ErrUnionTaken, and the binding notes that it was tried", func(t *trial) {
		owner := t.admit(t.newNewcomer())
		u, b, _ := t.bound()
		own := id("union")
		t.must(t.NoteUnion(t.ctx, b, own))
		for range 2 {
			t.want(t.NoteUnion(t.ctx, b, owner.Unions[0]), login.ErrUnionTaken)
			b.Union = owner.Unions[0]
			got, err := t.bindingNow(b)
			t.must(err)
			same(t, got, b)
			t.inStep(b)
		}
		same(t, t.userNow(owner.ID), owner)
		t.ownsUnion(owner.ID, owner.Unions[0])
		t.ownsUnion(u.ID, own)
		if got := t.userNow(u.ID).Unions; len(got) != 1 {
			t.Fatalf("the user has %q", got)
		}
	})
	s.test("a binding that is not there is ErrBindingNotFound, and nobody is found", func(t *trial) {
		u, old, _ := t.bound()
		t.must(t.Unbind(t.ctx, old, false))
		index := id("union")
		t.want(t.NoteUnion(t.ctx, old, index), login.ErrBindingNotFound)
		again := old
		again.ID = id("binding")
		t.bind(again)
		theirs, nobodys := again, again
		theirs.UserID, nobodys.UserID = t.user().ID, id("user")
		for _, wrong := range []login.Binding{old, theirs, nobodys} {
			t.want(t.NoteUnion(t.ctx, wrong, index), login.ErrBindingNotFound)
		}
		owner := t.admit(t.newNewcomer())
		t.want(t.NoteUnion(t.ctx, old, owner.Unions[0]), login.ErrBindingNotFound)
		got, err := t.bindingNow(again)
		t.must(err)
		same(t, got, again)
		_, err = t.OwnerOfUnion(t.ctx, index)
		t.want(err, login.ErrUserNotFound)
		if got := t.userNow(u.ID).Unions; len(got) != 0 {
			t.Fatalf("the user has %q", got)
		}
	})
	s.test("a user keeps a unionid when the binding is removed", func(t *trial) {
		a := t.newNewcomer()
		u := t.admit(a)
		t.must(t.Unbind(t.ctx, a.Binding, false))
		t.ownsUnion(u.ID, u.Unions[0])
	})
	s.test("a unionid whose binding was removed becomes that of the next who is bound with it", func(t *trial) {
		a := t.newNewcomer()
		former, index := t.admit(a), a.Newcomer.Unions[0]
		own := id("union")
		second := t.newBinding(former, otherApp)
		t.bind(second)
		t.must(t.NoteUnion(t.ctx, second, own))
		t.must(t.Unbind(t.ctx, a.Binding, false))
		u, b, _ := t.bound()
		for range 2 {
			t.must(t.NoteUnion(t.ctx, b, index))
			t.ownsUnion(u.ID, index)
			t.inStep(b, second)
		}
		t.ownsUnion(former.ID, own)
		if got := t.userNow(former.ID).Unions; len(got) != 1 {
			t.Fatalf("the former one has %q", got)
		}
		owner, err := t.OwnerOfUnion(t.ctx, index)
		if t.must(err); owner.KnownIn != app {
			t.Fatalf("it leads to %+v", owner)
		}
		t.want(t.NoteUnion(t.ctx, second, index), login.ErrUnionTaken)
		t.must(t.DeleteUser(t.ctx, t.userNow(former.ID)))
		t.ownsUnion(u.ID, index)
	})
	s.test("a unionid of which another binding is left stays taken", func(t *trial) {
		a := t.newNewcomer()
		former, index := t.admit(a), a.Newcomer.Unions[0]
		second := t.newBinding(former, otherApp)
		t.bind(second)
		t.must(t.NoteUnion(t.ctx, second, index))
		t.must(t.Unbind(t.ctx, a.Binding, false))
		_, b, _ := t.bound()
		t.want(t.NoteUnion(t.ctx, b, index), login.ErrUnionTaken)
		t.ownsUnion(former.ID, index)
	})
	s.test("the unionids of a deleted user are free", func(t *trial) {
		a := t.newNewcomer()
		u := t.admit(a)
		second := id("union")
		t.must(t.NoteUnion(t.ctx, a.Binding, second))
		u = t.userNow(u.ID)
		t.must(t.DeleteUser(t.ctx, u))
		for _, index := range u.Unions {
			_, err := t.OwnerOfUnion(t.ctx, index)
			t.want(err, login.ErrUserNotFound)
		}
		next := t.newNewcomer()
		next.Newcomer.Unions = u.Unions
		t.admit(next)
	})
	s.test("a user whose unionids have changed since the read is not deleted: it is ErrUserChanged", func(t *trial) {
		u, b, _ := t.bound()
		theirs := t.admit(t.newNewcomer()).Unions[0]
		for _, note := range []func() error{
			func() error { return t.NoteUnion(t.ctx, b, id("union")) },
			func() error { return t.NoteUnion(t.ctx, b, id("union")) },
			func() error { t.want(t.NoteUnion(t.ctx, b, theirs), login.ErrUnionTaken); return nil },
		} {
			read := t.userNow(u.ID)
			t.must(note())
			now := t.userNow(u.ID)
			t.want(t.DeleteUser(t.ctx, read), login.ErrUserChanged)
			same(t, t.userNow(u.ID), now)
		}
		now := t.userNow(u.ID)
		slices.Reverse(now.Unions) // they have no order
		t.must(t.DeleteUser(t.ctx, now))
		t.nobody(now)
	})
}
