package login_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Of two reads at the same time one runs on the request's own goroutine. Whichever panics, the request fails with the
// stack and without the value, and only when the other read has ended: it may write what the request has read.
func TestPanicOfOneOfSeveralSteps(t *testing.T) {
	for _, panicking := range []string{"BindingByOpenID", "SessionsOfUser"} {
		t.Run(panicking, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				u, err := w.DB.UserByID(t.Context(), w.Bound("alice-1", "alice").ID)
				if err != nil {
					t.Fatal(err)
				}
				ended := false
				w.DB.Do(func(op string) error {
					if op == panicking {
						panic("MARK")
					}
					time.Sleep(time.Second)
					ended = true
					return nil
				})
				_, err = login.ExportOf(t.Context(), w.DB, u)
				if err == nil || !strings.Contains(err.Error(), "panic of type string") || strings.Contains(err.Error(), "MARK") {
					t.Errorf("got %v", err)
				}
				if !ended {
					t.Error("it did not wait for the other read")
				}
			})
		})
	}
}
