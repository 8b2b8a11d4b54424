package outbox_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// begin runs a Worker until the returned function is called, which waits for its end.
func begin(t *testing.T, from login.Outbox, to outbox.Sender) (*outbox.Worker, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := outbox.NewWorker(from, to)
	ended := make(chan struct{})
	go func() {
		w.Run(ctx)
		close(ended)
	}()
	return w, func() {
		cancel()
		<-ended
	}
}

// pass lets time pass.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestWorkerDeliversWhatComes(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		var store storetest.Memory
		to := &receiver{}
		w, end := begin(t, &store, to)
		defer end()
		for n := 1; n <= 3; n++ {
			happened(t, &store, 1, people(200)...)
			pass(1100 * time.Millisecond)
			to.whole(t, n, people(200)...)
		}
		if got := w.Stats().Delivered; got != 600 {
			t.Errorf("counted %d", got)
		}
		pass(time.Hour)
		if calls := to.called(); calls != 600 {
			t.Errorf("called %d times", calls)
		}
	})
	if lines := log.take(); len(lines) > 0 {
		t.Errorf("said %q", lines)
	}
}

func TestBrokenUserStopsNobody(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		var store storetest.Memory
		broken := []string{"user00002", "user00003", "user00004", "user00005"}
		to := &receiver{refuses: refusing(broken...)}
		_, end := begin(t, &store, to)
		defer end()
		happened(t, &store, 1, people(100)...)
		pass(10 * time.Second)
		healthy := slices.DeleteFunc(people(100), func(id string) bool { return slices.Contains(broken, id) })
		to.whole(t, 1, healthy...)
		to.called()
		pass(time.Hour)
		if calls := to.called(); calls < 4*12 || calls > 4*40 {
			t.Errorf("the broken ones were tried %d times in an hour", calls)
		}
		happened(t, &store, 1, people(1)...)
		pass(32 * time.Second) // the receiver may have seemed to be down
		to.whole(t, 2, people(1)...)
		to.refuse(nil)
		pass(6 * time.Minute)
		to.whole(t, 1, broken...)
	})
	want := []string{
		"WARN notices are not delivered: they wait, and are sent again", "ERROR notices have waited for more than an hour",
		"INFO notices are delivered again", "INFO no notice has waited for an hour any more",
	}
	if lines := log.take(); !slices.Equal(lines, want) {
		t.Errorf("said %q; want %q", lines, want)
	}
}

func TestReceiverThatIsDownIsNotHammered(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		var store storetest.Memory
		to := &receiver{refuses: func(string) error { return errRefused }}
		w, end := begin(t, &store, to)
		defer end()
		happened(t, &store, 2, people(300)...)
		pass(time.Minute)
		if calls := to.called(); calls < 6 || calls > 25 {
			t.Errorf("called %d times in the first minute", calls)
		}
		pass(time.Hour)
		if calls := to.called(); calls < 3*100 || calls > 3*250 {
			t.Errorf("called %d times in the hour", calls)
		}
		if s := w.Stats(); s.Users != 300 || time.Since(s.Oldest) < time.Hour || s.Failed == 0 || s.Delivered != 0 {
			t.Errorf("counted %+v", s)
		}
		to.refuse(nil)
		pass(32 * time.Second) // after the longest pause, everybody at once
		to.whole(t, 2, people(300)...)
		pass(10 * time.Second)
		if s := w.Stats(); s.Users != 0 || !s.Oldest.IsZero() || s.Delivered != 600 {
			t.Errorf("then counted %+v", s)
		}
	})
	want := []string{
		"WARN notices are not delivered: they wait, and are sent again", "ERROR notices have waited for more than an hour",
		"INFO notices are delivered again", "INFO no notice has waited for an hour any more",
	}
	if lines := log.take(); !slices.Equal(lines, want) {
		t.Errorf("said %q; want %q", lines, want)
	}
}

// Somebody else, such as `wxbind outbox send`, may deliver what a Worker could not.
func TestDeliveredBySomebodyElse(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		var store storetest.Memory
		to := &receiver{refuses: func(string) error { return errRefused }}
		_, end := begin(t, &store, to)
		defer end()
		happened(t, &store, 1, people(10)...)
		pass(time.Minute)
		if _, err := outbox.DeliverAll(t.Context(), &store, &receiver{}); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Minute)
		to.refuse(nil)
		happened(t, &store, 1, people(1)...)
		pass(32 * time.Second) // the receiver may have seemed to be down
		to.whole(t, 1, people(1)...)
	})
	want := []string{"WARN notices are not delivered: they wait, and are sent again", "INFO notices are delivered again"}
	if lines := log.take(); !slices.Equal(lines, want) {
		t.Errorf("said %q; want %q", lines, want)
	}
}

// slow answers after a time, unless the context ends before.
type slow struct {
	receiver
	takes time.Duration
}

func (s *slow) Send(ctx context.Context, notices []login.Notice) (int, error) {
	select {
	case <-time.After(s.takes):
		return s.receiver.Send(ctx, notices)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func TestWorkerStopsInTime(t *testing.T) {
	for name, row := range map[string]struct {
		takes, atMost time.Duration
		delivered     bool
	}{
		"what is under way is finished": {2 * time.Second, 2 * time.Second, true},
		"what hangs is given up":        {time.Hour, 3 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			logged(t)
			synctest.Test(t, func(t *testing.T) {
				var store storetest.Memory
				happened(t, &store, 1, people(100)...)
				to := &slow{takes: row.takes}
				_, end := begin(t, &store, to)
				pass(time.Millisecond)
				began := time.Now()
				end()
				if took := time.Since(began); took > row.atMost {
					t.Errorf("took %v", took)
				}
				if delivered := len(to.got) > 0; delivered != row.delivered || len(to.got) > 8 {
					t.Errorf("%d were delivered", len(to.got))
				}
			})
		})
	}
}

// unreadable is an outbox that cannot be read while it is broken.
type unreadable struct {
	login.Outbox
	broken atomic.Bool
}

func (u *unreadable) Waiting(ctx context.Context, after string, limit int) ([]login.WaitingUser, error) {
	if u.broken.Load() {
		return nil, login.Unavailable(errors.New("broken"))
	}
	return u.Outbox.Waiting(ctx, after, limit)
}

func TestWorkerSurvivesItsStore(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		var store storetest.Memory
		from := &unreadable{Outbox: &store}
		from.broken.Store(true)
		to := &receiver{}
		_, end := begin(t, from, to)
		defer end()
		happened(t, &store, 1, people(3)...)
		pass(time.Minute)
		from.broken.Store(false)
		pass(2 * time.Second)
		to.whole(t, 1, people(3)...)
	})
	if lines, want := log.take(), []string{"ERROR cannot read which notices wait", "INFO which notices wait can be read again"}; !slices.Equal(lines, want) {
		t.Errorf("said %q; want %q", lines, want)
	}
}
