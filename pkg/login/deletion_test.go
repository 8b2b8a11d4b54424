package login_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// The user changed meanwhile, and then cannot be read: nothing is known of the deletion.
func TestDeletionThatCannotSeeWhatChangedIsNoSuccess(t *testing.T) {
	for name, c := range map[string]struct{ read, want error }{
		"the store is down": {login.Unavailable(errors.New("down")), login.StoreUnavailable},
		"the user is gone":  {login.ErrUserNotFound, login.SessionInvalid}, // somebody else was faster
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			u := w.Bound("alice-1", "alice")
			v := w.Visit(w.Token("alice-2"))
			w.DB.Do(func(op string) error {
				return map[string]error{"DeleteUser": login.ErrUserChanged, "UserByID": c.read}[op]
			})
			got := logintest.Events(t, func(ctx context.Context) {
				if err := w.Delete(ctx, phone, v, "alice-3"); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			})
			if len(got) != 0 {
				t.Errorf("noted %v", got)
			}
			if _, err := w.DB.Memory.UserByID(t.Context(), u.ID); err != nil {
				t.Errorf("the user: %v", err)
			}
		})
	}
}

// The last sweep comes a second later. A request that ends before it has not had it.
func TestDeletionWithoutItsLastSweepIsNoSuccess(t *testing.T) {
	for name, c := range map[string]struct {
		ends func(w *world, u login.User, cancel func()) // what keeps it from the sweep
	}{
		"the request ends": {func(_ *world, _ login.User, cancel func()) { time.AfterFunc(500*time.Millisecond, cancel) }},
		"the store is down": {func(w *world, _ login.User, _ func()) {
			time.AfterFunc(500*time.Millisecond, func() { w.DB.Do(logintest.Failing("SessionsOfUser")) })
		}},
		"a session stays": {func(w *world, u login.User, _ func()) {
			time.AfterFunc(500*time.Millisecond, func() {
				late := login.Session{UserID: u.ID, TokenHash: "late"} // a login was under way
				if _, err := w.DB.CreateSession(w.Context(), late); err != nil {
					w.Error(err)
				}
				w.DB.Do(logintest.Failing("ForgetSession"))
			})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				u := w.Bound("alice-1", "alice")
				v := w.Visit(w.Token("alice-2"))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c.ends(w, u, cancel)
				if err := w.Delete(ctx, phone, v, "alice-3"); !errors.Is(err, login.StoreUnavailable) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// The visitor was read before the binding went to somebody else.
func TestExportShowsNoBindingThatIsSomebodyElsesByNow(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	v := w.Visit(w.Token("alice-2"))
	if err := w.Unbind(t.Context(), phone, v, true, "alice-3"); err != nil {
		t.Fatal(err)
	}
	w.AddUser("bob")
	if _, err := w.BindUser("alice-4", "bob", password); err != nil {
		t.Fatal(err)
	}
	export, err := w.Export(t.Context(), phone, v, "alice-5")
	if err != nil || len(export.Bindings) != 0 {
		t.Errorf("got %+v, %v", export.Bindings, err)
	}
}

// An export is whole, or it fails.
func TestExportThatLacksSomethingFails(t *testing.T) {
	for _, op := range []string{"TouchBinding", "BindingByOpenID", "SessionsOfUser"} {
		t.Run(op, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			v := w.Visit(w.Token("alice-2"))
			w.DB.Do(logintest.Failing(op))
			got := logintest.Events(t, func(ctx context.Context) {
				export, err := w.Export(ctx, phone, v, "alice-3")
				if !errors.Is(err, login.StoreUnavailable) || export.User.ID != "" {
					t.Errorf("got %+v, %v", export, err)
				}
			})
			if len(got) != 0 {
				t.Errorf("noted %v", got)
			}
		})
	}
}

// Whose account it is about stands in the trail, of a refusal above all: somebody holds a
// token, and the wrong phone.
func TestTrailOfAReauthenticationNamesTheUser(t *testing.T) {
	for name, do := range map[string]func(ctx context.Context, w *world, v login.Visitor, code string) error{
		"unbind by force": func(ctx context.Context, w *world, v login.Visitor, code string) error {
			return w.Unbind(ctx, phone, v, true, code)
		},
		"export": func(ctx context.Context, w *world, v login.Visitor, code string) error {
			_, err := w.Export(ctx, phone, v, code)
			return err
		},
		"delete": func(ctx context.Context, w *world, v login.Visitor, code string) error {
			return w.Delete(ctx, phone, v, code)
		},
	} {
		for code, want := range map[string]error{"alice-9": nil, "bob-9": login.ReauthRequired} {
			t.Run(name+" with the code "+code, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { // a deletion takes a second
					w := newWorld(t)
					u := w.Bound("alice-1", "alice")
					v := w.Visit(w.Token("alice-2"))
					trail := w.TrailOf(func(ctx context.Context) {
						if err := do(ctx, w, v, code); !errors.Is(err, want) {
							t.Errorf("got %v, want %v", err, want)
						}
					})
					if trail.UserID != u.ID || trail.AppID != appID || trail.OpenIDHash == "" {
						t.Errorf("the trail says %+v", trail)
					}
				})
			})
		}
	}
}
