package login_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// A login that fails forgets its session. The session of a repeat, which succeeds meanwhile, must not be that one.
func TestFailedFirstDoesNotForgetTheSessionOfItsRepeat(t *testing.T) {
	for name, meanwhile := range map[string]struct {
		// at is where the first one stops until the repeat has come to until, "" for its end.
		at, until string
	}{
		"the repeat comes after the first has given up its ids": {"ForgetSession", ""},
		"the repeat has read the record before that":            {"SwapRecord", "SwapRecord"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.Bound("alice-1", "alice")
				stopped, reached, forgetting, done := make(chan bool), make(chan bool), make(chan bool), make(chan bool)
				var swaps, claims, failed atomic.Int32
				first := w.hooked(func(op string) error {
					switch {
					case op == "Entered" && failed.Add(1) == 1:
						return login.Unavailable(errors.New("down"))
					case op == "SwapRecord" && swaps.Add(1) == 2 && meanwhile.at == op:
						close(stopped)
						<-reached
					case op == "ForgetSession":
						if meanwhile.at == op {
							close(stopped)
						}
						close(forgetting)
						<-done
					}
					return nil
				})
				second := w.hooked(func(op string) error {
					if op == "SwapRecord" && meanwhile.until == op && claims.Add(1) == 1 {
						close(reached)
						<-forgetting
					}
					return nil
				})

				ended := make(chan error, 1)
				go func() { _, err := checking(t.Context(), first); ended <- err }()
				<-stopped
				token, err := checking(t.Context(), second)
				if err != nil {
					t.Fatal(err)
				}
				close(done)
				if err := <-ended; !errors.Is(err, login.StoreUnavailable) {
					t.Errorf("the first: %v", err)
				}
				if why := w.Dead(token); why != "" {
					t.Errorf("the repeat's session is dead: %s", why)
				}
			})
		})
	}
}

// hooked calls before ahead of some operations of a store, which fail with its error.
type hooked struct {
	login.Store
	before func(op string) error
}

func (w *world) hooked(before func(op string) error) *login.Service {
	c := w.Config
	c.Store = hooked{w.DB, before}
	return login.New(c)
}

func (h hooked) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	if err := h.before("SwapRecord"); err != nil {
		return login.Record{}, err
	}
	return h.Store.SwapRecord(ctx, name, old, r)
}

// Enter has a hook when it is done, too, so that its answer can be lost.
func (h hooked) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	opened, err := h.Store.Enter(ctx, o)
	if err == nil {
		err = h.before("Entered")
	}
	return opened, err
}

func (h hooked) ForgetSession(ctx context.Context, user, hash string) error {
	if err := h.before("ForgetSession"); err != nil {
		return err
	}
	return h.Store.ForgetSession(ctx, user, hash)
}

// The transport may send the first request's record again, after repeats have been counted in it.
func TestRecordThatIsSentAgainForgetsNoRepeat(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	c := w.Config
	c.Store = &sendsAgain{Store: w.DB, between: func() {
		for range 2 {
			if _, err := checking(t.Context(), w.process()); err != nil {
				t.Errorf("a repeat: %v", err)
			}
		}
	}}
	if _, err := checking(t.Context(), login.New(c)); err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Second)
	if _, err := checking(t.Context(), w.process()); !errors.Is(err, login.WXCodeUsed) {
		t.Errorf("the third repeat: %v", err)
	}
}

// sendsAgain writes what the first request writes twice, with something between.
type sendsAgain struct {
	login.Store
	between func()
}

func (s *sendsAgain) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	opened, err := s.Store.Enter(ctx, o)
	if err != nil {
		return opened, err
	}
	s.between()
	return s.Store.Enter(ctx, o)
}

// A first request whose record could not be stored has no repeats: when it fails, its session is nobody's.
func TestFailedFirstWithoutARecordLeavesNoSession(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	had := len(w.sessions("u-alice"))
	var swaps atomic.Int32
	first := w.hooked(func(op string) error {
		if op == "Entered" || op == "SwapRecord" && swaps.Add(1) == 1 {
			return login.Unavailable(errors.New("down"))
		}
		return nil
	})
	first.Store = recordless{first.Store}
	if _, err := checking(t.Context(), first); !errors.Is(err, login.StoreUnavailable) {
		t.Fatal(err)
	}
	if got := len(w.sessions("u-alice")); got != had {
		t.Errorf("%d sessions, want %d", got, had)
	}
}

// recordless stores no records with sessions.
type recordless struct{ login.Store }

func (r recordless) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	o.Name = ""
	return r.Store.Enter(ctx, o)
}

// A user who is deleted while a repeat is under way leaves no session, though the repeat shares it with the first request.
func TestRepeatThatMeetsADeletionLeavesNoSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.Bound("alice-1", "alice")
		if _, err := checking(t.Context(), w.process()); err != nil {
			t.Fatal(err)
		}
		c := w.Config
		c.Store = deletes{w.DB, func() error { return w.Admin().Delete(w.Context(), "alice") }}
		if token, err := checking(t.Context(), login.New(c)); token != "" || err != nil {
			t.Errorf("the repeat logs in: %v", err)
		}
		if got := len(w.sessions("u-alice")); got != 0 {
			t.Errorf("%d sessions are left", got)
		}
	})
}

// deletes deletes a user as soon as a binding is read.
type deletes struct {
	login.Store
	user func() error
}

func (d deletes) BindingByOpenID(ctx context.Context, app, openID string) (login.Binding, error) {
	b, err := d.Store.BindingByOpenID(ctx, app, openID)
	return b, errors.Join(err, d.user())
}

// A repeat that has reserved an attempt itself, since the first request could not, gives it back in every counter, also in
// that of the pair, which is asked twice when the account is under attack.
func TestRepeatGivesBackWhatItReserved(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	for n := range 10 {
		stranger := login.Caller{Address: fmt.Sprintf("198.51.100.%d", n)}
		_, err := w.Bind(w.Context(), stranger, login.BindRequest{Code: fmt.Sprintf("stranger%d-1", n), Username: "alice", Password: "wrong"})
		if !errors.Is(err, login.InvalidCredentials) {
			t.Fatal(err)
		}
	}
	if _, err := w.BindUser("alice-1", "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Fatal(err)
	}
	c := w.Config
	c.Store = uncounted{w.DB}
	if _, err := binding(password)(t.Context(), login.New(c)); !errors.Is(err, login.StoreUnavailable) {
		t.Fatal(err)
	}
	if _, err := binding(password)(t.Context(), w.process()); err != nil {
		t.Fatalf("the repeat: %v", err)
	}
	if _, err := w.BindUser("alice-3", "alice", password); err != nil {
		t.Errorf("the next: %v", err)
	}
}

// uncounted cannot write counters.
type uncounted struct{ login.Store }

func (u uncounted) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	if strings.HasPrefix(name, "count#") {
		return login.Record{}, login.Unavailable(errors.New("down"))
	}
	return u.Store.SwapRecord(ctx, name, old, r)
}
