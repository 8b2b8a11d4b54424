package login_test

import (
	"context"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// hashTimes is a Hasher that keeps the deadlines of its work.
type hashTimes struct {
	login.Hasher
	outdated  bool
	deadlines []time.Time
}

func (h *hashTimes) note(ctx context.Context) {
	deadline, _ := ctx.Deadline()
	h.deadlines = append(h.deadlines, deadline)
}

func (h *hashTimes) Hash(ctx context.Context, password login.Hidden) (login.Hidden, error) {
	h.note(ctx)
	return h.Hasher.Hash(ctx, password)
}

func (h *hashTimes) Verify(ctx context.Context, hash, password login.Hidden, kinds []string) (ok, outdated bool, err error) {
	h.note(ctx)
	ok, outdated, err = h.Hasher.Verify(ctx, hash, password, kinds)
	return ok, outdated || h.outdated, err
}

// Each hash leaves time to store what it is for.
func TestHashesEndBeforeTheRequest(t *testing.T) {
	for name, c := range map[string]struct {
		outdated bool
		request  func(ctx context.Context, w *world) error
	}{
		"a bind with an outdated hash": {true, func(ctx context.Context, w *world) error {
			_, err := w.Bind(ctx, phone, login.BindRequest{Code: "alice-9", Username: "alice", Password: password})
			return err
		}},
		"a bind with a temporary password": {false, func(ctx context.Context, w *world) error {
			w.makeTemporary()
			_, err := w.Bind(ctx, phone, login.BindRequest{Code: "alice-9", Username: "alice", Password: temporary, NewPassword: newPassword})
			return err
		}},
		"a change": {false, func(ctx context.Context, w *world) error {
			r := login.PasswordRequest{Code: "alice-9", Password: password, NewPassword: newPassword}
			return w.ChangePassword(ctx, phone, w.Visit(w.Token("alice-2")), r)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			hashes := &hashTimes{Hasher: w.Plain, outdated: c.outdated}
			w.Hasher = hashes
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := c.request(ctx, w); err != nil {
				t.Fatal(err)
			}
			end, _ := ctx.Deadline()
			if len(hashes.deadlines) != 2 {
				t.Fatalf("%d hashes, want 2", len(hashes.deadlines))
			}
			for n, deadline := range hashes.deadlines {
				if !deadline.Before(end) || deadline.IsZero() {
					t.Errorf("hash %d may take until %v, the request until %v", n+1, deadline, end)
				}
			}
		})
	}
}
