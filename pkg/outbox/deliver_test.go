package outbox_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/storetest"
)

func TestDeliverSendsInOrderAndRemoves(t *testing.T) {
	for name, most := range map[string]int{"all at once": 0, "one by one": 1, "some at a time": 3} {
		t.Run(name, func(t *testing.T) {
			var store storetest.Memory
			happened(t, &store, 10, "alice", "bob")
			to := &receiver{most: most}
			if n, err := outbox.Deliver(t.Context(), &store, to, "alice"); n != 10 || err != nil {
				t.Fatalf("delivered %d, %v", n, err)
			}
			to.whole(t, 10, "alice")
			if waiting, err := store.Waiting(t.Context(), "", 10); err != nil || len(waiting) != 1 || waiting[0].UserID != "bob" {
				t.Errorf("%v wait, %v", waiting, err)
			}
			if n, err := outbox.Deliver(t.Context(), &store, to, "alice"); n != 0 || err != nil {
				t.Errorf("then %d, %v", n, err)
			}
		})
	}
}

// partly takes some of the notices and fails.
type partly struct {
	receiver
	taken int
}

func (p *partly) Send(ctx context.Context, notices []login.Notice) (int, error) {
	n, _ := p.receiver.Send(ctx, notices[:p.taken])
	return n, errRefused
}

func TestOnlyWhatWasTakenIsRemoved(t *testing.T) {
	var store storetest.Memory
	happened(t, &store, 10, "alice")
	if n, err := outbox.Deliver(t.Context(), &store, &partly{taken: 4}, "alice"); n != 4 || !errors.Is(err, errRefused) {
		t.Fatalf("delivered %d, %v", n, err)
	}
	to := &receiver{}
	if n, err := outbox.Deliver(t.Context(), &store, to, "alice"); n != 6 || err != nil {
		t.Fatalf("then %d, %v", n, err)
	}
	to.whole(t, 6, "alice")
}

// forgetful is an outbox that cannot remove.
type forgetful struct{ login.Outbox }

func (forgetful) Delivered(context.Context, string, int64, time.Time) error {
	return login.Unavailable(errRefused)
}

func TestWhatWasNotRemovedIsSentAgain(t *testing.T) {
	var store storetest.Memory
	happened(t, &store, 2, "alice")
	to := &receiver{}
	if n, err := outbox.Deliver(t.Context(), forgetful{&store}, to, "alice"); n != 0 || !errors.Is(err, login.StoreUnavailable) {
		t.Fatalf("delivered %d, %v", n, err)
	}
	if _, err := outbox.Deliver(t.Context(), &store, to, "alice"); err != nil {
		t.Fatal(err)
	}
	if got := to.numbers("alice"); len(got) != 4 || got[0] != got[2] || got[1] != got[3] {
		t.Errorf("got %v; want both twice", got)
	}
	if to.got[0].ID != to.got[2].ID {
		t.Error("a repeat has another id")
	}
}

// A stop between taking and removing does not send all of it again.
func TestWhatWasTakenIsRemovedDespiteTheEnd(t *testing.T) {
	var store storetest.Memory
	happened(t, &store, 2, "alice")
	ctx, cancel := context.WithCancel(t.Context())
	to := &receiver{most: 1, refuses: func(string) error { cancel(); return nil }}
	if n, err := outbox.Deliver(ctx, &store, to, "alice"); n != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("delivered %d, %v", n, err)
	}
	if left, err := store.NoticesOf(t.Context(), "alice"); len(left) != 1 || err != nil {
		t.Errorf("%v are left, %v", left, err)
	}
}

// idle takes nothing and says nothing.
type idle struct{}

func (idle) Send(context.Context, []login.Notice) (int, error) { return 0, nil }

func TestSenderThatTakesNothing(t *testing.T) {
	var store storetest.Memory
	happened(t, &store, 1, "alice")
	if n, err := outbox.Deliver(t.Context(), &store, idle{}, "alice"); n != 0 || err == nil {
		t.Errorf("delivered %d, %v", n, err)
	}
}

func TestTwoDeliverersLoseNothing(t *testing.T) {
	var store storetest.Memory
	users := people(50)
	happened(t, &store, 8, users...)
	first, second := &receiver{most: 3}, &receiver{most: 2}
	var both sync.WaitGroup
	for _, to := range []*receiver{first, second} {
		both.Go(func() {
			for _, id := range users {
				if _, err := outbox.Deliver(t.Context(), &store, to, id); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	nobodyWaits(t, &store)
	for _, id := range users {
		all := append(first.numbers(id), second.numbers(id)...)
		slices.Sort(all)
		if got := len(slices.Compact(all)); got != 8 {
			t.Errorf("of %s came %d notices; want 8", id, got)
		}
	}
}

func TestDeliverAll(t *testing.T) {
	for name, row := range map[string]struct {
		refuses   func(string) error
		want      outbox.Sent
		wantCalls int
	}{
		"all well":             {nil, outbox.Sent{Notices: 20, Users: 10}, 10},
		"one user refused":     {refusing("user00004"), outbox.Sent{Notices: 18, Users: 9, Failed: 1}, 10},
		"the receiver is down": {func(string) error { return errRefused }, outbox.Sent{Failed: 3}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			var store storetest.Memory
			happened(t, &store, 2, people(10)...)
			to := &receiver{refuses: row.refuses}
			done, err := outbox.DeliverAll(t.Context(), &store, to)
			if done != row.want || (err != nil) != (row.want.Failed > 0) || to.called() != row.wantCalls {
				t.Errorf("did %+v, %v; want %+v", done, err, row.want)
			}
		})
	}
}

// refusing refuses what is about these users.
func refusing(users ...string) func(string) error {
	return func(userID string) error {
		if slices.Contains(users, userID) {
			return errRefused
		}
		return nil
	}
}
