package login_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

const (
	appID    = "wx0123456789abcdef"
	password = "correct horse"
)

// world is a service on in-memory ports, with a clock that tests set.
type world struct {
	*testing.T
	*login.Service
	store  *hooked
	people *people
	vault  *vault
	hasher *plain
	now    time.Time
	mu     sync.Mutex
}

func newWorld(t *testing.T) *world {
	w := &world{
		T:      t,
		store:  &hooked{Memory: &storetest.Memory{}},
		people: &people{used: map[string]bool{}},
		vault:  &vault{secret: secretWith("1")},
		hasher: &plain{},
		now:    time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC),
	}
	w.Service = login.New(login.Config{
		WeChat: w.people, Secrets: w.vault, Store: w.store,
		Hasher:   w.hasher,
		Username: func(raw string) (string, error) { return strings.ToLower(raw), nil },
		Now:      w.clock,
	})
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// user adds a user whose password is the one above.
func (w *world) user(name string) login.User {
	w.Helper()
	u := login.User{
		ID: "u-" + name, Username: name, Name: name, PasswordHash: login.Hidden("plain:" + password),
		CreatedAt: w.clock(), Apps: map[string]login.UserApp{},
	}
	if err := w.store.AddUser(w.Context(), u); err != nil {
		w.Fatal(err)
	}
	return u
}

func (w *world) check(code string) (login.Checked, error) {
	return w.Check(w.Context(), phone, code)
}

func (w *world) bind(code, username, password string) (*login.Login, error) {
	return w.Bind(w.Context(), phone, login.BindRequest{Code: code, Username: username, Password: login.Hidden(password)})
}

// bound makes a user to whom the person who holds code is bound.
func (w *world) bound(code, username string) login.User {
	w.Helper()
	u := w.user(username)
	if _, err := w.bind(code, username, password); err != nil {
		w.Fatal(err)
	}
	return u
}

// dead says why the token's session does not live now.
func (w *world) dead(token login.Hidden) login.Code {
	w.Helper()
	t, err := login.ParseToken(string(token))
	if err != nil {
		w.Fatal(err)
	}
	session, user, err := w.store.SessionWithUser(w.Context(), t.UserID, t.Hash())
	if err != nil {
		w.Fatal(err)
	}
	return session.Dead(user, w.clock())
}

var phone = login.Caller{Address: "192.0.2.1", Device: "iPhone"}

// people are persons with codes: "alice-1" and "alice-2" are two of alice.
type people struct {
	mu    sync.Mutex
	used  map[string]bool
	calls int
	// slowRefusal is how long it takes to refuse a used code.
	slowRefusal time.Duration
	// before, if set, runs before a code is looked at.
	before func(code string) error
	// appSecret, if set, is the only one that is taken: it comes before the code.
	appSecret login.Hidden
}

func (p *people) Code2Session(_ context.Context, app login.App, code string) (login.WeChatSession, error) {
	p.mu.Lock()
	p.calls++
	if p.appSecret != "" && app.Secret != p.appSecret {
		p.mu.Unlock()
		return login.WeChatSession{}, &login.Error{Code: login.WXSecretRejected}
	}
	used := p.used[code]
	p.used[code] = true
	before := p.before
	p.mu.Unlock()
	if used {
		time.Sleep(p.slowRefusal)
		return login.WeChatSession{}, login.WXCodeUsed
	}
	if before != nil {
		if err := before(code); err != nil {
			return login.WeChatSession{}, err
		}
	}
	name, _, _ := strings.Cut(code, "-")
	return login.WeChatSession{OpenID: "o-" + name, UnionID: "union-" + name, SessionKey: "key of " + login.Hidden(code)}, nil
}

// vault holds the secret.
type vault struct {
	mu        sync.Mutex
	secret    *login.Secret
	newer     *login.Secret
	refetches int
}

func (v *vault) Secret(context.Context) (*login.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.secret, nil
}

func (v *vault) Refetch(context.Context) (*login.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refetches++
	if v.newer != nil {
		v.secret = v.newer
	}
	return v.secret, nil
}

// secretWith makes a secret with seal keys of these ids, newest first.
func secretWith(ids ...string) *login.Secret {
	s := &login.Secret{DefaultApp: appID, Apps: map[string]login.App{
		appID:   {ID: appID, Secret: "app secret"},
		"wxtwo": {ID: "wxtwo", Secret: "other secret"},
	}}
	for _, id := range ids {
		s.SealKeys = append(s.SealKeys, login.SealKey{ID: id, Key: login.Hidden(strings.Repeat(id+"k", 43))})
	}
	return s
}

// plain hashes nothing, so that tests are quick; pkg/password has its own.
type plain struct {
	mu     sync.Mutex
	checks int
	// outdated makes each matching hash count as outdated.
	outdated bool
}

func (*plain) Hash(_ context.Context, p login.Hidden) (login.Hidden, error) {
	return "rehashed:" + p, nil
}

func (*plain) Kind(login.Hidden) (string, error) { return "", nil }

func (h *plain) Verify(_ context.Context, hash, p login.Hidden, _ []string) (ok, outdated bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks++
	_, text, _ := strings.Cut(string(hash), ":")
	return hash != "" && text == string(p), h.outdated, nil
}

// hooked is a Memory whose calls can be delayed, failed or watched.
type hooked struct {
	*storetest.Memory
	mu sync.Mutex
	// before, if set, runs before each call.
	before func(op string) error
	calls  []string
}

func (h *hooked) hook(op string) error {
	h.mu.Lock()
	h.calls = append(h.calls, op)
	before := h.before
	h.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(op)
}

// do sets the hook; nil takes it away.
func (h *hooked) do(before func(op string) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.before = before
}

func via[T any](h *hooked, op string, call func() (T, error)) (T, error) {
	if err := h.hook(op); err != nil {
		var none T
		return none, err
	}
	return call()
}

func (h *hooked) TouchBinding(ctx context.Context, t login.Touch) (login.Binding, error) {
	return via(h, "TouchBinding", func() (login.Binding, error) { return h.Memory.TouchBinding(ctx, t) })
}

func (h *hooked) Bind(ctx context.Context, b login.Binding, s login.Session) (login.Binding, error) {
	return via(h, "Bind", func() (login.Binding, error) { return h.Memory.Bind(ctx, b, s) })
}

func (h *hooked) CreateSession(ctx context.Context, s login.Session) error {
	_, err := via(h, "CreateSession", func() (any, error) { return nil, h.Memory.CreateSession(ctx, s) })
	return err
}

func (h *hooked) SessionsOfUser(ctx context.Context, id string) ([]login.Session, error) {
	return via(h, "SessionsOfUser", func() ([]login.Session, error) { return h.Memory.SessionsOfUser(ctx, id) })
}

func (h *hooked) EndSession(ctx context.Context, user, hash string, why login.Code) error {
	_, err := via(h, "EndSession", func() (any, error) { return nil, h.Memory.EndSession(ctx, user, hash, why) })
	return err
}

func (h *hooked) ForgetSession(ctx context.Context, user, hash string) error {
	_, err := via(h, "ForgetSession", func() (any, error) { return nil, h.Memory.ForgetSession(ctx, user, hash) })
	return err
}

func (h *hooked) UserIDByName(ctx context.Context, name string) (string, error) {
	return via(h, "UserIDByName", func() (string, error) { return h.Memory.UserIDByName(ctx, name) })
}

func (h *hooked) UserByID(ctx context.Context, id string) (login.User, error) {
	return via(h, "UserByID", func() (login.User, error) { return h.Memory.UserByID(ctx, id) })
}

func (h *hooked) MenusByRole(ctx context.Context, roles []string) (map[string][]login.Menu, error) {
	return via(h, "MenusByRole", func() (map[string][]login.Menu, error) { return h.Memory.MenusByRole(ctx, roles) })
}

func (h *hooked) LoadRecord(ctx context.Context, name string) (login.Record, error) {
	return via(h, "LoadRecord", func() (login.Record, error) { return h.Memory.LoadRecord(ctx, name) })
}

func (h *hooked) StoreRecord(ctx context.Context, name string, r login.Record) error {
	_, err := via(h, "StoreRecord", func() (any, error) { return nil, h.Memory.StoreRecord(ctx, name, r) })
	return err
}

func (h *hooked) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	return via(h, "SwapRecord", func() (login.Record, error) { return h.Memory.SwapRecord(ctx, name, old, r) })
}

// touchSpy keeps the last touch.
type touchSpy struct {
	login.Store
	touched *login.Touch
}

func (s *touchSpy) TouchBinding(ctx context.Context, t login.Touch) (login.Binding, error) {
	*s.touched = t
	return s.Store.TouchBinding(ctx, t)
}
