package events

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// ivHere and signatureHere stand in an event for what belongs to its encrypted data.
const (
	ivHere        = "{{iv}}"
	signatureHere = "{{signature}}"
	// rawData is what signatureHere signs.
	rawData = `{"nickName":"Band","gender":1}`
)

// encryptedHere stands in an event for encrypted data of a kind, and may name the code whose session_key encrypts it.
var encryptedHere = regexp.MustCompile(`\{\{encrypted ([a-z-]+)(?: with ([a-z0-9-]+))?\}\}`)

// plainKinds are what is encrypted, by kind, for somebody with an openid at a time.
var plainKinds = map[string]func(openID string, now time.Time) string{
	"phone": func(_ string, now time.Time) string {
		return marked(`"purePhoneNumber":"13800138000","countryCode":"86"`, AppID, now)
	},
	"user": func(openID string, now time.Time) string {
		return marked(`"openId":"`+openID+`","nickName":"张三"`, AppID, now)
	},
	"of-another":     func(_ string, now time.Time) string { return marked(`"openId":"somebody-else"`, AppID, now) },
	"of-another-app": func(_ string, now time.Time) string { return marked(`"x":1`, StaffAppID, now) },
	"old":            func(_ string, now time.Time) string { return marked(`"x":1`, AppID, now.Add(-6*time.Minute)) },
	"text":           func(string, time.Time) string { return "no JSON" },
}

func marked(members, appID string, at time.Time) string {
	return fmt.Sprintf(`{%s,"watermark":{"timestamp":%d,"appid":"%s"}}`, members, at.Unix(), appID)
}

// codeIn matches the code in a body of JSON or a form.
var codeIn = regexp.MustCompile(`(?:"code":"|(?:^|[&?])code=)([^"&]+)`)

// codeOf is the code of wx.login in an event, "" for none.
func (e event) codeOf() string {
	for _, place := range []string{"body", "rawQueryString"} {
		text, _ := e[place].(string)
		if m := codeIn.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}

// encrypt fills in encrypted data, as WeChat encrypts it with the session_key of a code. It says whether a code was missing.
func (e event) encrypt(code string) (missing bool) {
	text, _ := e["body"].(string)
	m := encryptedHere.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	if code = cmp.Or(m[2], code); code == "" {
		return true
	}
	escape := func(s string) string { return s }
	if !strings.HasPrefix(text, "{") {
		escape = url.QueryEscape
	}
	person, _, _ := strings.Cut(code, "-")
	key := wechattest.SessionKey(AppID, code)
	data, iv := wechattest.Encrypt(key, []byte(plainKinds[m[1]](wechattest.OpenID(AppID, person), time.Now())))
	body(strings.NewReplacer(
		m[0], escape(data), ivHere, escape(iv), signatureHere, wechattest.SignRaw(key, rawData),
	).Replace(text))(e)
	return false
}
