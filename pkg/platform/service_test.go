package platform_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/platform"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
	"github.com/wxbind/wxbind/pkg/username"
)

// service is a whole login service, whose users are the example server's.
type service struct {
	*testing.T
	*login.Service
	far   *directory
	codes int
}

func newService(t *testing.T, users ...login.Profile) *service {
	t.Helper()
	s := &service{T: t, far: startDirectory(t, users...)}
	store, v := &storetest.Memory{}, &vault{key: key}
	c := logintest.Config(store)
	c.Secrets, c.Username = v, username.Fold
	c.Directory = newClient(t, platform.Config{URL: witness(t, s.far.url), Secrets: v})
	s.Service = login.New(c)
	return s
}

// tap is one tap on the button for the phone number, by somebody who has this number.
func (s *service) tap(name, number string) (*login.Login, error) {
	time.Sleep(2 * time.Millisecond)
	return s.BindPhone(s.Context(), login.Caller{Address: "192.0.2.1"}, login.PhoneRequest{Code: s.code(name), PhoneCode: "phone-" + s.code(number)})
}

func TestPhoneAndRegistrationWithTheExampleServer(t *testing.T) {
	s := newService(t, alice)
	first, err := s.tap("bob", number)
	if err != nil || !first.Created {
		t.Fatalf("%+v, %v; want a new user", first, err)
	}
	again, err := s.check("bob")
	if err != nil || again == nil || again.User.ID != first.User.ID {
		t.Errorf("the next launch: %+v, %v", again, err)
	}
	_, err = s.tap("carol", number) // the number is the user's of bob's WeChat
	s.refuses(err, login.UserBound)
	asked, err := s.Register(t.Context(), login.Caller{Address: "192.0.2.1"}, s.code("dave"))
	if err != nil || !asked.Created || asked.User.ID == first.User.ID {
		t.Errorf("by asking: %+v, %v", asked, err)
	}
	l, err := s.bind("alice", "alice", password)
	s.wants(l, err, alice)
}

// code returns a fresh code of a person.
func (s *service) code(name string) string {
	s.codes++
	return fmt.Sprintf("%s-%d", name, s.codes)
}

func (s *service) bind(name, username, password string) (*login.Login, error) {
	time.Sleep(2 * time.Millisecond) // a session is as old as a millisecond can tell
	return s.Bind(s.Context(), login.Caller{Address: "192.0.2.1"}, login.BindRequest{Code: s.code(name), Username: username, Password: login.Hidden(password)})
}

func (s *service) check(name string) (*login.Login, error) {
	time.Sleep(2 * time.Millisecond)
	checked, err := s.Check(s.Context(), login.Caller{Address: "192.0.2.1"}, s.code(name))
	return checked.Login, err
}

// wants checks a login: whose it is, and that the token works.
func (s *service) wants(l *login.Login, err error, want login.Profile) {
	s.Helper()
	if err != nil || l == nil {
		s.Fatalf("got %+v, %v; want a login", l, err)
	}
	v, err := s.Verify(s.Context(), l.Token)
	for _, u := range []login.User{l.User, v.User} {
		if err != nil || u.ID != want.ID || u.Username != want.Username || u.Name != want.Name || !slices.Equal(u.Roles, want.Roles) {
			s.Errorf("got %+v, %v; want %+v", u, err, want)
		}
	}
}

func (s *service) refuses(err error, want login.Code) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("got %v, want %s", err, want)
	}
}

func TestLoginWithTheExampleServer(t *testing.T) {
	s := newService(t, alice, bob)
	bound, err := s.bind("alice", "alice", password)
	s.wants(bound, err, alice)
	again, err := s.check("alice")
	s.wants(again, err, alice)
	_, err = s.bind("bob", "bob", "wrong")
	s.refuses(err, login.InvalidCredentials)
	_, err = s.bind("bob", "nobody", password)
	s.refuses(err, login.InvalidCredentials)
	l, err := s.bind("bob", "bob", password)
	s.wants(l, err, bob)

	// Renamed in the directory: the next login shows it.
	renamed := login.Profile{ID: alice.ID, Username: "alicia", Name: "Alicia", Roles: []string{"boss"}}
	s.far.set(t, renamed, bob)
	l, err = s.check("alice")
	s.wants(l, err, renamed)

	// Disabled in the directory: the next login is refused, and ends the sessions.
	banned := renamed
	banned.Disabled = true
	s.far.set(t, banned, bob)
	if _, err = s.Verify(t.Context(), bound.Token); err != nil {
		t.Errorf("before anybody has asked: %v", err)
	}
	_, err = s.check("alice")
	s.refuses(err, login.UserDisabled)
	for _, old := range []*login.Login{bound, again, l} {
		_, err = s.Verify(t.Context(), old.Token)
		s.refuses(err, login.SessionRevoked)
	}
	_, err = s.bind("alice", "alicia", password)
	s.refuses(err, login.UserDisabled)

	// Enabled again.
	s.far.set(t, renamed, bob)
	l, err = s.check("alice")
	s.wants(l, err, renamed)

	// Unknown to the directory.
	s.far.set(t, bob)
	_, err = s.check("alice")
	s.refuses(err, login.UserDisabled)
	_, err = s.Verify(t.Context(), l.Token)
	s.refuses(err, login.SessionRevoked)
}

// A phone's keyboard adds blanks. The platform, which compares names in its own way, is not to see them.
func TestBlanksAroundAUsernameAreNotSentToTheExampleServer(t *testing.T) {
	s := newService(t, alice)
	for _, typed := range []string{"alice", " alice ", "alice\u3000", "\ufeff\u200balice\u200d", "\u202aalice\u202c"} {
		l, err := s.bind("alice", typed, password)
		s.wants(l, err, alice)
	}
	_, err := s.bind("alice", " \u3000", password)
	s.refuses(err, login.UsernameMissing)
}

func TestLoginWhileTheExampleServerIsDown(t *testing.T) {
	s := newService(t, alice)
	bound, err := s.bind("alice", "alice", password)
	s.wants(bound, err, alice)
	s.far.stop()
	_, err = s.check("alice")
	wantFault(t, err, platform.Lost) // the witness is up
	for range 6 {
		_, err = s.bind("alice", "alice", password)
		s.refuses(err, login.DirectoryUnavailable)
	}
	if _, err := s.Verify(t.Context(), bound.Token); err != nil {
		t.Errorf("the session ends: %v", err)
	}
	s.far.start(t)
	l, err := s.bind("alice", "alice", password)
	s.wants(l, err, alice)
}

func TestWrongPasswordsAtTheExampleServer(t *testing.T) {
	s := newService(t, alice)
	for range 5 {
		_, err := s.bind("mallory", "alice", "wrong")
		s.refuses(err, login.InvalidCredentials)
	}
	_, err := s.bind("mallory", "alice", password)
	s.refuses(err, login.TooManyAttempts)
	l, err := s.bind("alice", "alice", password)
	s.wants(l, err, alice)
}
