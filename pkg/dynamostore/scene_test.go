package dynamostore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

const (
	app      = "wx0000000000000001"
	otherApp = "wx0000000000000002"
)

// private marks every value of a scene that must not appear in an error.
const private = "PRIVATE"

func secret(kind string) string { return kind + "-" + private + "-" + rand.Text() }

// scene is a bound user with a phone number, a unionid and a session; a role and a record. Two stores see it: one behind a proxy that makes faults,
// one directly on the engine.
type scene struct {
	*testing.T
	proxy  *dynamotest.Proxy
	faulty *dynamostore.Store
	store  *dynamostore.Store
	client *dynamodb.Client
	tables dynamostore.Tables
	// first is a request that a method begins with.
	first string

	now     time.Time
	user    login.User
	binding login.Binding
	session login.Session
	role    login.Role
	record  string

	// fresh is what a test may add: a user who is not stored, with a future binding and session.
	fresh struct {
		user    login.User
		binding login.Binding
		session login.Session
	}
}

func newScene(t *testing.T, options ...func(*dynamodb.Options)) *scene {
	t.Helper()
	endpoint := dynamotest.Endpoint(t)
	s := &scene{T: t, now: time.UnixMilli(1764000000123).UTC(), client: dynamotest.Client(endpoint)}
	s.tables = dynamotest.NewTables(t, s.client)
	s.proxy = dynamotest.NewProxy(t, endpoint)
	s.open(s.tables, options...)
	s.user = s.newUser()
	s.binding = s.newBinding(s.user)
	s.session = s.newSession(s.binding)
	s.role = login.Role{Name: secret("role"), Menus: []login.Menu{{ID: "orders"}}}
	s.record = secret("record")
	s.fresh.user = s.newUser()
	s.fresh.binding = s.newBinding(s.fresh.user)
	s.fresh.session = s.newSession(s.fresh.binding)
	s.must(s.store.AddUser(t.Context(), s.user, passwordOf(s.user)))
	_, err := s.store.Bind(t.Context(), s.binding, s.session)
	s.must(err)
	s.binding.Union = secret("union")
	s.must(s.store.NoteUnion(t.Context(), s.binding, s.binding.Union))
	s.user.Unions = []string{s.binding.Union}
	s.must(s.store.PutRole(t.Context(), s.role))
	s.must(s.store.StoreRecord(t.Context(), s.record, s.newRecord("v1")))
	return s
}

// open makes both stores.
func (s *scene) open(tables dynamostore.Tables, options ...func(*dynamodb.Options)) {
	s.store = dynamostore.New(dynamostore.Config{Client: s.client, Tables: tables})
	s.faulty = dynamostore.New(dynamostore.Config{
		Client: dynamotest.Client(s.proxy.URL(), options...), Tables: tables,
		BatchPatience: time.Minute, // a slow machine must not make a request take too long
	})
}

// keepNoNotices makes both stores keep none from now on.
func (s *scene) keepNoNotices() {
	tables := s.tables
	tables.Outbox = ""
	s.open(tables)
}

func (s *scene) newUser() login.User {
	return login.User{
		ID: secret("user"), Username: secret("name"), Name: private, PasswordID: secret("password"),
		Roles: []string{"reader"}, Epoch: secret("epoch"), CreatedAt: s.now, RegisteredIn: app, Apps: map[string]login.UserApp{},
		Phone: s.newPhone(),
	}
}

func (s *scene) newPhone() login.Phone {
	return login.Phone{Number: secret("+86"), Index: secret("phone"), VerifiedAt: s.now}
}

// passwordOf is the password that a user of a scene begins with.
func passwordOf(u login.User) login.Password { return login.Password{ID: u.PasswordID, Hash: private} }

// newcomers are users with their passwords.
func newcomers(users ...login.User) []login.Newcomer {
	var all []login.Newcomer
	for _, u := range users {
		all = append(all, login.Newcomer{User: u, Password: passwordOf(u)})
	}
	return all
}

func (s *scene) newBinding(u login.User) login.Binding {
	return login.Binding{
		ID: "binding-" + rand.Text(), AppID: app, OpenID: secret("openid"), UnionID: secret("unionid"),
		UserID: u.ID, Index: secret("identity"), Epoch: u.Epoch, SealedKey: private, BoundAt: s.now, LastLoginAt: s.now,
	}
}

func (s *scene) newSession(b login.Binding) login.Session {
	return login.Session{
		UserID: b.UserID, TokenHash: secret("hash"), AppID: b.AppID, OpenIDHash: "hash-of-openid", BindingID: b.ID, Epoch: b.Epoch,
		CreatedAt: s.now, SeenAt: s.now,
		IdleEnd: s.now.Add(login.IdleLife), AbsoluteEnd: s.now.Add(login.AbsoluteLife), Device: private,
	}
}

func (s *scene) newRecord(version string) login.Record {
	return login.Record{Version: version, Value: []byte(private), ExpiresAt: s.now.Add(time.Minute)}
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *scene) want(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Fatalf("error %v, want %v", err, want)
	}
}

// requests fails the test unless the proxy saw exactly this many requests of the operation, and no others but the
// scene's first.
func (s *scene) requests(operation string, n int) {
	s.Helper()
	seen := s.proxy.Requests()
	if s.first != "" && seen[s.first] == 1 {
		delete(seen, s.first)
	}
	if len(seen) != 1 || seen[operation] != n {
		s.Fatalf("requests %v, want %s %d times", seen, operation, n)
	}
}

func (s *scene) userNow(id string) login.User {
	s.Helper()
	u, err := s.store.UserByID(s.Context(), id)
	s.must(err)
	return u
}

func (s *scene) passwordNow(userID string) login.Password {
	s.Helper()
	_, p, err := s.store.UserWithPassword(s.Context(), userID)
	s.must(err)
	return p
}

// dead judges a session by what is stored. It returns "missing" if nothing is.
func (s *scene) dead(session login.Session) login.Code {
	s.Helper()
	stored, user, err := s.store.SessionWithUser(s.Context(), session.UserID, session.TokenHash)
	if errors.Is(err, login.ErrSessionNotFound) {
		return "missing"
	}
	s.must(err)
	return stored.Dead(user, s.now.Add(time.Second))
}

// bindingNow reads a binding by a touch that changes nothing.
func (s *scene) bindingNow() (login.Binding, error) {
	return s.store.TouchBinding(s.Context(), login.Touch{
		AppID: app, OpenID: s.binding.OpenID, SealedKey: s.binding.SealedKey, At: s.binding.LastLoginAt,
	})
}

// method is one method of the ports, called on a scene.
type method struct {
	name string
	// operation is the one request that it makes, after first if that is not "".
	operation, first string
	// prepare makes the scene that the method is for.
	prepare func(s *scene)
	do      func(ctx context.Context, s *scene, store *dynamostore.Store) error
	// done reports whether the effect took place. It is nil for a method that only reads.
	done func(s *scene) bool
}

func (m method) scene(t *testing.T, options ...func(*dynamodb.Options)) *scene {
	t.Helper()
	s := newScene(t, options...)
	s.first = m.first
	if m.prepare != nil {
		m.prepare(s)
	}
	return s
}
