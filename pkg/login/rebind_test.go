package login_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

var rebindPolicy = login.Policy{Rebind: true}

// rebindAs binds a person's WeChat to alice, in the place of the one that is bound.
func rebindAs(w *world, code string) (*login.Login, error) {
	caller := phone
	caller.Request = login.Hidden("alice\n" + password + "\nreplace")
	return w.Bind(w.Context(), caller, login.BindRequest{Code: code, Username: "alice", Password: password, Replace: true})
}

func TestNewWeChatTakesThePlace(t *testing.T) {
	w := phoneWorld(t, rebindPolicy)
	u := w.Bound("alice-1", "alice")
	old := w.Token("alice-2")
	if _, err := w.BindUser("newphone-1", "alice", password); !errors.Is(err, login.UserBound) {
		t.Fatalf("without replace: %v", err)
	}
	l, err := rebindAs(w, "newphone-2")
	if err != nil || l.User.ID != u.ID {
		t.Fatalf("got %v", err)
	}
	w.Visit(l.Token)
	w.Refused(old, login.BindingRemoved)
	if checked := w.Checked("alice-3"); checked.Login != nil {
		t.Error("the former WeChat is still bound")
	}
	if checked := w.Checked("newphone-3"); checked.Login == nil || checked.Login.User.ID != u.ID {
		t.Error("the new WeChat is not bound")
	}
}

func TestRebindNeedsThePolicyAndThePassword(t *testing.T) {
	w := phoneWorld(t, login.Policy{})
	w.Bound("alice-1", "alice")
	if _, err := rebindAs(w, "thief-1"); !errors.Is(err, login.RebindClosed) {
		t.Errorf("without the policy: %v", err)
	}
	setPolicy(w, appID, rebindPolicy)
	_, err := w.Bind(t.Context(), phone, login.BindRequest{Code: "thief-2", Username: "alice", Password: "wrong", Replace: true})
	if !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("with a wrong password: %v", err)
	}
	w.Bound("bob-1", "bob")
	if _, err := rebindAs(w, "bob-2"); !errors.Is(err, login.IdentityBound) {
		t.Errorf("with a WeChat that is somebody else's: %v", err)
	}
	if w.Checked("alice-2").Login == nil {
		t.Error("alice has lost her binding")
	}
}

// A thief who knows the password takes the place. The owner takes it back within a week, and then has it for good.
func TestOwnerTakesThePlaceBack(t *testing.T) {
	const day = 24 * time.Hour
	w := phoneWorld(t, rebindPolicy)
	w.Bound("alice-1", "alice")
	w.Pass(time.Hour)
	thief, err := rebindAs(w, "thief-1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rebindAs(w, "thief2-1"); !errors.Is(err, login.RebindTooSoon) {
		t.Errorf("a second WeChat on the same day: %v", err)
	}
	w.Pass(time.Minute)
	owner, err := rebindAs(w, "alice-2")
	if err != nil {
		t.Fatalf("the owner, a minute later: %v", err)
	}
	w.Refused(thief.Token, login.BindingRemoved)
	if _, err := rebindAs(w, "thief-2"); !errors.Is(err, login.RebindTooSoon) {
		t.Errorf("the thief, again: %v", err)
	}
	// She changes her password, without having to wait.
	err = w.ChangePassword(t.Context(), phone, w.Visit(owner.Token), login.PasswordRequest{
		Code: "alice-3", Password: password, NewPassword: "another good password",
	})
	if err != nil {
		t.Errorf("the owner cannot change the password: %v", err)
	}
	w.Pass(day)
	if _, err := rebindAs(w, "thief-3"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("the thief with the old password: %v", err)
	}
}

func TestTheDisplacedMayComeBackForAWeek(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		after  time.Duration
		person string
		want   error
	}{
		"the displaced at once":        {time.Second, "alice", nil},
		"the displaced after six days": {6 * day, "alice", nil},
		"the displaced after a week":   {7 * day, "alice", nil}, // as anybody who has the password
		"another within the day":       {day - time.Second, "thief2", login.RebindTooSoon},
		"another after the day":        {day, "thief2", nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, rebindPolicy)
			w.Bound("alice-1", "alice")
			if _, err := rebindAs(w, "thief-1"); err != nil {
				t.Fatal(err)
			}
			w.Pass(c.after)
			_, err := rebindAs(w, c.person+"-7")
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if c.want != nil && login.AsError(err).RetryAfter != time.Second {
				t.Errorf("to wait %v", login.AsError(err).RetryAfter)
			}
		})
	}
}

// For a week the new binding cannot make the account its own.
func TestNewBindingOnProbation(t *testing.T) {
	const week = 7 * 24 * time.Hour
	deeds := map[string]func(*world, login.Visitor, string) error{
		"password": func(w *world, v login.Visitor, code string) error {
			return w.ChangePassword(w.Context(), phone, v, login.PasswordRequest{Code: code, Password: password, NewPassword: "another good password"})
		},
		"phone": func(w *world, v login.Visitor, code string) error {
			_, err := w.SetPhone(w.Context(), phone, v, code, "phone-thief-"+code)
			return err
		},
		"export": func(w *world, v login.Visitor, code string) error {
			_, err := w.Export(w.Context(), phone, v, code)
			return err
		},
		"deletion": func(w *world, v login.Visitor, code string) error { return w.Delete(w.Context(), phone, v, code) },
	}
	for name, do := range deeds {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, rebindPolicy)
			w.Bound("alice-1", "alice")
			l, err := rebindAs(w, "thief-1")
			if err != nil {
				t.Fatal(err)
			}
			w.Pass(week / 2)
			v := w.Visit(l.Token)
			if err := do(w, v, "thief-2"); !errors.Is(err, login.RecentlyReplaced) || w.WeChatDouble.Calls != 2 {
				t.Errorf("within the week: %v after %d codes", err, w.WeChatDouble.Calls)
			}
			w.Pass(week / 2)
			if err := do(w, w.Visit(w.Token("thief-4")), "thief-5"); err != nil {
				t.Errorf("after the week: %v", err)
			}
		})
	}
}

func TestRebindByPhone(t *testing.T) {
	policy := login.Policy{Rebind: true, PhoneTrust: login.DefaultPhoneTrust, Register: openPolicy.Register}
	tapReplacing := func(w *world, code, phoneCode string) (*login.Login, error) {
		return w.BindPhone(w.Context(), phone, login.PhoneRequest{Code: code, PhoneCode: phoneCode, Replace: true})
	}
	w := phoneWorld(t, policy)
	first, err := tapped(w, phone, "alice-1", "phone-13800138000-1", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tapped(w, phone, "newphone-1", "phone-13800138000-2", ""); !errors.Is(err, login.UserBound) {
		t.Errorf("without replace: %v", err)
	}
	l, err := tapReplacing(w, "newphone-2", "phone-13800138000-3")
	if err != nil || l.User.ID != first.User.ID || l.Created {
		t.Fatalf("got %+v, %v", l, err)
	}
	w.Refused(first.Token, login.BindingRemoved)

	w = phoneWorld(t, policy)
	w.userWithPhone("bob", time.Hour, true)
	if _, err := w.BindUser("bob-1", "bob", password); err != nil {
		t.Fatal(err)
	}
	if _, err := tapReplacing(w, "newphone-1", "phone-"+number("bob")+"-1"); !errors.Is(err, login.UserBound) {
		t.Errorf("a user who has a password: %v", err)
	}
}

func TestFirstUsernameAndPassword(t *testing.T) {
	w := phoneWorld(t, launchPolicy)
	l := w.Checked("alice-1").Login
	w.AddUser("bob")
	set := func(code, username string) error {
		return w.ChangePassword(t.Context(), phone, w.Visit(l.Token), login.PasswordRequest{Code: code, Username: username, NewPassword: "another good password"})
	}
	for username, want := range map[string]login.Code{"": login.UsernameMissing, "bob": login.UsernameTaken} {
		if err := set("alice-"+string(want), username); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", username, err, want)
		}
	}
	if err := set("", "Alice"); !errors.Is(err, login.ReauthRequired) {
		t.Errorf("without a fresh code: %v", err)
	}
	if err := set("alice-5", "Alice"); err != nil {
		t.Fatal(err)
	}
	w.Visit(l.Token)
	if err := set("alice-6", "Alice"); !errors.Is(err, login.PasswordMissing) {
		t.Errorf("once there is a password the old one is wanted: %v", err)
	}
	setPolicy(w, appID, rebindPolicy)
	caller := phone
	if again, err := w.Bind(t.Context(), caller, login.BindRequest{Code: "newphone-1", Username: "alice", Password: "another good password", Replace: true}); err != nil || again.User.ID != l.User.ID {
		t.Errorf("another WeChat binds with it: %v", err)
	}
}

// A thief with two WeChats displaces the first with the second, which then gives the place back to the first.
func TestTwoWeChatsDoNotShortenTheWeek(t *testing.T) {
	const day = 24 * time.Hour
	w := phoneWorld(t, rebindPolicy)
	w.Bound("alice-1", "alice")
	if _, err := rebindAs(w, "thief-1"); err != nil {
		t.Fatal(err)
	}
	w.Pass(day)
	second, err := rebindAs(w, "thieftwo-1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rebindAs(w, "thief-2"); !errors.Is(err, login.RebindTooSoon) {
		t.Errorf("the thief's first WeChat: %v", err)
	}
	if err := w.Delete(t.Context(), phone, w.Visit(second.Token), "thieftwo-2"); !errors.Is(err, login.RecentlyReplaced) {
		t.Errorf("the thief's second WeChat deletes the account: %v", err)
	}
	owner, err := rebindAs(w, "alice-2")
	if err != nil {
		t.Fatalf("the owner, who was displaced first: %v", err)
	}
	if _, err := w.Export(t.Context(), phone, w.Visit(owner.Token), "alice-3"); err != nil {
		t.Errorf("the owner is held for the thief: %v", err)
	}
}

// Two requests of one person at once, as from a page that was tapped twice, both end logged in.
func TestTwoRebindsOfOnePerson(t *testing.T) {
	for _, op := range []string{"UserByID", "Bind"} { // the second request is done before the first one does this
		w := phoneWorld(t, rebindPolicy)
		u := w.Bound("alice-1", "alice")
		var once atomic.Bool
		w.DB.Do(func(called string) error {
			if called == op {
				if once.CompareAndSwap(false, true) {
					if _, err := rebindAs(w, "newphone-2"); err != nil {
						t.Error(err)
					}
				}
			}
			return nil
		})
		l, err := rebindAs(w, "newphone-1")
		if err != nil || l.User.ID != u.ID {
			t.Errorf("before %s: %v", op, err)
			continue
		}
		w.Visit(l.Token)
	}
}

// rebindSpy does something before a rebind.
type rebindSpy struct {
	login.Store
	before func()
}

func (s *rebindSpy) Rebind(ctx context.Context, r login.Rebinding) error {
	if before := s.before; before != nil {
		s.before = nil
		before()
	}
	return s.Store.Rebind(ctx, r)
}

func TestRebindWhileAnotherIsDone(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(w *world, u login.User) error
		want      error
	}{
		"by the same person": {func(w *world, _ login.User) error { _, err := rebindAs(w, "newphone-2"); return err }, nil},
		"by another person":  {func(w *world, _ login.User) error { _, err := rebindAs(w, "thief-2"); return err }, login.UserBound},
		"and the user is disabled": {func(w *world, u login.User) error {
			return w.DB.DisableUser(w.Context(), u.ID, login.NewID())
		}, login.UserDisabled},
		"and the password is replaced": {func(w *world, u login.User) error {
			return w.DB.ReplacePassword(w.Context(), u.ID, u.PasswordID, login.NewPassword("plain:another"), login.NewID())
		}, login.SessionRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, rebindPolicy)
			w.Bound("alice-1", "alice")
			u, err := w.DB.UserByID(t.Context(), "u-alice")
			if err != nil {
				t.Fatal(err)
			}
			spy := &rebindSpy{Store: w.Store}
			w.Store = spy
			spy.before = func() {
				if err := c.meanwhile(w, u); err != nil {
					t.Error(err)
				}
			}
			l, err := rebindAs(w, "newphone-1")
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err == nil {
				w.Visit(l.Token)
			}
		})
	}
}

// Between the bind that finds another WeChat and the rebind the password is replaced: the old one replaces nothing.
func TestRebindWithAPasswordThatIsReplacedMeanwhile(t *testing.T) {
	w := phoneWorld(t, rebindPolicy)
	u := w.Bound("alice-1", "alice")
	var once atomic.Bool
	w.DB.Do(func(op string) error {
		if op == "UserByID" {
			if once.CompareAndSwap(false, true) {
				if err := w.DB.ReplacePassword(t.Context(), u.ID, u.PasswordID, login.NewPassword("plain:another"), login.NewID()); err != nil {
					t.Error(err)
				}
			}
		}
		return nil
	})
	if _, err := rebindAs(w, "thief-1"); !errors.Is(err, login.SessionRevoked) {
		t.Errorf("got %v", err)
	}
}

// The operator has removed the thief's binding, or the thief has left. The owner binds as at first, and may do everything.
func TestOwnerIsNotOnProbation(t *testing.T) {
	w := phoneWorld(t, rebindPolicy)
	w.Bound("alice-1", "alice")
	thief, err := rebindAs(w, "thief-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Unbind(t.Context(), phone, w.Visit(thief.Token), true, "thief-2"); err != nil {
		t.Fatal(err)
	}
	// The thief binds once more, as anybody can who has the password, and is not rid of the week by that.
	if thief, err = w.BindUser("thief-3", "alice", password); err != nil {
		t.Fatal(err)
	}
	change := func(l *login.Login, code string) error {
		return w.ChangePassword(t.Context(), phone, w.Visit(l.Token), login.PasswordRequest{Code: code, Password: password, NewPassword: "another good password"})
	}
	if err := change(thief, "thief-4"); !errors.Is(err, login.RecentlyReplaced) {
		t.Errorf("the thief: %v", err)
	}
	if err := w.Unbind(t.Context(), phone, w.Visit(thief.Token), true, "thief-5"); err != nil {
		t.Fatal(err)
	}
	owner, err := w.BindUser("alice-2", "alice", password)
	if err != nil {
		t.Fatal(err)
	}
	if err := change(owner, "alice-3"); err != nil {
		t.Errorf("the owner: %v", err)
	}
}
