package outbox_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// slowAbout takes its time about some users.
type slowAbout struct {
	receiver
	takes map[string]time.Duration
}

func (s *slowAbout) Send(ctx context.Context, notices []login.Notice) (int, error) {
	select {
	case <-time.After(s.takes[notices[0].UserID]):
		return s.receiver.Send(ctx, notices)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func TestSlowUserDelaysNobody(t *testing.T) {
	log := logged(t)
	synctest.Test(t, func(t *testing.T) {
		var store storetest.Memory
		to := &slowAbout{receiver{most: 1}, map[string]time.Duration{"user00000": 4 * time.Second, "user00002": 3 * time.Second}}
		w, end := begin(t, &store, to)
		happened(t, &store, 15, people(3)...)
		pass(2 * time.Second)
		to.whole(t, 15, "user00001")
		for n := 16; n < 20; n++ {
			happened(t, &store, 1, "user00001")
			pass(1100 * time.Millisecond)
			to.whole(t, n, "user00001")
		}
		if got := w.Stats(); got.Users != 2 {
			pass(10 * time.Second)
			if got = w.Stats(); got.Users != 2 {
				t.Errorf("%d users are said to wait", got.Users)
			}
		}
		pass(time.Minute)
		to.whole(t, 15, "user00000", "user00002")
		happened(t, &store, 1, "user00000")
		pass(2 * time.Second)
		end() // which waits for what is under way
		to.whole(t, 16, "user00000")
	})
	if lines := log.take(); len(lines) > 0 {
		t.Errorf("said %q", lines)
	}
}

// A user whose notices somebody else has delivered says nothing of the receiver.
func TestNothingToSendIsNoSignOfLife(t *testing.T) {
	logged(t)
	synctest.Test(t, func(t *testing.T) {
		var store storetest.Memory
		to := &receiver{refuses: func(string) error { return errRefused }}
		happened(t, &store, 1, people(100)...)
		_, end := begin(t, ghosts{&store}, to)
		defer end()
		pass(2 * time.Minute)
		if calls := to.called(); calls > 40 {
			t.Errorf("called %d times in two minutes", calls)
		}
	})
}

// ghosts lists somebody of whom nothing waits any more before everybody else.
type ghosts struct{ login.Outbox }

func (g ghosts) Waiting(ctx context.Context, after string, limit int) ([]login.WaitingUser, error) {
	if after == "" {
		return []login.WaitingUser{{UserID: "ghost", Since: time.Now()}}, nil
	}
	if after == "ghost" {
		after = ""
	}
	return g.Outbox.Waiting(ctx, after, limit)
}
