package wechattest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// phoneReply is WeChat's answer to getuserphonenumber.
type phoneReply struct {
	Errcode   int    `json:"errcode"`
	Errmsg    string `json:"errmsg"`
	PhoneInfo struct {
		PhoneNumber     string          `json:"phoneNumber"`
		PurePhoneNumber string          `json:"purePhoneNumber"`
		CountryCode     json.RawMessage `json:"countryCode"`
		Watermark       struct {
			Timestamp int64  `json:"timestamp"`
			AppID     string `json:"appid"`
		} `json:"watermark"`
	} `json:"phone_info"`
}

// phones is a stand-in with a token for each of its apps.
type phones struct {
	*wechattest.Server
	t     *testing.T
	clock *time.Time
	token string
}

func startPhones(t *testing.T) phones {
	now := time.Date(2026, 5, 6, 12, 0, 0, 0, time.UTC)
	s := wechattest.New(wechattest.Config{
		Apps: map[string]string{app: secret, "wxother": "other-secret"}, Now: func() time.Time { return now },
	})
	return phones{s, t, &now, stableToken(t, s, http.MethodPost, unforced).AccessToken}
}

// ask exchanges a phone code and returns the answer, which must look like WeChat's.
func (p phones) ask(token, code, openID string) phoneReply {
	p.t.Helper()
	body, err := json.Marshal(map[string]string{"code": code, "openid": openID})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.send(http.MethodPost, token, string(body))
}

func (p phones) send(method, token, body string) phoneReply {
	p.t.Helper()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequestWithContext(p.t.Context(), method, wechattest.PhonePath+"?access_token="+token, strings.NewReader(body)))
	var reply phoneReply
	if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/plain" {
		p.t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	return reply
}

func TestPhoneNumbers(t *testing.T) {
	p := startPhones(t)
	alice := strings.TrimPrefix(wechattest.PhoneNumber("alice"), "+86")
	for code, want := range map[string]struct{ phone, pure, country string }{
		"phone-alice-1":          {alice, alice, `"86"`},
		"phone-alice-2":          {alice, alice, `"86"`},
		"phone-13800138000-1":    {"13800138000", "13800138000", `"86"`},
		"phone-+8613800138000-1": {"13800138000", "13800138000", `"86"`},
		"phone-+14155550100-1":   {"14155550100", "4155550100", `1`},
		"phone-+35312345678-1":   {"35312345678", "12345678", `353`},
		"phone-+4930123456-1":    {"4930123456", "30123456", `49`},
	} {
		r := p.ask(p.token, code, wechattest.OpenID(app, "alice"))
		if i := r.PhoneInfo; r.Errcode != 0 || i.PhoneNumber != want.phone || i.PurePhoneNumber != want.pure || string(i.CountryCode) != want.country ||
			i.Watermark.AppID != app || i.Watermark.Timestamp != p.clock.Unix() {
			t.Errorf("%s gives %+v", code, r)
		}
		if again := p.ask(p.token, code, wechattest.OpenID(app, "alice")); again.Errcode != 40029 {
			t.Errorf("%s a second time gives %+v", code, again)
		}
	}
	// It is in the data of anybody who works offline with the stand-in.
	if number := wechattest.PhoneNumber("alice"); number != "+8613961614332" {
		t.Errorf("alice's number has become %s", number)
	}
}

func TestRefusedPhoneCodes(t *testing.T) {
	openID := wechattest.OpenID(app, "alice")
	for name, row := range map[string]struct {
		code, openID string
		errcode      int
	}{
		"without an openid":      {"phone-alice-1", "", 0},
		"of another person":      {"phone-bob-1", openID, 40003},
		"of another app's alice": {"phone-alice-1", wechattest.OpenID("wxother", "alice"), 40003},
		"of a number":            {"phone-13800138000-1", "whoever", 0},
		"of another app":         {"phone-other-alice-1", openID, 40013},
		"a login code":           {"alice-1", openID, 40029},
		"none":                   {"", openID, 40029},
		"no code":                {"phone-alice", openID, 40029},
		"no number":              {"phone-+1-1", openID, 40029},
		"40029 on demand":        {"phone-err40029-1", openID, 40029},
		"-1 on demand":           {"phone-err-1-1", openID, -1},
		"40001 on demand":        {"phone-err40001-x", openID, 40001},
		"any on demand":          {"phone-err48001-alice-1", openID, 48001},
		"busy":                   {"phone-busy-alice-1", openID, -1},
	} {
		t.Run(name, func(t *testing.T) {
			p := startPhones(t)
			if r := p.ask(p.token, row.code, row.openID); r.Errcode != row.errcode || row.errcode != 0 && !strings.Contains(r.Errmsg, "rid: ") {
				t.Errorf("got %+v, want errcode %d", r, row.errcode)
			}
			if row.errcode == 0 {
				return
			}
			if r := p.ask(p.token, "phone-alice-1", openID); r.Errcode != 0 {
				t.Errorf("it has used a good code: %+v", r)
			}
		})
	}
}

// A phone code is no code of wx.login.
func TestPhoneCodesLogNobodyIn(t *testing.T) {
	w := start(t, wechattest.Config{})
	for _, code := range []string{"phone-alice-1", "busy-phone-alice-1", "phone-1", "phone-other-alice-1", "+8613800138000-1", "phone-err40163-1"} {
		w.wantErrcode(code, 40029)
	}
}

func TestFaultsOfPhoneCodes(t *testing.T) {
	openID := wechattest.OpenID(app, "alice")
	for fault, seen := range map[string]func(*httptest.ResponseRecorder) bool{
		"empty": func(w *httptest.ResponseRecorder) bool { return w.Code == 200 && w.Body.Len() == 0 },
		"html": func(w *httptest.ResponseRecorder) bool {
			return w.Code == 200 && strings.HasPrefix(w.Body.String(), "<html>")
		},
		"http503": func(w *httptest.ResponseRecorder) bool { return w.Code == 503 },
		"huge":    func(w *httptest.ResponseRecorder) bool { return w.Body.Len() > 4<<20 && json.Valid(w.Body.Bytes()) },
	} {
		p := startPhones(t)
		w := httptest.NewRecorder()
		body := `{"code":"phone-` + fault + `-alice-1","openid":"` + openID + `"}`
		p.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, wechattest.PhonePath+"?access_token="+p.token, strings.NewReader(body)))
		if !seen(w) {
			t.Errorf("%s: got %d %.100s", fault, w.Code, w.Body)
		}
		if r := p.ask(p.token, "phone-alice-1", openID); r.Errcode != 0 {
			t.Errorf("%s has used the code: %+v", fault, r)
		}
	}
	p := startPhones(t)
	server := httptest.NewServer(p.Server)
	defer server.Close()
	send := func(code string) (string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+wechattest.PhonePath+"?access_token="+p.token,
			strings.NewReader(`{"code":"`+code+`","openid":"`+openID+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.Client().Do(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return string(text), err
	}
	for code, used := range map[string]bool{"phone-reset-alice-2": false, "phone-lost-alice-3": true} {
		if text, err := send(code); err == nil {
			t.Errorf("%s gives %s", code, text)
		}
		plain := "phone-alice-" + code[len(code)-1:]
		if r := p.ask(p.token, plain, openID); (r.Errcode == 40029) != used {
			t.Errorf("after %s, %s gives %+v", code, plain, r)
		}
	}
	if p.PhoneCalls() != 4 || p.CallsWith("phone-lost-alice-3") != 1 || p.TokenCalls() != 1 || p.Calls() != 0 {
		t.Errorf("counted %d calls, %d for tokens", p.PhoneCalls(), p.TokenCalls())
	}
}

func TestRequestsForPhoneNumbers(t *testing.T) {
	const good = `{"code":"phone-alice-1"}`
	for name, row := range map[string]struct {
		method, token, body string
		errcode             int
	}{
		"a GET":            {http.MethodGet, "TOKEN", good, 43002},
		"no body":          {http.MethodPost, "TOKEN", "", 44002},
		"a form":           {http.MethodPost, "TOKEN", "code=phone-alice-1", 47001},
		"no token":         {http.MethodPost, "", good, 41001},
		"an unknown token": {http.MethodPost, "another", good, 40001},
		"a good one":       {http.MethodPost, "TOKEN", good, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := startPhones(t)
			if r := p.send(row.method, strings.Replace(row.token, "TOKEN", p.token, 1), row.body); r.Errcode != row.errcode {
				t.Errorf("got %+v, want errcode %d", r, row.errcode)
			}
		})
	}
}

// The number that a token of the other app gets is the other app's.
func TestTheTokenDecidesTheApp(t *testing.T) {
	p := startPhones(t)
	there := stableToken(t, p.Server, http.MethodPost, strings.NewReplacer(app, "wxother", secret, "other-secret").Replace(unforced)).AccessToken
	r := p.ask(there, "phone-alice-1", wechattest.OpenID("wxother", "alice"))
	if r.Errcode != 0 || r.PhoneInfo.Watermark.AppID != "wxother" {
		t.Errorf("got %+v", r)
	}
	if r := p.ask(p.token, "phone-alice-1", wechattest.OpenID(app, "alice")); r.Errcode != 0 {
		t.Errorf("each app has codes of its own, and this one gives %+v", r)
	}
}

func TestHowLongTokensLive(t *testing.T) {
	works := func(p phones, token string) int {
		return p.ask(token, "phone-err61024-x", "").Errcode // 61024: WeChat has looked at the code
	}
	for name, row := range map[string]struct {
		do       func(p phones) (next string)
		old, new int
	}{
		"in the last 5 minutes both are good": {func(p phones) string {
			*p.clock = p.clock.Add(7200*time.Second - time.Second)
			return stableToken(t, p.Server, http.MethodPost, unforced).AccessToken
		}, 61024, 61024},
		"at its end": {func(p phones) string {
			*p.clock = p.clock.Add(7200 * time.Second)
			return stableToken(t, p.Server, http.MethodPost, unforced).AccessToken
		}, 42001, 61024},
		"after a forced refresh": {func(p phones) string {
			return stableToken(t, p.Server, http.MethodPost, forced).AccessToken
		}, 40001, 61024},
		"when it was killed": {func(p phones) string {
			p.KillTokens(app)
			return stableToken(t, p.Server, http.MethodPost, unforced).AccessToken
		}, 40001, 61024},
		"another stable_token": {func(p phones) string {
			return stableToken(t, p.Server, http.MethodPost, unforced).AccessToken
		}, 61024, 61024},
		"when the app is denied": {func(p phones) string {
			p.Deny(app, 50007)
			return p.token
		}, 50007, 50007},
	} {
		t.Run(name, func(t *testing.T) {
			p := startPhones(t)
			next := row.do(p)
			if old, fresh := works(p, p.token), works(p, next); old != row.old || fresh != row.new {
				t.Errorf("the old token gives %d, the new one %d; want %d and %d", old, fresh, row.old, row.new)
			}
		})
	}
}
