package login_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// directory is a platform's own users, whose password is the one above. Tests
// change them as a platform would.
type directory struct {
	mu    sync.Mutex
	users map[string]login.Profile // by id
	// phones and registered have the ids by number and by registration.
	phones, registered map[string]string
	// answerAs, if set, is the user whom it finds to be registered already.
	answerAs string
	// lacks lists the optional calls that it does not have.
	lacks []string
	// before, if set, runs before each call.
	before func(op string) error
	calls  []string
	// typed is the last username that was asked about.
	typed string
}

var alice = login.Profile{ID: "id of 爱丽丝", Username: "alice", Name: "Alice", Roles: []string{"clerk"}}

func (d *directory) hook(op string) error {
	d.mu.Lock()
	d.calls = append(d.calls, op)
	before := d.before
	d.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(op)
}

func (d *directory) Authenticate(_ context.Context, username string, p login.Hidden) (login.Profile, error) {
	if err := d.hook("Authenticate"); err != nil {
		return login.Profile{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.typed = username
	for _, u := range d.users {
		if strings.EqualFold(u.Username, username) && p == password {
			return u, nil
		}
	}
	return login.Profile{}, login.InvalidCredentials
}

func (d *directory) Profile(_ context.Context, id string) (login.Profile, error) {
	d.mu.Lock()
	u, ok := d.users[id]
	d.mu.Unlock()
	// The answer is on its way while the hook runs.
	if err := d.hook("Profile"); err != nil {
		return login.Profile{}, err
	}
	if !ok {
		return login.Profile{}, login.ErrUserNotFound
	}
	return u, nil
}

func (d *directory) ByPhone(_ context.Context, _, number string) (login.Profile, error) {
	if err := d.hook("ByPhone"); err != nil {
		return login.Profile{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	u, ok := d.users[d.phones[number]]
	switch {
	case slices.Contains(d.lacks, "ByPhone"):
		return login.Profile{}, login.DirectoryCannot
	case !ok:
		return login.Profile{}, login.ErrUserNotFound
	}
	return u, nil
}

func (d *directory) Register(_ context.Context, r login.DirectoryRegistration) (login.Profile, error) {
	if err := d.hook("Register"); err != nil {
		return login.Profile{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.Contains(d.lacks, "Register") {
		return login.Profile{}, login.DirectoryCannot
	}
	id := cmp.Or(d.answerAs, d.phones[r.Phone], d.registered[r.ID])
	if d.users[id].ID == "" {
		id = fmt.Sprintf("made-%d", len(d.users))
		d.users[id] = login.Profile{ID: id, Username: id, Name: "New"}
	}
	d.have(&d.registered, r.ID, id)
	if r.Phone != "" {
		d.have(&d.phones, r.Phone, id)
	}
	return d.users[id], nil
}

func (d *directory) have(all *map[string]string, key, id string) {
	if *all == nil {
		*all = map[string]string{}
	}
	(*all)[key] = id
}

// numbered gives a user the number of a person.
func (d *directory) numbered(name, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.have(&d.phones, logintest.PhoneOf(name), id)
}

// set makes the directory describe users so, and no others.
func (d *directory) set(users ...login.Profile) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users = map[string]login.Profile{}
	for _, u := range users {
		d.users[u.ID] = u
	}
}

func (d *directory) do(before func(op string) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before = before
}

func (d *directory) count(op string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, call := range d.calls {
		if call == op {
			n++
		}
	}
	return n
}

// profiles counts what is stored of the directory's users.
type profiles struct {
	*logintest.Store
	mu       sync.Mutex
	enrolled int
	renewed  int
}

func (p *profiles) EnrollUser(ctx context.Context, of login.Profile, at time.Time, epoch string) (login.User, error) {
	p.mu.Lock()
	p.enrolled++
	p.mu.Unlock()
	return logintest.Via(p.Store, "EnrollUser", func() (login.User, error) { return p.Memory.EnrollUser(ctx, of, at, epoch) })
}

func (p *profiles) RefreshUser(ctx context.Context, of login.Profile) (login.User, error) {
	p.mu.Lock()
	p.renewed++
	p.mu.Unlock()
	return logintest.Via(p.Store, "RefreshUser", func() (login.User, error) { return p.Memory.RefreshUser(ctx, of) })
}

// directoryWorld is a world whose users are a directory's: alice.
type directoryWorld struct {
	*world
	directory *directory
	profiles  *profiles
}

func newDirectoryWorld(t *testing.T) *directoryWorld {
	w := newWorld(t)
	e := &directoryWorld{world: w, directory: &directory{}, profiles: &profiles{Store: w.DB}}
	e.directory.set(alice)
	c := w.Config
	c.Directory, c.Store = e.directory, e.profiles
	w.Service = login.New(c)
	return e
}

// in binds alice and gives her token. A second passes.
func (e *directoryWorld) in(code string) login.Hidden {
	e.Helper()
	opened, err := e.BindUser(code, "alice", password)
	if err != nil {
		e.Fatal(err)
	}
	e.Pass(time.Second)
	return opened.Token
}

func TestDirectoryUserIsEnrolledByTheFirstBind(t *testing.T) {
	e := newDirectoryWorld(t)
	opened, err := e.BindUser("alice-1", "\u202aAlice\u202c ", password)
	if err != nil {
		t.Fatal(err)
	}
	if e.directory.typed != "Alice" {
		t.Errorf("the directory was asked about %+q, not about what was typed without the blanks", e.directory.typed)
	}
	stored, err := e.DB.UserByID(t.Context(), alice.ID)
	if err != nil || stored.Username != "alice" || stored.Name != "Alice" || !slices.Equal(stored.Roles, alice.Roles) ||
		stored.PasswordID != "" || !stored.CreatedAt.Equal(e.Clock()) || stored.Apps[appID].OpenID != "o-alice" {
		t.Errorf("stored is %+v, %v; want the profile, the binding, and no password", stored, err)
	}
	if opened.User.ID != alice.ID || opened.User.Name != "Alice" {
		t.Errorf("logged in as %+v", opened.User)
	}
	if v := e.Visit(opened.Token); v.User.ID != alice.ID {
		t.Errorf("the token is %q's", v.User.ID)
	}
	if e.Plain.Checks != 0 {
		t.Error("a password was hashed here")
	}
}

func TestLoginAsksTheDirectoryAndNotForThePassword(t *testing.T) {
	e := newDirectoryWorld(t)
	e.in("alice-1")
	checked, err := e.CheckCode("alice-2")
	if err != nil || checked.Login == nil || checked.Login.User.ID != alice.ID {
		t.Fatalf("got %+v, %v; want a login", checked, err)
	}
	if e.directory.count("Authenticate") != 1 || e.directory.count("Profile") != 1 || e.profiles.renewed != 0 {
		t.Errorf("%v and %d writes; want one question each and no write", e.directory.calls, e.profiles.renewed)
	}
}

func TestChangedProfileIsRefreshedByALogin(t *testing.T) {
	e := newDirectoryWorld(t)
	old := e.in("alice-1")
	for name, changed := range map[string]login.Profile{
		"renamed":      {ID: alice.ID, Username: "alicia", Name: "Alice", Roles: []string{"clerk"}},
		"called anew":  {ID: alice.ID, Username: "alicia", Name: "Alicia", Roles: []string{"clerk"}},
		"another role": {ID: alice.ID, Username: "alicia", Name: "Alicia", Roles: []string{"boss", "clerk"}},
		"no role":      {ID: alice.ID, Username: "alicia", Name: "Alicia"},
	} {
		e.directory.set(changed)
		checked, err := e.CheckCode("alice-" + strings.ReplaceAll(name, " ", "-"))
		if err != nil || checked.Login == nil {
			t.Fatalf("%s: got %+v, %v; want a login", name, checked, err)
		}
		stored, err := e.DB.UserByID(t.Context(), alice.ID)
		for _, u := range []login.User{checked.Login.User, stored} {
			if err != nil || u.Username != changed.Username || u.Name != changed.Name || !slices.Equal(u.Roles, changed.Roles) {
				t.Errorf("%s: %+v, %v; want what the directory says now", name, u, err)
			}
		}
		if stored.Apps[appID].OpenID != "o-alice" {
			t.Errorf("%s: the binding is gone", name)
		}
		if v := e.Visit(old); v.User.Name != changed.Name {
			t.Errorf("%s: the older session's user is %+v", name, v.User)
		}
	}
}

func TestRefusedByTheDirectory(t *testing.T) {
	disabled := alice
	disabled.Disabled = true
	for name, banned := range map[string][]login.Profile{
		"disabled there": {disabled},
		"unknown there":  nil,
	} {
		t.Run(name, func(t *testing.T) {
			e := newDirectoryWorld(t)
			old := e.in("alice-1")
			before := len(e.sessions(alice.ID))
			e.directory.set(banned...)
			// Until then nobody has asked.
			if v := e.Visit(old); v.User.ID != alice.ID {
				t.Error("the session from before does not live")
			}
			got := logintest.Events(t, func(ctx context.Context) {
				if checked, err := e.Check(ctx, phone, "alice-2"); !errors.Is(err, login.UserDisabled) || checked.Login != nil {
					t.Errorf("got %+v, %v; want user_disabled", checked, err)
				}
			})
			if !slices.Equal(got, []login.Event{login.EventLogoutAll, login.EventLoginDisabled}) {
				t.Errorf("noted %v", got)
			}
			e.Refused(old, login.SessionRevoked)
			if n := len(e.sessions(alice.ID)); n != before {
				t.Errorf("%d sessions are stored, want %d", n, before)
			}

			// Let in again: with a new session, under the binding that stands.
			e.Pass(time.Second)
			e.directory.set(alice)
			if checked, err := e.CheckCode("alice-3"); err != nil || checked.Login == nil {
				t.Errorf("got %+v, %v; want a login", checked, err)
			}
			e.Refused(old, login.SessionRevoked)
		})
	}
}

// A banned user launches the mini-program again and again, in each of two. What ends sessions is told, and what ends none is not.
func TestBanIsToldOnce(t *testing.T) {
	e := newDirectoryWorld(t)
	if err := e.DB.WantNotices(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	e.in("alice-1")
	second := login.Caller{AppID: "wxtwo"}
	if _, err := e.Bind(t.Context(), second, login.BindRequest{Code: "alice-2", Username: "alice", Password: password}); err != nil {
		t.Fatal(err)
	}
	disabled := alice
	disabled.Disabled = true
	code := 2
	launch := func(in login.Caller) error {
		e.Pass(time.Second)
		code++
		_, err := e.Check(t.Context(), in, fmt.Sprint("alice-", code))
		return err
	}
	revoked := func(want int) {
		t.Helper()
		notices, err := e.DB.NoticesOf(t.Context(), alice.ID)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, n := range notices {
			if n.Type == login.NoticeSessionRevoked {
				got++
			}
		}
		if got != want {
			t.Fatalf("%d notices of revoked sessions, want %d", got, want)
		}
	}
	for round := 1; round <= 2; round++ {
		e.directory.set(disabled)
		before, err := e.DB.UserByID(t.Context(), alice.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range []login.Caller{phone, phone, second, phone, second} {
			if err := launch(in); !errors.Is(err, login.UserDisabled) {
				t.Fatalf("got %v; want user_disabled", err)
			}
			after, err := e.DB.UserByID(t.Context(), alice.ID)
			if err != nil || after.Epoch == before.Epoch {
				t.Fatalf("the epoch is the one before, %v: a login that is under way would open a session", err)
			}
			before = after
			revoked(round)
		}
		e.directory.set(alice)
		if err := launch(second); err != nil { // and in the other one nobody logs in
			t.Fatal(err)
		}
	}
}

func TestDisabledInTheDirectoryIsToldAfterTheRightPasswordOnly(t *testing.T) {
	e := newDirectoryWorld(t)
	old := e.in("alice-1")
	disabled := alice
	disabled.Disabled = true
	e.directory.set(disabled)
	if _, err := e.BindUser("alice-2", "alice", "wrong"); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("wrong password: %v", err)
	}
	e.Visit(old)
	if _, err := e.BindUser("alice-3", "alice", password); !errors.Is(err, login.UserDisabled) {
		t.Errorf("right password: %v; want user_disabled", err)
	}
	e.Refused(old, login.SessionRevoked)
}

func TestDisabledInTheDirectoryIsNotEnrolled(t *testing.T) {
	e := newDirectoryWorld(t)
	disabled := alice
	disabled.Disabled = true
	e.directory.set(disabled)
	trail := &login.Trail{}
	_, err := e.Bind(login.WithTrail(t.Context(), trail), phone, login.BindRequest{Code: "alice-1", Username: "alice", Password: password})
	if !errors.Is(err, login.UserDisabled) || trail.UserID != alice.ID || len(trail.Lapses) != 0 || !slices.Equal(trail.Events, []login.Event{login.EventLoginDisabled}) {
		t.Errorf("got %v and %+v; want user_disabled, who it is, no lapse and the event", err, trail)
	}
	if _, err := e.DB.UserByID(t.Context(), alice.ID); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("the user is stored: %v", err)
	}
}

func TestDisabledByWxbindAlone(t *testing.T) {
	e := newDirectoryWorld(t)
	old := e.in("alice-1")
	if err := e.DB.DisableUser(t.Context(), alice.ID, login.NewID()); err != nil {
		t.Fatal(err)
	}
	e.Pass(time.Second)
	e.Refused(old, login.UserDisabled)
	if _, err := e.CheckCode("alice-2"); !errors.Is(err, login.UserDisabled) {
		t.Errorf("checkBind: %v; want user_disabled", err)
	}
	if _, err := e.BindUser("alice-3", "alice", password); !errors.Is(err, login.UserDisabled) {
		t.Errorf("bind: %v; want user_disabled", err)
	}
}

// A directory that is down costs nobody a try, a session or a binding.
func TestDirectoryDown(t *testing.T) {
	e := newDirectoryWorld(t)
	old := e.in("alice-1")
	before := len(e.sessions(alice.ID))
	down := login.Because(login.DirectoryUnavailable, errors.New("down"))
	e.directory.do(func(string) error { return down })
	for n := range 20 {
		if _, err := e.BindUser(fmt.Sprintf("alice-a%d", n), "alice", password); !errors.Is(err, login.DirectoryUnavailable) {
			t.Fatalf("bind: %v; want directory_unavailable", err)
		}
	}
	if checked, err := e.CheckCode("alice-2"); !errors.Is(err, login.DirectoryUnavailable) || checked.Login != nil {
		t.Errorf("checkBind: %+v, %v; want directory_unavailable", checked, err)
	}
	e.Visit(old)
	if n := len(e.sessions(alice.ID)); n != before {
		t.Errorf("%d sessions are stored, want %d", n, before)
	}
	e.directory.do(nil)
	e.in("alice-3")
	if checked, err := e.CheckCode("alice-4"); err != nil || checked.Login == nil {
		t.Errorf("got %+v, %v; want a login", checked, err)
	}
}

// A login that fails at the directory ends no session: neither the one whose token it shows nor another one.
func TestSessionsGoOnWhileTheDirectoryIsDown(t *testing.T) {
	e := newDirectoryWorld(t)
	e.in("alice-0")
	var tokens []login.Hidden
	for n := range login.MaxSessions - 1 {
		tokens = append(tokens, e.launch(fmt.Sprintf("alice-%d", n+1), "iPhone", ""))
	}
	e.directory.do(func(string) error { return login.DirectoryUnavailable })
	caller := phone
	for n, shown := range append(slices.Clone(tokens), "") {
		e.Pass(time.Second)
		caller.Token = shown
		if _, err := e.Check(t.Context(), caller, fmt.Sprintf("alice-down-%d", n)); !errors.Is(err, login.DirectoryUnavailable) {
			t.Fatalf("got %v", err)
		}
	}
	e.directory.do(nil)
	for i, token := range append(tokens, e.launch("alice-up", "iPhone", "")) {
		if why := e.Dead(token); why != "" {
			t.Errorf("session %d is %q", i+1, why)
		}
	}
	if got := len(e.sessions(alice.ID)); got != login.MaxSessions+1 { // one has ended now
		t.Errorf("%d sessions are stored", got)
	}
}

// The directory is not there to be guessed at.
func TestWrongPasswordsAtTheDirectoryAreCounted(t *testing.T) {
	e := newDirectoryWorld(t)
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			_, err := e.BindUser(fmt.Sprintf("mallory-%d", n), "alice", "wrong")
			if !errors.Is(err, login.InvalidCredentials) && !errors.Is(err, login.TooManyAttempts) && !errors.Is(err, login.StoreUnavailable) {
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	asked := e.directory.count("Authenticate")
	if asked == 0 || asked > 5 {
		t.Errorf("one identity had the directory look at %d passwords", asked)
	}
	for n := asked; n < 6; n++ {
		e.BindUser(fmt.Sprintf("mallory-again-%d", n), "alice", "wrong")
	}
	if _, err := e.BindUser("mallory-last", "alice", password); !errors.Is(err, login.TooManyAttempts) {
		t.Errorf("got %v, want too_many_attempts", err)
	}
}

// Whoever answers with somebody else logs nobody in.
func TestDirectoryThatDescribesAnother(t *testing.T) {
	e := newDirectoryWorld(t)
	e.in("alice-1")
	before := len(e.sessions(alice.ID))
	bob := login.Profile{ID: "bob", Username: "bob", Name: "Bob", Roles: []string{"boss"}}
	e.directory.set(alice, bob)
	e.must(e.CheckCode("alice-2"))
	if _, err := e.BindUser("bob-1", "bob", password); err != nil {
		t.Fatal(err)
	}
	e.directory.mu.Lock()
	e.directory.users[alice.ID] = bob
	e.directory.mu.Unlock()
	if checked, err := e.CheckCode("alice-3"); !errors.Is(err, login.DirectoryUnavailable) || checked.Login != nil {
		t.Errorf("got %+v, %v; want directory_unavailable", checked, err)
	}
	if n := len(e.sessions(alice.ID)); n != before+1 {
		t.Errorf("%d sessions of alice are stored, want %d", n, before+1)
	}
	if u, err := e.DB.UserByID(t.Context(), alice.ID); err != nil || u.Name != "Alice" {
		t.Errorf("alice is stored as %+v, %v", u, err)
	}
}

// One login has the directory's yes, and is slow; meanwhile the user is banned,
// another login hears of it, and ends the sessions. The slow one's dies, too.
func TestBanDuringALogin(t *testing.T) {
	e := newDirectoryWorld(t)
	e.in("alice-1")
	disabled := alice
	disabled.Disabled = true
	first := sync.OnceFunc(func() {
		e.Pass(time.Second)
		e.directory.set(disabled)
		if _, err := e.CheckCode("alice-3"); !errors.Is(err, login.UserDisabled) {
			t.Errorf("the other login: %v; want user_disabled", err)
		}
	})
	asked := false
	e.directory.do(func(op string) error {
		if op == "Profile" && !asked {
			asked = true
			first()
		}
		return nil
	})
	checked, err := e.CheckCode("alice-2")
	if err != nil && !errors.Is(err, login.SessionRevoked) && !errors.Is(err, login.UserDisabled) {
		t.Errorf("got %+v, %v", checked, err)
	}
	for _, s := range e.sessions(alice.ID) {
		if u, err := e.DB.UserByID(t.Context(), alice.ID); err != nil || s.Dead(u, e.Clock()) == "" {
			t.Errorf("a session of %v lives (%v)", s.CreatedAt, err)
		}
	}
}

// A login in flight does not bring back a user who is deleted here.
func TestDirectoryUserDeletedDuringALogin(t *testing.T) {
	e := newDirectoryWorld(t)
	e.in("alice-1")
	renamed := alice
	renamed.Name = "Alicia"
	e.directory.set(renamed)
	e.DB.Do(func(op string) error {
		if op != "RefreshUser" {
			return nil
		}
		e.DB.Do(nil)
		u, err := e.DB.UserByID(t.Context(), alice.ID)
		if err != nil {
			return err
		}
		return e.DB.DeleteUser(t.Context(), u)
	})
	if checked, err := e.CheckCode("alice-2"); err != nil || checked.Login != nil {
		t.Errorf("got %+v, %v; want not bound", checked, err)
	}
	if _, err := e.DB.UserByID(t.Context(), alice.ID); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("the user is back: %v", err)
	}
}

func TestFirstBindsOfAUserAtTheSameTime(t *testing.T) {
	e := newDirectoryWorld(t)
	const rivals = 8
	errs := make([]error, rivals)
	var all sync.WaitGroup
	for n := range rivals {
		all.Go(func() { _, errs[n] = e.BindUser(fmt.Sprintf("rival%d-1", n), "alice", password) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, login.UserBound):
			t.Errorf("got %v, want user_bound", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d won", won, rivals)
	}
	if u, err := e.DB.UserByID(t.Context(), alice.ID); err != nil || !strings.HasPrefix(u.Apps[appID].OpenID, "o-rival") {
		t.Errorf("stored is %+v, %v", u, err)
	}
}
