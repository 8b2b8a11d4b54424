package admin_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// deeds are all that an administrator does to a user who is there.
var deeds = map[string]func(ctx context.Context, a *admin.Service, username string) error{
	"User": func(ctx context.Context, a *admin.Service, name string) error {
		_, err := a.User(ctx, name)
		return err
	},
	"Show": func(ctx context.Context, a *admin.Service, name string) error {
		_, err := a.Show(ctx, name)
		return err
	},
	"SetPassword": func(ctx context.Context, a *admin.Service, name string) error {
		return a.SetPassword(ctx, name, "another one")
	},
	"Disable": func(ctx context.Context, a *admin.Service, name string) error { return a.Disable(ctx, name) },
	"Enable":  func(ctx context.Context, a *admin.Service, name string) error { return a.Enable(ctx, name) },
	"Delete":  func(ctx context.Context, a *admin.Service, name string) error { return a.Delete(ctx, name) },
	"RevokeSession": func(ctx context.Context, a *admin.Service, name string) error {
		return a.RevokeSession(ctx, name, "an-id")
	},
	"RevokeSessions": func(ctx context.Context, a *admin.Service, name string) error { return a.RevokeSessions(ctx, name) },
	"RemoveBindings": func(ctx context.Context, a *admin.Service, name string) error {
		_, err := a.RemoveBindings(ctx, name, "")
		return err
	},
}

// Why a user is not found is told as it is: there is none, no such name, or nobody can say.
func TestDeedToWhoIsNotFoundSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		username, fails string
		want            error
	}{
		"an unknown user":           {"nobody", "", login.ErrUserNotFound},
		"no username":               {"", "", login.UsernameMissing},
		"the name cannot be looked": {"alice", "UserIDByName", login.StoreUnavailable},
		"nor the id":                {"u-alice", "UserByID", login.StoreUnavailable},
	} {
		for deed, do := range deeds {
			t.Run(deed+", "+name, func(t *testing.T) {
				w := newWorld(t)
				w.AddUser("alice")
				a := w.Admin()
				a.Username = func(raw string) (string, error) {
					if raw == "" {
						return "", login.UsernameMissing
					}
					return strings.ToLower(raw), nil
				}
				w.DB.Do(logintest.Failing(c.fails))
				got := logintest.Events(t, func(ctx context.Context) {
					if err := do(ctx, a, c.username); !errors.Is(err, c.want) {
						t.Errorf("got %v, want %v", err, c.want)
					}
				})
				if len(got) != 0 {
					t.Errorf("noted %v", got)
				}
			})
		}
	}
}

// A deed is noted when it is done, and then of its user.
func TestDeedThatFailsIsNotNoted(t *testing.T) {
	for _, c := range []struct {
		deed, op string
		event    login.Event // "" for none
	}{
		{"SetPassword", "ReplacePassword", login.EventPasswordSet},
		{"Disable", "DisableUser", login.EventUserDisable},
		{"Enable", "EnableUser", login.EventUserEnable},
		{"Delete", "DeleteUser", login.EventDelete},
		{"Delete", "SessionsOfUser", login.EventDelete},
		{"Delete", "ForgetSession", login.EventDelete},
		{"RevokeSessions", "LogoutUser", login.EventLogoutAll},
		{"RemoveBindings", "Unbind", login.EventUnbind},
		{"Show", "BindingByOpenID", ""},
		{"Show", "SessionsOfUser", ""},
	} {
		t.Run(c.deed+" without "+c.op, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // a deletion takes a second
				w := newWorld(t)
				u := w.Bound("alice-1", "alice")
				w.DB.Do(logintest.Failing(c.op))
				trail := w.TrailOf(func(ctx context.Context) {
					if err := deeds[c.deed](ctx, w.Admin(), "alice"); !errors.Is(err, login.StoreUnavailable) {
						t.Errorf("got %v", err)
					}
				})
				if len(trail.Events) != 0 {
					t.Errorf("noted %v", trail.Events)
				}
				w.DB.Do(nil)
				trail = w.TrailOf(func(ctx context.Context) {
					if err := deeds[c.deed](ctx, w.Admin(), "alice"); err != nil {
						t.Error(err)
					}
				})
				if c.event == "" && len(trail.Events) == 0 {
					return
				}
				if len(trail.Events) != 1 || trail.Events[0] != c.event || trail.UserID != u.ID {
					t.Errorf("noted %v of %q", trail.Events, trail.UserID)
				}
			})
		})
	}
}

func TestAddedUserIsNoted(t *testing.T) {
	w := newWorld(t)
	a := w.Admin()
	var u login.User
	trail := w.TrailOf(func(ctx context.Context) {
		var err error
		if u, err = a.Add(ctx, admin.NewUser{Username: "alice", Password: password}); err != nil {
			t.Fatal(err)
		}
	})
	if len(trail.Events) != 1 || trail.Events[0] != login.EventUserAdd || trail.UserID != u.ID || u.ID == "" {
		t.Errorf("noted %v of %q, want the user %q", trail.Events, trail.UserID, u.ID)
	}
	trail = w.TrailOf(func(ctx context.Context) {
		if _, err := a.Add(ctx, admin.NewUser{Username: "alice", Password: password}); !errors.Is(err, login.ErrUsernameTaken) {
			t.Errorf("once more: %v", err)
		}
	})
	if len(trail.Events) != 0 {
		t.Errorf("noted %v", trail.Events)
	}
}

// The user binds in another mini-program while an administrator deletes them.
func TestAdministratorDeletesAUserWhoChangesMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		u := w.Bound("alice-1", "alice")
		bound := false
		w.DB.Do(func(op string) error {
			if op != "DeleteUser" || bound {
				return nil
			}
			bound = true
			_, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "alice-2", Username: "alice", Password: password})
			return err
		})
		trail := w.TrailOf(func(ctx context.Context) {
			if err := w.Admin().Delete(ctx, "alice"); err != nil {
				t.Error(err)
			}
		})
		w.Gone(u, "o-alice")
		if len(trail.Events) == 0 || trail.Events[len(trail.Events)-1] != login.EventDelete || !bound {
			t.Errorf("noted %v", trail.Events)
		}
	})
}

// What cannot be the id of a session costs no call to the store.
func TestAdministratorsSessionIDsAreLookedAtFirst(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	for id, asked := range map[string]bool{strings.Repeat("a", 43): true, strings.Repeat("a", 44): false, "": false, "a#b": false} {
		w.DB.Forget()
		if err := w.Admin().RevokeSession(t.Context(), "alice", id); !errors.Is(err, login.ErrSessionNotFound) {
			t.Errorf("%q: %v", id, err)
		}
		if w.DB.Called("EndSession") != asked {
			t.Errorf("%q: the store was asked: %v", id, !asked)
		}
	}
}
