package apigw_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// markedKey is the session_key of the tests about secrets.
var markedKey = base64.StdEncoding.EncodeToString([]byte("MARKsessionkey16"))

// encryptedMark is a request to decrypt a phone number that has a mark, which opens with markedKey, but is not the caller's.
func encryptedMark(code string) events.APIGatewayV2HTTPRequest {
	return decryptRequest(markedKey, `"openId":"MARK-other","purePhoneNumber":"MARK-13800138000"`, code)
}

// decryptRequest is a request to decrypt members of an object that a session_key encrypts at this moment.
func decryptRequest(key, members, code string) events.APIGatewayV2HTTPRequest {
	plain := fmt.Sprintf(`{%s,"watermark":{"timestamp":%d,"appid":%q}}`, members, time.Now().Unix(), appID)
	data, iv := wechattest.Encrypt(key, []byte(plain))
	body, err := json.Marshal(map[string]string{"encryptedData": data, "iv": iv, "code": code})
	if err != nil {
		panic(err)
	}
	return post("application/json", string(body))
}

// The answer has what was encrypted, as it was, and the log has nothing of it.
func TestDecryptPassesOnAndForgets(t *testing.T) {
	w := newWorld(t)
	session := w.invoke(t.Context(), apigw.Bind, post("application/json", `{"code":"alice-1","username":"demo","password":"`+password+`"}`))
	token, _ := session.body["token"].(string)
	send := func(key, members, code string) answer {
		return w.invoke(t.Context(), apigw.Decrypt, withHeaders(decryptRequest(key, members, code), map[string]string{"authorization": "Bearer " + token}))
	}
	key := wechattest.SessionKey(appID, "alice-1")
	a := send(key, `"purePhoneNumber":"MARK-13800138000","n":12345678901234567890,"html":"<&>","nested":{"a":[1,null,true]}`, "")
	data, _ := a.body["data"].(map[string]any)
	if a.body["code"] != 1.0 || data["purePhoneNumber"] != "MARK-13800138000" || data["html"] != "<&>" || data["watermark"] == nil ||
		!strings.Contains(a.text, `"n":12345678901234567890`) {
		t.Errorf("got %s", a.text)
	}
	noMark(t, "the log", w.log.String())
	if got := w.lastLine()["outcome"]; got != "decrypted" {
		t.Errorf("the outcome is %v", got)
	}

	// What does not open says neither in the answer nor in the log what is in it, but the log says why.
	a = send(key, `"purePhoneNumber":"MARK-13800138000","openId":"MARK-other"`, "")
	if a.status != 200 || a.body["error"] != "session_key_stale" || a.body["action"] != "relogin" || a.body["data"] != nil {
		t.Errorf("got %d %s", a.status, a.text)
	}
	noMark(t, "the answer", a.text)
	noMark(t, "the log", w.log.String())
	if !strings.Contains(w.log.String(), "the openId in the data is not that of the session") {
		t.Errorf("the log does not say why: %s", w.log.String())
	}
}

// A picture and a name are in every answer with userInfo from then on, until they are removed.
func TestProfileShows(t *testing.T) {
	w := newWorld(t)
	bind := w.invoke(t.Context(), apigw.Bind, post("application/json", `{"code":"alice-1","username":"demo","password":"`+password+`"}`))
	token, _ := bind.body["token"].(string)
	withToken := func(e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
		return withHeaders(e, map[string]string{"authorization": "Bearer " + token})
	}
	shown := func(a answer) (name, avatar any) {
		user, _ := a.body["userInfo"].(map[string]any)
		return user["name"], user["avatar"]
	}
	if name, avatar := shown(bind); name != "Demo" || avatar != nil {
		t.Errorf("at first: %v, %v", name, avatar)
	}
	for _, c := range []struct {
		body         string
		name, avatar any
	}{
		{`{"name":" 张三 ","avatar":"https://img.example.com/a.png"}`, "张三", "https://img.example.com/a.png"},
		{`{"name":"李四"}`, "李四", "https://img.example.com/a.png"},
		{`{"name":null,"avatar":""}`, "李四", nil},
	} {
		set := w.invoke(t.Context(), apigw.Profile, withToken(post("application/json", c.body)))
		info := w.invoke(t.Context(), apigw.UserInfo, withToken(get("")))
		check := w.invoke(t.Context(), apigw.CheckBind, get(fmt.Sprintf("code=alice-%d", w.codes+100)))
		w.codes++
		for where, a := range map[string]answer{"profile": set, "info": info, "checkBind": check} {
			if name, avatar := shown(a); name != c.name || avatar != c.avatar {
				t.Errorf("%s: %s shows %v, %v: %s", c.body, where, name, avatar, a.text)
			}
		}
	}
	export := w.invoke(t.Context(), apigw.Export, withToken(get("code=alice-200")))
	user, _ := export.body["user"].(map[string]any)
	if user["nameGivenIn"] != appID || user["nameGivenAt"] == 0.0 || user["name"] != "李四" {
		t.Errorf("the export has %s", export.text)
	}
}
