package wechatdata_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechatdata"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// The settings and the app of the examples in WeChat's documentation.
const appID = "wxba5fad812f8e6fb9"

var (
	plainMode  = login.PushSettings{Token: "AAAAA"}
	secureMode = login.PushSettings{Token: "AAAAA", EncodingAESKey: login.Hidden(strings.Repeat("A", 43))}
)

// vector is the encrypted push in WeChat's documentation.
const vector = `+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=`

func vectorPush() login.RawPush {
	return login.RawPush{
		MessageSignature: "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", Timestamp: "1714112445", Nonce: "415670741",
		Body: []byte(`{"ToUserName":"gh_97417a04a28d","Encrypt":"` + vector + `"}`),
	}
}

func TestVerifyURL(t *testing.T) {
	good := login.RawPush{Signature: "f464b24fc39322e44b38aa78f5edd27bd1441696", Timestamp: "1714036504", Nonce: "1514711492"}
	for name, row := range map[string]struct {
		settings login.PushSettings
		change   func(*login.RawPush)
		want     error
	}{
		"WeChat's own example":       {plainMode, func(*login.RawPush) {}, nil},
		"also with a key":            {secureMode, func(*login.RawPush) {}, nil},
		"another Token":              {login.PushSettings{Token: "AAAAB"}, func(*login.RawPush) {}, login.PushRejected},
		"another nonce":              {plainMode, func(r *login.RawPush) { r.Nonce = "1514711493" }, login.PushRejected},
		"another timestamp":          {plainMode, func(r *login.RawPush) { r.Timestamp = "1714036505" }, login.PushRejected},
		"no signature":               {plainMode, func(r *login.RawPush) { r.Signature = "" }, login.PushRejected},
		"msg_signature in its place": {plainMode, func(r *login.RawPush) { r.Signature, r.MessageSignature = "", r.Signature }, login.PushRejected},
		"no Token, signed without one": {login.PushSettings{}, func(r *login.RawPush) {
			r.Signature = wechattest.SignPush("", r.Timestamp, r.Nonce)
		}, login.PushRejected},
		"a timestamp that is no number": {plainMode, func(r *login.RawPush) {
			r.Timestamp = "now"
			r.Signature = wechattest.SignPush("AAAAA", r.Timestamp, r.Nonce)
		}, login.PushRejected},
		"a nonce that could hide a block": {plainMode, func(r *login.RawPush) {
			r.Nonce = strings.Repeat("1", 33)
			r.Signature = wechattest.SignPush("AAAAA", r.Timestamp, r.Nonce)
		}, login.PushRejected},
	} {
		t.Run(name, func(t *testing.T) {
			raw := good
			row.change(&raw)
			if err := (wechatdata.Pushes{}).VerifyURL(row.settings, raw); !errors.Is(err, row.want) {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
}

func TestEncryptedPushOfTheDocumentation(t *testing.T) {
	push, err := wechatdata.Pushes{}.Read(appID, secureMode, vectorPush())
	if err != nil {
		t.Fatal(err)
	}
	if push.Event != "debug_demo" || !push.Proved || !push.At.Equal(time.Unix(1714112445, 0)) {
		t.Errorf("got %+v", push)
	}
}

func TestPlainPushOfTheDocumentation(t *testing.T) {
	raw := login.RawPush{
		Signature: "899cf89e464efb63f54ddac96b0a0a235f53aa78", Timestamp: "1714037059", Nonce: "486452656",
		Body: []byte(`{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714037059,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}`),
	}
	push, err := wechatdata.Pushes{}.Read(appID, plainMode, raw)
	if err != nil || push.Event != "debug_demo" || push.Proved {
		t.Errorf("got %+v, %v", push, err)
	}
}

// TestRefused has what is not WeChat's, or not for this app, or not as the operator has set it.
func TestRefused(t *testing.T) {
	read := func(settings login.PushSettings, change func(*login.RawPush)) error {
		raw := vectorPush()
		change(&raw)
		_, err := wechatdata.Pushes{}.Read(appID, settings, raw)
		return err
	}
	nothing := func(*login.RawPush) {}
	for name, err := range map[string]error{
		"another Token":      read(login.PushSettings{Token: "AAAAB", EncodingAESKey: secureMode.EncodingAESKey}, nothing),
		"another key":        read(login.PushSettings{Token: "AAAAA", EncodingAESKey: login.Hidden(strings.Repeat("B", 43))}, nothing),
		"a key that is none": read(login.PushSettings{Token: "AAAAA", EncodingAESKey: "short"}, nothing),
		"no Token":           read(login.PushSettings{EncodingAESKey: secureMode.EncodingAESKey}, nothing),
		"no key, encrypted":  read(plainMode, func(r *login.RawPush) { r.Signature = wechattest.SignPush("AAAAA", r.Timestamp, r.Nonce) }),
		"signature in the place of msg_signature": read(secureMode, func(r *login.RawPush) {
			r.MessageSignature, r.Signature = "", wechattest.SignPush("AAAAA", r.Timestamp, r.Nonce)
		}),
		"the signature of the query alone": read(secureMode, func(r *login.RawPush) {
			r.MessageSignature = wechattest.SignPush("AAAAA", r.Timestamp, r.Nonce)
		}),
		"plain text though there is a key": read(secureMode, func(r *login.RawPush) {
			r.Signature = wechattest.SignPush("AAAAA", r.Timestamp, r.Nonce)
			r.MessageSignature = r.Signature
			r.Body = []byte(`{"Event":"user_authorization_cancellation","OpenID":"o1"}`)
		}),
		"an empty Encrypt": read(secureMode, func(r *login.RawPush) {
			r.MessageSignature = wechattest.SignPush("AAAAA", r.Timestamp, r.Nonce, "")
			r.Body = []byte(`{"Encrypt":"","Event":"user_authorization_cancellation"}`)
		}),
		"another Encrypt": read(secureMode, func(r *login.RawPush) { r.Body = []byte(strings.Replace(string(r.Body), "+qdx", "+qdy", 1)) }),
		"a block too few": read(secureMode, func(r *login.RawPush) { encrypt(r, vector[64:]) }),
		"half a block":    read(secureMode, func(r *login.RawPush) { encrypt(r, vector[:len(vector)-8]+"AAAA") }),
		"no block":        read(secureMode, func(r *login.RawPush) { encrypt(r, "AAAA") }),
		"no base64":       read(secureMode, func(r *login.RawPush) { encrypt(r, "***") }),
		"no body":         read(secureMode, func(r *login.RawPush) { r.Body = nil }),
		"a form":          read(secureMode, func(r *login.RawPush) { r.Body = []byte("Encrypt=abc") }),
	} {
		if !errors.Is(err, login.PushRejected) {
			t.Errorf("%s: got %v", name, err)
		}
		if failure := login.AsError(err); failure.Cause == nil || strings.Contains(err.Error(), "AAAA") {
			t.Errorf("%s: the error does not say why, or quotes: %v", name, err)
		}
	}
	if _, err := (wechatdata.Pushes{}).Read("wx0000000000000001", secureMode, vectorPush()); !errors.Is(err, login.PushRejected) {
		t.Errorf("another app's: got %v", err)
	}
}

// encrypt replaces what is encrypted, and signs it rightly.
func encrypt(r *login.RawPush, encrypted string) {
	r.MessageSignature = wechattest.SignPush("AAAAA", r.Timestamp, r.Nonce, encrypted)
	r.Body = []byte(`{"Encrypt":"` + encrypted + `"}`)
}

// seal encrypts and signs a message in secureMode.
func seal(t *testing.T, message []byte, timestamp, nonce string) (encrypted, signature string) {
	t.Helper()
	encrypted, err := wechattest.EncryptPush(string(secureMode.EncodingAESKey), appID, message, [16]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	return encrypted, wechattest.SignPush(string(secureMode.Token), timestamp, nonce, encrypted)
}

// pushed reads a message in each mode. The pushes must be the same, but for their proof.
func pushed(t *testing.T, message string) login.Push {
	t.Helper()
	plain := login.RawPush{Timestamp: "1714112445", Nonce: "1", Body: []byte(message)}
	plain.Signature = wechattest.SignPush("AAAAA", plain.Timestamp, plain.Nonce)
	want, err := wechatdata.Pushes{}.Read(appID, plainMode, plain)
	if err != nil {
		t.Fatalf("plain: %v", err)
	}
	encrypted, signature := seal(t, []byte(message), "1714112445", "1")
	for mode, body := range map[string]string{
		"secure, JSON":     `{"ToUserName":"gh_1","Encrypt":"` + encrypted + `"}`,
		"secure, XML":      `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[` + encrypted + `]]></Encrypt></xml>`,
		"compatible, JSON": `{"Event":"forged","OpenID":"forged","Encrypt":"` + encrypted + `"}`,
		"compatible, XML":  `<xml><Event>forged</Event><OpenID>forged</OpenID><Encrypt>` + encrypted + `</Encrypt></xml>`,
	} {
		got, err := wechatdata.Pushes{}.Read(appID, secureMode, login.RawPush{
			Signature: plain.Signature, MessageSignature: signature, Timestamp: plain.Timestamp, Nonce: plain.Nonce, Body: []byte(body),
		})
		if err != nil {
			t.Fatalf("%s: %v", mode, err)
		}
		proved := got.Proved
		got.Proved = want.Proved
		if !proved || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %+v, want %+v", mode, got, want)
		}
	}
	return want
}

func TestMessages(t *testing.T) {
	at := time.Unix(1627359464, 0).UTC()
	phone := []login.DataKind{login.DataPhone}
	for name, row := range map[string]struct {
		message string
		want    login.Push
	}{
		"JSON": {
			`{"ToUserName":"gh_870882ca4b1","FromUserName":"oaKk346BaWE","CreateTime":1627359464,"MsgType":"event","Event":"user_authorization_revoke","OpenID":"oaKk1","AppID":"` + appID + `","RevokeInfo":"8"}`,
			login.Push{Event: "user_authorization_revoke", OpenID: "oaKk1", At: at, Revoked: phone},
		},
		"XML": {
			"<xml>\n<ToUserName><![CDATA[gh_870882ca4b1]]></ToUserName>\n<CreateTime>1627359464</CreateTime>\n<MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[user_authorization_revoke]]></Event>\n<OpenID><![CDATA[oaKk1]]></OpenID>\n<AppID><![CDATA[" + appID + "]]></AppID>\n<RevokeInfo><![CDATA[8]]></RevokeInfo>\n</xml>",
			login.Push{Event: "user_authorization_revoke", OpenID: "oaKk1", At: at, Revoked: phone},
		},
		"stray blanks as in WeChat's samples": {
			`{ "CreateTime " : " 1627359464 " , "Event": "user_authorization_cancellation ", "OpenID":" oaKk1", "AppID" : "` + appID + ` "}`,
			login.Push{Event: "user_authorization_cancellation", OpenID: "oaKk1", At: at},
		},
		"blanks and marks before it, and names in another case": {
			"\uFEFF \r\n<?xml version=\"1.0\" encoding=\"UTF-8\"?><XML><event>User_Info_Modified</event><openid> oaKk1 </openid><createtime>\n1627359464\n</createtime></XML>\n",
			login.Push{Event: "user_info_modified", OpenID: "oaKk1", At: at},
		},
		"a blank before an element's name, as in WeChat's samples": {
			"<xml>\n<Event><![CDATA[user_authorization_revoke]]></Event>\n<OpenID><![CDATA[oaKk1]]></OpenID>\n<RevokeInfo><![CDATA[8]]></RevokeInfo>\n< OpenPID><![CDATA[G7esq5NV]]></OpenPID>\n</xml>",
			login.Push{Event: "user_authorization_revoke", OpenID: "oaKk1", Revoked: phone},
		},
		"blanks after every bracket, and brackets that are text": {
			"< xml>< Event>debug_demo</ Event><!-- < -->\n<\tOpenID><![CDATA[ < a]]> < /OpenID></ xml>",
			login.Push{Event: "debug_demo", OpenID: "< a"},
		},
		"several kinds": {
			`{"Event":"user_authorization_revoke","RevokeInfo":"6, 19,8，20,6,,301","CreateTime":"1627359464"}`,
			login.Push{Event: "user_authorization_revoke", At: at, Revoked: []login.DataKind{login.DataName, login.DataAvatar, login.DataPhone, wechatdata.DataOther}},
		},
		"a kind as a number": {
			`{"Event":"user_authorization_revoke","RevokeInfo":13}`,
			login.Push{Event: "user_authorization_revoke", Revoked: []login.DataKind{wechatdata.DataLocation}},
		},
		"another app's person": {
			`{"Event":"user_authorization_revoke","OpenID":"oaKk1","AppID":"wx0000000000000001","CreateTime":1627359464}`,
			login.Push{Event: "user_authorization_revoke", At: at},
		},
		"a plug-in's": {
			`{"Event":"user_authorization_revoke","PluginID":"wx0000000000000001","OpenPID":"oaKk1","RevokeInfo":"1"}`,
			login.Push{Event: "user_authorization_revoke", Revoked: []login.DataKind{wechatdata.DataPlate}},
		},
		"a punishment": {
			`{"CreateTime":1627359464,"Event":"wxa_punish_event","punish_id":"1","illegal_content":["Event",{"OpenID":"x"}],"detail":"{\"a\":1}","event_type":4}`,
			login.Push{Event: "wxa_punish_event", At: at, Punishment: "4"},
		},
		"what is nested does not count": {
			`<xml><List><Event>user_authorization_cancellation</Event><OpenID>o</OpenID></List><Event>debug_demo</Event></xml>`,
			login.Push{Event: "debug_demo"},
		},
		"the first of two counts": {
			`{"Event":"debug_demo","event":"user_authorization_cancellation","OpenID":null,"a":[[1,"Event"]],"b":true}`,
			login.Push{Event: "debug_demo"},
		},
		"no event": {`{"MsgType":"text","Content":"user_authorization_cancellation"}`, login.Push{}},
		"nothing":  {`{}`, login.Push{}},
		"a time that is none": {
			`{"Event":"debug_demo","CreateTime":"yesterday"}`, login.Push{Event: "debug_demo"},
		},
		"a time after the last year": {
			`{"Event":"debug_demo","CreateTime":99999999999999}`, login.Push{Event: "debug_demo"},
		},
		"a time before the first": {
			`{"Event":"debug_demo","CreateTime":-1}`, login.Push{Event: "debug_demo"},
		},
		"XML's own entities": {
			`<xml><Event>debug_demo</Event><OpenID>a&amp;&#98;</OpenID></xml>`, login.Push{Event: "debug_demo", OpenID: "a&b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := pushed(t, row.message)
			row.want.ID = got.ID
			if fmt.Sprint(got) != fmt.Sprint(row.want) {
				t.Errorf("got  %+v\nwant %+v", got, row.want)
			}
		})
	}
}

// A notice of all kinds at once is as small as the stores assume.
func TestKindsAreFew(t *testing.T) {
	var numbers []string
	for n := range 400 {
		numbers = append(numbers, strconv.Itoa(n))
	}
	kinds := pushed(t, `{"Event":"user_authorization_revoke","RevokeInfo":"`+strings.Join(numbers, ",")+`"}`).Revoked
	letters := 0
	for _, kind := range kinds {
		letters += len(kind)
	}
	if len(kinds) > 16 || letters > 128 {
		t.Errorf("%d kinds with %d letters: %v; correct the size in pkg/dynamostore's tests", len(kinds), letters, kinds)
	}
}

// TestID: repeats have the same id, whatever form they have, and nothing else has it.
func TestID(t *testing.T) {
	const first = `{"Event":"user_authorization_revoke","OpenID":"o1","CreateTime":1627359464,"RevokeInfo":"8"}`
	id := pushed(t, first).ID
	if len(id) != 32 || strings.Contains(id, "o1") {
		t.Errorf("the id is %q", id)
	}
	if again := pushed(t, `<xml><RevokeInfo>8</RevokeInfo><OpenID>o1 </OpenID><CreateTime>1627359464</CreateTime><Event>user_authorization_revoke</Event></xml>`).ID; again != id {
		t.Errorf("a repeat has the id %s, not %s", again, id)
	}
	seen := []string{id}
	for _, other := range []string{
		strings.Replace(first, "o1", "o2", 1), strings.Replace(first, "464", "465", 1), strings.Replace(first, `"8"`, `"6"`, 1),
		strings.Replace(first, "_revoke", "_cancellation", 1),
	} {
		if got := pushed(t, other).ID; slices.Contains(seen, got) {
			t.Errorf("%s has the id of another", other)
		} else {
			seen = append(seen, got)
		}
	}
}
