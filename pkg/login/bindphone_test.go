package login_test

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// phoneWorld is a world whose mini-programs have a policy.
func phoneWorld(t *testing.T, p login.Policy) *world {
	w := newWorld(t)
	setPolicy(w, appID, p)
	return w
}

func setPolicy(w *world, app string, p login.Policy) {
	w.Vault.Held.IndexKey = "an index key that no rotation ever touches, never"
	a := w.Vault.Held.Apps[app]
	a.Policy = p
	w.Vault.Held.Apps[app] = a
}

// openPolicy lets people register by phone.
var openPolicy = login.Policy{Register: []login.Registration{login.RegisterPhone}, PhoneTrust: login.DefaultPhoneTrust}

// tapped is one tap on the button for the phone number.
func tapped(w *world, caller login.Caller, code, phoneCode string, password login.Hidden) (*login.Login, error) {
	caller.Request = login.Hidden(code + "\n" + phoneCode + "\n" + string(password))
	return w.BindPhone(w.Context(), caller, login.PhoneRequest{Code: code, PhoneCode: phoneCode, Password: password})
}

func (w *world) mustTap(code, phoneCode string) *login.Login {
	w.Helper()
	l, err := tapped(w, phone, code, phoneCode, "")
	if err != nil {
		w.Fatal(err)
	}
	w.Visit(l.Token)
	return l
}

func TestOneTapOfANewPersonMakesAUser(t *testing.T) {
	w := phoneWorld(t, openPolicy)
	first := w.mustTap("alice-1", "phone-alice-1")
	if !first.Created || first.User.Username != "" || first.User.RegisteredIn != appID || first.User.Phone.Number != logintest.PhoneOf("alice") {
		t.Errorf("created %v, user %+v", first.Created, first.User)
	}
	// From now on she is known, and a second tap pays nothing.
	again := w.mustTap("alice-2", "phone-alice-2")
	if again.Created || again.User.ID != first.User.ID || w.WeChatDouble.PhoneCalls != 1 {
		t.Errorf("created %v, user %s, %d phone codes exchanged", again.Created, again.User.ID, w.WeChatDouble.PhoneCalls)
	}
	if checked := w.Checked("alice-3"); checked.Login == nil || checked.Login.User.ID != first.User.ID {
		t.Error("checkBind does not know her")
	}
}

func TestPhoneOfAUser(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		policy   login.Policy
		verified time.Duration // ago; 0 is never
		password login.Hidden  // in the request
		without  bool          // the user has no password
		want     error
		newcomer bool
	}{
		"verified yesterday":                   {openPolicy, day, "", false, nil, false},
		"verified just long enough ago":        {openPolicy, 60 * day, "", false, nil, false},
		"verified too long ago":                {openPolicy, 60*day + time.Second, "", false, login.PasswordRequired, false},
		"with the password":                    {openPolicy, 61 * day, password, false, nil, false},
		"with a wrong password":                {openPolicy, 61 * day, "wrong", false, login.InvalidCredentials, false},
		"never verified":                       {openPolicy, 0, "", false, login.PasswordRequired, false},
		"never verified, with the password":    {openPolicy, 0, password, false, nil, false},
		"stale, no password, registration":     {openPolicy, 61 * day, "", true, nil, true},
		"stale, no password":                   {login.Policy{PhoneTrust: 60 * day}, 61 * day, "", true, login.PhoneStale, false},
		"no number is trusted":                 {login.Policy{Register: openPolicy.Register}, time.Second, "", false, login.PasswordRequired, false},
		"no number is trusted, but a password": {login.Policy{Register: openPolicy.Register}, time.Second, password, false, nil, false},
		"phones are off":                       {login.Policy{}, time.Second, "", false, login.PhoneOff, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, c.policy)
			u := w.userWithPhone("bob", c.verified, !c.without)
			l, err := tapped(w, phone, "bob-1", "phone-bob-1", c.password)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err != nil {
				return
			}
			w.Visit(l.Token)
			if (l.User.ID != u.ID) != c.newcomer || l.Created != c.newcomer {
				t.Errorf("logged in as %s, created %v", l.User.ID, l.Created)
			}
			now, err := w.DB.UserByID(t.Context(), l.User.ID)
			if err != nil || !now.Phone.VerifiedAt.Equal(w.Clock()) {
				t.Errorf("verified at %v, %v", now.Phone.VerifiedAt, err)
			}
			if former, err := w.DB.UserByID(t.Context(), u.ID); err != nil || c.newcomer != (former.Phone.Index == "") {
				t.Errorf("the former owner has %+v, %v", former.Phone, err)
			}
		})
	}
}

// Whoever has registered by phone is bound. That does not shut out the one who is given the number after them.
func TestNumberOfSomebodyWhoIsBound(t *testing.T) {
	day := 24 * time.Hour
	trusting := login.Policy{PhoneTrust: login.DefaultPhoneTrust, Rebind: true}
	for name, c := range map[string]struct {
		policy  login.Policy // since the number has a new owner
		after   time.Duration
		replace bool
		want    error
	}{
		"while it is trusted":                 {openPolicy, 59 * day, false, login.UserBound},
		"it moves":                            {openPolicy, 61 * day, false, nil},
		"it moves not if nobody may register": {trusting, 61 * day, false, login.PhoneStale},
		"it does not replace anybody":         {trusting, 61 * day, true, login.UserBound},
	} {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, openPolicy)
			former := w.mustTap("alice-1", "phone-13800138000-1").User
			setPolicy(w, appID, c.policy)
			w.Pass(c.after)
			l, err := w.BindPhone(w.Context(), phone, login.PhoneRequest{Code: "bob-1", PhoneCode: "phone-13800138000-2", Replace: c.replace})
			if !errors.Is(err, c.want) || err == nil && (!l.Created || l.User.ID == former.ID) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			checked := w.Checked("alice-2")
			if checked.Login == nil || checked.Login.User.ID != former.ID || (checked.Login.User.Phone.Index == "") != (err == nil) {
				t.Errorf("the one who had it before: %+v", checked.Login)
			}
		})
	}
}

// userWithPhone adds a user with the number of their name, verified some time ago; 0 is never.
func (w *world) userWithPhone(name string, ago time.Duration, withPassword bool) login.User {
	w.Helper()
	u := login.User{
		ID: "u-" + name, Username: name, Name: name, Epoch: login.NewID(), CreatedAt: w.Clock(), Apps: map[string]login.UserApp{},
		Phone: w.Vault.Held.PhoneOf(logintest.PhoneOf(name)),
	}
	if ago != 0 {
		u.Phone.VerifiedAt = w.Clock().Add(-ago)
	}
	var p login.Password
	if withPassword {
		p = login.NewPassword(login.Hidden("plain:" + password))
	}
	if err := w.DB.AddUser(w.Context(), u, p); err != nil {
		w.Fatal(err)
	}
	return u
}

func TestPhoneThatIsRefused(t *testing.T) {
	closed := login.Policy{PhoneTrust: login.DefaultPhoneTrust}
	for name, c := range map[string]struct {
		policy    login.Policy
		prepare   func(*world)
		code      string
		phoneCode string
		want      login.Code
		asked     int // phone codes exchanged
	}{
		"nobody has it":    {closed, nil, "carol-1", "phone-carol-1", login.PhoneUnknown, 1},
		"no phone code":    {openPolicy, nil, "carol-1", "", login.PhoneCodeMissing, 0},
		"undefined":        {openPolicy, nil, "carol-1", "undefined", login.PhoneCodeMissing, 0},
		"over-long":        {openPolicy, nil, "carol-1", string(make([]byte, 513)), login.PhoneCodeInvalid, 0},
		"a login code":     {openPolicy, nil, "carol-1", "carol-2", login.PhoneCodeInvalid, 1},
		"another person's": {openPolicy, nil, "carol-1", "phone-dave-1", login.PhoneCodeInvalid, 1},
		"no code":          {openPolicy, nil, "", "phone-carol-1", login.CodeMissing, 0},
		"the user is disabled": {openPolicy, func(w *world) {
			u := w.userWithPhone("carol", time.Hour, true)
			_ = w.DB.DisableUser(w.Context(), u.ID, login.NewID())
		}, "carol-1", "phone-carol-1", login.UserDisabled, 1},
		"the user has another WeChat": {openPolicy, func(w *world) {
			w.userWithPhone("carol", time.Hour, true)
			if _, err := w.BindUser("erin-1", "carol", password); err != nil {
				w.Fatal(err)
			}
		}, "carol-1", "phone-carol-1", login.UserBound, 1},
		"the user registered elsewhere": {openPolicy, func(w *world) {
			setPolicy(w, "wxtwo", openPolicy)
			if _, err := tapped(w, otherApp, "carol-7", "phone-carol-7", ""); err != nil {
				w.Fatal(err)
			}
			w.WeChatDouble.PhoneCalls = 0
		}, "carol-1", "phone-carol-1", login.RegisteredElsewhere, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, c.policy)
			if c.prepare != nil {
				c.prepare(w)
			}
			_, err := tapped(w, phone, c.code, c.phoneCode, "")
			if !errors.Is(err, c.want) || w.WeChatDouble.PhoneCalls != c.asked {
				t.Errorf("got %v after %d phone codes, want %v after %d", err, w.WeChatDouble.PhoneCalls, c.want, c.asked)
			}
		})
	}
}

// What is paid for is asked for again with another fresh code, and pays nothing.
func TestPaidPhoneCodeIsNotLost(t *testing.T) {
	w := phoneWorld(t, openPolicy)
	w.userWithPhone("bob", 0, true)
	if _, err := tapped(w, phone, "bob-1", "phone-bob-1", ""); !errors.Is(err, login.PasswordRequired) {
		t.Fatal(err)
	}
	w.Pass(9 * time.Minute)
	if _, err := tapped(w, phone, "mallory-1", "phone-bob-1", password); !errors.Is(err, login.PhoneCodeInvalid) {
		t.Errorf("another identity: %v", err)
	}
	if _, err := tapped(w, phone, "bob-2", "phone-bob-1", password); err != nil || w.WeChatDouble.PhoneCalls != 1 {
		t.Errorf("%v, %d phone codes exchanged", err, w.WeChatDouble.PhoneCalls)
	}
}

func TestPaidPhoneCodeIsKeptForTenMinutes(t *testing.T) {
	w := phoneWorld(t, openPolicy)
	w.userWithPhone("bob", 0, true)
	if _, err := tapped(w, phone, "bob-1", "phone-bob-1", ""); !errors.Is(err, login.PasswordRequired) {
		t.Fatal(err)
	}
	w.Pass(10 * time.Minute)
	if _, err := tapped(w, phone, "bob-2", "phone-bob-1", password); !errors.Is(err, login.PhoneCodeInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestFiftyFirstTapsAtOnceMakeOneUser(t *testing.T) {
	for name, c := range map[string]func(n int) (code, phoneCode string){
		"of one person":          func(n int) (string, string) { return fmt.Sprintf("alice-%d", n), fmt.Sprintf("phone-alice-%d", n) },
		"of one tap, sent again": func(n int) (string, string) { return fmt.Sprintf("alice-%d", n), "phone-alice-1" },
		"of one number, many hands": func(n int) (string, string) {
			return fmt.Sprintf("hand%d-1", n), fmt.Sprintf("phone-13800138000-%d", n)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, openPolicy)
			var wg sync.WaitGroup
			users := make([]string, 50)
			for n := range 50 {
				wg.Go(func() {
					code, phoneCode := c(n)
					l, err := tapped(w, login.Caller{Address: fmt.Sprintf("192.0.2.%d", n)}, code, phoneCode, "")
					switch {
					case err == nil:
						users[n] = l.User.ID
					case name == "of one number, many hands" && errors.Is(err, login.UserBound):
					default:
						t.Errorf("%d: %v", n, err)
					}
				})
			}
			wg.Wait()
			all, err := w.DB.ListUsers(t.Context(), "", 100)
			if err != nil || len(all) != 1 {
				t.Errorf("%d users, %v", len(all), err)
			}
			for n, id := range users {
				if id != "" && id != all[0].ID {
					t.Errorf("%d is logged in as %s", n, id)
				}
			}
		})
	}
}

// number is a user's number, as it stands in a phone code.
func number(name string) string {
	return strings.TrimPrefix(logintest.PhoneOf(name), "+86")
}

// What was proved is proved of one user with one epoch.
func TestProofThatIsOutOfDate(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(w *world, u login.User) error
		want      login.Code
	}{
		"the password is replaced": {func(w *world, u login.User) error {
			return w.DB.ReplacePassword(w.Context(), u.ID, u.PasswordID, login.NewPassword("plain:another"), login.NewID())
		}, login.InvalidCredentials},
		"the number becomes another's": {func(w *world, u login.User) error {
			erin := login.User{ID: "u-erin", Username: "erin", Epoch: login.NewID(), CreatedAt: w.Clock(), Apps: map[string]login.UserApp{}}
			p := u.Phone
			p.VerifiedAt = time.Time{}
			return cmp.Or(
				w.DB.AddUser(w.Context(), erin, login.NewPassword("plain:another")), w.DB.SetPhone(w.Context(), erin.ID, p, u.ID))
		}, login.InvalidCredentials},
		"the user is disabled": {func(w *world, u login.User) error {
			return w.DB.DisableUser(w.Context(), u.ID, login.NewID())
		}, login.UserDisabled},
	} {
		t.Run(name, func(t *testing.T) {
			w := phoneWorld(t, openPolicy)
			u := w.userWithPhone("bob", 0, true)
			u, err := w.DB.UserByID(t.Context(), u.ID)
			if err != nil {
				t.Fatal(err)
			}
			var once atomic.Bool
			w.DB.Do(func(op string) error {
				if op == "SwapRecord" && w.Plain.Checks > 0 { // the password is proved, and the attempt given back
					if once.CompareAndSwap(false, true) {
						if err := c.meanwhile(w, u); err != nil {
							t.Error(err)
						}
					}
				}
				return nil
			})
			if _, err := tapped(w, phone, "bob-1", "phone-bob-1", password); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// A number that was paid for is kept though the store stumbles.
func TestPaidPhoneCodeIsKeptAtTheSecondTry(t *testing.T) {
	w := phoneWorld(t, login.Policy{PhoneTrust: login.DefaultPhoneTrust})
	w.userWithPhone("bob", 0, true)
	var once atomic.Bool
	w.DB.Do(func(op string) (err error) {
		if op == "SwapRecord" && w.WeChatDouble.PhoneCalls > 0 {
			if once.CompareAndSwap(false, true) {
				err = login.Unavailable(errors.New("it stumbles"))
			}
		}
		return err
	})
	if _, err := tapped(w, phone, "bob-1", "phone-bob-1", ""); !errors.Is(err, login.PasswordRequired) {
		t.Fatal(err)
	}
	if _, err := tapped(w, phone, "bob-2", "phone-bob-1", password); err != nil || w.WeChatDouble.PhoneCalls != 1 {
		t.Errorf("%v, %d phone codes exchanged", err, w.WeChatDouble.PhoneCalls)
	}
}

// One number has one spelling, whoever has typed it.
func TestSpellingsOfANumber(t *testing.T) {
	for text, want := range map[string]string{
		"13800138000": "+8613800138000", "+86 138 0013 8000": "+8613800138000", "0086-13800138000": "+8613800138000",
		"+86 013800138000": "", "+86 (0)138 0013 8000": "", "+86 86 13800138000": "", "12125551234": "", "8613800138000": "",
		"+1 415 555 0100": "+14155550100", "0014155550100": "+14155550100", "+1 001 415 555 0100": "", "+1 1 415 555 0100": "",
		"+852 9123 4567": "+85291234567", "00852 91234567": "+85291234567", "91234567": "",
	} {
		got, err := login.ParsePhone(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v, want %q", text, got, err, want)
		}
	}
}
