package login_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// directoryWorldWith is a directoryWorld whose mini-programs have a policy. alice has her number there.
func directoryWorldWith(t *testing.T, p login.Policy) *directoryWorld {
	e := newDirectoryWorld(t)
	setPolicy(e.world, appID, p)
	setPolicy(e.world, "wxtwo", p)
	e.directory.numbered("alice", alice.ID)
	return e
}

func TestOneTapOfADirectorysUser(t *testing.T) {
	e := directoryWorldWith(t, login.Policy{PhoneTrust: login.DefaultPhoneTrust})
	if ways := e.Checked("alice-1").Ways; !slices.Equal(ways, []login.Way{login.WayPassword, login.WayPhone}) {
		t.Errorf("the ways are %v", ways)
	}
	l := e.mustTap("alice-2", "phone-alice-1")
	if l.Created || l.User.ID != alice.ID || l.User.RegisteredIn != "" || l.User.Phone.Number != "" || !slices.Equal(l.User.Roles, alice.Roles) {
		t.Errorf("created %v, user %+v; want alice, whose number the directory keeps", l.Created, l.User)
	}
	// Now she is bound, so nobody is asked about her number.
	e.mustTap("alice-3", "phone-alice-2")
	if e.WeChatDouble.PhoneCalls != 1 || e.directory.count("ByPhone") != 1 {
		t.Errorf("%d phone codes, %v", e.WeChatDouble.PhoneCalls, e.directory.calls)
	}
}

func TestOneTapOfSomebodyNewMakesADirectorysUser(t *testing.T) {
	e := directoryWorldWith(t, openPolicy)
	l := e.mustTap("bob-1", "phone-bob-1")
	if !l.Created || l.User.ID != "made-1" || l.User.RegisteredIn != appID || l.User.Name != "New" {
		t.Errorf("created %v, user %+v", l.Created, l.User)
	}
	if same := e.mustTap("bob-1", "phone-bob-1"); !same.Created || same.User.ID != l.User.ID {
		t.Errorf("a repeat: created %v, user %+v", same.Created, same.User)
	}
	if again := e.Checked("bob-2").Login; again == nil || again.Created || again.User.ID != l.User.ID {
		t.Errorf("the next launch: %+v", again)
	}
}

func TestPhoneThatADirectoryRefuses(t *testing.T) {
	trusting := login.Policy{PhoneTrust: login.DefaultPhoneTrust}
	banned := alice
	banned.Disabled = true
	for name, c := range map[string]struct {
		policy  login.Policy
		prepare func(*directoryWorld)
		person  string
		want    login.Code
		asked   int // phone codes exchanged
	}{
		"nobody has it":            {trusting, nil, "carol", login.PhoneUnknown, 1},
		"it is not trusted at all": {login.Policy{Register: openPolicy.Register}, nil, "alice", login.PhoneStale, 1},
		"phones are off":           {login.Policy{}, nil, "alice", login.PhoneOff, 0},
		"it has not the call":      {openPolicy, func(e *directoryWorld) { e.directory.lacks = []string{"ByPhone"} }, "alice", login.DirectoryCannot, 1},
		"it cannot register":       {openPolicy, func(e *directoryWorld) { e.directory.lacks = []string{"Register"} }, "carol", login.DirectoryCannot, 1},
		"it is down":               {openPolicy, func(e *directoryWorld) { e.directory.do(func(string) error { return login.DirectoryUnavailable }) }, "alice", login.DirectoryUnavailable, 1},
		"she is disabled there":    {openPolicy, func(e *directoryWorld) { e.directory.set(banned) }, "alice", login.UserDisabled, 1},
		"she is disabled here": {openPolicy, func(e *directoryWorld) {
			if _, err := e.DB.EnrollUser(e.Context(), alice, e.Clock(), login.NewID()); err != nil {
				e.Fatal(err)
			}
			e.must(nil, e.DB.DisableUser(e.Context(), alice.ID, login.NewID()))
		}, "alice", login.UserDisabled, 1},
		"she has another WeChat": {openPolicy, func(e *directoryWorld) { e.in("erin-1") }, "alice", login.UserBound, 1},
		"she registered elsewhere": {openPolicy, func(e *directoryWorld) {
			if _, err := tapped(e.world, otherApp, "carol-7", "phone-carol-7", ""); err != nil {
				e.Fatal(err)
			}
			e.WeChatDouble.PhoneCalls = 0
		}, "carol", login.RegisteredElsewhere, 1},
	} {
		t.Run(name, func(t *testing.T) {
			e := directoryWorldWith(t, c.policy)
			if c.prepare != nil {
				c.prepare(e)
			}
			_, err := tapped(e.world, phone, c.person+"-1", "phone-"+c.person+"-1", "")
			if !errors.Is(err, c.want) || e.WeChatDouble.PhoneCalls != c.asked {
				t.Errorf("got %v after %d phone codes, want %v after %d", err, e.WeChatDouble.PhoneCalls, c.want, c.asked)
			}
			if checked, err := e.CheckCode(c.person + "-2"); err != nil || checked.Login != nil {
				t.Errorf("then %+v, %v; want not bound", checked, err)
			}
		})
	}
}

// The number is paid for: a directory that is down loses it no more than a lost answer does.
func TestPaidNumberOutlivesADirectoryThatIsDown(t *testing.T) {
	e := directoryWorldWith(t, openPolicy)
	e.directory.do(func(op string) error {
		if op == "ByPhone" {
			return login.DirectoryUnavailable
		}
		return nil
	})
	if _, err := tapped(e.world, phone, "alice-1", "phone-alice-1", ""); !errors.Is(err, login.DirectoryUnavailable) {
		t.Fatal(err)
	}
	e.directory.do(nil)
	e.mustTap("alice-2", "phone-alice-1")
	if e.WeChatDouble.PhoneCalls != 1 {
		t.Errorf("%d phone codes were exchanged", e.WeChatDouble.PhoneCalls)
	}
}

// It is kept before the directory is asked, since that may take longer than the process lives.
func TestPaidNumberIsKeptBeforeTheDirectoryIsAsked(t *testing.T) {
	e := directoryWorldWith(t, openPolicy)
	asked := false
	e.directory.do(func(op string) error {
		if op == "ByPhone" && !asked {
			asked = true
			e.directory.do(nil)
			e.mustTap("alice-2", "phone-alice-1")
		}
		return nil
	})
	if l, err := tapped(e.world, phone, "alice-1", "phone-alice-1", ""); err != nil || l.User.ID != alice.ID || e.WeChatDouble.PhoneCalls != 1 {
		t.Errorf("%v, %d phone codes exchanged", err, e.WeChatDouble.PhoneCalls)
	}
}

func TestFiftyFirstTapsAtOnceMakeOneDirectorysUser(t *testing.T) {
	e := directoryWorldWith(t, openPolicy)
	var created sync.Map
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			l, err := tapped(e.world, login.Caller{Address: fmt.Sprintf("192.0.2.%d", n)}, fmt.Sprintf("bob-%d", n), fmt.Sprintf("phone-bob-%d", n), "")
			if err != nil || l.User.ID != "made-1" {
				t.Errorf("%d: %+v, %v", n, l, err)
				return
			}
			if l.Created {
				created.Store(n, true)
			}
		})
	}
	all.Wait()
	n := 0
	created.Range(func(any, any) bool { n++; return true })
	if len(e.directory.users) != 2 || n > 1 {
		t.Errorf("%d users besides alice; %d were told that they made one", len(e.directory.users)-1, n)
	}
}

func TestRegisterAtTheDirectory(t *testing.T) {
	e := directoryWorldWith(t, login.Policy{Register: []login.Registration{login.RegisterAsk}})
	if ways := e.Checked("bob-1").Ways; !slices.Contains(ways, login.WayRegister) {
		t.Errorf("the ways are %v", ways)
	}
	l, err := e.register("bob-2")
	if err != nil || !l.Created || l.User.ID != "made-1" || l.User.RegisteredIn != appID {
		t.Fatalf("%+v, %v", l, err)
	}
	if same, err := e.register("bob-2"); err != nil || !same.Created || same.Token != l.Token {
		t.Errorf("a repeat: %+v, %v", same, err)
	}
	v := e.Visit(l.Token)
	if again, err := e.register("bob-3"); err != nil || again.Created || again.User.ID != l.User.ID {
		t.Errorf("again: %+v, %v", again, err)
	}
	// Whoever has left and asks again is who they were to the platform, and new here.
	if err := e.Delete(t.Context(), phone, v, "bob-4"); err != nil {
		t.Fatal(err)
	}
	e.Pass(time.Second)
	if back, err := e.register("bob-5"); err != nil || !back.Created || back.User.ID != l.User.ID || len(e.directory.users) != 2 {
		t.Errorf("after the deletion: %+v, %v", back, err)
	}
}

// A seal key is retired, and the process died between the directory's answer and the binding: still nobody is made twice.
func TestRegistrationThatDiedIsNotMadeTwice(t *testing.T) {
	e := directoryWorldWith(t, login.Policy{Register: []login.Registration{login.RegisterAsk}})
	e.DB.Do(func(op string) error {
		if op == "EnrollUser" {
			return login.Unavailable(errors.New("the process is dead"))
		}
		return nil
	})
	if _, err := e.register("bob-1"); !errors.Is(err, login.StoreUnavailable) {
		t.Fatal(err)
	}
	e.DB.Do(nil)
	index := e.Vault.Held.IndexKey
	apps := e.Vault.Held.Apps
	e.Vault.Held = logintest.SecretWith("2")
	e.Vault.Held.IndexKey, e.Vault.Held.Apps = index, apps
	if l, err := e.register("bob-2"); err != nil || !l.Created || len(e.directory.users) != 2 {
		t.Errorf("%+v, %v; %d users", l, err, len(e.directory.users))
	}
}

func TestRegisterIsRefusedByTheDirectory(t *testing.T) {
	p := login.Policy{Register: []login.Registration{login.RegisterAsk}}
	for name, c := range map[string]struct {
		prepare func(*directoryWorld)
		want    login.Code
	}{
		"it has not the call": {func(e *directoryWorld) { e.directory.lacks = []string{"Register"} }, login.DirectoryCannot},
		"it is down":          {func(e *directoryWorld) { e.directory.do(func(string) error { return login.DirectoryUnavailable }) }, login.DirectoryUnavailable},
		"it knows the person, who has another WeChat": {func(e *directoryWorld) {
			e.in("erin-1")
			e.directory.answerAs = alice.ID
		}, login.UserBound},
		"the person is disabled": {func(e *directoryWorld) {
			banned := alice
			banned.Disabled = true
			e.directory.set(banned)
			e.directory.answerAs = alice.ID
		}, login.UserDisabled},
		"the policy is closed": {func(e *directoryWorld) { setPolicy(e.world, appID, login.Policy{}) }, login.RegisterClosed},
	} {
		t.Run(name, func(t *testing.T) {
			e := directoryWorldWith(t, p)
			c.prepare(e)
			if l, err := e.register("bob-1"); !errors.Is(err, c.want) {
				t.Errorf("got %+v, %v; want %v", l, err, c.want)
			}
		})
	}
}

func TestLaunchMakesADirectorysUser(t *testing.T) {
	e := directoryWorldWith(t, launchPolicy)
	first := e.Checked("bob-1").Login
	if first == nil || !first.Created || first.User.ID != "made-1" {
		t.Fatalf("got %+v", first)
	}
	if same := e.Checked("bob-1").Login; same == nil || !same.Created || same.Token != first.Token {
		t.Errorf("a repeat: %+v", same)
	}
	if again := e.Checked("bob-2").Login; again == nil || again.Created {
		t.Errorf("the second time: %+v", again)
	}
	// Who has left is not fetched back, and the directory hears nothing of it.
	if err := e.Unbind(t.Context(), phone, e.Visit(first.Token), true, "bob-3"); err != nil {
		t.Fatal(err)
	}
	asked := e.directory.count("Register")
	if checked := e.Checked("bob-4"); checked.Login != nil || e.directory.count("Register") != asked {
		t.Errorf("after the unbind: %+v, %v", checked, e.directory.calls)
	}
}

// The launch of a mini-program whose directory cannot register shows the login page.
func TestLaunchWhereTheDirectoryCannot(t *testing.T) {
	e := directoryWorldWith(t, launchPolicy)
	e.directory.lacks = []string{"Register"}
	if checked, err := e.CheckCode("bob-1"); err != nil || checked.Login != nil || !slices.Contains(checked.Ways, login.WayPassword) {
		t.Errorf("got %+v, %v", checked, err)
	}
	e.directory.do(func(string) error { return login.DirectoryUnavailable })
	if checked, err := e.CheckCode("bob-2"); !errors.Is(err, login.DirectoryUnavailable) {
		t.Errorf("while it is down: %+v, %v", checked, err)
	}
}

func TestDirectorysUserIsKnownInTheNextMiniProgram(t *testing.T) {
	e := directoryWorldWith(t, login.Policy{LinkUnionID: true})
	e.in("alice-1")
	renamed := alice
	renamed.Name, renamed.Roles = "Alicia", []string{"boss"}
	e.directory.set(renamed)
	checked, err := e.Check(t.Context(), otherApp, "alice-2")
	if err != nil || checked.Login == nil || !checked.Login.Linked || checked.Login.User.ID != alice.ID || checked.Login.User.Name != "Alicia" {
		t.Fatalf("%+v, %v; want her, as the directory describes her now", checked.Login, err)
	}
	e.Visit(checked.Login.Token)
	if checked, err = e.Check(t.Context(), otherApp, "alice-3"); err != nil || checked.Login == nil || checked.Login.Linked {
		t.Errorf("the second launch: %+v, %v", checked.Login, err)
	}
}

func TestDirectorysUserIsNotLinked(t *testing.T) {
	banned := alice
	banned.Disabled = true
	for name, c := range map[string]struct {
		prepare func(*directoryWorld)
		want    error
	}{
		"disabled there": {func(e *directoryWorld) { e.directory.set(banned) }, nil},
		"unknown there":  {func(e *directoryWorld) { e.directory.set() }, nil},
		"it is down":     {func(e *directoryWorld) { e.directory.do(func(string) error { return login.DirectoryUnavailable }) }, login.DirectoryUnavailable},
		"banned while it is under way": {func(e *directoryWorld) {
			// The directory has vouched for her when it bans her, and a login in the first mini-program hears of it.
			done := false
			e.directory.do(func(op string) error {
				if op != "Profile" || done {
					return nil
				}
				done = true
				e.directory.set(banned)
				if _, err := e.CheckCode("alice-7"); !errors.Is(err, login.UserDisabled) {
					e.Errorf("the other login: %v", err)
				}
				return nil
			})
		}, login.SessionRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			e := directoryWorldWith(t, login.Policy{LinkUnionID: true})
			e.in("alice-1")
			c.prepare(e)
			checked, err := e.Check(t.Context(), otherApp, "alice-2")
			if !errors.Is(err, c.want) || checked.Login != nil {
				t.Errorf("got %+v, %v; want %v", checked, err, c.want)
			}
			if _, err := e.DB.BindingByOpenID(t.Context(), "wxtwo", "o-alice"); !errors.Is(err, login.ErrBindingNotFound) {
				t.Errorf("she is bound: %v", err)
			}
		})
	}
}

func TestUnionIDOfARemovedBindingOfADirectorysUserLeadsNowhere(t *testing.T) {
	e := directoryWorldWith(t, login.Policy{LinkUnionID: true})
	if err := e.Unbind(t.Context(), phone, e.Visit(e.in("mallory-1")), true, "mallory-2"); err != nil {
		t.Fatal(err)
	}
	e.in("alice-1")
	if checked, err := e.Check(t.Context(), otherApp, "mallory-3"); err != nil || checked.Login != nil {
		t.Errorf("%+v, %v", checked.Login, err)
	}
	if checked, err := e.Check(t.Context(), otherApp, "alice-2"); err != nil || checked.Login == nil {
		t.Errorf("the one who is bound: %v", err)
	}
}

// A stranger who registered in the customers' mini-program is not let into the staff's by their unionid.
func TestLinkOfWhomTheDirectoryHasRegistered(t *testing.T) {
	for name, c := range map[string]struct {
		accept []string
		want   bool
	}{"not accepted": {nil, false}, "accepted": {[]string{appID}, true}} {
		e := directoryWorldWith(t, login.Policy{Register: launchPolicy.Register, LinkUnionID: true})
		setPolicy(e.world, "wxtwo", login.Policy{LinkUnionID: true, AcceptFrom: c.accept})
		u := e.Checked("bob-1").Login.User
		checked, err := e.Check(t.Context(), otherApp, "bob-2")
		if err != nil || (checked.Login != nil) != c.want || c.want && checked.Login.User.ID != u.ID {
			t.Errorf("%s: %+v, %v", name, checked, err)
		}
	}
}

// Not one who is refused by unionid is refused a place of their own.
func TestRegisterBesideAUserWhoIsNotAccepted(t *testing.T) {
	p := login.Policy{Register: []login.Registration{login.RegisterAsk}, LinkUnionID: true}
	e := directoryWorldWith(t, p)
	first, err := e.register("bob-1")
	if err != nil {
		t.Fatal(err)
	}
	second, err := e.Register(t.Context(), otherApp, "bob-2")
	if err != nil || !second.Created || second.User.ID == first.User.ID {
		t.Errorf("%+v, %v", second, err)
	}
}

func TestTwentyFirstLaunchesAtOnceMakeOneDirectorysUser(t *testing.T) {
	e := directoryWorldWith(t, login.Policy{Register: launchPolicy.Register, LinkUnionID: true, AcceptFrom: []string{appID, "wxtwo"}})
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			caller := phone
			if n%2 == 1 {
				caller = otherApp
			}
			if checked, err := e.Check(t.Context(), caller, fmt.Sprintf("bob-%d", n)); err != nil || checked.Login == nil || checked.Login.User.ID != "made-1" {
				t.Errorf("%d: %+v, %v", n, checked.Login, err)
			}
		})
	}
	all.Wait()
	if u, err := e.DB.UserByID(t.Context(), "made-1"); err != nil || len(u.Apps) != 2 || len(e.directory.users) != 2 {
		t.Errorf("%d bindings, %d users, %v", len(u.Apps), len(e.directory.users)-1, err)
	}
}

// Alice deletes her account while her tap, or her registration, is under way.
func TestRegistrationUnderWayDoesNotBringADirectorysUserBack(t *testing.T) {
	for _, op := range []string{"ByPhone", "EnrollUser"} {
		t.Run("before "+op, func(t *testing.T) {
			e := directoryWorldWith(t, openPolicy)
			v := e.Visit(e.in("alice-1"))
			deleted := false
			once := func(called string) error {
				if called != op || deleted {
					return nil
				}
				deleted = true
				e.Pass(time.Second)
				return e.Delete(t.Context(), otherApp, v, "alice-2")
			}
			e.directory.do(once)
			e.DB.Do(once)
			if l, err := tapped(e.world, otherApp, "alice-3", "phone-alice-3", ""); !errors.Is(err, login.SessionRevoked) || !deleted {
				t.Errorf("got %+v, %v", l, err)
			}
			if u, err := e.DB.Memory.UserByID(t.Context(), alice.ID); !errors.Is(err, login.ErrUserNotFound) {
				t.Errorf("she is back: %+v, %v", u, err)
			}
		})
	}
}

// Nor where nobody knows that there is a directory, as in the function that sets numbers.
func TestPhoneOfADirectorysUserIsNotSetHere(t *testing.T) {
	for name, enter := range map[string]func(e *directoryWorld) login.Hidden{
		"by password": func(e *directoryWorld) login.Hidden { return e.in("bob-1") },
		"by phone":    func(e *directoryWorld) login.Hidden { return e.mustTap("bob-1", "phone-bob-1").Token },
	} {
		e := directoryWorldWith(t, openPolicy)
		v := e.Visit(enter(e))
		for n, s := range []*login.Service{e.Service, newWorld(t).Service} {
			c := s.Config
			c.Store, c.Secrets, c.WeChat, c.Now = e.profiles, e.Vault, e.WeChatDouble, e.Clock
			asked := e.WeChatDouble.PhoneCalls
			code := fmt.Sprintf("bob-2%d", n)
			if _, err := login.New(c).SetPhone(t.Context(), phone, v, code, "phone-bob-2"); !errors.Is(err, login.DirectoryCannot) || e.WeChatDouble.PhoneCalls != asked {
				t.Errorf("%s: got %v after %d phone codes", name, err, e.WeChatDouble.PhoneCalls-asked)
			}
		}
	}
}
