package login_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
	"github.com/wxbind/wxbind/pkg/wechatdata"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// pushSettings are a mini-program's in secure mode.
var pushSettings = login.PushSettings{Token: "token of pushes", EncodingAESKey: login.Hidden(strings.Repeat("k", 43))}

// pushWorld is a World to which WeChat pushes in both mini-programs. It keeps notices.
func pushWorld(t *testing.T, settings login.PushSettings) *world {
	w := phoneWorld(t, openPolicy)
	setPolicy(w, "wxtwo", openPolicy)
	setPush(w, settings)
	w.must(nil, w.DB.WantNotices(w.Context(), true))
	return w
}

// setPush sets the pushes of both mini-programs.
func setPush(w *world, settings login.PushSettings) {
	for id, app := range w.Vault.Held.Apps {
		app.Push = settings
		w.Vault.Held.Apps[id] = app
	}
}

// pushed is a push as WeChat sends it, of now.
func (w *world) pushed(app, message string) login.RawPush {
	return sealedPush(w, pushSettings, app, fmt.Sprintf(message, w.Clock().Unix()))
}

func sealedPush(w *world, settings login.PushSettings, app, message string) login.RawPush {
	w.Helper()
	raw := login.RawPush{Timestamp: "1714112445", Nonce: "415670741", Body: []byte(message)}
	if settings.EncodingAESKey == "" {
		raw.Signature = wechattest.SignPush(string(settings.Token), raw.Timestamp, raw.Nonce)
		return raw
	}
	encrypted, err := wechattest.EncryptPush(string(settings.EncodingAESKey), app, []byte(message), [16]byte{})
	if err != nil {
		w.Fatal(err)
	}
	raw.MessageSignature = wechattest.SignPush(string(settings.Token), raw.Timestamp, raw.Nonce, encrypted)
	raw.Body = []byte(`{"Encrypt":"` + encrypted + `"}`)
	return raw
}

// The messages of pushes about alice, whose time is still to be filled in.
const (
	closes   = `{"Event":"user_authorization_cancellation","OpenID":"o-alice","CreateTime":%d}`
	modifies = `{"Event":"user_info_modified","OpenID":"o-alice","CreateTime":%d}`
)

func revokes(kinds string) string {
	return `{"Event":"user_authorization_revoke","OpenID":"o-alice","CreateTime":%d,"RevokeInfo":"` + kinds + `"}`
}

// ends pushes, and fails the test unless it ends so.
func (w *world) ends(raw login.RawPush, want login.Outcome) {
	w.Helper()
	if got, err := w.Push(w.Context(), appID, raw); err != nil || got != want {
		w.Errorf("got %v, %v; want %v", got, err, want)
	}
}

// notices are the types of a user's notices.
func (w *world) notices(userID string) (types []login.NoticeType) {
	w.Helper()
	waiting, err := w.DB.NoticesOf(w.Context(), userID)
	if err != nil {
		w.Fatal(err)
	}
	for _, n := range waiting {
		types = append(types, n.Type)
	}
	return types
}

// exists says whether a user is stored.
func (w *world) exists(userID string) bool {
	w.Helper()
	_, err := w.DB.Memory.UserByID(w.Context(), userID)
	if err != nil && !errors.Is(err, login.ErrUserNotFound) {
		w.Fatal(err)
	}
	return err == nil
}

// twice binds alice in both mini-programs.
func (w *world) twice() (login.User, [2]login.Hidden) {
	w.Helper()
	u := w.Bound("alice-1", "alice")
	caller := otherApp
	caller.Request = "there"
	there, err := w.Bind(w.Context(), caller, login.BindRequest{Code: "alice-2", Username: "alice", Password: password})
	if err != nil {
		w.Fatal(err)
	}
	return u, [2]login.Hidden{w.Token("alice-3"), there.Token}
}

// TestRevoke: only what was given in this mini-program, and before, goes.
func TestRevoke(t *testing.T) {
	for name, c := range map[string]struct {
		message string
		// change is made to the user before the push.
		change func(u *login.User, at time.Time)
		left   string
		told   []login.DataKind
	}{
		"the phone number":      {message: revokes("8"), left: "name avatar", told: []login.DataKind{login.DataPhone}},
		"nickname and avatar":   {message: revokes("6"), left: "phone", told: []login.DataKind{login.DataName, login.DataAvatar}},
		"the nickname":          {message: revokes("19"), left: "phone avatar", told: []login.DataKind{login.DataName}},
		"the avatar":            {message: revokes("20"), left: "phone name", told: []login.DataKind{login.DataAvatar}},
		"all":                   {message: revokes("6,8"), told: []login.DataKind{login.DataName, login.DataAvatar, login.DataPhone}},
		"what is not held":      {message: revokes("13"), left: "phone name avatar", told: []login.DataKind{wechatdata.DataLocation}},
		"a kind that is new":    {message: revokes("99"), left: "phone name avatar", told: []login.DataKind{wechatdata.DataOther}},
		"WeChat removed a name": {message: modifies, left: "phone", told: []login.DataKind{login.DataName, login.DataAvatar}},
		"nothing":               {message: revokes(""), left: "phone name avatar"},
		"given in the other mini-program": {
			message: revokes("6,8"), left: "phone name avatar", told: []login.DataKind{login.DataName, login.DataAvatar, login.DataPhone},
			change: func(u *login.User, _ time.Time) {
				u.Phone.AppID, u.NameGiven.AppID, u.AvatarGiven.AppID = "wxtwo", "wxtwo", "wxtwo"
			},
		},
		"entered by an administrator": {
			message: revokes("6,8"), left: "phone name avatar", told: []login.DataKind{login.DataName, login.DataAvatar, login.DataPhone},
			change: func(u *login.User, _ time.Time) {
				u.Phone.AppID, u.NameGiven, u.AvatarGiven = "", login.Given{}, login.Given{}
			},
		},
		"given again afterwards": {
			message: revokes("6,8"), left: "phone name avatar", told: []login.DataKind{login.DataName, login.DataAvatar, login.DataPhone},
			change: func(u *login.User, at time.Time) {
				u.Phone.VerifiedAt, u.NameGiven.At, u.AvatarGiven.At = at.Add(time.Second), at.Add(time.Second), at.Add(time.Second)
			},
		},
		"given in the same second": {
			message: revokes("6,8"), told: []login.DataKind{login.DataName, login.DataAvatar, login.DataPhone},
			change: func(u *login.User, at time.Time) {
				u.Phone.VerifiedAt, u.NameGiven.At = at.Add(999*time.Millisecond), at.Add(999*time.Millisecond)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := pushWorld(t, pushSettings)
			at := w.Clock()
			u := login.User{
				ID: "u-alice", Username: "alice", Name: "Alice", Avatar: "https://example.com/alice.png", CreatedAt: at, Epoch: login.NewID(),
				NameGiven: login.Given{AppID: appID, At: at}, AvatarGiven: login.Given{AppID: appID, At: at},
				Phone: w.Vault.Held.PhoneOf(logintest.PhoneOf("alice")), Apps: map[string]login.UserApp{},
			}
			u.Phone.VerifiedAt, u.Phone.AppID = at, appID
			if c.change != nil {
				c.change(&u, at)
			}
			w.must(nil, w.DB.AddUser(w.Context(), u, login.NewPassword("plain:"+password)))
			w.must(w.BindUser("alice-1", "alice", password))
			token := w.Token("alice-2")
			before := w.notices(u.ID)

			raw, want := w.pushed(appID, c.message), login.OutcomePushDone
			if c.told == nil {
				want = login.OutcomePushNothing
			}
			w.ends(raw, want)
			w.Pass(6 * 24 * time.Hour)
			w.ends(raw, login.OutcomePushNothing) // a repeat

			left, err := w.DB.Memory.UserByID(w.Context(), u.ID)
			if err != nil {
				t.Fatal(err)
			}
			var has []string
			for kind, there := range map[string]bool{"phone": left.Phone != login.Phone{}, "name": left.Name != "", "avatar": left.Avatar != ""} {
				if there {
					has = append(has, kind)
				}
			}
			stays := strings.Fields(c.left)
			slices.Sort(has)
			slices.Sort(stays)
			if !slices.Equal(has, stays) {
				t.Errorf("left is %v, want %v", has, stays)
			}
			waiting, err := w.DB.NoticesOf(w.Context(), u.ID)
			if err != nil {
				t.Fatal(err)
			}
			waiting = waiting[len(before):]
			if c.told == nil {
				if len(waiting) > 0 {
					t.Errorf("told %+v", waiting)
				}
			} else if len(waiting) != 1 || waiting[0].Type != login.NoticeDataRevoked || !slices.Equal(waiting[0].Data, c.told) || waiting[0].AppID != appID {
				t.Errorf("told %+v, want one notice of %v", waiting, c.told)
			}
			w.Visit(token) // the sessions go on
		})
	}
}

// TestPhoneGivenAgainStays: a repeat that somebody has kept removes no number that was given later.
func TestPhoneGivenAgainStays(t *testing.T) {
	w := pushWorld(t, pushSettings)
	alice := w.mustTap("alice-1", "phone-alice-1").User
	if alice.Phone.AppID != appID {
		t.Fatalf("the number was given in %q", alice.Phone.AppID)
	}
	w.Pass(time.Minute)
	kept := w.pushed(appID, revokes("8"))
	w.ends(kept, login.OutcomePushDone)
	w.Pass(time.Minute)
	v := w.Visit(w.Token("alice-2"))
	if v.User.Phone.Number != "" {
		t.Fatal("the number is still there")
	}
	if _, err := w.SetPhone(w.Context(), phone, v, "alice-3", "phone-alice-2"); err != nil {
		t.Fatal(err)
	}
	w.Pass(30 * 24 * time.Hour) // the record is forgotten
	w.ends(kept, login.OutcomePushNothing)
	if left, err := w.DB.Memory.UserByID(w.Context(), alice.ID); err != nil || left.Phone.Number == "" {
		t.Errorf("the number that was given again is gone: %v", err)
	}
}

// TestPushThatDoesNothing has pushes that do nothing, each with its outcome.
func TestPushThatDoesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		message string
		want    login.Outcome
	}{
		"about nobody who is bound":   {strings.Replace(closes, "o-alice", "o-nobody", 1), login.OutcomePushNothing},
		"about nobody":                {`{"Event":"user_authorization_cancellation","CreateTime":%d}`, login.OutcomePushNothing},
		"about what is no openid":     {strings.Replace(closes, "o-alice", "o alice", 1), login.OutcomePushNothing},
		"about an endless openid":     {strings.Replace(closes, "o-alice", strings.Repeat("o", 3000), 1), login.OutcomePushNothing},
		"about another app's openid":  {strings.Replace(closes, `{`, `{"AppID":"wxtwo",`, 1), login.OutcomePushNothing},
		"without a time":              {strings.Replace(closes, "%d", `"at %d"`, 1), login.OutcomePushNothing},
		"an event that is not known":  {`{"Event":"user_enter_tempsession","OpenID":"o-alice","CreateTime":%d}`, login.OutcomePushOther},
		"a message that is no event":  {`{"MsgType":"text","Content":"user_authorization_cancellation","CreateTime":%d}`, login.OutcomePushOther},
		"a punishment":                {`{"Event":"wxa_punish_event","event_type":4,"CreateTime":%d}`, login.OutcomePushPunished},
		"a punishment that is new":    {`{"Event":"wxa_punish_event","event_type":"new","CreateTime":%d}`, login.OutcomePushPunished},
		"a punishment without a kind": {`{"Event":"wxa_punish_event","CreateTime":%d}`, login.OutcomePushPunished},
	} {
		t.Run(name, func(t *testing.T) {
			w := pushWorld(t, pushSettings)
			u := w.Bound("alice-1", "alice")
			token := w.Token("alice-2")
			trail := &login.Trail{}
			got, err := w.Push(login.WithTrail(t.Context(), trail), appID, w.pushed(appID, c.message))
			if err != nil || got != c.want {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
			if !slices.Contains(login.PushEvents(), trail.Pushed) || trail.AppID != appID {
				t.Errorf("the trail has %q of %q", trail.Pushed, trail.AppID)
			}
			if (c.want == login.OutcomePushPunished) != slices.Contains(login.Punishments(), trail.Punishment) {
				t.Errorf("the punishment is %q", trail.Punishment)
			}
			w.Visit(token)
			if !w.exists(u.ID) || len(trail.Events) > 0 {
				t.Errorf("it did something: %v", trail.Events)
			}
		})
	}
}

// TestPlainModeOnlyAudits: the signature does not cover the body, so nothing is removed.
func TestPlainModeOnlyAudits(t *testing.T) {
	plain := login.PushSettings{Token: pushSettings.Token, Closed: login.ClosedAll}
	for _, message := range []string{closes, modifies, revokes("8")} {
		w := pushWorld(t, plain)
		u := w.Bound("alice-1", "alice")
		token := w.Token("alice-2")
		events := logintest.Events(t, func(ctx context.Context) {
			raw := sealedPush(w, plain, appID, fmt.Sprintf(message, w.Clock().Unix()))
			if got, err := w.Push(ctx, appID, raw); err != nil || got != login.OutcomePushUnproved {
				t.Errorf("got %v, %v", got, err)
			}
		})
		if !slices.Equal(events, []login.Event{login.EventPushUnproved}) {
			t.Errorf("noted %v", events)
		}
		w.Visit(token)
		if !w.exists(u.ID) {
			t.Error("the user is gone")
		}
	}
}

// TestPushRefused: who is not WeChat is refused, and a mini-program without a Token has no pushes.
func TestPushRefused(t *testing.T) {
	w := pushWorld(t, pushSettings)
	u := w.Bound("alice-1", "alice")
	forged := w.pushed(appID, closes)
	forged.MessageSignature = strings.Repeat("0", 40)
	events := logintest.Events(t, func(ctx context.Context) {
		if _, err := w.Push(ctx, appID, forged); !errors.Is(err, login.PushRejected) {
			t.Errorf("forged: %v", err)
		}
	})
	if !slices.Equal(events, []login.Event{login.EventPushRejected}) {
		t.Errorf("noted %v", events)
	}
	for app, want := range map[string]login.Code{"": login.AppIDUnknown, "wx0000000000000000": login.AppIDUnknown, "wxtwo": login.PushRejected} {
		if _, err := w.Push(t.Context(), app, w.pushed(appID, closes)); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", app, err, want)
		}
	}
	setPush(w, login.PushSettings{})
	if _, err := w.Push(t.Context(), appID, w.pushed(appID, closes)); !errors.Is(err, login.PushOff) {
		t.Errorf("without a Token: %v", err)
	}
	if err := w.VerifyPushURL(t.Context(), appID, login.RawPush{}); !errors.Is(err, login.PushOff) {
		t.Errorf("without a Token: %v", err)
	}
	if !w.exists(u.ID) {
		t.Error("the user is gone")
	}
}

// TestSettingsThatWereJustSaved: WeChat verifies the address as soon as the console has it, when the secret that is cached may lack
// the Token. Whoever forges makes the secret be fetched only now and then.
func TestSettingsThatWereJustSaved(t *testing.T) {
	w := pushWorld(t, login.PushSettings{})
	w.Vault.Newer = pushWorld(t, pushSettings).Vault.Held
	raw := login.RawPush{Timestamp: "1", Nonce: "2", Signature: wechattest.SignPush(string(pushSettings.Token), "1", "2")}
	if err := w.VerifyPushURL(t.Context(), appID, raw); err != nil {
		t.Errorf("just saved: %v", err)
	}
	w.Vault.Refetches = 0
	for range 5 {
		if err := w.VerifyPushURL(t.Context(), appID, login.RawPush{Timestamp: "1", Nonce: "2"}); !errors.Is(err, login.PushRejected) {
			t.Errorf("forged: %v", err)
		}
	}
	if w.Vault.Refetches != 0 {
		t.Errorf("the secret was fetched %d times", w.Vault.Refetches)
	}
}
