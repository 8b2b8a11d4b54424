package login_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestVerifyTellsWhoseTokenItIs(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	trail := &login.Trail{}
	v, err := w.Verify(login.WithTrail(t.Context(), trail), w.Token("alice-2"))
	if err != nil || v.User.ID != u.ID || v.Session.AppID != appID {
		t.Fatalf("got %+v, %v", v, err)
	}
	if trail.UserID != u.ID || trail.AppID != appID || len(trail.OpenIDHash) != 16 || trail.OpenIDHash != v.Session.OpenIDHash {
		t.Errorf("the trail says %+v", trail)
	}
}

// One openid has one hash, wherever it is told.
func TestSessionsOpenIDHashIsThatOfTheLogin(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	atLogin := &login.Trail{}
	checked, err := w.Check(login.WithTrail(t.Context(), atLogin), phone, "alice-2")
	if err != nil {
		t.Fatal(err)
	}
	if v := w.Visit(checked.Login.Token); v.Session.OpenIDHash != atLogin.OpenIDHash {
		t.Errorf("the session has %q, the login %q", v.Session.OpenIDHash, atLogin.OpenIDHash)
	}
}

func TestVerifyTellsWhyASessionIsDead(t *testing.T) {
	for name, c := range map[string]struct {
		kill func(w *world, v login.Visitor) error
		want login.Code
	}{
		"idle for 7 days":      {func(w *world, _ login.Visitor) error { w.Pass(login.IdleLife); return nil }, login.SessionExpired},
		"logged out":           {func(w *world, v login.Visitor) error { return w.Logout(w.Context(), v, false) }, login.SessionRevoked},
		"logged out elsewhere": {func(w *world, _ login.Visitor) error { return w.Logout(w.Context(), w.Visit(w.Token("alice-3")), true) }, login.SessionRevoked},
		"revoked elsewhere": {func(w *world, v login.Visitor) error {
			return w.RevokeSession(w.Context(), w.Visit(w.Token("alice-3")), v.Session.ID())
		}, login.SessionRevoked},
		"ten newer logins": {func(w *world, _ login.Visitor) error {
			for _, n := range strings.Split("a b c d e f g h i j", " ") {
				w.Pass(time.Second)
				w.Token("alice-" + n)
			}
			return nil
		}, login.SessionReplaced},
		"banned":     {func(w *world, v login.Visitor) error { return w.DB.DisableUser(w.Context(), v.User.ID, login.NewID()) }, login.UserDisabled},
		"unbound":    {func(w *world, v login.Visitor) error { return w.Unbind(w.Context(), phone, v, true, "alice-3") }, login.BindingRemoved},
		"bound anew": {rebound, login.BindingRemoved},
		"never there": {func(w *world, v login.Visitor) error {
			return w.DB.ForgetSession(w.Context(), v.User.ID, v.Session.TokenHash)
		}, login.SessionInvalid},
		"user is gone": {func(w *world, v login.Visitor) error { return w.DB.DeleteUser(w.Context(), v.User) }, login.SessionInvalid},
		"banned, then let in again": {func(w *world, v login.Visitor) error {
			return errors.Join(w.DB.DisableUser(w.Context(), v.User.ID, login.NewID()), w.DB.EnableUser(w.Context(), v.User.ID))
		}, login.SessionRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			token := w.Token("alice-2")
			if err := c.kill(w, w.Visit(token)); err != nil {
				t.Fatal(err)
			}
			w.Refused(token, c.want)
		})
	}
}

func rebound(w *world, v login.Visitor) error {
	if err := w.Unbind(w.Context(), phone, v, true, "alice-3"); err != nil {
		return err
	}
	_, err := w.BindUser("alice-4", "alice", password)
	return err
}

func TestVerifyRefusesWhatIsNoTokenOfOurs(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Bound("bob-1", "bob")
	token := string(w.Token("alice-2"))
	user, secret, _ := strings.Cut(strings.TrimPrefix(token, "wxb_"), ".")
	for name, bad := range map[string]string{
		"nothing":              "",
		"no token":             "alice",
		"an old format":        "0123456789abcdef0123456789abcdef",
		"a JWT":                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1LWFsaWNlIn0.c2lnbmF0dXJl",
		"another's user":       "wxb_" + base64.RawURLEncoding.EncodeToString([]byte("u-bob")) + "." + secret,
		"a user of no store":   "wxb_" + base64.RawURLEncoding.EncodeToString([]byte("u-carol")) + "." + secret,
		"another secret":       "wxb_" + user + "." + strings.Repeat("A", 43),
		"a secret cut short":   token[:len(token)-1],
		"something behind it":  token + "x",
		"without the prefix":   strings.TrimPrefix(token, "wxb_"),
		"without the secret":   "wxb_" + user,
		"the hash of a secret": "wxb_" + user + "." + w.Visit(login.Hidden(token)).Session.ID(),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := w.Verify(t.Context(), login.Hidden(bad)); !errors.Is(err, login.SessionInvalid) {
				t.Errorf("verified with %v", err)
			}
		})
	}
}

func TestVisitsKeepASessionAliveUntilItsAbsoluteEnd(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	born := w.Clock()
	token := w.Token("alice-2")
	for w.Clock().Before(born.Add(login.AbsoluteLife - 24*time.Hour)) {
		w.Pass(24 * time.Hour)
		if v := w.Visit(token); v.Session.IdleEnd.After(born.Add(login.AbsoluteLife)) {
			t.Fatalf("the idle end %v is after the absolute end", v.Session.IdleEnd)
		}
	}
	w.Pass(24*time.Hour - time.Millisecond)
	w.Visit(token)
	w.Pass(time.Millisecond)
	w.Refused(token, login.SessionExpired)
}

func TestVisitsAreWrittenDownAtMostTenTimesInAnIdleLife(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	token := w.Token("alice-2")
	writes := 0
	w.DB.Do(func(op string) error {
		if op == "ExtendSession" {
			writes++
		}
		return nil
	})
	for range 7 * 24 * 12 { // every 5 minutes
		w.Pass(5 * time.Minute)
		w.Visit(token)
	}
	if writes < 9 || writes > 10 {
		t.Errorf("%d writes in an idle life", writes)
	}
	if v := w.Visit(token); w.Clock().Sub(v.Session.SeenAt) > login.IdleLife/10 {
		t.Errorf("last seen at %v, now it is %v", v.Session.SeenAt, w.Clock())
	}
}

func TestVisitsAtOnceWriteOnce(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	token := w.Token("alice-2")
	w.Pass(24 * time.Hour)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := w.Verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if v := w.Visit(token); !v.Session.SeenAt.Equal(w.Clock()) || !v.Session.IdleEnd.Equal(w.Clock().Add(login.IdleLife)) {
		t.Errorf("got %+v", v.Session)
	}
}

func TestVisitThatCannotBeWrittenDownCounts(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	token := w.Token("alice-2")
	w.Pass(24 * time.Hour)
	w.DB.Do(func(op string) error {
		if op == "ExtendSession" {
			return login.Unavailable(errors.New("throttled"))
		}
		return nil
	})
	trail := &login.Trail{}
	v, err := w.Verify(login.WithTrail(t.Context(), trail), token)
	if err != nil || len(trail.Lapses) != 1 {
		t.Errorf("got %v, lapses %v", err, trail.Lapses)
	}
	if !v.Session.IdleEnd.Before(w.Clock().Add(login.IdleLife)) {
		t.Error("it promises an idle end that is not stored")
	}
}

func TestVerifySaysWhenTheStoreCannotAnswer(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	token := w.Token("alice-2")
	w.DB.Do(func(string) error { return login.Unavailable(errors.New("down")) })
	w.Refused(token, login.StoreUnavailable)
}

// loose is a store that finds a session by less than its whole hash.
type loose struct{ login.Store }

func (l loose) SessionWithUser(ctx context.Context, user, hash string) (login.Session, login.User, error) {
	s, u, err := l.Store.SessionWithUser(ctx, user, hash)
	s.TokenHash = strings.ToLower(s.TokenHash)
	return s, u, err
}

func TestVerifyComparesTheHashItself(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	token := w.Token("alice-2")
	w.Store = loose{w.DB}
	w.Refused(token, login.SessionInvalid)
}

func TestWhatADeletedUserLeftBehindIsRemovedByItsToken(t *testing.T) {
	w := newWorld(t)
	u := w.Bound("alice-1", "alice")
	token := w.Token("alice-2")
	stored, err := w.DB.UserByID(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.DB.DeleteUser(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	w.Refused(token, login.SessionInvalid)
	if left, err := w.DB.SessionsOfUser(t.Context(), u.ID); err != nil || len(left) != 0 {
		t.Errorf("%d sessions are left, %v", len(left), err)
	}
}
