package password

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// The test takes all slots, so anything that does not wait for one shows.
func TestNothingIsComputedWithoutASlot(t *testing.T) {
	verify := func(hash login.Hidden) func(context.Context, *Hasher) error {
		return func(ctx context.Context, h *Hasher) error {
			_, _, err := h.Verify(ctx, hash, "password", []string{"bcrypt 4"})
			return err
		}
	}
	for name, compute := range map[string]func(context.Context, *Hasher) error{
		"Hash": func(ctx context.Context, h *Hasher) error {
			_, err := h.Hash(ctx, "password")
			return err
		},
		"Verify of argon2id": verify("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
		"Verify of bcrypt":   verify("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
		"Verify of no hash":  verify(""),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := New(Config{Parallel: 2})
				h.slots <- struct{}{}
				h.slots <- struct{}{}

				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if err := compute(ctx, h); !errors.Is(err, login.Overloaded) || !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("with all slots taken: %v; want overloaded, and the context's error", err)
				}

				<-h.slots
				if err := compute(ctx, h); !errors.Is(err, login.Overloaded) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("with a context that has ended: %v; want overloaded, and its error", err)
				}
				if err := compute(t.Context(), h); err != nil {
					t.Errorf("with a free slot: %v", err)
				}
				if len(h.slots) != 1 {
					t.Errorf("%d slots are taken afterwards; want the test's one", len(h.slots))
				}
			})
		})
	}
}
