package authn_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/authn"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

const appID = "wx0123456789abcdef"

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// world has a guard over a store with alice and a session of hers, and behind the guard a
// handler that says whom it sees.
type world struct {
	*testing.T
	store   *watched
	config  authn.Config
	token   login.Hidden
	session login.Session
	now     time.Time
	log     bytes.Buffer
	served  int
}

// watched is a Memory whose Presence can fail.
type watched struct {
	*storetest.Memory
	mu sync.Mutex
	// before, if set, runs before each call.
	before  func(ctx context.Context, op string) error
	extends int
}

func (w *watched) SessionWithUser(ctx context.Context, id, hash string) (login.Session, login.User, error) {
	if w.before != nil {
		if err := w.before(ctx, "SessionWithUser"); err != nil {
			return login.Session{}, login.User{}, err
		}
	}
	return w.Memory.SessionWithUser(ctx, id, hash)
}

func (w *watched) ExtendSession(ctx context.Context, read login.Session, seenAt, idleEnd time.Time) error {
	w.mu.Lock()
	w.extends++
	w.mu.Unlock()
	if w.before != nil {
		if err := w.before(ctx, "ExtendSession"); err != nil {
			return err
		}
	}
	return w.Memory.ExtendSession(ctx, read, seenAt, idleEnd)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, store: &watched{Memory: &storetest.Memory{}}, now: start.Add(time.Minute)}
	token := login.NewToken("u-alice")
	w.token = token.Text()
	w.session = login.Session{
		UserID: "u-alice", TokenHash: token.Hash(), AppID: appID, OpenIDHash: "0123456789abcdef", BindingID: "b-1",
		CreatedAt: start, SeenAt: start, IdleEnd: start.Add(login.IdleLife), AbsoluteEnd: start.Add(login.AbsoluteLife),
	}
	w.must(w.store.AddUser(t.Context(), login.User{
		ID: "u-alice", Username: "alice", Name: "Alice", Roles: []string{"clerk"},
	}, login.NewPassword("S3CRET")))
	_, err := w.store.Bind(t.Context(), login.Binding{ID: "b-1", AppID: appID, OpenID: "o-alice", UserID: "u-alice"}, w.session)
	w.must(err)
	w.config = authn.Config{
		Presence: w.store, Now: func() time.Time { return w.now }, Logger: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// ask sends a request with these headers, in pairs.
func (w *world) ask(target string, headers ...string) *http.Response {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), http.MethodGet, target, nil)
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	recorder := httptest.NewRecorder()
	authn.New(w.config).Middleware(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.served++
		v, ok := authn.FromContext(r.Context())
		if !ok {
			w.Error("nobody in the context")
		}
		w.must(json.NewEncoder(out).Encode(v))
	})).ServeHTTP(recorder, r)
	if strings.Contains(w.log.String(), string(w.token)) {
		w.Errorf("the token is logged: %s", w.log.String())
	}
	return recorder.Result()
}

// refused checks a refusal of the middleware, and returns its body.
func (w *world) refused(answer *http.Response, status int, why login.Code) string {
	w.Helper()
	text, err := io.ReadAll(answer.Body)
	w.must(err)
	var body struct {
		Code   *int
		Error  login.Code
		Action login.Action
		// RetryAfter is as the header.
		RetryAfter json.Number
	}
	w.must(json.Unmarshal(text, &body))
	if answer.StatusCode != status || body.Code == nil || *body.Code != 0 || body.Error != why || body.Action != why.Action() {
		w.Errorf("status %d: %s; want %d and %s", answer.StatusCode, text, status, why)
	}
	if got := answer.Header.Get("WWW-Authenticate"); (got == "Bearer") != (status == http.StatusUnauthorized) {
		w.Errorf("status %d with WWW-Authenticate %q", status, got)
	}
	if got := answer.Header.Get("Retry-After"); (got != "") != (body.Action == login.ActionRetry) {
		w.Errorf("status %d with Retry-After %q", status, got)
	} else if got != body.RetryAfter.String() {
		w.Errorf("Retry-After is %q, and the body says %s", got, text)
	}
	if w.served != 0 {
		w.Error("the handler was called")
	}
	return string(text)
}

func TestLiveSession(t *testing.T) {
	for name, headers := range map[string]func(token string) []string{
		"Authorization":            func(token string) []string { return []string{"Authorization", "Bearer " + token} },
		"the scheme in lower case": func(token string) []string { return []string{"authorization", "bearer " + token} },
		"X-Token":                  func(token string) []string { return []string{"X-Token", token} },
		"both, Bearer counts":      func(token string) []string { return []string{"Authorization", "Bearer " + token, "X-Token", "wxb_x"} },
		"beside another scheme":    func(token string) []string { return []string{"Authorization", "Basic eDp5", "X-Token", token} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			answer := w.ask("/orders", headers(string(w.token))...)
			text, err := io.ReadAll(answer.Body)
			w.must(err)
			want := `{"UserID":"u-alice","Username":"alice","Name":"Alice","Roles":["clerk"],"AppID":"` + appID + `","OpenIDHash":"0123456789abcdef"}`
			if answer.StatusCode != http.StatusOK || strings.TrimSpace(string(text)) != want {
				t.Errorf("status %d: %s; want %s", answer.StatusCode, text, want)
			}
		})
	}
}

// Whoever has no live session is told why, and goes no further.
func TestDeadSession(t *testing.T) {
	bearer := func(w *world) []string { return []string{"Authorization", "Bearer " + string(w.token)} }
	for name, c := range map[string]struct {
		headers func(*world) []string
		before  func(*world) error
		want    login.Code
	}{
		"no token":          {func(*world) []string { return nil }, nil, login.SessionInvalid},
		"another scheme":    {func(w *world) []string { return []string{"Authorization", "Basic " + string(w.token)} }, nil, login.SessionInvalid},
		"no scheme":         {func(w *world) []string { return []string{"Authorization", string(w.token)} }, nil, login.SessionInvalid},
		"malformed":         {func(*world) []string { return []string{"X-Token", "wxb_dQ.AAAA"} }, nil, login.SessionInvalid},
		"cut short":         {func(w *world) []string { return []string{"X-Token", string(w.token[:len(w.token)-1])} }, nil, login.SessionInvalid},
		"two in a header":   {func(w *world) []string { return append(bearer(w), bearer(w)...) }, nil, login.SessionInvalid},
		"two X-Tokens":      {func(w *world) []string { return []string{"X-Token", string(w.token), "X-Token", "x"} }, nil, login.SessionInvalid},
		"unknown":           {func(*world) []string { return []string{"X-Token", string(login.NewToken("u-alice").Text())} }, nil, login.SessionInvalid},
		"of nobody":         {func(*world) []string { return []string{"X-Token", string(login.NewToken("u-bob").Text())} }, nil, login.SessionInvalid},
		"unused for long":   {bearer, func(w *world) error { w.now = start.Add(login.IdleLife); return nil }, login.SessionExpired},
		"logged out":        {bearer, func(w *world) error { return w.end(login.SessionRevoked) }, login.SessionRevoked},
		"replaced":          {bearer, func(w *world) error { return w.end(login.SessionReplaced) }, login.SessionReplaced},
		"user disabled":     {bearer, func(w *world) error { return w.store.DisableUser(w.Context(), "u-alice", login.NewID()) }, login.UserDisabled},
		"binding removed":   {bearer, (*world).unbind, login.BindingRemoved},
		"user deleted":      {bearer, (*world).deleteUser, login.SessionInvalid},
		"logged out of all": {bearer, func(w *world) error { return w.store.LogoutUser(w.Context(), "u-alice", login.NewID()) }, login.SessionRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if c.before != nil {
				w.must(c.before(w))
			}
			w.refused(w.ask("/orders", c.headers(w)...), http.StatusUnauthorized, c.want)
			if w.log.Len() != 0 {
				t.Errorf("everyday business is logged: %s", w.log.String())
			}
		})
	}
}

// The answer is exactly the one that wxbind's own routes give.
func TestAnswerIsThatOfTheRoutes(t *testing.T) {
	for lang, query := range map[string]string{"Chinese": "", "English": "lang=en"} {
		t.Run(lang, func(t *testing.T) {
			w := newWorld(t)
			w.must(w.end(login.SessionReplaced))
			answer := w.ask("/orders?"+query, "X-Token", string(w.token))
			text := w.refused(answer, http.StatusUnauthorized, login.SessionReplaced)

			config := logintest.Config(w.store)
			config.Now = w.config.Now
			service := login.New(config)
			handler := apigw.New(apigw.Config{Service: service}, apigw.UserInfo)
			event, err := json.Marshal(map[string]any{
				"version": "2.0", "routeKey": "GET /mobileApi/user/info", "rawPath": "/mobileApi/user/info", "rawQueryString": query,
				"headers":        map[string]string{"x-token": string(w.token)},
				"requestContext": map[string]any{"routeKey": "GET /mobileApi/user/info", "http": map[string]string{"method": "GET", "path": "/mobileApi/user/info"}},
			})
			w.must(err)
			out, err := handler.Invoke(t.Context(), event)
			w.must(err)
			var own struct {
				StatusCode int
				Headers    map[string]string
				Body       string
			}
			w.must(json.Unmarshal(out, &own))
			if own.StatusCode != answer.StatusCode || own.Body != strings.TrimSpace(text) {
				t.Errorf("status %d: %s\nthe route gives %d: %s", answer.StatusCode, text, own.StatusCode, own.Body)
			}
			for name, value := range own.Headers {
				if got := answer.Header.Get(name); got != value {
					t.Errorf("%s is %q; the route's is %q", name, got, value)
				}
			}
		})
	}
}

func TestStoreThatCannotAnswer(t *testing.T) {
	w := newWorld(t)
	w.store.before = func(context.Context, string) error { return login.Unavailable(errors.New("down")) }
	w.refused(w.ask("/orders", "X-Token", string(w.token)), http.StatusServiceUnavailable, login.StoreUnavailable)
	if !strings.Contains(w.log.String(), "level=ERROR") || !strings.Contains(w.log.String(), "down") {
		t.Errorf("the operator is told %q", w.log.String())
	}
	w.log.Reset()
	w.store.before = func(context.Context, string) error { return errors.New("a fault of its own") }
	w.refused(w.ask("/orders", "X-Token", string(w.token)), http.StatusInternalServerError, login.Internal)
}

// Retry-After is in whole seconds, rounded up and never 0.
func TestRetryAfterIsTheStoresAndNeverZero(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		0: "1", time.Millisecond: "1", time.Second: "1", 1001 * time.Millisecond: "2", 2 * time.Second: "2", time.Minute: "60",
	} {
		w := newWorld(t)
		w.store.before = func(context.Context, string) error {
			return &login.Error{Code: login.StoreUnavailable, RetryAfter: wait}
		}
		answer := w.ask("/orders", "X-Token", string(w.token))
		w.refused(answer, http.StatusServiceUnavailable, login.StoreUnavailable)
		if got := answer.Header.Get("Retry-After"); got != want {
			t.Errorf("a wait of %v: Retry-After %q, want %q", wait, got, want)
		}
	}
}

// A store that hangs costs a request only the guard's timeout.
func TestStoreThatHangs(t *testing.T) {
	for name, c := range map[string]struct{ set, want time.Duration }{
		"by default": {0, 2 * time.Second},
		"as set":     {500 * time.Millisecond, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.config.Timeout = c.set
				w.store.before = func(ctx context.Context, _ string) error { <-ctx.Done(); return login.Unavailable(ctx.Err()) }
				begun := time.Now()
				w.refused(w.ask("/orders", "X-Token", string(w.token)), http.StatusServiceUnavailable, login.StoreUnavailable)
				if took := time.Since(begun); took != c.want {
					t.Errorf("it took %v, want %v", took, c.want)
				}
			})
		})
	}
}

func TestClientThatLeavesIsNoFault(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.store.before = func(ctx context.Context, _ string) error { cancel(); <-ctx.Done(); return login.Unavailable(ctx.Err()) }
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/orders", nil)
	r.Header.Set("X-Token", string(w.token))
	authn.New(w.config).Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
	if w.log.Len() != 0 {
		t.Errorf("the operator is told %s", w.log.String())
	}
}

// Visits are recorded now and then. If that fails, the visitor is let in anyway.
func TestVisitsAreWrittenDownNowAndThen(t *testing.T) {
	w := newWorld(t)
	for range 10 {
		w.ask("/orders", "X-Token", string(w.token))
	}
	if w.store.extends != 0 || w.served != 10 {
		t.Fatalf("%d writes, %d served; want none and 10", w.store.extends, w.served)
	}
	w.now = start.Add(login.IdleLife / 2)
	w.store.before = func(_ context.Context, op string) error {
		if op == "ExtendSession" {
			return login.Unavailable(errors.New("read only"))
		}
		return nil
	}
	w.ask("/orders", "X-Token", string(w.token))
	if w.store.extends != 1 || w.served != 11 || !strings.Contains(w.log.String(), "read only") {
		t.Errorf("%d writes, %d served, log %q; want one write that fails, is logged, and stops nobody", w.store.extends, w.served, w.log.String())
	}
	w.store.before = nil
	w.ask("/orders", "X-Token", string(w.token))
	w.ask("/orders", "X-Token", string(w.token))
	if w.store.extends != 2 || w.served != 13 {
		t.Errorf("%d writes, %d served; want one more write", w.store.extends, w.served)
	}
	// It lives on beyond its first idle end.
	w.now = start.Add(login.IdleLife + time.Hour)
	if answer := w.ask("/orders", "X-Token", string(w.token)); answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestNobodyInAContextOfSomebodyElse(t *testing.T) {
	if v, ok := authn.FromContext(t.Context()); ok {
		t.Errorf("got %+v", v)
	}
}

func (w *world) end(why login.Code) error {
	return w.store.EndSession(w.Context(), "u-alice", w.session.TokenHash, why)
}

func (w *world) unbind() error {
	return w.store.Unbind(w.Context(), login.Binding{ID: "b-1", AppID: appID, OpenID: "o-alice", UserID: "u-alice"}, false)
}

func (w *world) deleteUser() error {
	u, err := w.store.UserByID(w.Context(), "u-alice")
	w.must(err)
	return w.store.DeleteUser(w.Context(), u)
}
