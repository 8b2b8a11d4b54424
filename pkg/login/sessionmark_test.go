package login_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// launch logs in with a code on a device, which shows a token.
func (w *world) launch(code, device string, shown login.Hidden) login.Hidden {
	w.Helper()
	w.Pass(time.Second)
	caller := phone
	caller.Device, caller.Token = device, shown
	checked, err := w.Check(w.Context(), caller, code)
	if err != nil || checked.Login == nil {
		w.Fatalf("got %+v, %v", checked, err)
	}
	return checked.Login.Token
}

// live fails the test unless all of these sessions live.
func (w *world) live(tokens map[string]login.Hidden) {
	w.Helper()
	for name, token := range tokens {
		if why := w.Dead(token); why != "" {
			w.Errorf("the session %s is %q", name, why)
		}
	}
}

func TestEleventhSessionEndsTheOldest(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	var tokens []login.Hidden
	for n := range 13 {
		tokens = append(tokens, w.launch(fmt.Sprintf("alice-%d", n+1), "iPhone", ""))
	}
	for i, token := range tokens {
		want := login.Code("")
		if i < len(tokens)-login.MaxSessions {
			want = login.SessionReplaced
		}
		if got := w.Dead(token); got != want {
			t.Errorf("session %d of %d: %q, want %q", i+1, len(tokens), got, want)
		}
	}
}

// Ten launches of a phone do not log a tablet out, nor does a third device.
func TestSurplusEndsAtTheDeviceThatHasMost(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	tablet := w.launch("alice-tablet", "iPad", "")
	var phones []login.Hidden
	for n := range 2 * login.MaxSessions {
		phones = append(phones, w.launch(fmt.Sprintf("alice-%d", n+1), "iPhone", ""))
	}
	computer := w.launch("alice-computer", "Windows", "")
	w.live(map[string]login.Hidden{"of the tablet": tablet, "of the computer": computer, "of the phone": phones[len(phones)-1]})
	if why := w.Dead(phones[len(phones)-login.MaxSessions+1]); why != login.SessionReplaced {
		t.Errorf("an old session of the phone is %q", why)
	}
}

// Between devices that have the same number the oldest session ends.
func TestSurplusOfManyDevicesEndsTheOldest(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	var tokens []login.Hidden
	for n := range login.MaxSessions + 1 {
		tokens = append(tokens, w.launch(fmt.Sprintf("alice-%d", n+1), fmt.Sprintf("device %d", n), ""))
	}
	for i, token := range tokens {
		if ended := w.Dead(token) == login.SessionReplaced; ended != (i == 0) {
			t.Errorf("session %d is %q", i+1, w.Dead(token))
		}
	}
}

func TestLaunchReplacesTheSessionWhoseTokenItShows(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	other := w.launch("alice-other", "iPhone", "")
	token := w.launch("alice-1", "iPhone", "")
	for n := range 2 * login.MaxSessions {
		shown := token
		token = w.launch(fmt.Sprintf("alice-%d", n+2), "iPhone", shown)
		if why := w.Dead(shown); why != login.SessionReplaced {
			t.Fatalf("the session that was shown is %q", why)
		}
	}
	w.live(map[string]login.Hidden{"that is newest": token, "of the other": other})
}

// Whose token it is not, and what is no token, replaces nothing.
func TestLaunchReplacesNobodyElsesSession(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	w.AddUser("bob")
	if _, err := w.BindUser("bob-0", "bob", password); err != nil {
		t.Fatal(err)
	}
	mine, theirs := w.launch("alice-1", "iPhone", ""), w.launch("bob-1", "iPhone", "")
	const secret = 43 // characters, at the end
	forged := theirs[:len(theirs)-secret] + mine[len(mine)-secret:]
	for n, shown := range []login.Hidden{theirs, "", "wxb_", mine[:len(mine)-1], forged, login.NewToken("u-alice").Text()} {
		w.launch(fmt.Sprintf("alice-%d", n+2), "iPhone", shown)
	}
	w.live(map[string]login.Hidden{"of alice": mine, "of bob": theirs})
}

// The limit is a binding's: a mini-program takes no places from another one.
func TestSessionsOfAnotherBindingTakeNoPlaces(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	first := w.launch("alice-1", "iPhone", "")
	other := login.Caller{AppID: "wxtwo", Address: phone.Address, Device: "iPhone"}
	if _, err := w.Bind(t.Context(), other, login.BindRequest{Code: "alice-2", Username: "alice", Password: password}); err != nil {
		t.Fatal(err)
	}
	for n := range 2 * login.MaxSessions {
		w.Pass(time.Second)
		w.must(w.Check(t.Context(), other, fmt.Sprintf("alice-%d", n+3)))
	}
	if why := w.Dead(first); why != "" {
		t.Errorf("it is %q", why)
	}
}

// What is stored stays small, however many logins there were.
func TestDeadSessionsAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	var tokens []login.Hidden
	for n := range 60 {
		tokens = append(tokens, w.launch(fmt.Sprintf("alice-%d", n+1), "iPhone", ""))
	}
	const kept = login.MaxSessions + login.MaxDeadSessions
	if got := len(w.sessions("u-alice")); got != kept {
		t.Errorf("%d sessions are kept, want %d", got, kept)
	}
	for i, token := range tokens {
		parsed, err := login.ParseToken(string(token))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = w.DB.SessionWithUser(t.Context(), parsed.UserID, parsed.Hash())
		if gone := errors.Is(err, login.ErrSessionNotFound); gone != (i < len(tokens)-kept) {
			t.Errorf("session %d of %d: %v", i+1, len(tokens), err)
		}
	}
}

// A session that has just ended is told why, however old it is.
func TestOldSessionThatEndsIsKeptForAWhile(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	tablet := w.launch("alice-tablet", "iPad", "")
	for n := range 2 * login.MaxSessions {
		w.launch(fmt.Sprintf("alice-%d", n+1), "iPhone", "")
	}
	w.launch("alice-40", "iPad", tablet)
	for n := range login.MaxDeadSessions - 1 {
		w.launch(fmt.Sprintf("alice-%d", n+50), "iPhone", "")
		if why := w.Dead(tablet); why != login.SessionReplaced {
			t.Fatalf("after %d more logins it is %q", n+1, why)
		}
	}
}

// A repeat opens no second session, so it takes no second place.
func TestRepeatTakesNoPlace(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	first := w.launch("alice-1", "iPhone", "")
	for n := range login.MaxSessions - 2 {
		w.launch(fmt.Sprintf("alice-%d", n+2), "iPhone", "")
	}
	for range 2 {
		w.must(w.CheckCode("alice-last"))
	}
	if why := w.Dead(first); why != "" {
		t.Errorf("the first session is %q", why)
	}
}

// The session of a repeat may have been replaced since: then it ends no other one.
func TestRepeatOfAReplacedSessionEndsNone(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	var tokens []login.Hidden
	for n := range login.MaxSessions - 2 {
		tokens = append(tokens, w.launch(fmt.Sprintf("alice-%d", n+1), "iPhone", ""))
	}
	replaced := w.launch("alice-repeated", "iPhone", "")
	tokens = append(tokens, w.launch("alice-20", "iPhone", replaced), w.launch("alice-21", "iPhone", ""))
	if _, err := w.CheckCode("alice-repeated"); !errors.Is(err, login.SessionReplaced) {
		t.Fatalf("the repeat got %v", err)
	}
	for i, token := range tokens {
		if why := w.Dead(token); why != "" {
			t.Errorf("session %d is %q", i+1, why)
		}
	}
}

// A login that enters twice, since all sessions have ended meanwhile, finds the marks that it has stored itself.
func TestLoginThatEntersTwiceKnowsItsOwnMarks(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	for n := range login.MaxSessions {
		w.launch(fmt.Sprintf("alice-%d", n+1), "iPhone", "")
	}
	if err := w.DB.LogoutUser(t.Context(), "u-alice", login.NewID()); err != nil {
		t.Fatal(err)
	}
	var all []login.Opening
	w.Store = everyOpening{w.DB, &all}
	w.launch("alice-30", "iPhone", "")
	if len(all) != 2 {
		t.Fatalf("it entered %d times", len(all))
	}
	if !slices.Equal(all[1].Binding.Sessions, all[0].Sessions) || !slices.Equal(all[1].Sessions, all[0].Sessions) {
		t.Errorf("it stored %v, then read %v and stored %v", all[0].Sessions, all[1].Binding.Sessions, all[1].Sessions)
	}
	if len(all[0].Ended) != 1 || len(all[1].Ended)+len(all[1].Forgotten) > 0 {
		t.Errorf("it ended %v, then %v", all[0].Ended, all[1].Ended)
	}
}

// everyOpening keeps the openings.
type everyOpening struct {
	login.Store
	all *[]login.Opening
}

func (s everyOpening) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	*s.all = append(*s.all, o)
	return s.Store.Enter(ctx, o)
}

// Sessions past their end take no places.
func TestSessionsPastTheirEndTakeNoPlaces(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	for n := range login.MaxSessions {
		w.launch(fmt.Sprintf("alice-%d", n+1), "iPhone", "")
	}
	w.Pass(login.AbsoluteLife)
	var opening login.Opening
	w.Store = watched{w.DB, &opening}
	w.launch("alice-30", "iPhone", "")
	if len(opening.Ended) != 0 || len(opening.Sessions) != 1 {
		t.Errorf("%d sessions end, %d marks stay", len(opening.Ended), len(opening.Sessions))
	}
}

// A login does a bounded part of what many logins at the same time have left, and names no session twice: a store may
// take no more at once. The logins after it do the rest.
func TestLoginTidiesABoundedNumberOfSessions(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	b := w.standing("o-alice")
	for n := range 6 * login.MaxSessions {
		w.Pass(time.Second)
		now := w.Clock()
		_, err := w.DB.CreateSession(t.Context(), login.Session{
			UserID: b.UserID, TokenHash: fmt.Sprint(n), AppID: b.AppID, BindingID: b.ID, Epoch: b.Epoch,
			CreatedAt: now, SeenAt: now, IdleEnd: now.Add(login.IdleLife), AbsoluteEnd: now.Add(login.AbsoluteLife),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var last login.Opening
	w.Store = watched{w.DB, &last}
	for n := range 12 {
		w.launch(fmt.Sprintf("alice-%d", n+1), "iPhone", "")
		all := slices.Sorted(slices.Values(slices.Concat(last.Ended, last.Forgotten)))
		if len(last.Ended) > 10 || len(last.Forgotten) > 10 || len(slices.Compact(slices.Clone(all))) != len(all) {
			t.Fatalf("login %d ends %v and forgets %v", n+1, last.Ended, last.Forgotten)
		}
	}
	if got := len(w.sessions(b.UserID)); got != login.MaxSessions+login.MaxDeadSessions {
		t.Errorf("%d sessions are stored at last", got)
	}
}

// A store that keeps marks is told that of the session which a bind opens, or it would take no place.
func TestBindMarksItsSession(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	var bound login.Binding
	w.Store = watchedBind{w.DB, &bound}
	opened, err := w.BindUser("alice-1", "alice", password)
	if err != nil {
		t.Fatal(err)
	}
	token, err := login.ParseToken(string(opened.Token))
	if err != nil {
		t.Fatal(err)
	}
	if len(bound.Sessions) != 1 || bound.Sessions[0].TokenHash != token.Hash() {
		t.Errorf("marks %+v", bound.Sessions)
	}
}

// watchedBind keeps the last binding.
type watchedBind struct {
	login.Store
	last *login.Binding
}

func (s watchedBind) Bind(ctx context.Context, b login.Binding, session login.Session) (login.Binding, error) {
	*s.last = b
	return s.Store.Bind(ctx, b, session)
}

// So is one that a bind with a new password opens under the binding that there is.
func TestBindWithANewPasswordMarksItsSession(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	w.makeTemporary()
	var touched login.Touch
	w.Store = watchedTouch{w.DB, &touched}
	opened, err := w.bindAnew("alice-1", temporary, newPassword)
	if err != nil {
		t.Fatal(err)
	}
	if token, err := login.ParseToken(string(opened.Token)); err != nil || touched.Opened.TokenHash != token.Hash() {
		t.Errorf("touched %+v, %v", touched.Opened, err)
	}
}

// watchedTouch keeps the last touch.
type watchedTouch struct {
	login.Store
	last *login.Touch
}

func (s watchedTouch) TouchBinding(ctx context.Context, touch login.Touch) (login.Binding, error) {
	*s.last = touch
	return s.Store.TouchBinding(ctx, touch)
}

// A record of the same code may be stored from long ago, if the store forgets late.
func TestCodeThatWeChatGivesAnewCanBeRepeatedByABoundLogin(t *testing.T) {
	w := newWorld(t)
	w.Bound("alice-0", "alice")
	w.launch("alice-1", "iPhone", "")
	w.Pass(time.Hour)
	w.WeChat = new(logintest.WeChat) // it has forgotten the code
	w.launch("alice-1", "iPhone", "")
	if checked, err := w.CheckCode("alice-1"); err != nil || checked.Login == nil {
		t.Errorf("the repeat got %+v, %v", checked, err)
	}
}

// watched keeps the last opening.
type watched struct {
	login.Store
	last *login.Opening
}

func (s watched) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	*s.last = o
	return s.Store.Enter(ctx, o)
}
