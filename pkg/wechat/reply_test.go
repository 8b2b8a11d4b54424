package wechat

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/wxbind/wxbind/pkg/login"
)

const key = "AAECAwQFBgcICQoLDA0ODw=="

func TestGoodReplies(t *testing.T) {
	for name, row := range map[string]struct{ body, openID, unionID string }{
		"without errcode":      {`{"openid":"o1","session_key":"` + key + `"}`, "o1", ""},
		"errcode 0":            {`{"openid":"o1","session_key":"` + key + `","errcode":0,"errmsg":"ok"}`, "o1", ""},
		"errcode null":         {`{"openid":"o1","session_key":"` + key + `","errcode":null}`, "o1", ""},
		"errcode in quotes":    {`{"openid":"o1","session_key":"` + key + `","errcode":"0"}`, "o1", ""},
		"unionid":              {`{"openid":"o1","session_key":"` + key + `","unionid":"u1"}`, "o1", "u1"},
		"unknown fields":       {`{"openid":"o1","session_key":"` + key + `","expires_in":7200,"more":{"x":[1]}}`, "o1", ""},
		"names in other cases": {`{"openid":"o1","openId":"o2","OPENID":"o3","session_key":"` + key + `","SESSION_KEY":"","unionId":"u2","ErrCode":40163}`, "o1", ""},
		"escapes, space":       {" {\"openid\":\"\\u006f1\",\n\"session_key\":\"" + key + `"} `, "o1", ""},
		"a byte order mark":    {"\uFEFF{\"openid\":\"o1\",\"session_key\":\"" + key + `"}`, "o1", ""},
		"blanks before it":     {"\r\n \uFEFF\n{\"openid\":\"o1\",\"session_key\":\"" + key + `"}`, "o1", ""},
		"a mark in an openid":  {`{"openid":"` + "\uFEFF" + `o1","session_key":"` + key + `"}`, "\uFEFFo1", ""},
		"the longest openid":   {`{"openid":"` + strings.Repeat("o", 512) + `","session_key":"` + key + `"}`, strings.Repeat("o", 512), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, failed := decode([]byte(row.body))
			if failed != nil {
				t.Fatal(failed)
			}
			if want := (login.WeChatSession{OpenID: row.openID, UnionID: row.unionID, SessionKey: key}); got != want {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestBadReplies(t *testing.T) {
	for name, row := range map[string]struct {
		body string
		want login.Code
	}{
		"empty":                      {"", login.WXUnavailable},
		"blank":                      {" \r\n", login.WXUnavailable},
		"a byte order mark alone":    {"\uFEFF", login.WXUnavailable},
		"marks and blanks alone":     {"\r\n\uFEFF\uFEFF \n", login.WXUnavailable},
		"a blank that JSON has not":  {"\u00A0", login.WXUnavailable},
		"a mark, and a refusal":      {"\uFEFF{\"errcode\":40163}", login.WXCodeUsed},
		"a mark behind":              {`{"openid":"o1","session_key":"` + key + `"}` + "\uFEFF", login.WXUnexpected},
		"UTF-16":                     {"\xFF\xFE{\x00}\x00", login.WXUnexpected},
		"HTML":                       {"<html></html>", login.WXUnexpected},
		"cut off":                    {`{"openid":"o1","session_ke`, login.WXUnexpected},
		"two values":                 {`{"openid":"o1","session_key":"` + key + `"}{}`, login.WXUnexpected},
		"null":                       {`null`, login.WXUnexpected},
		"a list":                     {`[]`, login.WXUnexpected},
		"nothing said":               {`{}`, login.WXUnexpected},
		"openid missing":             {`{"session_key":"` + key + `"}`, login.WXUnexpected},
		"openid in other cases":      {`{"openId":"o1","session_key":"` + key + `"}`, login.WXUnexpected},
		"openid twice":               {`{"openid":"o1","openid":"o1","session_key":"` + key + `"}`, login.WXUnexpected},
		"session_key in other cases": {`{"openid":"o1","SESSION_KEY":"` + key + `"}`, login.WXUnexpected},
		"openid a number":            {`{"openid":1,"session_key":"` + key + `"}`, login.WXUnexpected},
		"openid too long":            {`{"openid":"` + strings.Repeat("o", 513) + `","session_key":"` + key + `"}`, login.WXUnexpected},
		"openid with NUL":            {`{"openid":"o\u0000","session_key":"` + key + `"}`, login.WXUnexpected},
		"openid with a line break":   {`{"openid":"o\n","session_key":"` + key + `"}`, login.WXUnexpected},
		"openid not UTF-8":           {"{\"openid\":\"o\xff\",\"session_key\":\"" + key + `"}`, login.WXUnexpected},
		"openid half a surrogate":    {`{"openid":"o\ud800","session_key":"` + key + `"}`, login.WXUnexpected},
		"unionid too long":           {`{"openid":"o1","unionid":"` + strings.Repeat("u", 513) + `","session_key":"` + key + `"}`, login.WXUnexpected},
		"unionid with NUL":           {`{"openid":"o1","unionid":"\u0000","session_key":"` + key + `"}`, login.WXUnexpected},
		"session_key missing":        {`{"openid":"o1"}`, login.WXUnexpected},
		"session_key no base64":      {`{"openid":"o1","session_key":"AAECAwQFBgcICQoLDA0O*w=="}`, login.WXUnexpected},
		"session_key of 15 bytes":    {`{"openid":"o1","session_key":"AAECAwQFBgcICQoLDA0O"}`, login.WXUnexpected},
		"session_key of 17 bytes":    {`{"openid":"o1","session_key":"AAECAwQFBgcICQoLDA0ODxA="}`, login.WXUnexpected},
		"session_key without =":      {`{"openid":"o1","session_key":"AAECAwQFBgcICQoLDA0ODw"}`, login.WXUnexpected},
		"session_key in two lines":   {`{"openid":"o1","session_key":"AAECAwQFBgcI\nCQoLDA0ODw=="}`, login.WXUnexpected},
		"session_key not canonical":  {`{"openid":"o1","session_key":"AAECAwQFBgcICQoLDA0ODx=="}`, login.WXUnexpected},
		"errcode wins":               {`{"openid":"o1","session_key":"` + key + `","errcode":40163}`, login.WXCodeUsed},
		"errcode in quotes":          {`{"errcode":"40163","errmsg":"code been used"}`, login.WXCodeUsed},
		"errcode -1 in quotes":       {`{"errcode":"-1"}`, login.WXBusy},
		"errcode no number":          {`{"errcode":"many"}`, login.WXUnexpected},
		"errcode empty":              {`{"errcode":""}`, login.WXUnexpected},
		"errcode true":               {`{"errcode":true}`, login.WXUnexpected},
		"errcode beyond all":         {`{"errcode":99999999999999999999}`, login.WXUnexpected},
		"errcode text beside all":    {`{"openid":"o1","session_key":"` + key + `","errcode":"many"}`, login.WXUnexpected},
		"errcode empty beside all":   {`{"openid":"o1","session_key":"` + key + `","errcode":""}`, login.WXUnexpected},
		"errcode false beside all":   {`{"openid":"o1","session_key":"` + key + `","errcode":false}`, login.WXUnexpected},
		"errcode {} beside all":      {`{"openid":"o1","session_key":"` + key + `","errcode":{}}`, login.WXUnexpected},
		"errcode 0.5 beside all":     {`{"openid":"o1","session_key":"` + key + `","errcode":0.5}`, login.WXUnexpected},
		"errmsg a number":            {`{"errcode":40163,"errmsg":1}`, login.WXUnexpected},
	} {
		t.Run(name, func(t *testing.T) {
			got, failed := decode([]byte(row.body))
			if failed == nil || failed.code() != row.want {
				t.Errorf("got %v, want %s", failed, row.want)
			}
			if got != (login.WeChatSession{}) {
				t.Errorf("and a session: %+v", got)
			}
		})
	}
}

// An errmsg may echo what was sent, so only parts with a fixed form are kept.
func TestWhatIsKeptOfAnErrmsg(t *testing.T) {
	for _, row := range []struct {
		errcode              int
		errmsg, rid, address string
	}{
		{40029, "invalid code, rid: 61725984-6126f6f9-040f19c4", "61725984-6126f6f9-040f19c4", ""},
		{41002, "appid missing rid: 6312cfb8-0d23d03a-67a424e5 ", "6312cfb8-0d23d03a-67a424e5", ""},
		{40163, "code been used, hints: [ req_id: AijFoqaLRa-pTFm4 ]", "AijFoqaLRa-pTFm4", ""},
		{40163, "code been used, hints: [ req_id: LEFBDa0644s102 ]", "LEFBDa0644s102", ""},
		{40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist hint: [jotvMa01143580]", "jotvMa01143580", "203.0.113.7"},
		{40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 5fa26c60-1a0ebdd5-32fd1cd0", "5fa26c60-1a0ebdd5-32fd1cd0", "203.0.113.7"},
		{40164, "invalid ip ::ffff:203.0.113.7, not in whitelist", "", "203.0.113.7"},
		{40164, "invalid ip 2001:db8::1 ipv6 2001:db8::1, not in whitelist", "", "2001:db8::1"},
		{40164, "invalid ip dead.beef ipv6 x", "", ""},
		{40164, "invalid ip", "", ""},
		{40029, "invalid ip 203.0.113.7 ipv6 x", "", ""},
		{40029, "", "", ""},
		{40029, "invalid code", "", ""},
		{40029, "invalid code, rid: ", "", ""},
		{40029, "rid: 61725984-6126f6f9-040f19c4, invalid code", "", ""},
		{40125, "invalid appsecret, rid: 0123456789abcdef0123456789abcdef", "", ""},
		{40029, "invalid code, hints: [ req_id: 021ByuFs0fNXie1T5lJs0IwBFs0ByuF1 ]", "", ""},
		{40029, "invalid code, hints: [ req_id: a b c d e f ]", "", ""},
		{40029, "invalid code, rid: 61725984-6126f6f9-040f19c4\nmore", "", ""},
	} {
		got := refusal(reply{Errcode: errcode(row.errcode), Errmsg: row.errmsg})
		if got.RID != row.rid || got.Address != row.address || got.Errcode != row.errcode {
			t.Errorf("%d %q gives %+v", row.errcode, row.errmsg, *got)
		}
	}
}

func TestErrorText(t *testing.T) {
	e := &Error{Fault: Refused, Errcode: 40164, RID: "61725984-6126f6f9-040f19c4", Address: "203.0.113.7", Host: DefaultBase, Attempts: 1}
	want := "https://api.weixin.qq.com: refused, errcode 40164, rid 61725984-6126f6f9-040f19c4, address 203.0.113.7"
	if e.Error() != want {
		t.Errorf("got %s", e)
	}
	if got := fmt.Sprint(e.LogValue()); got != "[fault=refused host=https://api.weixin.qq.com attempts=1 errcode=40164 rid=61725984-6126f6f9-040f19c4 address=203.0.113.7]" {
		t.Errorf("logged as %s", got)
	}
}

// FuzzReply checks what decode promises for any body.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{
		"", "null", "<html>", "\uFEFF", "\r\n\uFEFF{\"openid\":\"o1\",\"session_key\":\"" + key + `"}`, `{"openid":"o1","session_key":"` + key + `","unionid":"u1"}`,
		`{"errcode":40029,"errmsg":"invalid code, rid: 61725984-6126f6f9-040f19c4"}`,
		`{"errcode":"-1","errmsg":"system error, hints: [ req_id: AijFoqaLRa-pTFm4 ]"}`,
		`{"errcode":40164,"errmsg":"invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		session, failed := decode(body)
		if failed != nil {
			if session != (login.WeChatSession{}) {
				t.Error("both a session and an error")
			}
			if text := failed.Error(); len(text) > 200 || strings.IndexFunc(text, unicode.IsControl) >= 0 {
				t.Errorf("the error is %q", text)
			}
			if code := failed.code(); code.Message("") == "" || errors.Is(code, login.Internal) {
				t.Errorf("means %s", code)
			}
			return
		}
		if raw, err := base64.StdEncoding.DecodeString(string(session.SessionKey)); err != nil || len(raw) != 16 {
			t.Error("session_key is not base64 of 16 bytes")
		}
		if session.OpenID == "" || len(session.OpenID) > 512 || len(session.UnionID) > 512 {
			t.Errorf("ids of %d and %d bytes", len(session.OpenID), len(session.UnionID))
		}
		if strings.IndexFunc(session.OpenID+session.UnionID, unicode.IsControl) >= 0 {
			t.Error("a control character in an id")
		}
	})
}
