package playground_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/localgw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/playground"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const (
	appID     = "wx0123456789abcdef"
	appSecret = "MARK-the-appsecret"
	// password is demo's.
	password = "MARK-horse-battery-staple"
	// serviceKey may introspect.
	serviceKey = "MARK-service-key-0123456789-0123456789-0123456789"
)

// world is the API on a store and the stand-in, with the page around it, as serve puts it together.
type world struct {
	*testing.T
	page  *playground.Playground
	store *sqlitestore.Store
	// path is the store's file.
	path  string
	admin *admin.Service
	url   string
	// log has the lines of requests and of acts.
	log *syncBuffer
	// demo is the id of a user demo.
	demo string
	// pusher is how WeChat pushes. It has the mini-program's own settings at first.
	pusher wechattest.Pusher
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

type settings struct {
	cors  localgw.CORS
	phone fs.FS
}

func newWorld(t *testing.T) *world { return newWorldWith(t, settings{}) }

func newWorldWith(t *testing.T, set settings) *world {
	t.Helper()
	w := &world{T: t, path: filepath.Join(t.TempDir(), "wxbind.db"), log: &syncBuffer{}}
	var err error
	if w.store, err = sqlitestore.Open(t.Context(), w.path); err != nil {
		t.Fatal(err)
	}
	var page atomic.Pointer[playground.Playground]
	standIn := httptest.NewServer(wechattest.New(wechattest.Config{
		Apps: map[string]string{appID: appSecret}, Observe: func(c wechattest.Call) { page.Load().Called(c) },
	}))
	client, err := wechat.New(wechat.Config{Base: standIn.URL})
	if err != nil {
		t.Fatal(err)
	}
	c := logintest.Config(w.store)
	c.WeChat = client
	secret := logintest.SecretWith("1")
	secret.DefaultApp = appID
	push := login.PushSettings{Token: "MARKtoken", EncodingAESKey: login.Hidden(strings.Repeat("MARKkey", 7)[:43])}
	secret.Apps = map[string]login.App{
		appID: {ID: appID, Secret: appSecret, PrefetchKey: "MARK-prefetch-key-0123456789", Push: push, Policy: login.Policy{
			Register: []login.Registration{login.RegisterAsk, login.RegisterPhone}, LinkUnionID: true, Rebind: true, PhoneTrust: login.DefaultPhoneTrust,
		}},
	}
	c.Secrets = &logintest.Secrets{Held: secret}
	w.admin = &admin.Service{
		Store: w.store, Hasher: c.Hasher, MaxHashKinds: 4, Username: logintest.Fold, PasswordPolicy: c.PasswordPolicy,
		Secret: func(context.Context) (*login.Secret, error) { return secret, nil },
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + listener.Addr().String()
	w.pusher = wechattest.Pusher{
		AppID: appID, Token: string(push.Token), EncodingAESKey: string(push.EncodingAESKey), Mode: wechattest.Secure, Address: w.url + "/wechat/events/" + appID,
	}
	w.page = playground.New(playground.Config{
		About: playground.About{Apps: []playground.App{{AppID: appID, Name: "Demo"}}, DemoUser: "demo", Version: "v0", Base: w.url},
		Store: w.store, Admin: w.admin, Logger: slog.New(slog.NewJSONHandler(w.log, nil)), By: "tester", Origins: set.cors.Origins, Phone: set.phone,
		Pusher: func(_ context.Context, app string) (wechattest.Pusher, error) {
			switch {
			case app != appID:
				return wechattest.Pusher{}, login.AppIDUnknown
			case w.pusher.Token == "":
				return wechattest.Pusher{}, login.PushOff
			}
			return w.pusher, nil
		},
	})
	page.Store(w.page)
	service := login.New(c)
	log := requestlog.New(requestlog.Config{Output: w.log, Observe: w.page.Logged})
	gateway := localgw.New(apigw.MaxBody)
	for _, route := range apigw.Routes() {
		if route.Guard() != apigw.GuardAuthorizer {
			gateway.Route(route.Method, route.Path, apigw.New(apigw.Config{Service: service, Log: log, Code: w.page.Code}, route))
		}
	}
	server := localgw.NewServer(w.page.Handler(set.cors.Handler(gateway)))
	go server.Serve(localgw.Bound(listener))
	t.Cleanup(func() {
		w.page.Close()
		server.Close()
		standIn.Close()
		w.store.Close()
	})
	u, err := w.admin.Add(t.Context(), admin.NewUser{Username: "demo", Name: "Demo", Password: password, Phone: "+8613800138000"})
	if err != nil {
		t.Fatal(err)
	}
	w.demo = u.ID
	return w
}

// answer is an answer with its body.
type answer struct {
	*http.Response
	text string
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(a.text), &fields); err != nil {
		t.Fatalf("%d %q", a.StatusCode, a.text)
	}
	return fields
}

// send sends a request. headers are name, value, and so on; Host is one of them.
func (w *world) send(method, path, body string, headers ...string) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.Fatal(err)
	}
	return answer{response, string(text)}
}

func (w *world) get(path string, headers ...string) answer {
	w.Helper()
	return w.send(http.MethodGet, path, "", headers...)
}

func (w *world) post(path, body string, headers ...string) answer {
	w.Helper()
	return w.send(http.MethodPost, path, body, append([]string{"Content-Type", "application/json"}, headers...)...)
}

// bind binds alice to demo and returns the token.
func (w *world) bind() string {
	w.Helper()
	a := w.post("/mobileApi/user/bind", `{"code":"alice-1","username":"demo","password":"`+password+`"}`).json(w.T)
	token, _ := a["token"].(string)
	if token == "" {
		w.Fatalf("bind: %v", a)
	}
	return token
}

// event is one of a stream.
type event struct{ name, id, data string }

// step is a step as the page reads it.
type step struct {
	N      int
	At     int64
	Flow   string
	Kind   string
	Title  string
	OK     bool
	Detail map[string]any
	Curl   string
	text   string
}

// stream is an open stream.
type stream struct {
	*testing.T
	status int
	events chan event
	end    func()
}

func (w *world) stream(headers ...string) *stream {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/playground/events", nil)
	if err != nil {
		w.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := new(http.Transport).RoundTrip(r)
	if err != nil {
		w.Fatal(err)
	}
	s := &stream{T: w.T, status: response.StatusCode, events: make(chan event, 2000), end: cancel}
	w.Cleanup(cancel)
	go func() {
		defer close(s.events)
		defer response.Body.Close()
		var e event
		for lines := bufio.NewReader(response.Body); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			switch name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":"); {
			case line == "\n" && e != event{}:
				s.events <- e
				e = event{}
			case name == "event":
				e.name = strings.TrimSpace(value)
			case name == "id":
				e.id = strings.TrimSpace(value)
			case name == "data":
				e.data = strings.TrimSpace(value)
			}
		}
	}()
	return s
}

// next waits for the next event of a name.
func (s *stream) next(name string) event {
	s.Helper()
	for {
		select {
		case e, open := <-s.events:
			if !open {
				s.Fatalf("the stream ends before an event %s", name)
			}
			if e.name == name {
				return e
			}
		case <-time.After(10 * time.Second):
			s.Fatalf("no event %s", name)
		}
	}
}

func (s *stream) step() step {
	s.Helper()
	e := s.next("step")
	at := step{text: e.data}
	if err := json.Unmarshal([]byte(e.data), &at); err != nil {
		s.Fatalf("%s: %v", e.data, err)
	}
	return at
}

// until reads steps up to one of a kind.
func (s *stream) until(kind string) (all []step) {
	s.Helper()
	for {
		all = append(all, s.step())
		if all[len(all)-1].Kind == kind {
			return all
		}
	}
}
