package functions_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// tables are shared by all worlds. Each world has its own users in them.
type tables struct {
	dynamostore.Tables
	engine string
	// store reads and writes them past every fault.
	store *dynamostore.Store
}

func newTables(t *testing.T) tables {
	engine := dynamotest.Endpoint(t)
	client := dynamotest.Client(engine)
	names := dynamotest.NewTables(t, client)
	return tables{names, engine, dynamostore.New(dynamostore.Config{Client: client, Tables: names})}
}

// world is what surrounds the function of one pair.
type world struct {
	*testing.T
	tables
	// appSecret is no other world's: the access_token in the tables is under its name.
	appSecret string
	wechat    *wechattest.Server
	tokens    *tokenDesk
	secrets   *secretstest.Server
	proxy     *dynamotest.Proxy

	weChatGate, storeGate, secretsGate *gate
}

var worlds atomic.Int64

func newWorld(t *testing.T, shared tables) *world {
	w := &world{
		T: t, tables: shared, appSecret: fmt.Sprint(appSecret, "-", worlds.Add(1)),
		secrets: &secretstest.Server{},
		proxy:   dynamotest.NewProxy(t, shared.engine),
	}
	w.wechat = wechattest.New(wechattest.Config{Apps: events.AppSecrets(w.appSecret)})
	w.putSecrets()
	w.tokens = &tokenDesk{Server: w.wechat}
	w.weChatGate, w.storeGate, w.secretsGate = newGate(t, w.tokens), newGate(t, w.proxy), newGate(t, w.secrets)
	return w
}

// tokenDesk is WeChat, where the giving out of access_tokens can go wrong.
type tokenDesk struct {
	*wechattest.Server
	// wrong, if set, serves a call of stable_token in the stand-in's place.
	wrong atomic.Pointer[http.HandlerFunc]
}

func (d *tokenDesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if wrong := d.wrong.Load(); wrong != nil && r.URL.Path == wechattest.StableTokenPath {
		(*wrong)(w, r)
		return
	}
	d.Server.ServeHTTP(w, r)
}

// putSecrets stores the secrets of every world.
func (w *world) putSecrets() {
	w.secrets.Put("wxbind", events.SecretText(w.appSecret, sealKey))
	w.secrets.Put("wxbind-services", services())
}

// start runs a function in this world.
func (w *world) start(function string) *lambdatest.Process {
	w.Helper()
	return lambdatest.Start(w, built(w, "./"+function), map[string]string{
		"WXBIND_SECRET_ID":                 "wxbind",
		"WXBIND_SERVICES_SECRET_ID":        "wxbind-services",
		"WXBIND_BINDINGS_TABLE":            w.Bindings,
		"WXBIND_SESSIONS_TABLE":            w.Sessions,
		"WXBIND_USERS_TABLE":               w.Users,
		"WXBIND_EPHEMERAL_TABLE":           w.Ephemeral,
		"WXBIND_AVATAR_HOSTS":              "img.example.com",
		"WXBIND_OUTBOX_TABLE":              w.Outbox,
		"WECHAT_API_BASE":                  w.weChatGate.url(),
		"AWS_ENDPOINT_URL_DYNAMODB":        w.storeGate.url(),
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": w.secretsGate.url(),
	})
}

// gate is a server that can go away, and come back at the same address.
type gate struct {
	tb      testing.TB
	address string
	handler http.Handler
	server  *http.Server
}

// A gate's port must still be free when the gate opens again. So it is a port that no system
// assigns to a connection or a listener by itself: Linux assigns from 32768 on, macOS from
// 49152 on. The next gate takes the next port, and each process begins at another one.
const (
	firstPort = 20000
	ports     = 12000
	portTries = 200
)

var lastPort atomic.Int64

func init() { lastPort.Store(rand.Int64N(ports)) }

func newGate(tb testing.TB, handler http.Handler) *gate {
	tb.Helper()
	g := &gate{tb: tb, handler: handler}
	var err error
	for range portTries {
		g.address = fmt.Sprintf("127.0.0.1:%d", firstPort+lastPort.Add(1)%ports)
		if err = g.listen(); err == nil {
			tb.Cleanup(g.shut)
			return g
		}
	}
	tb.Fatalf("no free port: %v", err)
	return nil
}

func (g *gate) url() string { return "http://" + g.address }

// open listens again. If another program has taken the port, open reports that, so it is
// not mistaken for the fault.
func (g *gate) open() {
	if err := g.listen(); err != nil {
		g.tb.Errorf("the port was taken meanwhile: %v", err)
	}
}

func (g *gate) listen() error {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", g.address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: g.handler, ReadHeaderTimeout: time.Minute}
	g.server = server
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(err) // only a shut gate stops serving
		}
	}()
	return nil
}

// shut ends the connections and refuses new ones.
func (g *gate) shut() { _ = g.server.Close() }

// person is the user of one pair, with two sessions.
type person struct {
	name, id, address string
	binding           login.Binding
	token             login.Token
	otherSession      string
	// phoneFault is the prefix that makes the stand-in fail at the next phone code, and phoneCodes are those so far.
	phoneFault string
	phoneCodes []string
	// samePhoneCode says that the next one is the one of before.
	samePhoneCode bool
}

// nextPhoneCode is a phone code of the person's.
func (p *person) nextPhoneCode() string {
	if p.samePhoneCode {
		return p.phoneCodes[len(p.phoneCodes)-1]
	}
	code := fmt.Sprintf("phone-%s%s-%d", p.phoneFault, p.name, len(p.phoneCodes)+1)
	p.phoneFault, p.phoneCodes = "", append(p.phoneCodes, code)
	return code
}

// newPerson stores a user, unless the call itself is to make one. The user is bound, unless the call itself is to bind them.
func (w *world) newPerson(ctx context.Context, name, address string, c call) *person {
	w.Helper()
	now := time.Now().UTC().Truncate(time.Millisecond)
	p := &person{name: name, id: "id-" + name, address: address}
	p.binding = login.Binding{
		ID: "binding-of-" + name, AppID: events.AppID, OpenID: wechattest.OpenID(events.AppID, name), UserID: p.id,
		SealedKey: "none", BoundAt: now, LastLoginAt: now.Add(-time.Minute),
	}
	p.token = login.NewToken(p.id)
	if c.stranger {
		return p
	}
	err := w.store.AddUser(ctx, login.User{
		ID: p.id, Username: name, Name: name,
		CreatedAt: now, Apps: map[string]login.UserApp{},
	}, login.NewPassword(passwordHash()))
	if err == nil && !c.unbound {
		session := w.sessionOf(p, p.token, now)
		_, err = w.store.Bind(ctx, p.binding, session)
		other := login.NewToken(p.id)
		p.otherSession = other.Hash()
		if err == nil {
			_, err = w.store.CreateSession(ctx, w.sessionOf(p, other, now))
		}
	}
	if err != nil {
		w.Fatal(err)
	}
	return p
}

func (w *world) sessionOf(p *person, token login.Token, at time.Time) login.Session {
	return login.Session{
		UserID: p.id, TokenHash: token.Hash(), AppID: p.binding.AppID, OpenIDHash: "none", BindingID: p.binding.ID,
		CreatedAt: at, SeenAt: at, IdleEnd: at.Add(login.IdleLife), AbsoluteEnd: at.Add(login.AbsoluteLife),
	}
}

// holding returns what the tables have of a person: how many users, bindings, live sessions and phone numbers. A stranger's
// user is the one that the request has made.
func (w *world) holding(ctx context.Context, p *person) change {
	w.Helper()
	var c change
	id := p.id
	binding, err := w.store.BindingByOpenID(ctx, p.binding.AppID, p.binding.OpenID)
	if err == nil {
		c.Bindings, id = 1, binding.UserID
	} else if !errors.Is(err, login.ErrBindingNotFound) {
		w.Error(err)
	}
	user, err := w.store.UserByID(ctx, id)
	if err == nil {
		c.Users = 1
	} else if !errors.Is(err, login.ErrUserNotFound) {
		w.Error(err)
	}
	if user.Phone.Number != "" {
		c.Phones = 1
	}
	if user.Avatar != "" {
		c.Avatars = 1
	}
	if noted := user.Apps[p.binding.AppID]; noted.BindingID != binding.ID || noted.OpenID != binding.OpenID {
		w.Errorf("%s: the binding is %q, and its user knows %q", p.name, binding.ID, noted.BindingID)
	}
	sessions, err := w.store.SessionsOfUser(ctx, id)
	if err != nil {
		w.Error(err)
	}
	for _, s := range sessions {
		if s.Dead(user, time.Now()) == "" {
			c.Sessions++
		}
	}
	return c
}
