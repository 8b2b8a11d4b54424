package login_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func TestBind(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser("alice")
	opened, err := w.BindUser("alice-1", "Alice", password)
	if err != nil {
		t.Fatal(err)
	}
	if opened.User.ID != u.ID || w.Dead(opened.Token) != "" {
		t.Errorf("got %+v", opened)
	}
	checked, err := w.CheckCode("alice-2")
	if err != nil || checked.Login == nil || checked.Login.User.ID != u.ID {
		t.Errorf("afterwards: %+v, %v", checked, err)
	}
}

func TestBindRefusesBeforeItCosts(t *testing.T) {
	good := login.BindRequest{Code: "alice-1", Username: "alice", Password: password}
	for name, c := range map[string]struct {
		change func(r *login.BindRequest)
		want   login.Code
	}{
		"no code":                     {func(r *login.BindRequest) { r.Code = "" }, login.CodeMissing},
		"a code too long":             {func(r *login.BindRequest) { r.Code = strings.Repeat("x", 257) }, login.CodeInvalid},
		"a code beyond ASCII":         {func(r *login.BindRequest) { r.Code = "爱丽丝" }, login.CodeInvalid},
		"a control character in it":   {func(r *login.BindRequest) { r.Code = "alice\x01" }, login.CodeInvalid},
		"a line break in it":          {func(r *login.BindRequest) { r.Code = "alice-1\n" }, login.CodeInvalid},
		"an openid and no code":       {func(r *login.BindRequest) { r.Code, r.OpenID = "", "o-alice" }, login.BindProofRequired},
		"an openid too long":          {func(r *login.BindRequest) { r.OpenID = strings.Repeat("o", 513) }, login.OpenIDInvalid},
		"an openid that is none":      {func(r *login.BindRequest) { r.OpenID = "o alice" }, login.OpenIDInvalid},
		"no password":                 {func(r *login.BindRequest) { r.Password = "" }, login.PasswordMissing},
		"a password too long":         {func(r *login.BindRequest) { r.Password = login.Hidden(strings.Repeat("p", 257)) }, login.PasswordInvalid},
		"NUL in the password":         {func(r *login.BindRequest) { r.Password = "pass\x00word" }, login.PasswordInvalid},
		"no UTF-8 in the password":    {func(r *login.BindRequest) { r.Password = "pass\xffword" }, login.PasswordInvalid},
		"what a decoder made of that": {func(r *login.BindRequest) { r.Password = "pass\uFFFDword" }, login.PasswordInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			r := good
			c.change(&r)
			if _, err := w.Bind(t.Context(), phone, r); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if w.WeChatDouble.Calls != 0 || len(w.DB.Calls) != 0 {
				t.Errorf("it cost %d calls to WeChat and %v", w.WeChatDouble.Calls, w.DB.Calls)
			}
		})
	}
}

func TestBindIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		request login.BindRequest
		want    login.Code
	}{
		"an openid that is not the code's": {login.BindRequest{Code: "alice-9", OpenID: "o-mallory", Username: "alice", Password: password}, login.IdentityMismatch},
		"a wrong password":                 {login.BindRequest{Code: "alice-9", Username: "alice", Password: "wrong"}, login.InvalidCredentials},
		"an unknown user":                  {login.BindRequest{Code: "alice-9", Username: "nobody", Password: password}, login.InvalidCredentials},
		"a disabled user":                  {login.BindRequest{Code: "alice-9", Username: "gone", Password: password}, login.UserDisabled},
		"a disabled user, wrong password":  {login.BindRequest{Code: "alice-9", Username: "gone", Password: "wrong"}, login.InvalidCredentials},
		"an identity bound elsewhere":      {login.BindRequest{Code: "bob-9", Username: "alice", Password: password}, login.IdentityBound},
		"a user bound elsewhere":           {login.BindRequest{Code: "alice-9", Username: "bob", Password: password}, login.UserBound},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			bob := w.Bound("bob-1", "bob")
			gone := w.AddUser("gone")
			if err := w.DB.DisableUser(t.Context(), gone.ID, login.NewID()); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Bind(t.Context(), phone, c.request); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			// It changed nothing.
			if checked, err := w.CheckCode("alice-10"); err != nil || checked.Login != nil {
				t.Errorf("alice: %+v, %v", checked, err)
			}
			if checked, err := w.CheckCode("bob-10"); err != nil || checked.Login.User.ID != bob.ID {
				t.Errorf("bob: %+v, %v", checked, err)
			}
		})
	}
}

// Whether a username exists shows neither in the work done nor in the answer.
func TestUnknownUserCostsTheSame(t *testing.T) {
	cost := func(username string) (calls, hashes int) {
		w := newWorld(t)
		w.AddUser("alice")
		if _, err := w.BindUser("mallory-1", username, "wrong"); !errors.Is(err, login.InvalidCredentials) {
			t.Fatal(err)
		}
		return len(w.DB.Calls), w.Plain.Checks
	}
	knownCalls, knownHashes := cost("alice")
	unknownCalls, unknownHashes := cost("nobody")
	if knownCalls != unknownCalls || knownHashes != unknownHashes {
		t.Errorf("a known user costs %d calls and %d hashes, an unknown one %d and %d", knownCalls, knownHashes, unknownCalls, unknownHashes)
	}
}

func TestBindWhoseAnswerWasLostIsRepeatedWithANewCode(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser("alice")
	if _, err := w.BindUser("alice-1", "alice", password); err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Minute)
	opened, err := w.BindUser("alice-2", "alice", password)
	if err != nil || opened.User.ID != u.ID || w.Dead(opened.Token) != "" {
		t.Errorf("got %+v, %v", opened, err)
	}
}

func TestOutdatedHashIsReplacedAtLogin(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser("alice")
	w.Plain.Outdated = true
	opened, err := w.BindUser("alice-1", "alice", password)
	if err != nil || w.Dead(opened.Token) != "" {
		t.Fatalf("got %+v, %v", opened, err)
	}
	stored, p, err := w.DB.UserWithPassword(t.Context(), u.ID)
	if err != nil || p.Hash != "rehashed:"+password || p.ID != u.PasswordID || stored.PasswordID != p.ID {
		t.Errorf("the hash is not replaced: %v", err)
	}
}

func TestBindSurvivesNothingOfTheStore(t *testing.T) {
	for _, op := range []string{"SwapRecord", "UserIDByName", "UserWithPassword", "Bind"} {
		t.Run(op, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			w.DB.Do(logintest.Failing(op))
			if _, err := w.BindUser("alice-1", "alice", password); !errors.Is(err, login.StoreUnavailable) {
				t.Errorf("got %v, want store_unavailable", err)
			}
			w.DB.Do(nil)
			if _, err := w.BindUser("alice-2", "alice", password); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// Whoever knows the old password must not keep a binding that he made with it
// while it was changed.
func TestBindInFlightWhileThePasswordChanges(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(w *world, a *admin.Service) error
		want      login.Code
	}{
		"changed":  {func(w *world, a *admin.Service) error { return a.SetPassword(w.Context(), "alice", "another one") }, login.SessionRevoked},
		"disabled": {func(w *world, a *admin.Service) error { return a.Disable(w.Context(), "alice") }, login.UserDisabled},
		"disabled and re-enabled": {func(w *world, a *admin.Service) error {
			return errors.Join(a.Disable(w.Context(), "alice"), a.Enable(w.Context(), "alice"))
		}, login.SessionRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddUser("alice")
			done := false
			w.DB.Do(func(op string) error {
				if op != "Bind" || done {
					return nil
				}
				done = true
				w.Pass(time.Second)
				return c.meanwhile(w, w.Admin())
			})
			if _, err := w.BindUser("thief-1", "alice", password); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			w.DB.Do(nil)
			w.Pass(time.Second)
			if checked, err := w.CheckCode("thief-2"); err != nil || checked.Login != nil {
				t.Errorf("the thief's next login: %+v, %v", checked, err)
			}
		})
	}
}

func TestBindAgainRefreshesTheBinding(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	w.Pass(time.Hour)
	w.must(w.BindUser("alice-2", "alice", password))
	b, err := w.DB.TouchBinding(t.Context(), login.Touch{AppID: appID, OpenID: "o-alice"})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := w.Vault.Held.Open(b.SealedKey, "session_key", appID, "o-alice")
	if err != nil || string(plain) != "key of alice-2" || !b.LastLoginAt.Equal(w.Clock()) {
		t.Errorf("the key is %q, the login at %v: %v", plain, b.LastLoginAt, err)
	}
}

func TestRepeatedMismatchIsToldTheSame(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	for range 2 {
		if err := w.bindAs("mallory-1", "o-alice"); !errors.Is(err, login.IdentityMismatch) {
			t.Errorf("got %v", err)
		}
	}
}

// A binding that its user does not have is left from tables of different moments.
func TestBindAnewOverABindingThatTheUserDoesNotHave(t *testing.T) {
	w := withTemporary(t)
	c := w.Config
	c.Store = &alreadyBound{w.DB}
	w.Service = login.New(c)
	if _, err := w.bindAnew("alice-1", temporary, newPassword); !errors.Is(err, login.BindingRemoved) {
		t.Errorf("got %v", err)
	}
}

type alreadyBound struct{ *logintest.Store }

func (*alreadyBound) BindWithPassword(context.Context, login.PasswordChange, login.Binding, login.Session) error {
	return login.ErrAlreadyBound
}

func (s *alreadyBound) UserByID(ctx context.Context, id string) (login.User, error) {
	if id == "" {
		return login.User{}, errors.New("a user without an id is read")
	}
	return s.Store.UserByID(ctx, id)
}
