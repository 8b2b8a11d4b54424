package login_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func (w *world) register(code string) (*login.Login, error) {
	return w.Register(w.Context(), phone, code)
}

func TestRegisterByAsking(t *testing.T) {
	w := phoneWorld(t, login.Policy{Register: []login.Registration{login.RegisterAsk}})
	if checked := w.Checked("alice-1"); checked.Login != nil || !slices.Contains(checked.Ways, login.WayRegister) {
		t.Fatalf("checkBind: %+v", checked)
	}
	first, err := w.register("alice-2")
	if err != nil || !first.Created || first.User.RegisteredIn != appID {
		t.Fatalf("%+v, %v", first, err)
	}
	w.Visit(first.Token)
	again, err := w.register("alice-3")
	if err != nil || again.Created || again.User.ID != first.User.ID {
		t.Errorf("the second time: %+v, %v", again, err)
	}
}

func TestRegistrationIsClosed(t *testing.T) {
	for name, p := range map[string]login.Policy{
		"without a policy": {}, "by phone only": openPolicy, "by launch only": {Register: []login.Registration{login.RegisterLaunch}},
	} {
		w := phoneWorld(t, p)
		if _, err := w.register("alice-1"); !errors.Is(err, login.RegisterClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var launchPolicy = login.Policy{Register: []login.Registration{login.RegisterLaunch}}

func TestLaunchMakesAUser(t *testing.T) {
	w := phoneWorld(t, launchPolicy)
	first := w.Checked("alice-1").Login
	if first == nil || !first.Created {
		t.Fatalf("got %+v", first)
	}
	w.Visit(first.Token)
	if again := w.Checked("alice-2").Login; again.Created || again.User.ID != first.User.ID {
		t.Errorf("the second time: %+v", again)
	}
}

// Who has left is not fetched back by the next launch.
func TestLaunchAfterADeparture(t *testing.T) {
	for name, leave := range map[string]func(*world, login.Login) error{
		"unbind": func(w *world, l login.Login) error {
			err := w.ChangePassword(w.Context(), phone, w.Visit(l.Token), login.PasswordRequest{
				Code: "alice-7", Username: "alice", NewPassword: "another good password",
			})
			return cmp.Or(err, w.Unbind(w.Context(), phone, w.Visit(l.Token), true, "alice-8"))
		},
		"deletion": func(w *world, l login.Login) error { return w.Delete(w.Context(), phone, w.Visit(l.Token), "alice-8") },
		"operator": func(w *world, l login.Login) error { return login.Remove(w.Context(), w.DB, w.Visit(l.Token).User) },
	} {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, login.Policy{Register: []login.Registration{login.RegisterLaunch, login.RegisterAsk}})
			if err := leave(w, *w.Checked("alice-1").Login); err != nil {
				t.Fatal(err)
			}
			if checked := w.Checked("alice-2"); checked.Login != nil {
				t.Error("a launch fetched her back")
			}
			if l, err := w.register("alice-3"); err != nil || !l.Created {
				t.Errorf("asked for: %v", err)
			}
			if w.Checked("alice-4").Login == nil {
				t.Error("she is not known again")
			}
		})
	}
}

// linkedWorld has two mini-programs that link.
func linkedWorld(t *testing.T, p login.Policy) *world {
	p.LinkUnionID = true
	w := phoneWorld(t, p)
	setPolicy(w, "wxtwo", p)
	return w
}

func TestKnownInTheNextMiniProgram(t *testing.T) {
	w := linkedWorld(t, login.Policy{})
	u := w.Bound("alice-1", "alice")
	checked, err := w.Check(t.Context(), otherApp, "alice-2")
	if err != nil || checked.Login == nil || !checked.Login.Linked || checked.Login.User.ID != u.ID {
		t.Fatalf("%+v, %v", checked, err)
	}
	w.Visit(checked.Login.Token)
	if checked, err = w.Check(t.Context(), otherApp, "alice-3"); err != nil || checked.Login.Linked {
		t.Errorf("the second launch: %+v, %v", checked.Login, err)
	}
}

// A binding from before the Open Platform account knows its unionid from its next login on.
func TestLinkDoesNotDependOnTheOrder(t *testing.T) {
	w := linkedWorld(t, login.Policy{})
	w.WeChatDouble.NoUnionID = true
	u := w.Bound("alice-1", "alice")
	w.WeChatDouble.NoUnionID = false
	if checked, err := w.Check(t.Context(), otherApp, "alice-2"); err != nil || checked.Login != nil {
		t.Fatalf("linked by nothing: %+v, %v", checked, err)
	}
	w.Checked("alice-3")
	if checked, err := w.Check(t.Context(), otherApp, "alice-4"); err != nil || checked.Login == nil || checked.Login.User.ID != u.ID {
		t.Errorf("%+v, %v", checked, err)
	}
}

func TestLinkNever(t *testing.T) {
	for name, prepare := range map[string]func(*world, login.User){
		"to a disabled user": func(w *world, u login.User) { _ = w.DB.DisableUser(w.Context(), u.ID, login.NewID()) },
		"to a user with another openid there": func(w *world, _ login.User) {
			if _, err := w.Bind(w.Context(), otherApp, login.BindRequest{Code: "erin-1", Username: "alice", Password: password}); err != nil {
				w.Fatal(err)
			}
		},
		"of one who was unbound there": func(w *world, _ login.User) {
			checked, err := w.Check(w.Context(), otherApp, "alice-7")
			if err != nil || checked.Login == nil {
				w.Fatal(err)
			}
			if err := w.Unbind(w.Context(), otherApp, w.Visit(checked.Login.Token), false, ""); err != nil {
				w.Fatal(err)
			}
		},
		"without the policy": func(w *world, _ login.User) { setPolicy(w, "wxtwo", login.Policy{}) },
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, login.Policy{})
			prepare(w, w.Bound("alice-1", "alice"))
			if checked, err := w.Check(t.Context(), otherApp, "alice-9"); err != nil || checked.Login != nil {
				t.Errorf("%+v, %v", checked, err)
			}
		})
	}
}

// A launch does not fetch back who has left. When they ask for it themselves, they are the user that they were, and no second one.
func TestRegisterAfterAnUnbindIsLinked(t *testing.T) {
	w := linkedWorld(t, login.Policy{Register: []login.Registration{login.RegisterAsk, login.RegisterLaunch}})
	u := w.Bound("alice-1", "alice")
	checked, err := w.Check(t.Context(), otherApp, "alice-2")
	if err != nil || checked.Login == nil {
		t.Fatalf("%+v, %v", checked, err)
	}
	if err := w.Unbind(t.Context(), otherApp, w.Visit(checked.Login.Token), false, ""); err != nil {
		t.Fatal(err)
	}
	if checked, err = w.Check(t.Context(), otherApp, "alice-3"); err != nil || checked.Login != nil {
		t.Fatalf("a launch fetched her back: %+v, %v", checked, err)
	}
	l, err := w.Register(t.Context(), otherApp, "alice-4")
	if err != nil || !l.Linked || l.Created || l.User.ID != u.ID {
		t.Errorf("%+v, %v", l, err)
	}
}

// Whoever registered in the customers' mini-program does not walk into the staff's.
func TestLinkFromAnotherMiniProgram(t *testing.T) {
	for name, c := range map[string]struct {
		accept []string
		want   bool
	}{"not accepted": {nil, false}, "accepted": {[]string{appID}, true}} {
		w := linkedWorld(t, launchPolicy)
		setPolicy(w, "wxtwo", login.Policy{LinkUnionID: true, AcceptFrom: c.accept})
		u := w.Checked("alice-1").Login.User
		checked, err := w.Check(t.Context(), otherApp, "alice-2")
		if err != nil || (checked.Login != nil) != c.want || c.want && checked.Login.User.ID != u.ID {
			t.Errorf("%s: %+v, %v", name, checked, err)
		}
	}
}

// All sessions of the user have ended since the unionid was noted: its hint of the epoch is out of date.
func TestLinkAfterALogoutOfAll(t *testing.T) {
	w := linkedWorld(t, login.Policy{})
	u := w.Bound("alice-1", "alice")
	if err := w.DB.LogoutUser(t.Context(), u.ID, login.NewID()); err != nil {
		t.Fatal(err)
	}
	checked, err := w.Check(t.Context(), otherApp, "alice-2")
	if err != nil || checked.Login == nil {
		t.Fatalf("%+v, %v", checked, err)
	}
	w.Visit(checked.Login.Token)
}

func TestTwoUsersWithOneUnionIDStayTwo(t *testing.T) {
	w := linkedWorld(t, login.Policy{})
	first := w.Bound("alice-1", "alice")
	w.AddUser("bob")
	second, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "alice-2", Username: "bob", Password: password})
	if err != nil || second.User.Username != "bob" {
		t.Fatal(err)
	}
	for _, code := range []string{"alice-3", "alice-4"} {
		if l := w.Checked(code).Login; l == nil || l.User.ID != first.ID {
			t.Errorf("%s: %+v", code, l)
		}
		if checked, err := w.Check(t.Context(), otherApp, code+"0"); err != nil || checked.Login.User.Username != "bob" {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestTwentyFirstLaunchesAtOnceInTwoMiniPrograms(t *testing.T) {
	w := linkedWorld(t, login.Policy{Register: launchPolicy.Register, AcceptFrom: []string{appID, "wxtwo"}})
	ids := make([]string, 20)
	var wg sync.WaitGroup
	for n := range ids {
		wg.Go(func() {
			caller := phone
			if n%2 == 1 {
				caller = otherApp
			}
			checked, err := w.Check(t.Context(), caller, fmt.Sprintf("alice-%d", n))
			if err != nil || checked.Login == nil {
				t.Errorf("%d: %+v, %v", n, checked, err)
				return
			}
			ids[n] = checked.Login.User.ID
		})
	}
	wg.Wait()
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) != 1 {
		t.Fatalf("%d users", len(ids))
	}
	if u, err := w.DB.UserByID(t.Context(), ids[0]); err != nil || len(u.Apps) != 2 {
		t.Errorf("%d bindings, %v", len(u.Apps), err)
	}
}

func TestRegistrationsAreBounded(t *testing.T) {
	w := phoneWorld(t, launchPolicy)
	for n := range 200 {
		if _, err := w.CheckCode(fmt.Sprintf("person%d-1", n)); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
	_, err := w.CheckCode("onemore-1")
	failure := login.AsError(err)
	if failure.Code != login.TooManyRegistrations || failure.RetryAfter <= 0 {
		t.Fatalf("got %v", err)
	}
	if _, err := w.CheckCode("person7-2"); err != nil {
		t.Errorf("one who is known: %v", err)
	}
	if _, err := w.Check(t.Context(), login.Caller{Address: "198.51.100.7"}, "onemore-2"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	w.Pass(failure.RetryAfter)
	if _, err := w.CheckCode("onemore-3"); err != nil {
		t.Errorf("in the next hour: %v", err)
	}
}

// A mini-program that does not link makes a user of somebody whom another one knows by the unionid.
func TestLaunchWithoutLinkOfSomebodyWhoIsKnownElsewhere(t *testing.T) {
	w := phoneWorld(t, launchPolicy)
	setPolicy(w, "wxtwo", login.Policy{LinkUnionID: true})
	w.AddUser("alice")
	known, err := w.Bind(t.Context(), otherApp, login.BindRequest{Code: "alice-1", Username: "alice", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	l := w.Checked("alice-2").Login
	if l == nil || !l.Created || l.User.ID == known.User.ID {
		t.Fatalf("got %+v", l)
	}
	w.Visit(l.Token)
}

// A user whom the operator has disabled does not become another one in the next mini-program.
// Whoever is disabled does not become another user where unionids are looked at, not even once their binding was removed.
func TestSomebodyWhoIsDisabledElsewhere(t *testing.T) {
	for name, enter := range map[string]func(w *world) (*login.Login, error){
		"asks": func(w *world) (*login.Login, error) { return w.Register(w.Context(), otherApp, "alice-2") },
		"taps": func(w *world) (*login.Login, error) { return tapped(w, otherApp, "alice-2", "phone-alice-2", "") },
		"launches": func(w *world) (*login.Login, error) {
			checked, err := w.Check(w.Context(), otherApp, "alice-2")
			return checked.Login, err
		},
	} {
		for _, removed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, removed %t", name, removed), func(t *testing.T) {
				w := linkedWorld(t, login.Policy{
					PhoneTrust: login.DefaultPhoneTrust, Register: []login.Registration{login.RegisterAsk, login.RegisterPhone, login.RegisterLaunch},
				})
				u := w.Bound("alice-1", "alice")
				if err := w.DB.DisableUser(t.Context(), u.ID, login.NewID()); err != nil {
					t.Fatal(err)
				}
				if removed {
					b, err := w.DB.BindingByOpenID(t.Context(), appID, "o-alice")
					if err := cmp.Or(err, w.DB.Unbind(t.Context(), b, false)); err != nil {
						t.Fatal(err)
					}
				}
				l, err := enter(w)
				if l != nil || !errors.Is(err, login.UserDisabled) && (err != nil || name != "launches") {
					t.Errorf("%+v, %v", l, err)
				}
			})
		}
	}
}

// A repeat that comes late does not bring back who has left meanwhile.
func TestRepeatOfARegistrationAfterTheDeletion(t *testing.T) {
	for name, again := range map[string]func(w *world, code string) (*login.Login, error){
		"asked for": (*world).register,
		"by phone":  func(w *world, code string) (*login.Login, error) { return tapped(w, phone, code, "phone-alice-1", "") },
	} {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, login.Policy{
				Register: []login.Registration{login.RegisterAsk, login.RegisterPhone}, PhoneTrust: login.DefaultPhoneTrust,
			})
			l, err := again(w, "alice-1")
			if err != nil {
				t.Fatal(err)
			}
			if repeat, err := again(w, "alice-1"); err != nil || repeat.Token != l.Token || !repeat.Created {
				t.Fatalf("before: %+v, %v", repeat, err)
			}
			if err := w.Delete(t.Context(), phone, w.Visit(l.Token), "alice-2"); err != nil {
				t.Fatal(err)
			}
			if _, err := again(w, "alice-1"); !errors.Is(err, login.BindingRemoved) {
				t.Errorf("got %v", err)
			}
			if all, err := w.DB.ListUsers(t.Context(), "", 10); err != nil || len(all) != 0 {
				t.Errorf("%d users, %v", len(all), err)
			}
		})
	}
}

// Who has registered and has no password could never come back, nor delete what is left of them.
func TestUnbindOfTheOnlyWayToLogIn(t *testing.T) {
	w := phoneWorld(t, launchPolicy)
	setPolicy(w, "wxtwo", login.Policy{LinkUnionID: true, AcceptFrom: []string{appID}})
	l := w.Checked("alice-1").Login
	if err := w.Unbind(t.Context(), phone, w.Visit(l.Token), true, "alice-2"); !errors.Is(err, login.LastBinding) {
		t.Errorf("the last binding: %v", err)
	}
	if checked, err := w.Check(t.Context(), otherApp, "alice-3"); err != nil || checked.Login == nil {
		t.Fatal(err)
	}
	if err := w.Unbind(t.Context(), phone, w.Visit(l.Token), true, "alice-4"); err != nil {
		t.Errorf("one of two: %v", err)
	}
}

// Two launches at once link once.
func TestLinkIsSaidOnce(t *testing.T) {
	w := linkedWorld(t, login.Policy{})
	w.Bound("alice-1", "alice")
	looked := make(chan struct{}, 2)
	both := make(chan struct{})
	w.DB.Do(func(op string) error {
		if op == "BindingByOpenID" {
			looked <- struct{}{}
			<-both
		}
		return nil
	})
	var wg sync.WaitGroup
	var mu sync.Mutex
	linked, events := 0, 0
	for n := range 2 {
		wg.Go(func() {
			var trail login.Trail
			checked, err := w.Check(login.WithTrail(t.Context(), &trail), otherApp, fmt.Sprintf("alice-2%d", n))
			if err != nil || checked.Login == nil {
				t.Errorf("%+v, %v", checked, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if checked.Login.Linked {
				linked++
			}
			if slices.Contains(trail.Events, login.EventLink) {
				events++
			}
		})
	}
	<-looked
	<-looked
	close(both)
	wg.Wait()
	if linked != 1 || events != 1 {
		t.Errorf("%d logins and %d events say so", linked, events)
	}
}

// Only who becomes a user counts as a registration.
func TestWhatDoesNotCountAsARegistration(t *testing.T) {
	policy := login.Policy{Register: []login.Registration{login.RegisterPhone, login.RegisterLaunch}, PhoneTrust: login.DefaultPhoneTrust}
	for name, do := range map[string]func(w *world, n int) error{
		"a tap of somebody who is bound": func(w *world, n int) error {
			_, err := tapped(w, phone, fmt.Sprintf("bob-%d", n+10), fmt.Sprintf("phone-bob-%d", n+10), "")
			return err
		},
		"a launch of somebody who has left": func(w *world, n int) error {
			_, err := w.CheckCode(fmt.Sprintf("left-%d", n+10))
			return err
		},
		"a phone code that WeChat refuses": func(w *world, n int) error {
			_, err := tapped(w, phone, fmt.Sprintf("carol-%d", n+10), "phone-dave-1", "")
			if errors.Is(err, login.PhoneCodeInvalid) {
				return nil
			}
			return errors.Join(errors.New("it is not refused"), err)
		},
		"a tap with a number that a user has": func(w *world, n int) error {
			u := w.userWithPhone(fmt.Sprintf("known%d", n), time.Hour, true)
			_, err := tapped(w, phone, fmt.Sprintf("known%d-1", n), fmt.Sprintf("phone-%s-1", u.Username), "")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // a refused phone code is waited for
				w := phoneWorld(t, policy)
				w.mustTap("bob-1", "phone-bob-1")
				left := w.mustTap("left-1", "phone-left-1")
				if err := login.Remove(t.Context(), w.DB, left.User); err != nil {
					t.Fatal(err)
				}
				for n := range 210 {
					if err := do(w, n); err != nil {
						t.Fatalf("%d: %v", n, err)
					}
				}
				if _, err := tapped(w, phone, "newcomer-1", "phone-newcomer-1", ""); err != nil {
					t.Errorf("a new person: %v", err)
				}
			})
		})
	}
}

// An address at its limit does not use up what the whole mini-program has.
func TestRefusedRegistrationsDoNotCount(t *testing.T) {
	w := phoneWorld(t, launchPolicy)
	for n := range 250 {
		_, err := w.CheckCode(fmt.Sprintf("person%d-1", n))
		if refused := errors.Is(err, login.TooManyRegistrations); refused != (n >= 200) || err != nil && !refused {
			t.Fatalf("%d: %v", n, err)
		}
	}
	hour := strconv.FormatInt(w.Clock().Truncate(time.Hour).Unix(), 10)
	all, err := w.DB.LoadRecord(t.Context(), "tally#"+w.Vault.Held.Hash("registrations", appID, hour))
	if err != nil || string(all.Value) != "200" {
		t.Errorf("the mini-program has counted %s, %v", all.Value, err)
	}
}

// Whose binding was removed is not let in elsewhere by the unionid that they brought: a thief whom the operator has removed, or
// one whom the owner has displaced.
func TestUnionIDOfARemovedBindingLeadsNowhere(t *testing.T) {
	for name, remove := range map[string]func(w *world, l *login.Login) error{
		"unbound": func(w *world, l *login.Login) error {
			return w.Unbind(w.Context(), phone, w.Visit(l.Token), true, "mallory-2")
		},
		"displaced": func(w *world, _ *login.Login) error { _, err := rebindAs(w, "alice-1"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, rebindPolicy)
			setPolicy(w, "wxtwo", login.Policy{LinkUnionID: true, PhoneTrust: login.DefaultPhoneTrust, Register: launchPolicy.Register})
			u := w.AddUser("alice")
			l, err := w.BindUser("mallory-1", "alice", password)
			if err != nil {
				t.Fatal(err)
			}
			if err := remove(w, l); err != nil {
				t.Fatal(err)
			}
			stale := w.Vault.Held.PhoneOf(logintest.PhoneOf("mallory"))
			if err := w.DB.SetPhone(t.Context(), u.ID, stale, ""); err != nil {
				t.Fatal(err)
			}
			if _, err := tapped(w, otherApp, "mallory-3", "phone-mallory-3", ""); !errors.Is(err, login.PasswordRequired) {
				t.Errorf("with an old number: %v", err)
			}
			checked, err := w.Check(t.Context(), otherApp, "mallory-4")
			if err != nil || checked.Login == nil || checked.Login.Linked || checked.Login.User.ID == u.ID {
				t.Errorf("%+v, %v", checked.Login, err)
			}
		})
	}
}

// Who was bound to somebody else's user once is known as the user who they became.
func TestUnionIDFollowsThePersonToTheirOwnUser(t *testing.T) {
	for name, become := range map[string]func(w *world) (*login.Login, error){
		"by asking": func(w *world) (*login.Login, error) { return w.Register(w.Context(), otherApp, "mallory-3") },
		"by phone":  func(w *world) (*login.Login, error) { return tapped(w, otherApp, "mallory-3", "phone-mallory-3", "") },
		"by password": func(w *world) (*login.Login, error) {
			w.AddUser("mallory")
			return w.Bind(w.Context(), otherApp, login.BindRequest{Code: "mallory-3", Username: "mallory", Password: password})
		},
		"by launching": func(w *world) (*login.Login, error) {
			checked, err := w.Check(w.Context(), otherApp, "mallory-3")
			return checked.Login, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, login.Policy{PhoneTrust: login.DefaultPhoneTrust})
			setPolicy(w, "wxtwo", login.Policy{
				LinkUnionID: true, PhoneTrust: login.DefaultPhoneTrust, Register: []login.Registration{login.RegisterAsk, login.RegisterPhone, login.RegisterLaunch},
			})
			w.Vault.Held.Apps["wxthree"] = login.App{ID: "wxthree", Secret: "secret", Policy: login.Policy{
				LinkUnionID: true, AcceptFrom: []string{"wxtwo"}, Register: []login.Registration{login.RegisterLaunch},
			}}
			u := w.AddUser("alice")
			l, err := w.BindUser("mallory-1", "alice", password)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Unbind(t.Context(), phone, w.Visit(l.Token), true, "mallory-2"); err != nil {
				t.Fatal(err)
			}
			own, err := become(w)
			if err != nil || own == nil || own.User.ID == u.ID {
				t.Fatalf("%+v, %v", own, err)
			}
			checked, err := w.Check(t.Context(), login.Caller{AppID: "wxthree"}, "mallory-4")
			if err != nil || checked.Login == nil || !checked.Login.Linked || checked.Login.User.ID != own.User.ID {
				t.Errorf("%+v, %v", checked.Login, err)
			}
		})
	}
}

// What leads from a unionid to its user names one of the bindings with it, which may go before the launch is linked.
func TestLinkWhileABindingWithTheUnionIDGoes(t *testing.T) {
	for name, c := range map[string]struct {
		goes   []string
		linked bool
	}{
		"one of two": {[]string{appID}, true}, "the other": {[]string{"wxthree"}, true}, "both": {[]string{appID, "wxthree"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := linkedWorld(t, login.Policy{})
			w.Vault.Held.Apps["wxthree"] = login.App{ID: "wxthree", Secret: "secret", Policy: login.Policy{LinkUnionID: true}}
			u := w.Bound("alice-1", "alice")
			if checked, err := w.Check(t.Context(), login.Caller{AppID: "wxthree"}, "alice-2"); err != nil || checked.Login == nil {
				t.Fatalf("%+v, %v", checked.Login, err)
			}
			var once sync.Once
			w.DB.Do(func(op string) error {
				if op != "Admit" {
					return nil
				}
				once.Do(func() {
					for _, app := range c.goes {
						b, err := w.DB.Memory.BindingByOpenID(t.Context(), app, "o-alice")
						if err == nil {
							err = w.DB.Memory.Unbind(t.Context(), b, false)
						}
						if err != nil {
							t.Error(err)
						}
					}
				})
				return nil
			})
			checked, err := w.Check(t.Context(), otherApp, "alice-3")
			if err != nil || (checked.Login != nil) != c.linked || c.linked && checked.Login.User.ID != u.ID {
				t.Errorf("%+v, %v", checked.Login, err)
			}
		})
	}
}

// By an accident a unionid may lead to a user who is gone. The person becomes a user like any other.
func TestUnionIDThatLeadsToNobody(t *testing.T) {
	w := linkedWorld(t, login.Policy{Register: launchPolicy.Register})
	c := w.Config
	c.Store = lostOwner{c.Store}
	w.Service = login.New(c)
	checked, err := w.Check(t.Context(), otherApp, "alice-1")
	if err != nil || checked.Login == nil || !checked.Login.Created {
		t.Errorf("%+v, %v", checked.Login, err)
	}
}

// lostOwner finds a user who is not there by each unionid.
type lostOwner struct{ login.Store }

func (lostOwner) OwnerOfUnion(context.Context, string) (login.Owner, error) {
	return login.Owner{UserID: "gone", Epoch: "epoch", KnownIn: appID}, nil
}

// Of any number of people at once, no more become users than may.
func TestRegistrationsAtOnceAreBounded(t *testing.T) {
	w := phoneWorld(t, openPolicy)
	for n := range 190 {
		w.mustTap(fmt.Sprintf("person%d-1", n), fmt.Sprintf("phone-person%d-1", n))
	}
	var made, refused atomic.Int32
	var wg sync.WaitGroup
	for n := range 30 {
		wg.Go(func() {
			_, err := tapped(w, phone, fmt.Sprintf("late%d-1", n), fmt.Sprintf("phone-late%d-1", n), "")
			switch {
			case err == nil:
				made.Add(1)
			case errors.Is(err, login.TooManyRegistrations):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 10 || refused.Load() != 20 {
		t.Errorf("%d users were made and %d refused", made.Load(), refused.Load())
	}
}

// All of those who register at once are counted, far from the limit too.
func TestEveryRegistrationIsCounted(t *testing.T) {
	w := phoneWorld(t, openPolicy)
	var wg sync.WaitGroup
	for n := range 150 {
		wg.Go(func() {
			if _, err := tapped(w, phone, fmt.Sprintf("person%d-1", n), fmt.Sprintf("phone-person%d-1", n), ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for n := range 50 {
		w.mustTap(fmt.Sprintf("late%d-1", n), fmt.Sprintf("phone-late%d-1", n))
	}
	if _, err := tapped(w, phone, "onemore-1", "phone-onemore-1", ""); !errors.Is(err, login.TooManyRegistrations) {
		t.Errorf("the 201st: %v", err)
	}
}

// Who is a user already does not register: neither counts nor waits for those who do.
func TestUsersDoNotRegister(t *testing.T) {
	w := phoneWorld(t, openPolicy)
	for n := range 220 {
		name := fmt.Sprintf("user%d", n)
		w.userWithPhone(name, time.Hour, false)
		w.mustTap(name+"-1", "phone-"+name+"-1")
		w.mustTap(name+"-2", "phone-"+name+"-2") // bound by now
	}
	w.userWithPhone("bob", time.Hour, false)
	for n := range 200 {
		w.mustTap(fmt.Sprintf("person%d-1", n), fmt.Sprintf("phone-person%d-1", n))
	}
	w.mustTap("bob-1", "phone-bob-1")
	if _, err := tapped(w, phone, "onemore-1", "phone-onemore-1", ""); !errors.Is(err, login.TooManyRegistrations) {
		t.Errorf("the 201st: %v", err)
	}
}
