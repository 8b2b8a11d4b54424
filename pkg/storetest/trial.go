package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// trial is one test with its store, its deadline and the moment at which it takes place. Methods named new… only make a
// value; the others store it too. They end the test on a failure, so call them on the test's own goroutine.
type trial struct {
	*testing.T
	login.AdminStore
	ctx context.Context
	now time.Time
}

// The mini-programs of the tests.
const (
	app      = "wx0000000000000001"
	otherApp = "wx0000000000000002"
	thirdApp = "wx0000000000000003"
)

// unlike goes into ids and names: text that breaks a careless key or query.
const unlike = `#.:/'"\%_ 微信é`

func id(kind string) string { return kind + "-" + rand.Text() }

func (t *trial) newUser() login.User {
	return login.User{
		ID: id("user"), Username: strings.ToLower(id("name")), PasswordID: id("password"),
		Name: "Alice", NameGiven: login.Given{AppID: thirdApp, At: t.now.Add(-time.Hour)},
		Avatar: "https://example.com/" + id("avatar"), AvatarGiven: login.Given{AppID: thirdApp, At: t.now.Add(-time.Minute)},
		Roles: []string{"reader"}, Epoch: id("epoch"), CreatedAt: t.now, Apps: map[string]login.UserApp{},
	}
}

// firstPassword is the password that a user is added with, the zero Password for a user who has none.
func firstPassword(u login.User) login.Password {
	if u.PasswordID == "" {
		return login.Password{}
	}
	return login.Password{ID: u.PasswordID, Hash: "hash-1"}
}

// newPassword is one that no user has yet.
func newPassword(hash login.Hidden) login.Password {
	return login.Password{ID: id("password"), Hash: hash}
}

// add stores a user with their first password.
func (t *trial) add(u login.User) error { return t.AddUser(t.ctx, u, firstPassword(u)) }

func (t *trial) user() login.User {
	t.Helper()
	u := t.newUser()
	t.must(t.add(u))
	return u
}

func (t *trial) newBinding(u login.User, appID string) login.Binding {
	return login.Binding{
		ID: id("binding"), AppID: appID, OpenID: id("openid"), UnionID: id("unionid"), UserID: u.ID,
		Index: id("identity"), Epoch: u.Epoch, SealedKey: "1.sealed", BoundAt: t.now, LastLoginAt: t.now,
	}
}

// noteOf is how a user notes a binding.
func noteOf(b login.Binding) login.UserApp {
	return login.UserApp{OpenID: b.OpenID, BindingID: b.ID, Index: b.Index, Union: b.Union}
}

// newSession is a login that began at t.now. Its hash sorts randomly, as hashes do.
func (t *trial) newSession(b login.Binding) login.Session {
	return login.Session{
		UserID: b.UserID, TokenHash: rand.Text(), AppID: b.AppID, OpenIDHash: id("openidhash"), BindingID: b.ID,
		Epoch: b.Epoch, CreatedAt: t.now, SeenAt: t.now, IdleEnd: t.now.Add(login.IdleLife), AbsoluteEnd: t.now.Add(login.AbsoluteLife), Device: "iPhone 15",
	}
}

// bound stores a user with a binding in app and the session of its login.
func (t *trial) bound() (login.User, login.Binding, login.Session) {
	t.Helper()
	u := t.user()
	b := t.newBinding(u, app)
	return u, b, t.bind(b)
}

// bind stores a binding and returns the session stored with it.
func (t *trial) bind(b login.Binding) login.Session {
	t.Helper()
	s := t.newSession(b)
	b.Sessions = []login.SessionMark{s.Mark()}
	_, err := t.Bind(t.ctx, b, s)
	t.must(err)
	return s
}

// create stores a session that is not stored yet.
func (t *trial) create(s login.Session) error {
	_, err := t.CreateSession(t.ctx, s)
	return err
}

func (t *trial) must(err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("error: %v", err)
	}
}

func (t *trial) want(err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("error is %v, want %v", err, target)
	}
}

// same fails the test unless got and want are equal. Times are compared in whole milliseconds, in any zone; an empty
// list equals nil.
func same[T any](t *trial, got, want T) {
	t.Helper()
	if got, want := plain(got), plain(want); !reflect.DeepEqual(got, want) {
		t.Fatalf("\n got %+v\nwant %+v", got, want)
	}
}

func plain[T any](v T) T {
	switch v := any(&v).(type) {
	case *login.User:
		v.CreatedAt, v.Phone.VerifiedAt = milli(v.CreatedAt), milli(v.Phone.VerifiedAt)
		v.NameGiven.At, v.AvatarGiven.At = milli(v.NameGiven.At), milli(v.AvatarGiven.At)
		if len(v.Roles) == 0 {
			v.Roles = nil
		}
		v.Unions = slices.Sorted(slices.Values(v.Unions))
		v.Replaced = plainReplaced(v.Replaced)
	case *login.Password:
		v.TemporaryUntil = milli(v.TemporaryUntil)
	case *login.Binding:
		v.BoundAt, v.LastLoginAt = milli(v.BoundAt), milli(v.LastLoginAt)
		v.Sessions = nil // see entrance.go
	case *login.Session:
		v.CreatedAt, v.SeenAt = milli(v.CreatedAt), milli(v.SeenAt)
		v.IdleEnd, v.AbsoluteEnd = milli(v.IdleEnd), milli(v.AbsoluteEnd)
	case *[]login.Menu:
		*v = plainMenus(*v)
	}
	return v
}

func plainReplaced(replaced map[string]login.Replacement) map[string]login.Replacement {
	if len(replaced) == 0 {
		return nil
	}
	out := map[string]login.Replacement{}
	for appID, r := range replaced {
		r.At = milli(r.At)
		out[appID] = r
	}
	return out
}

func milli(at time.Time) time.Time { return at.Truncate(time.Millisecond).UTC() }

func plainMenus(menus []login.Menu) []login.Menu {
	var out []login.Menu
	for _, m := range menus {
		m.Children = plainMenus(m.Children)
		out = append(out, m)
	}
	return out
}

// userNow reads a user who must exist.
func (t *trial) userNow(id string) login.User {
	t.Helper()
	u, err := t.UserByID(t.ctx, id)
	t.must(err)
	return u
}

// passwordNow reads the password of a user who must exist.
func (t *trial) passwordNow(userID string) login.Password {
	t.Helper()
	u, p, err := t.UserWithPassword(t.ctx, userID)
	t.must(err)
	if u.ID != userID || u.PasswordID != p.ID {
		t.Fatalf("the password is %+v, the user %+v", p, u)
	}
	return p
}

// bindingNow reads the binding of b's identity.
func (t *trial) bindingNow(b login.Binding) (login.Binding, error) {
	return t.BindingByOpenID(t.ctx, b.AppID, b.OpenID)
}

// touch records another login of b's identity, with the same values as before.
func (t *trial) touch(b login.Binding) (login.Binding, error) {
	return t.TouchBinding(t.ctx, login.Touch{AppID: b.AppID, OpenID: b.OpenID, SealedKey: b.SealedKey, At: b.LastLoginAt})
}

// dead judges a session by what is stored, a second after t.now.
func (t *trial) dead(s login.Session) login.Code {
	t.Helper()
	stored, user, err := t.SessionWithUser(t.ctx, s.UserID, s.TokenHash)
	t.must(err)
	return stored.Dead(user, t.now.Add(time.Second))
}

// unstored fails the test if the session is stored.
func (t *trial) unstored(s login.Session) {
	t.Helper()
	for _, stored := range t.sessionsNow(s.UserID) {
		if stored.TokenHash == s.TokenHash {
			t.Fatal("the session is stored")
		}
	}
}

func (t *trial) sessionsNow(userID string) []login.Session {
	t.Helper()
	all, err := t.SessionsOfUser(t.ctx, userID)
	t.must(err)
	return all
}

// unbound fails the test if anything of the binding is stored.
func (t *trial) unbound(b login.Binding) {
	t.Helper()
	if stored, err := t.bindingNow(b); err == nil && stored.ID == b.ID {
		t.Fatal("the binding is stored")
	} else if err != nil {
		t.want(err, login.ErrBindingNotFound)
	}
	if u, err := t.UserByID(t.ctx, b.UserID); err == nil && u.Apps[b.AppID].BindingID == b.ID {
		t.Fatal("the user notes the binding")
	}
}

// inStep fails the test unless the apps' bindings agree with what their users note, for every identity and every user
// that the bindings name.
func (t *trial) inStep(bindings ...login.Binding) {
	t.Helper()
	for _, b := range bindings {
		if stored, err := t.bindingNow(b); err == nil {
			note := t.userNow(stored.UserID).Apps[b.AppID]
			if note != noteOf(stored) {
				t.Fatalf("the binding %+v is noted as %+v", stored, note)
			}
		} else {
			t.want(err, login.ErrBindingNotFound)
		}
		if note, ok := t.userNow(b.UserID).Apps[b.AppID]; ok {
			noted := b
			noted.OpenID = note.OpenID
			stored, err := t.bindingNow(noted)
			t.must(err)
			if stored.ID != note.BindingID || stored.UserID != b.UserID {
				t.Fatalf("the note %+v is of the binding %+v", note, stored)
			}
		}
	}
}

// stands reports whether the binding is stored and noted in its user. It must be both or neither.
func (t *trial) stands(b login.Binding) bool {
	t.Helper()
	t.inStep(b)
	return t.userNow(b.UserID).Apps[b.AppID].BindingID == b.ID
}
