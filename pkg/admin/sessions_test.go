package admin_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// both binds alice in both apps and gives a token of each.
func (w *world) both() (u login.User, one, two login.Hidden) {
	w.Helper()
	u = w.Bound("alice-1", "alice")
	one = w.Token("alice-2")
	opened, err := w.Bind(w.Context(), otherApp, login.BindRequest{Code: "alice-3", Username: "alice", Password: password})
	if err != nil {
		w.Fatal(err)
	}
	return u, one, opened.Token
}

func TestShow(t *testing.T) {
	w := newWorld(t)
	u, _, _ := w.both()
	e, err := w.Admin().Show(t.Context(), "Alice")
	if err != nil || e.User.ID != u.ID || len(e.Bindings) != 2 || len(e.Sessions) != 3 {
		t.Fatalf("got %+v, %v", e, err)
	}
	if !slices.IsSortedFunc(e.Sessions, func(a, b login.Session) int { return b.CreatedAt.Compare(a.CreatedAt) }) {
		t.Error("the newest session is not the first")
	}
	if _, err := w.Admin().Show(t.Context(), "nobody"); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("an unknown user: %v", err)
	}
}

func TestRemoveBindings(t *testing.T) {
	for name, c := range map[string]struct {
		app     string
		removed []string
		one     login.Code // what becomes of the session in the first app
		two     login.Code
	}{
		"one":                           {appID, []string{appID}, login.BindingRemoved, ""},
		"all, even the last":            {"", []string{appID, "wxtwo"}, login.BindingRemoved, login.BindingRemoved},
		"in an app where there is none": {"wxthree", nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, one, two := w.both()
			var removed []string
			var err error
			noted := logintest.Events(t, func(ctx context.Context) { removed, err = w.Admin().RemoveBindings(ctx, "alice", c.app) })
			if !slices.Equal(removed, c.removed) || errors.Is(err, login.ErrBindingNotFound) != (c.removed == nil) {
				t.Fatalf("removed %v, %v", removed, err)
			}
			if w.Dead(one) != c.one || w.Dead(two) != c.two {
				t.Errorf("the sessions are %q and %q", w.Dead(one), w.Dead(two))
			}
			if len(noted) != len(c.removed) || len(noted) > 0 && noted[0] != login.EventUnbind {
				t.Errorf("noted %v", noted)
			}
		})
	}
}

func TestRevokeSession(t *testing.T) {
	w := newWorld(t)
	_, one, two := w.both()
	a := w.Admin()
	id := w.Visit(one).Session.ID()
	noted := logintest.Events(t, func(ctx context.Context) {
		for range 2 { // it can be repeated
			if err := a.RevokeSession(ctx, "alice", id); err != nil {
				t.Fatal(err)
			}
		}
	})
	w.Refused(one, login.SessionRevoked)
	w.Visit(two)
	if noted[0] != login.EventSessionRevoke {
		t.Errorf("noted %v", noted)
	}
	w.Bound("bob-1", "bob")
	for _, c := range []struct{ user, id string }{
		{"bob", id}, {"alice", "unknown"}, {"alice", ""}, {"alice", "#/" + id}, {"alice", strings.Repeat("a", 44)},
	} {
		if err := a.RevokeSession(t.Context(), c.user, c.id); !errors.Is(err, login.ErrSessionNotFound) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := a.RevokeSession(t.Context(), "nobody", id); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("an unknown user: %v", err)
	}
}

// Whoever administers may have a clock that is behind that of the servers.
func TestAClockThatIsBehindSparesNoSession(t *testing.T) {
	for name, c := range map[string]struct {
		end   func(context.Context, *admin.Service) error
		event login.Event
	}{
		"RevokeSessions": {func(ctx context.Context, a *admin.Service) error { return a.RevokeSessions(ctx, "alice") }, login.EventLogoutAll},
		"SetPassword":    {func(ctx context.Context, a *admin.Service) error { return a.SetPassword(ctx, "alice", "another one") }, login.EventPasswordSet},
		"Disable": {func(ctx context.Context, a *admin.Service) error {
			if err := a.Disable(ctx, "alice"); err != nil {
				return err
			}
			return a.Enable(ctx, "alice")
		}, login.EventUserDisable},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, one, two := w.both()
			a := w.Admin()
			a.Now = func() time.Time { return w.Clock().Add(-time.Hour) }
			noted := logintest.Events(t, func(ctx context.Context) {
				if err := c.end(ctx, a); err != nil {
					t.Fatal(err)
				}
			})
			w.Refused(one, login.SessionRevoked)
			w.Refused(two, login.SessionRevoked)
			if noted[0] != c.event {
				t.Errorf("noted %v", noted)
			}
		})
	}
}

func TestAdministratorDeletes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		u, one, _ := w.both()
		a := w.Admin()
		trail := &login.Trail{}
		if err := a.Delete(login.WithTrail(t.Context(), trail), "ALICE"); err != nil {
			t.Fatal(err)
		}
		w.Gone(u, "o-alice")
		w.Refused(one, login.SessionInvalid)
		if !slices.Equal(trail.Events, []login.Event{login.EventDelete}) || trail.UserID != u.ID {
			t.Errorf("noted %v of %q", trail.Events, trail.UserID)
		}
		if err := a.Delete(t.Context(), "alice"); !errors.Is(err, login.ErrUserNotFound) {
			t.Errorf("once more: %v", err)
		}
	})
}

func TestRolesAreListedAsSet(t *testing.T) {
	w := newWorld(t)
	a := w.Admin()
	set := []login.Role{{Name: "b", Menus: []login.Menu{{ID: "1"}}}, {Name: "a"}}
	if err := a.SetRoles(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	roles, err := a.Roles(t.Context())
	if err != nil || len(roles) != 2 || roles[0].Name != "a" || roles[1].Menus[0].ID != "1" {
		t.Errorf("got %+v, %v", roles, err)
	}
}

// The users of a platform's directory claim no username here.
func TestUserOfADirectoryIsFoundByID(t *testing.T) {
	w := newWorld(t)
	enrolled, err := w.DB.EnrollUser(t.Context(), login.Profile{ID: "1001", Username: "carol"}, w.Clock(), login.NewID())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Admin().Disable(t.Context(), "1001"); err != nil {
		t.Fatal(err)
	}
	if u, err := w.DB.UserByID(t.Context(), enrolled.ID); err != nil || !u.Disabled {
		t.Errorf("got %+v, %v", u, err)
	}
	if err := w.Admin().Disable(t.Context(), "1002"); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestUserOfADirectoryHasNoPasswordHere(t *testing.T) {
	w := newWorld(t)
	enrolled, err := w.DB.EnrollUser(t.Context(), login.Profile{ID: "1001", Username: "carol"}, w.Clock(), login.NewID())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Admin().SetPassword(t.Context(), "1001", "another one"); !errors.Is(err, admin.ErrPasswordNotHere) {
		t.Errorf("got %v", err)
	}
	if u, err := w.DB.UserByID(t.Context(), enrolled.ID); err != nil || u.PasswordID != "" {
		t.Errorf("got %+v, %v", u, err)
	}
}

// An id is the directory's, and need not have the form of a username.
func TestUserOfADirectoryIsFoundByAnIDThatIsNoUsername(t *testing.T) {
	w := newWorld(t)
	a := w.Admin()
	a.Username = func(raw string) (string, error) { // as package username has it
		switch {
		case raw == "":
			return "", login.UsernameMissing
		case len(raw) > 128:
			return "", login.UsernameInvalid
		}
		return strings.ToLower(raw), nil
	}
	id := strings.Repeat("7", 256)
	if _, err := w.DB.EnrollUser(t.Context(), login.Profile{ID: id, Username: "carol"}, w.Clock(), login.NewID()); err != nil {
		t.Fatal(err)
	}
	if err := a.Disable(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if u, err := w.DB.UserByID(t.Context(), id); err != nil || !u.Disabled {
		t.Errorf("got %+v, %v", u, err)
	}
	for nobody, want := range map[string]error{id[:255]: login.UsernameInvalid, id + "7": login.UsernameInvalid, "": login.UsernameMissing} {
		if err := a.Disable(t.Context(), nobody); !errors.Is(err, want) {
			t.Errorf("%d bytes: got %v, want %v", len(nobody), err, want)
		}
	}
}
