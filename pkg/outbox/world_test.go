package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// happened keeps notices of these users in a store: one of each type "disabled" and "enabled" in turn for each change.
func happened(t *testing.T, store *storetest.Memory, changes int, users ...string) {
	t.Helper()
	if err := store.WantNotices(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	for _, id := range users {
		if _, err := store.UserByID(t.Context(), id); errors.Is(err, login.ErrUserNotFound) {
			u := login.User{ID: id, Username: id, Epoch: login.NewID(), Apps: map[string]login.UserApp{}}
			if err := store.AddUser(t.Context(), u, login.Password{}); err != nil {
				t.Fatal(err)
			}
		}
		for range changes {
			if err := store.LogoutUser(t.Context(), id, login.NewID()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// people are users in the order in which a store lists them.
func people(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("user%05d", i)
	}
	return all
}

var errRefused = errors.New("refused")

// receiver is a Sender that keeps what it takes.
type receiver struct {
	mu sync.Mutex
	// most bounds what it takes of a call; 0 means everything.
	most int
	// refuses decides about a call; nil takes all.
	refuses func(userID string) error
	calls   int
	got     []login.Notice
}

func (r *receiver) Send(ctx context.Context, notices []login.Notice) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if r.refuses != nil {
		if err := r.refuses(notices[0].UserID); err != nil {
			return 0, err
		}
	}
	if r.most > 0 {
		notices = notices[:min(r.most, len(notices))]
	}
	r.got = append(r.got, notices...)
	return len(notices), nil
}

func (r *receiver) refuse(refuses func(userID string) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuses = refuses
}

// called is how often it was called since the last time.
func (r *receiver) called() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = 0
	return calls
}

// numbers are those of a user, as they came.
func (r *receiver) numbers(userID string) (numbers []int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.got {
		if n.UserID == userID {
			numbers = append(numbers, n.Number)
		}
	}
	return numbers
}

// whole checks that all notices of the users came, those of each in order and without repeats.
func (r *receiver) whole(t *testing.T, each int, users ...string) {
	t.Helper()
	for _, id := range users {
		if got := r.numbers(id); len(got) != each || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != each {
			t.Fatalf("of %s came %v; want %d in order", id, got, each)
		}
	}
}

func nobodyWaits(t *testing.T, store login.Outbox) {
	t.Helper()
	if waiting, err := store.Waiting(t.Context(), "", 10); err != nil || len(waiting) > 0 {
		t.Fatalf("%v wait, %v", waiting, err)
	}
}

// logged catches the log of a test.
func logged(t *testing.T) *logLines {
	t.Helper()
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	l := &logLines{}
	slog.SetDefault(slog.New(slog.NewTextHandler(l, nil)))
	return l
}

type logLines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// take returns the messages since the last time.
func (l *logLines) take() (messages []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		_, rest, _ := strings.Cut(line, " level=")
		level, rest, _ := strings.Cut(rest, ` msg="`)
		message, _, _ := strings.Cut(rest, `"`)
		messages = append(messages, level+" "+message)
	}
	l.text.Reset()
	return messages
}
