package login_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// process is another process on the same store and the same WeChat.
func (w *world) process() *login.Service { return login.New(w.Config) }

// dying makes a process that dies: from the call on for which last is true, nothing of what it does arrives.
func (w *world) dying(last func(op string) bool) *login.Service {
	c := w.Config
	c.Store = &dying{Store: w.DB, last: last}
	return login.New(c)
}

type dying struct {
	login.Store
	last func(op string) bool
	mu   sync.Mutex
	dead bool
}

var errDead = login.Unavailable(errors.New("the process is dead"))

func via[T any](d *dying, op string, call func() (T, error)) (none T, err error) {
	d.mu.Lock()
	d.dead = d.dead || d.last(op)
	dead := d.dead
	d.mu.Unlock()
	if dead {
		return none, errDead
	}
	return call()
}

func (d *dying) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	return via(d, "SwapRecord", func() (login.Record, error) { return d.Store.SwapRecord(ctx, name, old, r) })
}

func (d *dying) BindingByOpenID(ctx context.Context, app, openID string) (login.Binding, error) {
	return via(d, "BindingByOpenID", func() (login.Binding, error) { return d.Store.BindingByOpenID(ctx, app, openID) })
}

// Enter may also be the last that arrives: then its answer is lost.
func (d *dying) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	opened, err := via(d, "Enter", func() (login.Opened, error) { return d.Store.Enter(ctx, o) })
	if err == nil {
		_, err = via(d, "Entered", func() (any, error) { return nil, nil })
	}
	return opened, err
}

func (d *dying) ForgetSession(ctx context.Context, user, hash string) error {
	_, err := via(d, "ForgetSession", func() (any, error) { return nil, d.Store.ForgetSession(ctx, user, hash) })
	return err
}

func (d *dying) UserWithPassword(ctx context.Context, id string) (u login.User, p login.Password, err error) {
	_, err = via(d, "UserWithPassword", func() (_ any, err error) { u, p, err = d.Store.UserWithPassword(ctx, id); return nil, err })
	return u, p, err
}

func (d *dying) Bind(ctx context.Context, b login.Binding, s login.Session) (login.Binding, error) {
	return via(d, "Bind", func() (login.Binding, error) { return d.Store.Bind(ctx, b, s) })
}

// request is a checkBind or a bind with the code alice-2 in some process.
type request func(ctx context.Context, s *login.Service) (login.Hidden, error)

func checking(ctx context.Context, s *login.Service) (login.Hidden, error) {
	checked, err := s.Check(ctx, phone, "alice-2")
	if err != nil || checked.Login == nil {
		return "", err
	}
	return checked.Login.Token, nil
}

func binding(password login.Hidden) request {
	return func(ctx context.Context, s *login.Service) (login.Hidden, error) {
		opened, err := s.Bind(ctx, phone, login.BindRequest{Code: "alice-2", Username: "alice", Password: password})
		if err != nil {
			return "", err
		}
		return opened.Token, nil
	}
}

// All at the same time, each in a process of its own: the first one and two repeats log in, with one token.
func TestAtMostTwoRepeatsAtTheSameTime(t *testing.T) {
	for name, c := range map[string]struct {
		given func(w *world)
		send  request
	}{
		"checkBind":                {func(w *world) { w.Bound("alice-1", "alice") }, checking},
		"bind":                     {func(w *world) { w.AddUser("alice") }, binding(password)},
		"bind of a bound identity": {func(w *world) { w.Bound("alice-1", "alice") }, binding(password)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				c.given(w)
				w.Pass(time.Second)
				before := len(w.sessions("u-alice"))
				w.WeChatDouble.Before = func(string) error { time.Sleep(100 * time.Millisecond); return nil }
				w.DB.Do(func(string) error { time.Sleep(10 * time.Millisecond); return nil })
				const sent = 12
				tokens, errs, trails := make([]login.Hidden, sent), make([]error, sent), make([]login.Trail, sent)
				var wg sync.WaitGroup
				for i := range sent {
					wg.Go(func() { tokens[i], errs[i] = c.send(login.WithTrail(t.Context(), &trails[i]), w.process()) })
				}
				wg.Wait()
				w.DB.Do(nil)
				repeats := 0
				for i := range trails {
					if trails[i].Repeated {
						repeats++
					}
				}
				if repeats != 2 {
					t.Errorf("the logs say that %d were repeats, want 2", repeats)
				}
				count, token := 0, login.Hidden("")
				for i, err := range errs {
					switch {
					case err == nil && (token == "" || token == tokens[i]):
						count, token = count+1, tokens[i]
					case err == nil:
						t.Error("there are two tokens")
					case !errors.Is(err, login.WXCodeUsed):
						t.Errorf("got %v", err)
					}
				}
				if count != 3 {
					t.Errorf("%d log in, want 3", count)
				}
				if got := len(w.sessions("u-alice")) - before; got != 1 {
					t.Errorf("%d sessions are opened, want 1", got)
				}
				if why := w.Dead(token); why != "" {
					t.Errorf("the session is dead: %s", why)
				}
			})
		})
	}
}

func TestFirstThatDies(t *testing.T) {
	const wrong = "wrong"
	bound := func(w *world) { w.Bound("alice-1", "alice"); w.Pass(time.Second) }
	unbound := func(w *world) { w.AddUser("alice") }
	at := func(where string) func(string) bool { return func(op string) bool { return op == where } }
	before := func(string) bool { return true }
	for name, c := range map[string]struct {
		given    func(w *world)
		send     request
		last     func(op string) bool
		want     error
		sessions int
	}{
		"checkBind, before its record is stored":      {bound, checking, before, login.WXCodeUsed, 0},
		"bind, before its record is stored":           {unbound, binding(password), before, login.WXCodeUsed, 0},
		"a wrong bind, before its record is stored":   {unbound, binding(wrong), before, login.WXCodeUsed, 0},
		"checkBind, before its session is stored":     {bound, checking, at("Enter"), login.WXCodeUsed, 0},
		"checkBind, after its session is stored":      {bound, checking, at("Entered"), nil, 1},
		"bind, before the password is looked at":      {unbound, binding(password), at("UserWithPassword"), nil, 1},
		"bind, before it binds":                       {unbound, binding(password), at("Bind"), nil, 1},
		"a wrong bind, before it is looked at":        {unbound, binding(wrong), at("UserWithPassword"), login.InvalidCredentials, 0},
		"a bind of a bound identity, before it opens": {bound, binding(password), at("Enter"), nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				c.given(w)
				had := len(w.sessions("u-alice"))
				if _, err := c.send(t.Context(), w.dying(c.last)); !errors.Is(err, login.StoreUnavailable) {
					t.Fatalf("the first: %v", err)
				}
				w.DB.Do(nil)
				token, err := c.send(t.Context(), w.process())
				if !errors.Is(err, c.want) {
					t.Fatalf("the second: %v, want %v", err, c.want)
				}
				if got := len(w.sessions("u-alice")) - had; got != c.sessions {
					t.Errorf("%d sessions are opened, want %d", got, c.sessions)
				}
				if c.want == nil && w.Dead(token) != "" {
					t.Errorf("the session is dead: %s", w.Dead(token))
				}
				// What is counted: at most the one attempt, so four more are free.
				for _, code := range []string{"alice-3", "alice-4", "alice-5", "alice-6"} {
					w.Pass(time.Minute)
					if _, err := w.BindUser(code, "alice", wrong); !errors.Is(err, login.InvalidCredentials) {
						t.Errorf("%s: %v", code, err)
					}
				}
				w.Pass(time.Second)
				_, err = w.BindUser("alice-7", "alice", wrong)
				if counted := errors.Is(err, login.TooManyAttempts); counted != errors.Is(c.want, login.InvalidCredentials) {
					t.Errorf("afterwards: %v", err)
				}
			})
		})
	}
}

// What ends all sessions also ends a login whose first request died before, and whose repeat came after.
func TestRepeatOfADeadFirstIsNoLaterThanTheFirst(t *testing.T) {
	for name, between := range map[string]func(w *world) error{
		"logged out everywhere": func(w *world) error { return w.Admin().RevokeSessions(w.Context(), "alice") },
		"disabled and enabled": func(w *world) error {
			return errors.Join(w.Admin().Disable(w.Context(), "alice"), w.Admin().Enable(w.Context(), "alice"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Bound("alice-1", "alice")
			w.Pass(time.Second)
			first := w.dying(func(op string) bool { return op == "Entered" })
			if _, err := checking(t.Context(), first); !errors.Is(err, login.StoreUnavailable) {
				t.Fatal(err)
			}
			w.Pass(time.Second)
			if err := between(w); err != nil {
				t.Fatal(err)
			}
			w.Pass(time.Second)
			if _, err := checking(t.Context(), w.process()); !errors.Is(err, login.SessionRevoked) {
				t.Errorf("got %v", err)
			}
			for _, s := range w.sessions("u-alice") {
				if user, err := w.DB.UserByID(t.Context(), s.UserID); err != nil || s.Dead(user, w.Clock()) == "" {
					t.Errorf("a session lives, %v", err)
				}
			}
		})
	}
}
