package wechatdata_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechatdata"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// readPlain reads a body in plain mode, whose signature does not depend on it.
func readPlain(body string) (login.Push, error) {
	raw := login.RawPush{Timestamp: "1", Nonce: "1", Body: []byte(body)}
	raw.Signature = wechattest.SignPush("AAAAA", "1", "1")
	return wechatdata.Pushes{}.Read(appID, plainMode, raw)
}

// TestBombs has bodies that cost more than they weigh. Each is refused, and at once.
func TestBombs(t *testing.T) {
	for name, body := range map[string]string{
		"a billion laughs":  `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;">]><xml><Event>&lol1;</Event></xml>`,
		"an outer entity":   `<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><Event>&x;</Event></xml>`,
		"a document type":   `<!DOCTYPE xml><xml><Event>a</Event></xml>`,
		"one within":        `<xml><!DOCTYPE xml><Event>a</Event></xml>`,
		"an entity unknown": `<xml><Event>&nbsp;</Event></xml>`,
		"deep XML":          strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000),
		"deep JSON":         `{"a":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`,
		"deep JSON objects": strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000),
		"many elements":     `<xml>` + strings.Repeat("<a/>", 12_000) + `</xml>`,
		"many values":       `{"a":[` + strings.Repeat("1,", 12_000) + `1]}`,
		"a large body":      `{"a":"` + strings.Repeat("a", 64<<10) + `"}`,
		"1 MiB of XML":      `<xml><a>` + strings.Repeat("a", 1<<20) + `</a></xml>`,
		"another charset":   `<?xml version="1.0" encoding="GBK"?><xml><Event>a</Event></xml>`,
		"no end, XML":       `<xml><Event>debug_demo</Event>`,
		"no end, JSON":      `{"Event":"debug_demo"`,
		"two, XML":          `<xml><Event>a</Event></xml><xml><Event>b</Event></xml>`,
		"two, JSON":         `{"Event":"a"}{"Event":"b"}`,
		"crossed tags":      `<xml><a></xml></a>`,
		"a list":            `[{"Event":"a"}]`,
		"a word":            `success`,
		"nothing":           ``,
		"a number":          `12`,
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			push, err := readPlain(body)
			if !errors.Is(err, login.PushRejected) {
				t.Errorf("got %+v, %v", push, err)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// FuzzReadPlain checks that no body panics, and that what is read is bounded.
func FuzzReadPlain(f *testing.F) {
	for _, seed := range []string{
		`{"Event":"user_authorization_revoke","OpenID":"o1","CreateTime":1627359464,"RevokeInfo":"8,6"}`,
		`<xml><Event><![CDATA[wxa_punish_event]]></Event><event_type>4</event_type></xml>`,
		"\uFEFF{\"a\":[1,{\"b\":null}],\"Event\":\" x \"}", `<!DOCTYPE x><xml/>`, `{"Encrypt":"AAAA"}`, "<a><b>&#0;</b></a>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		push, err := readPlain(string(body))
		if err != nil {
			if !errors.Is(err, login.PushRejected) {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		if push.Proved || len(push.Revoked) > 20 || len(push.ID) != 32 || push.Event != login.Trim(push.Event) || push.At.Year() > 9999 {
			t.Errorf("got %+v", push)
		}
	})
}

// FuzzReadEncrypted checks that nothing that is encrypted panics, though it was signed rightly, and that what is sealed
// opens to itself.
func FuzzReadEncrypted(f *testing.F) {
	f.Add([]byte(`{"Event":"debug_demo"}`), vector)
	f.Add([]byte(`<xml/>`), "AAAA")
	f.Add([]byte(``), strings.Repeat("A", 64))
	f.Fuzz(func(t *testing.T, message []byte, encrypted string) {
		raw := login.RawPush{Timestamp: "1", Nonce: "1", MessageSignature: wechattest.SignPush("AAAAA", "1", "1", login.Trim(encrypted))}
		quoted, err := json.Marshal(encrypted)
		if err != nil {
			t.Fatal(err)
		}
		raw.Body = []byte(`{"Encrypt":` + string(quoted) + `}`)
		if push, err := (wechatdata.Pushes{}).Read(appID, secureMode, raw); err == nil && !push.Proved {
			t.Error("an encrypted push is not proved")
		}
		sealed, signature := seal(t, message, "1", "1")
		raw.MessageSignature, raw.Body = signature, []byte(`{"Encrypt":"`+sealed+`"}`)
		got, gotErr := wechatdata.Pushes{}.Read(appID, secureMode, raw)
		want, wantErr := readPlain(string(message))
		got.Proved = false
		if len(raw.Body) < 60<<10 && !strings.Contains(strings.ToLower(string(message)), "encrypt") &&
			((gotErr == nil) != (wantErr == nil) || got.ID != want.ID) {
			t.Errorf("%q: sealed %+v, %v; plain %+v, %v", message, got, gotErr, want, wantErr)
		}
	})
}
