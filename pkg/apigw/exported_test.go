package apigw_test

import (
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// Each field of an export has the value that is stored under its name. Every value here differs.
func TestExportedFieldsAreWhatIsStored(t *testing.T) {
	w := newWorld(t)
	now := w.now().Truncate(time.Second)
	w.service.Now = func() time.Time { return now }
	ago := func(hours int) time.Time { return now.Add(-time.Duration(hours) * time.Hour) }
	in := func(hours int) int64 { return now.Add(time.Duration(hours) * time.Hour).Unix() }
	openID, unionID := wechattest.OpenID(appID, "carol"), wechattest.UnionID("carol")
	token := login.NewToken("u3")
	live := login.Session{
		UserID: "u3", TokenHash: token.Hash(), AppID: appID, BindingID: "b-3", Device: "iPad",
		CreatedAt: ago(4), SeenAt: ago(3), IdleEnd: now.Add(5 * time.Hour), AbsoluteEnd: now.Add(6 * time.Hour),
	}
	dead := login.Session{
		UserID: "u3", TokenHash: login.NewToken("u3").Hash(), AppID: secondAppID, BindingID: "b-4", Device: "Pixel",
		CreatedAt: ago(20), SeenAt: ago(19), IdleEnd: now.Add(7 * time.Hour), AbsoluteEnd: now.Add(8 * time.Hour),
	}
	createDead := func() error { _, err := w.store.CreateSession(t.Context(), dead); return err }
	for _, err := range []error{
		w.store.AddUser(t.Context(), login.User{
			ID: "u3", Username: "carol", Name: "Carol C.", Roles: []string{"clerk"},
			CreatedAt: ago(100), Apps: map[string]login.UserApp{}, RegisteredIn: secondAppID,
			Phone:     login.Phone{Number: "+8613800138000", Index: "i", VerifiedAt: ago(50), AppID: secondAppID},
			NameGiven: login.Given{AppID: appID, At: ago(60)}, Avatar: "https://img.example.com/a.png", AvatarGiven: login.Given{AppID: secondAppID, At: ago(70)},
		}, login.NewPassword(password)),
		w.bindAs(login.Binding{ID: "b-3", AppID: appID, OpenID: openID, UnionID: unionID, UserID: "u3", BoundAt: ago(40), LastLoginAt: ago(30)}, live),
		createDead(),
		w.store.EndSession(t.Context(), "u3", dead.TokenHash, login.SessionReplaced),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}

	v := &visitor{world: w, token: string(token.Text()), person: "carol", app: appID}
	a := v.ask(apigw.Export, get("code="+w.code("carol")))
	a.done(t, "导出成功")
	sessions := map[string]any{}
	list, _ := a.body["sessions"].([]any)
	for _, s := range list {
		s, _ := s.(map[string]any)
		id, _ := s["id"].(string)
		sessions[id] = s
	}
	for what, c := range map[string]struct{ got, want any }{
		"the user": {a.body["user"], map[string]any{
			"id": "u3", "username": "carol", "name": "Carol C.", "roles": []any{"clerk"}, "disabled": false, "createdAt": in(-100),
			"phone": "+8613800138000", "phoneVerifiedAt": in(-50), "registeredIn": secondAppID,
			"phoneGivenIn": secondAppID, "nameGivenIn": appID, "nameGivenAt": in(-60),
			"avatar": "https://img.example.com/a.png", "avatarGivenIn": secondAppID, "avatarGivenAt": in(-70),
		}},
		// The export's fresh code counts as a login through the binding.
		"the bindings": {a.body["bindings"], []any{map[string]any{
			"appId": appID, "openId": openID, "unionId": unionID, "boundAt": in(-40), "lastLoginAt": in(0),
		}}},
		"the live session": {sessions[live.ID()], map[string]any{
			"id": live.ID(), "device": "iPad", "appId": appID, "createdAt": in(-4), "seenAt": in(-3), "expiresAt": in(5), "absoluteEnd": in(6), "endedReason": "",
		}},
		"the dead session": {sessions[dead.ID()], map[string]any{
			"id": dead.ID(), "device": "Pixel", "appId": secondAppID, "createdAt": in(-20), "seenAt": in(-19), "expiresAt": in(7), "absoluteEnd": in(8),
			"endedReason": "session_replaced",
		}},
	} {
		if got, want := asJSON(t, c.got), asJSON(t, c.want); !sameJSON(t, got, want) {
			t.Errorf("%s: got %s, want %s", what, got, want)
		}
	}
}

// bindAs stores a binding and a session that was opened through it.
func (w *world) bindAs(b login.Binding, s login.Session) error {
	_, err := w.store.Bind(w.Context(), b, s)
	return err
}
