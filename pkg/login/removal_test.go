package login_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func TestDeleteRemovesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		u := w.Bound("alice-1", "alice")
		if _, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "alice-2", Username: "alice", Password: password}); err != nil {
			t.Fatal(err)
		}
		token := w.Token("alice-3")
		got := logintest.Events(t, func(ctx context.Context) {
			if err := w.Delete(ctx, phone, w.Visit(token), "alice-4"); err != nil {
				t.Fatal(err)
			}
		})
		w.Gone(u, "o-alice")
		w.Refused(token, login.SessionInvalid)
		if checked := w.Checked("alice-5"); checked.Login != nil {
			t.Error("still logs in")
		}
		if !slices.Equal(got, []login.Event{login.EventDelete}) {
			t.Errorf("noted %v", got)
		}
		w.Bound("alice-6", "alice") // the name is free again
	})
}

// A request is under way at each of its calls to the store while the user is deleted.
func TestRequestUnderWayDoesNotBringADeletedUserBack(t *testing.T) {
	for name, c := range map[string]struct {
		request func(w *world, token login.Hidden) error
		ops     []string
	}{
		"checkBind": {
			func(w *world, _ login.Hidden) error { _, err := w.CheckCode("alice-9"); return err },
			[]string{"BindingByOpenID", "Enter"},
		},
		"bind again": {
			func(w *world, _ login.Hidden) error { _, err := w.BindUser("alice-9", "alice", password); return err },
			[]string{"SwapRecord", "UserIDByName", "UserWithPassword", "Bind", "Enter"},
		},
		"bind another WeChat": {
			func(w *world, _ login.Hidden) error {
				_, err := w.Bind(w.Context(), otherApp, login.BindRequest{Code: "alice-9", Username: "alice", Password: password})
				return err
			},
			[]string{"UserIDByName", "UserWithPassword", "Bind"},
		},
		"verify": {
			func(w *world, token login.Hidden) error { _, err := w.Verify(w.Context(), token); return err },
			[]string{"SessionWithUser", "ExtendSession"},
		},
		"logout": {
			func(w *world, token login.Hidden) error {
				v, err := w.Verify(w.Context(), token)
				if err != nil {
					return err
				}
				return w.Logout(w.Context(), v, false)
			},
			[]string{"EndSession"},
		},
		"logout of all": {
			func(w *world, token login.Hidden) error {
				v, err := w.Verify(w.Context(), token)
				if err != nil {
					return err
				}
				return w.Logout(w.Context(), v, true)
			},
			[]string{"LogoutUser"},
		},
		"unbind": {
			func(w *world, token login.Hidden) error {
				v, err := w.Verify(w.Context(), token)
				if err != nil {
					return err
				}
				return w.Unbind(w.Context(), phone, v, true, "alice-9")
			},
			[]string{"Unbind"},
		},
	} {
		for _, op := range c.ops {
			// What is held up goes on at once, while the deletion sweeps, or when all is over.
			for _, delay := range []time.Duration{0, 500 * time.Millisecond, 999 * time.Millisecond, 1500 * time.Millisecond, time.Minute} {
				t.Run(name+" held at "+op+" for "+delay.String(), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t)
						u := w.Bound("alice-1", "alice")
						w.Pass(24 * time.Hour) // so that a visit is written down
						token := w.Token("alice-2")
						v := w.Visit(token)
						w.Pass(24 * time.Hour)

						var held atomic.Bool
						reached := make(chan struct{})
						w.DB.Do(func(called string) error {
							if called == op && held.CompareAndSwap(false, true) {
								close(reached)
								time.Sleep(delay)
							}
							return nil
						})
						var wg sync.WaitGroup
						wg.Go(func() { c.request(w, token) }) // whatever it answers
						<-reached
						synctest.Wait() // what the request does beside it is done
						if err := w.Delete(t.Context(), phone, v, "alice-8"); err != nil && !errors.Is(err, login.BindingRemoved) {
							t.Error(err)
						}
						wg.Wait()
						w.Gone(u, "o-alice")
					})
				})
			}
		}
	}
}

func TestDeleteGoesOnWhereItBrokeOff(t *testing.T) {
	for _, op := range []string{"SessionsOfUser", "ForgetSession", "DeleteUser"} {
		t.Run(op, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				u := w.Bound("alice-1", "alice")
				token := w.Token("alice-2")
				v := w.Visit(token)
				w.DB.Do(func(called string) error {
					if called == op {
						return login.Unavailable(errors.New("down"))
					}
					return nil
				})
				if err := w.Delete(t.Context(), phone, v, "alice-3"); !errors.Is(err, login.StoreUnavailable) {
					t.Errorf("got %v", err)
				}
				w.DB.Do(nil)
				// The session that asked for it is there still.
				if err := w.Delete(t.Context(), phone, w.Visit(token), "alice-4"); err != nil {
					t.Error(err)
				}
				w.Gone(u, "o-alice")
			})
		})
	}
}

// Nobody can repeat a deletion whose user is gone, so it is noted at once.
func TestDeletionThatBrokeOffIsNotedWhereTheUserIsGone(t *testing.T) {
	for op, noted := range map[string]int{"DeleteUser": 0, "SessionsOfUser": 1} {
		t.Run(op, func(t *testing.T) {
			w := newWorld(t)
			u := w.Bound("alice-1", "alice")
			v := w.Visit(w.Token("alice-2"))
			w.DB.Do(func(called string) error {
				_, err := w.DB.Memory.UserByID(t.Context(), u.ID)
				if called == op && (op == "DeleteUser" || err != nil) {
					return login.Unavailable(errors.New("down"))
				}
				return nil
			})
			got := logintest.Events(t, func(ctx context.Context) {
				if err := w.Delete(ctx, phone, v, "alice-3"); !errors.Is(err, login.StoreUnavailable) {
					t.Errorf("got %v", err)
				}
			})
			if !slices.Equal(got, slices.Repeat([]login.Event{login.EventDelete}, noted)) {
				t.Errorf("noted %v", got)
			}
		})
	}
}

func TestOfTwoDeletionsTheLaterFindsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		u := w.Bound("alice-1", "alice")
		v := w.Visit(w.Token("alice-2"))
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, code := range []string{"alice-3", "alice-4"} {
			wg.Go(func() { errs[i] = w.Delete(t.Context(), phone, v, code) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), login.SessionInvalid) {
			t.Errorf("got %v", errs)
		}
		w.Gone(u, "o-alice")
	})
}
