package login_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func TestEpochsInMemory(t *testing.T) { logintest.RunEpochs(t, new(storetest.Memory)) }

// standing is the stored binding of a user's openid.
func (w *world) standing(openID string) login.Binding {
	w.Helper()
	b, err := w.DB.Memory.BindingByOpenID(w.Context(), appID, openID)
	if err != nil {
		w.Fatal(err)
	}
	return b
}

// once runs do before the first call of op.
func (w *world) once(op string, do func() error) {
	done := false
	w.DB.Do(func(called string) error {
		if called != op || done {
			return nil
		}
		done = true
		return do()
	})
}

// A whole login fits between the moment at which somebody decides to end all sessions and the write that does it. No
// time passes meanwhile, and the session dies all the same.
func TestSessionsEndHoweverLateTheWriteIs(t *testing.T) {
	for name, c := range map[string]struct {
		op  string
		end func(ctx context.Context, w *world, v login.Visitor) error
	}{
		"disable and enable": {"DisableUser", func(ctx context.Context, w *world, _ login.Visitor) error {
			return errors.Join(w.Admin().Disable(ctx, "alice"), w.Admin().Enable(ctx, "alice"))
		}},
		"a new password": {"ReplacePassword", func(ctx context.Context, w *world, _ login.Visitor) error {
			return w.Admin().SetPassword(ctx, "alice", "another one")
		}},
		"sessions revoked": {"LogoutUser", func(ctx context.Context, w *world, _ login.Visitor) error {
			return w.Admin().RevokeSessions(ctx, "alice")
		}},
		"logout of all": {"LogoutUser", func(ctx context.Context, w *world, v login.Visitor) error { return w.Logout(ctx, v, true) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			v := w.Visit(w.Token("alice-2"))
			var late login.Hidden
			w.once(c.op, func() error { late = w.Token("alice-3"); return nil })
			if err := c.end(t.Context(), w, v); err != nil {
				t.Fatal(err)
			}
			w.DB.Do(nil)
			w.Refused(late, login.SessionRevoked)
			w.Visit(w.Token("alice-4")) // in the same moment
		})
	}
}

// The tables may have been restored from different moments, and every end of all sessions leaves the binding behind.
func TestBindingWhoseEpochIsNotTheUsersIsBroughtUpToDate(t *testing.T) {
	for name, change := range map[string]func(w *world, u login.User) error{
		"behind": func(w *world, u login.User) error { return w.DB.LogoutUser(w.Context(), u.ID, login.NewID()) },
		"ahead": func(w *world, _ login.User) error {
			return w.DB.NoteEpoch(w.Context(), w.standing("o-alice"), login.NewID())
		},
		"without one": func(w *world, _ login.User) error { return w.DB.NoteEpoch(w.Context(), w.standing("o-alice"), "") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			u := w.Bound("alice-1", "alice")
			if err := change(w, u); err != nil {
				t.Fatal(err)
			}
			w.Visit(w.Token("alice-2"))
			user, err := w.DB.UserByID(t.Context(), u.ID)
			if err != nil || w.standing("o-alice").Epoch != user.Epoch {
				t.Errorf("the binding is %+v, the user %+v, %v", w.standing("o-alice"), user, err)
			}
			w.DB.Forget()
			w.Visit(w.Token("alice-3"))
			if w.DB.Called("NoteEpoch") || w.DB.Called("ForgetSession") {
				t.Errorf("the next login repairs again: %v", w.DB.Calls)
			}
		})
	}
}

func TestLoginDuringWhichAllSessionsEndTwiceIsRefused(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	before := len(w.sessions(u.ID))
	w.DB.Do(func(op string) error {
		if op == "BindingByOpenID" || op == "NoteEpoch" {
			return w.DB.Memory.LogoutUser(t.Context(), u.ID, login.NewID())
		}
		return nil
	})
	if checked, err := w.CheckCode("alice-2"); !errors.Is(err, login.SessionRevoked) {
		t.Errorf("got %+v, %v", checked, err)
	}
	w.DB.Do(nil)
	if left := len(w.sessions(u.ID)); left != before {
		t.Errorf("%d sessions, want %d", left, before)
	}
	w.Visit(w.Token("alice-3"))
}

// The epoch in a binding is a hint. Who cannot write it logs in nevertheless.
func TestLoginSurvivesAnEpochThatCannotBeNoted(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	if err := w.DB.LogoutUser(t.Context(), u.ID, login.NewID()); err != nil {
		t.Fatal(err)
	}
	w.DB.Do(logintest.Failing("NoteEpoch"))
	trail := w.TrailOf(func(ctx context.Context) {
		if checked, err := w.Check(ctx, phone, "alice-2"); err != nil || w.Dead(checked.Login.Token) != "" {
			t.Errorf("got %+v, %v", checked, err)
		}
	})
	if len(trail.Lapses) != 1 {
		t.Errorf("lapses %v, want one", trail.Lapses)
	}
	w.DB.Do(logintest.Failing("ForgetSession"))
	if _, err := w.CheckCode("alice-3"); !errors.Is(err, login.StoreUnavailable) {
		t.Errorf("the session could not be replaced: %v", err)
	}
}

// A login under way brings nobody else's binding up to date.
func TestBindingMadeAnewDuringALoginKeepsItsEpoch(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	if err := w.DB.LogoutUser(t.Context(), u.ID, login.NewID()); err != nil {
		t.Fatal(err)
	}
	bob := w.AddUser("bob")
	w.once("NoteEpoch", func() error {
		if err := w.unbind(u); err != nil {
			return err
		}
		_, err := w.BindUser("alice-2", "bob", password)
		return err
	})
	checked, err := w.CheckCode("alice-3")
	if err != nil || checked.Login != nil {
		t.Errorf("got %+v, %v; want not bound", checked, err)
	}
	if b := w.standing("o-alice"); b.UserID != bob.ID || b.Epoch != bob.Epoch {
		t.Errorf("bob's binding is %+v", b)
	}
}

// A hash that is renewed beside the end of all sessions does not bring the old epoch back.
func TestRenewedHashLeavesTheEpochAlone(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser("alice")
	w.Plain.Outdated = true
	next := login.NewID()
	w.once("RenewHash", func() error { return w.DB.Memory.LogoutUser(t.Context(), u.ID, next) })
	if _, err := w.BindUser("alice-1", "alice", password); !errors.Is(err, login.SessionRevoked) {
		t.Errorf("got %v", err)
	}
	if got, err := w.DB.UserByID(t.Context(), u.ID); err != nil || got.Epoch != next {
		t.Errorf("the user is %+v, %v", got, err)
	}
}

// A laptop whose clock is behind, or ahead, ends the sessions of now and no others.
func TestAdministratorsClockDecidesNothing(t *testing.T) {
	for name, off := range map[string]time.Duration{"behind": -time.Hour, "ahead": time.Hour} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			old := w.Token("alice-2")
			a := w.Admin()
			a.Now = func() time.Time { return w.Clock().Add(off) }
			if err := errors.Join(a.Disable(t.Context(), "alice"), a.Enable(t.Context(), "alice")); err != nil {
				t.Fatal(err)
			}
			w.Refused(old, login.SessionRevoked)
			w.Visit(w.Token("alice-3"))
		})
	}
}
