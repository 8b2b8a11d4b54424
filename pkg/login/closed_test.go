package login_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// TestClosed: the setting and how somebody became a user decide whether they go with their last binding.
func TestClosed(t *testing.T) {
	added := func(w *world) login.User { return w.Bound("alice-1", "alice") }
	registered := func(w *world) login.User { return w.mustTap("alice-1", "phone-alice-1").User }
	elsewhere := func(w *world) login.User { u, _ := w.twice(); return u }
	for name, c := range map[string]struct {
		closed login.Closed
		user   func(w *world) login.User
		goes   bool
		events []login.Event
	}{
		"by default, registered": {"", registered, true, []login.Event{login.EventDelete, login.EventWeChatClosed}},
		"by default, added":      {"", added, false, []login.Event{login.EventUnbind, login.EventWeChatClosed}},
		"registered, registered": {login.ClosedRegistered, registered, true, []login.Event{login.EventDelete, login.EventWeChatClosed}},
		"registered, added":      {login.ClosedRegistered, added, false, []login.Event{login.EventUnbind, login.EventWeChatClosed}},
		"all, added":             {login.ClosedAll, added, true, []login.Event{login.EventDelete, login.EventWeChatClosed}},
		"all, bound elsewhere":   {login.ClosedAll, elsewhere, false, []login.Event{login.EventUnbind, login.EventWeChatClosed}},
		"none, registered":       {login.ClosedNone, registered, false, []login.Event{login.EventUnbind, login.EventWeChatClosed}},
		"none, bound elsewhere":  {login.ClosedNone, elsewhere, false, []login.Event{login.EventUnbind, login.EventWeChatClosed}},
		"by default, elsewhere":  {"", elsewhere, false, []login.Event{login.EventUnbind, login.EventWeChatClosed}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				settings := pushSettings
				settings.Closed = c.closed
				w := pushWorld(t, settings)
				u := c.user(w)
				token := w.Token("alice-7")
				before := w.notices(u.ID)
				raw := w.pushed(appID, closes)
				events := logintest.Events(t, func(ctx context.Context) {
					if got, err := w.Push(ctx, appID, raw); err != nil || got != login.OutcomePushDone {
						t.Errorf("got %v, %v", got, err)
					}
				})
				if !slices.Equal(events, c.events) {
					t.Errorf("noted %v, want %v", events, c.events)
				}
				told, want := w.notices(u.ID)[len(before):], login.NoticeUnbound
				if c.goes {
					want = login.NoticeDeleted
					w.Refused(token, login.SessionInvalid)
				} else {
					w.Refused(token, login.BindingRemoved)
				}
				if w.exists(u.ID) == c.goes || !slices.Equal(told, []login.NoticeType{want}) {
					t.Errorf("the user is there: %v, told %v", w.exists(u.ID), told)
				}
				if checked := w.Checked("alice-8"); checked.Login != nil {
					t.Error("the identity is still bound")
				}
				w.ends(raw, login.OutcomePushNothing)
			})
		})
	}
}

// TestClosedBeforeTheBinding: a push that is older than the binding does nothing, in whole seconds.
func TestClosedBeforeTheBinding(t *testing.T) {
	for name, c := range map[string]struct {
		later time.Duration
		want  login.Outcome
	}{
		"a second before":    {1001 * time.Millisecond, login.OutcomePushNothing},
		"in the next second": {time.Second, login.OutcomePushNothing},
		"in the same second": {999 * time.Millisecond, login.OutcomePushDone},
	} {
		t.Run(name, func(t *testing.T) {
			w := pushWorld(t, pushSettings)
			raw := w.pushed(appID, closes)
			w.Pass(c.later)
			w.Bound("alice-1", "alice")
			w.ends(raw, c.want)
		})
	}
}

// TestClosedInBothAtOnce: whatever the order, the user is deleted exactly once.
func TestClosedInBothAtOnce(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			settings := pushSettings
			settings.Closed = login.ClosedAll
			w := pushWorld(t, settings)
			u, tokens := w.twice()
			w.DB.Do(func(string) error { time.Sleep(time.Millisecond); return nil }) // so that all of them read before one writes
			var wg sync.WaitGroup
			for _, app := range []string{appID, "wxtwo"} {
				raw := w.pushed(app, closes)
				for range 2 { // WeChat repeats itself
					wg.Go(func() {
						if _, err := w.Push(w.Context(), app, raw); err != nil {
							t.Error(err)
						}
					})
				}
			}
			wg.Wait()
			w.DB.Do(nil)
			if w.exists(u.ID) {
				t.Error("the user is still there")
			}
			for _, token := range tokens {
				w.Refused(token, login.SessionInvalid)
			}
			told := map[login.NoticeType]int{}
			for _, is := range w.notices(u.ID) {
				told[is]++
			}
			if told[login.NoticeDeleted] != 1 || told[login.NoticeUnbound] != 1 {
				t.Errorf("told %v", told)
			}
		})
	}
}

// TestBoundMeanwhileStays: the user is bound in the other mini-program while they are being deleted. They stay, with that binding
// and its session.
func TestBoundMeanwhileStays(t *testing.T) {
	for _, op := range []string{"UserByID", "StoreRecord", "SessionsOfUser", "DeleteUser"} {
		t.Run("before "+op, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				settings := pushSettings
				settings.Closed = login.ClosedAll
				w := pushWorld(t, settings)
				u := w.Bound("alice-1", "alice")
				raw := w.pushed(appID, closes)
				var elsewhere login.Hidden
				w.once(op, func() error {
					caller := otherApp
					caller.Request = "there"
					there, err := w.Bind(w.Context(), caller, login.BindRequest{Code: "alice-2", Username: "alice", Password: password})
					if err == nil {
						elsewhere = there.Token
					}
					return err
				})
				w.ends(raw, login.OutcomePushDone)
				if !w.exists(u.ID) {
					t.Fatal("the user is gone")
				}
				w.Visit(elsewhere)
				if checked := w.Checked("alice-8"); checked.Login != nil {
					t.Error("the identity is still bound")
				}
			})
		})
	}
}

// TestClosedWhileTheStoreIsDown: it is an error, so that WeChat repeats the push, which then does the rest.
func TestClosedWhileTheStoreIsDown(t *testing.T) {
	for _, op := range []string{"BindingByOpenID", "UserByID", "StoreRecord", "SessionsOfUser", "ForgetSession", "DeleteUser"} {
		t.Run(op, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				settings := pushSettings
				settings.Closed = login.ClosedAll
				w := pushWorld(t, settings)
				u := w.Bound("alice-1", "alice")
				raw := w.pushed(appID, closes)
				w.DB.Do(logintest.Failing(op))
				if got, err := w.Push(t.Context(), appID, raw); !errors.Is(err, login.StoreUnavailable) {
					t.Errorf("got %v, %v", got, err)
				}
				w.DB.Do(nil)
				w.ends(raw, login.OutcomePushDone)
				if w.exists(u.ID) {
					t.Error("the user is still there")
				}
			})
		})
	}
	w := pushWorld(t, pushSettings)
	w.Bound("alice-1", "alice")
	for _, op := range []string{"Unbind", "Withdraw"} {
		message := map[string]string{"Unbind": closes, "Withdraw": revokes("8")}[op]
		w.DB.Do(logintest.Failing(op))
		if got, err := w.Push(t.Context(), appID, w.pushed(appID, message)); !errors.Is(err, login.StoreUnavailable) {
			t.Errorf("%s: got %v, %v", op, got, err)
		}
	}
}

// TestClosedDoesNotBringADirectorysUserBack: a bind that began before the deletion is refused.
func TestClosedDoesNotBringADirectorysUserBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newDirectoryWorld(t)
		settings := pushSettings
		settings.Closed = login.ClosedAll
		setPush(e.world, settings)
		e.in("alice-1")
		raw := e.pushed(appID, closes)
		done := false
		e.DB.Do(func(op string) error {
			if op != "EnrollUser" || done {
				return nil
			}
			done = true
			e.Pass(time.Second)
			e.ends(raw, login.OutcomePushDone)
			return nil
		})
		if opened, err := e.BindUser("alice-2", "alice", password); err == nil || !done {
			t.Errorf("logged in as %+v", opened)
		}
		if e.exists(alice.ID) {
			t.Error("she is back")
		}
	})
}
