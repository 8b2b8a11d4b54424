package login_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func TestRepeatedCode(t *testing.T) {
	elsewhere := login.Caller{Address: "198.51.100.7"}
	for name, c := range map[string]struct {
		later time.Duration
		again func(w *world) error
		want  error
	}{
		"at once":              {0, func(w *world) error { _, err := w.CheckCode("alice-1"); return err }, nil},
		"within the window":    {9 * time.Second, func(w *world) error { _, err := w.CheckCode("alice-1"); return err }, nil},
		"after the window":     {10 * time.Second, func(w *world) error { _, err := w.CheckCode("alice-1"); return err }, login.WXCodeUsed},
		"from another address": {0, func(w *world) error { _, err := w.Check(w.Context(), elsewhere, "alice-1"); return err }, login.WXCodeUsed},
		"on another route":     {0, func(w *world) error { _, err := w.Code2Session(w.Context(), phone, "alice-1"); return err }, login.WXCodeUsed},
		"for another mini-program": {0, func(w *world) error {
			_, err := w.Check(w.Context(), login.Caller{AppID: "wxtwo", Address: phone.Address}, "alice-1")
			return err
		}, login.WXCodeUsed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.must(w.CheckCode("alice-1"))
				w.Pass(c.later)
				if err := c.again(w); !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			})
		})
	}
}

// Whoever sees a code must not do anything with it that its owner has not asked for.
func TestOnlyTheIdenticalRequestIsARepeat(t *testing.T) {
	const mistyped = "correct hrose"
	bind := func(caller login.Caller, r login.BindRequest) func(*world) error {
		return func(w *world) error { _, err := w.Bind(w.Context(), caller, r); return err }
	}
	request := func(text login.Hidden) login.Caller { caller := phone; caller.Request = text; return caller }
	for name, again := range map[string]func(*world) error{
		"another user":         func(w *world) error { _, err := w.BindUser("alice-1", "mallory", password); return err },
		"the right password":   func(w *world) error { _, err := w.BindUser("alice-1", "alice", password); return err },
		"the openid beside it": bind(request("openId"), login.BindRequest{Code: "alice-1", OpenID: "o-alice", Username: "alice", Password: mistyped}),
		"another token shown":  bind(request("token"), login.BindRequest{Code: "alice-1", Username: "alice", Password: mistyped}),
		"another address": func(w *world) error {
			caller := request("alice\n" + mistyped)
			caller.Address = "198.51.100.7"
			return bind(caller, login.BindRequest{Code: "alice-1", Username: "alice", Password: mistyped})(w)
		},
		"another route": func(w *world) error {
			_, err := w.Check(w.Context(), request("alice\n"+mistyped), "alice-1")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				alice, mallory := w.AddUser("alice"), w.AddUser("mallory")
				if _, err := w.BindUser("alice-1", "alice", mistyped); !errors.Is(err, login.InvalidCredentials) {
					t.Fatal(err)
				}
				hashed := w.Plain.Checks
				if err := again(w); !errors.Is(err, login.WXCodeUsed) {
					t.Errorf("got %v, want wx_code_used", err)
				}
				if w.Plain.Checks != hashed {
					t.Error("a password was looked at")
				}
				if left := len(w.sessions(alice.ID)) + len(w.sessions(mallory.ID)); left != 0 {
					t.Errorf("%d sessions are opened", left)
				}
				if _, err := w.DB.BindingByOpenID(t.Context(), appID, "o-alice"); !errors.Is(err, login.ErrBindingNotFound) {
					t.Errorf("the identity is bound: %v", err)
				}
			})
		})
	}
}

// The identical request may be repeated twice, and no more.
func TestReplaysMakeOneSession(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-1", "alice")
	old := w.Token("alice-2")
	w.Pass(time.Second)
	first := w.Token("alice-3")
	before := len(w.sessions("u-alice"))
	for n := 1; n <= 40; n++ {
		checked, err := w.CheckCode("alice-3")
		if n > 2 {
			// Many refused codes of an address are junk.
			if !errors.Is(err, login.WXCodeUsed) && !errors.Is(err, login.TooManyCodes) {
				t.Fatalf("replay %d: %v", n, err)
			}
			continue
		}
		if err != nil || checked.Login.Token != first {
			t.Fatalf("replay %d: %v, want the same token", n, err)
		}
	}
	if got := len(w.sessions("u-alice")); got != before {
		t.Errorf("%d sessions, want %d", got, before)
	}
	for _, token := range []login.Hidden{old, first} {
		if why := w.Dead(token); why != "" {
			t.Errorf("a session is dead: %s", why)
		}
	}
}

// A launch that sends its request twice: both are under way, and the second one
// hears "code been used" before the first one has noted its identity.
func TestRepeatWaitsForTheFirst(t *testing.T) {
	for name, c := range map[string]struct {
		slow time.Duration
		want error
	}{
		"a first that comes in time":  {500 * time.Millisecond, nil},
		"a first that takes too long": {700 * time.Millisecond, login.WXCodeUsed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.WeChatDouble.Before = func(string) error { time.Sleep(c.slow); return nil }
				var wg sync.WaitGroup
				wg.Go(func() {
					if _, err := w.CheckCode("alice-1"); err != nil {
						t.Errorf("the first: %v", err)
					}
				})
				synctest.Wait()
				begin := time.Now()
				trail := &login.Trail{}
				_, err := w.Check(login.WithTrail(t.Context(), trail), phone, "alice-1")
				if !errors.Is(err, c.want) {
					t.Errorf("the second: %v, want %v", err, c.want)
				}
				if trail.Repeated != (c.want == nil) {
					t.Errorf("the trail says repeated: %v", trail.Repeated)
				}
				if waited := time.Since(begin); waited > 600*time.Millisecond {
					t.Errorf("it waited %v, want at most 600ms", waited)
				}
				wg.Wait()
			})
		})
	}
}

// A code that WeChat has answered for is not lost when the request then fails: it can be sent again.
func TestRepeatOfAFailedFirstSucceeds(t *testing.T) {
	visitors := func(what string) func(*world, login.Visitor) error {
		return func(w *world, v login.Visitor) error { return guarded[what](w, v, "alice-3") }
	}
	checkBind := func(w *world, _ login.Visitor) error {
		checked, err := w.CheckCode("alice-3")
		if err == nil && checked.Login == nil {
			w.Error("there is no login")
		}
		return err
	}
	for name, c := range map[string]struct {
		fails string // the operation of the store
		do    func(w *world, v login.Visitor) error
	}{
		"checkBind":             {"BindingByOpenID", checkBind},
		"checkBind, at its end": {"Enter", checkBind},
		"code2session": {"TouchBinding", func(w *world, _ login.Visitor) error {
			_, err := w.Code2Session(w.Context(), phone, "alice-3")
			return err
		}},
		"bind": {"UserIDByName", func(w *world, _ login.Visitor) error {
			_, err := w.BindUser("alice-3", "alice", password)
			return err
		}},
		"unbind by force": {"Unbind", visitors("unbind by force")},
		"export":          {"TouchBinding", visitors("export")},
		"delete":          {"SessionsOfUser", visitors("delete")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.Bound("alice-1", "alice")
				v := w.Visit(w.Token("alice-2"))
				w.DB.Do(logintest.Failing(c.fails))
				if err := c.do(w, v); !errors.Is(err, login.StoreUnavailable) {
					t.Fatalf("got %v", err)
				}
				w.DB.Do(nil)
				if err := c.do(w, v); err != nil {
					t.Errorf("the repeat: %v", err)
				}
			})
		})
	}
}

// A directory may take longer than a repeat waits for what the first request keeps.
func TestBindIsRepeatedWhileTheDirectoryIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newDirectoryWorld(t)
		bind := func() error { _, err := e.BindUser("alice-1", "alice", password); return err }
		asked := false
		e.directory.do(func(op string) error {
			if op != "Authenticate" || asked {
				return nil
			}
			asked = true
			if err := bind(); err != nil {
				t.Errorf("the repeat: %v", err)
			}
			return nil
		})
		if err := bind(); err != nil {
			t.Errorf("the first: %v", err)
		}
	})
}

func TestRepeatAcrossAKeyRotation(t *testing.T) {
	w := newWorld(t)
	w.Vault.Held = logintest.SecretWith("2", "1")
	w.must(w.CheckCode("alice-1"))
	// The other process still has the secret of before the rotation.
	w.Vault.Held, w.Vault.Newer = logintest.SecretWith("1"), logintest.SecretWith("2", "1")
	if _, err := w.CheckCode("alice-1"); err != nil {
		t.Errorf("got %v", err)
	}
	if w.Vault.Refetches != 1 {
		t.Errorf("%d refetches, want 1", w.Vault.Refetches)
	}
}

// A store that hangs does not make a repeat wait longer than it may.
func TestRepeatDoesNotWaitForASlowStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.must(w.CheckCode("alice-1"))
		w.Store = hanging{w.DB}
		begin := time.Now()
		if _, err := w.CheckCode("alice-1"); !errors.Is(err, login.WXCodeUsed) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(begin); waited != 600*time.Millisecond {
			t.Errorf("it waited %v", waited)
		}
	})
}

// hanging answers no read.
type hanging struct{ login.Store }

func (hanging) LoadRecord(ctx context.Context, _ string) (login.Record, error) {
	<-ctx.Done()
	return login.Record{}, login.Unavailable(ctx.Err())
}
