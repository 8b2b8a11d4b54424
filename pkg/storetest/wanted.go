package storetest

import (
	"context"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// Wanting is a store that keeps notices only while they are wanted, which they are not at first.
type Wanting interface {
	login.AdminStore
	// WantNotices says whether notices are kept from now on. Those that wait stay either way.
	WantNotices(ctx context.Context, wanted bool) error
}

// RunWanted tests that a store keeps notices only while they are wanted. open is as Run's, but nobody has wanted notices of the store.
func RunWanted(t *testing.T, open func(t *testing.T) Wanting) {
	s := &suite{t, func(t *testing.T) login.AdminStore { return open(t) }}
	s.test("a change is told only while notices are wanted, and done in any case", func(t *trial) {
		store := t.AdminStore.(Wanting)
		u, heir := t.giver(), t.user()
		heard := t.listen(u.ID, heir.ID)
		b := t.newBinding(u, app)
		t.bind(b)
		t.must(t.Withdraw(t.ctx, t.withdrawal(u.ID, login.DataName)))
		t.must(t.SetPhone(t.ctx, heir.ID, u.Phone, u.ID))
		heard()
		for range 2 {
			t.must(store.WantNotices(t.ctx, true))
			t.logOut(u.ID, 1)
			heard(notice(u.ID, login.NoticeSessionRevoked, ""))
		}
		for range 2 {
			t.must(store.WantNotices(t.ctx, false))
			t.logOut(u.ID, 1)
			heard()
		}
		if listed := t.everyWaiting(10); len(listed) != 1 {
			t.Fatalf("%d users are listed", len(listed))
		}
		last := t.lastNumber(u.ID)
		t.delivered(u.ID, last)
		t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
		if got := t.noticesNow(u.ID); len(got) != 0 {
			t.Fatalf("%+v", got)
		}
		t.must(store.WantNotices(t.ctx, true))
		u.Phone = login.Phone{}
		t.must(t.add(u))
		t.logOut(u.ID, 1)
		if got := t.lastNumber(u.ID); got <= last {
			t.Fatalf("number %d follows %d", got, last)
		}
	})
}
