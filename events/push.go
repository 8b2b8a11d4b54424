package events

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// These are about what WeChat pushes in the events. [AppID] is in secure mode, [StaffAppID] in plain mode, and [LaunchAppID] has no
// Token.
const (
	PushToken      = "onlyForOneMachine"
	EncodingAESKey = "onlyForOneMachine0123456789onlyForOneMachin"
)

var pushSettings = map[string]login.PushSettings{
	AppID:      {Token: PushToken, EncodingAESKey: EncodingAESKey},
	StaffAppID: {Token: PushToken},
}

// The timestamp and the nonce of every push.
const pushTime, pushNonce = "1773303360", "415670741"

// message is what WeChat says of alice, after everything that happens in an event.
func message(event, more string) string { return messageOf("alice", event, more) }

func messageOf(person, event, more string) string {
	return fmt.Sprintf(`{"ToUserName":"gh_0123456789ab","FromUserName":"oaKk346BaWE","CreateTime":4102444800,"MsgType":"event","Event":%q,"OpenID":%q,"AppID":%q%s}`,
		event, wechattest.OpenID(AppID, person), AppID, more)
}

// ClosedBy is the query and the body by which WeChat tells that a person has closed their account, in [AppID].
func ClosedBy(person string) (query, body string) {
	return sealed(person, messageOf(person, "user_authorization_cancellation", ""))
}

// PushURL is the query by which WeChat verifies the address of [AppID], and no body.
func PushURL() (query, body string) { return plainlySigned + "&echostr=4375120948345356249", "" }

// plainlySigned is the query of every request that is not encrypted.
var plainlySigned = "signature=" + wechattest.SignPush(PushToken, pushTime, pushNonce) + "&timestamp=" + pushTime + "&nonce=" + pushNonce

// sealed is a push in secure mode.
func sealed(person, message string) (query, body string) {
	encrypted, err := wechattest.EncryptPush(EncodingAESKey, AppID, []byte(message), [16]byte{})
	if err != nil {
		panic(err) // the settings are above
	}
	return plainlySigned + "&openid=" + wechattest.OpenID(AppID, person) + "&encrypt_type=aes&msg_signature=" +
			wechattest.SignPush(PushToken, pushTime, pushNonce, encrypted),
		`{"ToUserName":"gh_0123456789ab","Encrypt":"` + encrypted + `"}`
}

// pushed is a push in secure mode.
func pushed(message string) edits {
	sent, text := sealed("alice", message)
	return edits{query(sent), jsonBody(text)}
}

// pushedPlainly is a push in plain mode.
func pushedPlainly(message string) edits {
	return edits{plainQuery, pushApp(StaffAppID), jsonBody(strings.ReplaceAll(message, AppID, StaffAppID))}
}

var plainQuery = query(plainlySigned + "&openid=" + wechattest.OpenID(StaffAppID, "alice"))

// pushApp sets the appid in the path.
func pushApp(appID string) edit {
	return func(e event) {
		path := "/wechat/events/" + appID
		set("rawPath", path)(e)
		set("requestContext.http.path", path)(e)
		set("pathParameters.appId", appID)(e)
	}
}

// inXML is a body in XML, which API Gateway passes on as text.
func inXML(text string) edits { return edits{header("content-type", "text/xml"), body(text)} }

func taken() map[string]any { return map[string]any{"text": "success"} }

// push holds the cases of /wechat/events/{appId}.
var push = slices.Concat(
	on("push-good", []Case{
		{Name: "push-good", After: []string{"register-good"}, Status: 200, Holds: taken()},
		{Name: "push-good-repeated", After: []string{"register-good", "push-good"}, Status: 200, Holds: taken()},
		{Name: "push-good-nobody", Status: 200, Holds: taken()},
		{Name: "push-good-added-by-an-administrator", After: afterBind, Status: 200, Holds: taken()},
		{Name: "push-good-phone-revoked", After: []string{"bindphone-good"}, but: pushed(message("user_authorization_revoke", `,"RevokeInfo":"8"`)),
			Status: 200, Holds: taken()},
		{Name: "push-good-all-revoked", After: []string{"bindphone-good"}, but: pushed(message("user_authorization_revoke", `,"RevokeInfo":"6,8,13"`)),
			Status: 200, Holds: taken()},
		{Name: "push-good-name-modified", After: afterBind, but: pushed(message("user_info_modified", "")), Status: 200, Holds: taken()},
		{Name: "push-good-before-the-binding", After: afterBind,
			but: pushed(strings.Replace(message("user_authorization_cancellation", ""), "4102444800", "1", 1)), Status: 200, Holds: taken()},
		{Name: "push-good-punished", but: pushed(message("wxa_punish_event", `,"event_type":4`)), Status: 200, Holds: taken()},
		{Name: "push-good-of-no-interest", but: pushed(message("user_enter_tempsession", "")), Status: 200, Holds: taken()},
		{Name: "push-good-plain", but: pushedPlainly(message("user_authorization_cancellation", "")), Status: 200, Holds: taken()},
		{Name: "push-good-plain-xml", but: append(edits{plainQuery, pushApp(StaffAppID)},
			inXML("<xml><Event><![CDATA[user_info_modified]]></Event><CreateTime>4102444800</CreateTime></xml>")...), Status: 200, Holds: taken()},
		{Name: "push-plain-though-there-is-a-key", but: edits{plainQuery, jsonBody(message("user_authorization_cancellation", ""))}, Status: 403, Error: login.PushRejected},
		{Name: "push-encrypted-though-there-is-no-key", but: append(pushed(message("debug_demo", "")), pushApp(StaffAppID)), Status: 403, Error: login.PushRejected},
		{Name: "push-without-signature", but: edits{query("")}, Status: 403, Error: login.PushRejected},
		{Name: "push-without-body", but: edits{without("body")}, Status: 403, Error: login.PushRejected},
		{Name: "push-xml-bomb", but: inXML(`<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>`), Status: 403, Error: login.PushRejected},
		{Name: "push-of-an-app-without-token", but: edits{pushApp(LaunchAppID)}, Status: 403, Error: login.PushOff},
		{Name: "push-of-an-unknown-app", but: edits{pushApp("wx0000000000000000")}, Status: 400, Error: login.AppIDUnknown},
		{Name: "push-too-large", but: edits{body(`{"Encrypt":"` + strings.Repeat("A", 64<<10) + `"}`)}, Status: 413, Error: login.BodyTooLarge},
		{Name: "push-broken-base64", but: edits{body("***"), set("isBase64Encoded", true)}, Status: 400, Error: login.BodyMalformed},
		{Name: "push-in-base64", After: afterBind, but: edits{inBase64}, Status: 200, Holds: taken()},
	}),
	on("push-url-good", []Case{
		{Name: "push-url-good", Status: 200, Holds: map[string]any{"text": "4375120948345356249"}},
		{Name: "push-url-wrong-signature", but: edits{query("signature=0&timestamp=1&nonce=2&echostr=3")}, Status: 403, Error: login.PushRejected},
		{Name: "push-url-without-echostr", but: edits{query("signature=0&timestamp=1&nonce=2")}, Status: 400, Error: login.QueryMalformed},
		{Name: "push-url-of-an-app-without-token", but: edits{pushApp(LaunchAppID)}, Status: 403, Error: login.PushOff},
		{Name: "push-url-of-an-unknown-app", but: edits{pushApp("wx0000000000000000")}, Status: 400, Error: login.AppIDUnknown},
	}),
	slices.Concat(badQueries, notHTTP).of("push", "push-good"),
	badQueries.of("push-url", "push-url-good"),
)

func init() { declare(push) }
