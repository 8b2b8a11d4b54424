package wechattest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// tokenReply is WeChat's answer to stable_token.
type tokenReply struct {
	Errcode     int    `json:"errcode"`
	Errmsg      string `json:"errmsg"`
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
}

func stableToken(t *testing.T, s *wechattest.Server, method, body string) tokenReply {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), method, wechattest.StableTokenPath, strings.NewReader(body))
	r.RemoteAddr = "203.0.113.7:4711"
	s.ServeHTTP(w, r)
	var reply tokenReply
	if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return reply
}

const (
	unforced = `{"grant_type":"client_credential","appid":"` + app + `","secret":"` + secret + `","force_refresh":false}`
	forced   = `{"grant_type":"client_credential","appid":"` + app + `","secret":"` + secret + `","force_refresh":true}`
)

func TestStableTokenStays(t *testing.T) {
	now := time.Date(2026, 5, 6, 12, 0, 0, 0, time.UTC)
	s := wechattest.New(wechattest.Config{Apps: map[string]string{app: secret}, Now: func() time.Time { return now }})
	first := stableToken(t, s, http.MethodPost, unforced)
	if first.AccessToken == "" || first.ExpiresIn != 7200 {
		t.Errorf("got %+v", first)
	}
	now = now.Add(115*time.Minute - time.Second)
	if again := stableToken(t, s, http.MethodPost, unforced); again.AccessToken != first.AccessToken || again.ExpiresIn != 301 {
		t.Errorf("a second before its last 5 minutes: %+v", again)
	}
	now = now.Add(time.Second)
	next := stableToken(t, s, http.MethodPost, unforced)
	if next.AccessToken == first.AccessToken || next.ExpiresIn != 7200 {
		t.Errorf("in its last 5 minutes: %+v", next)
	}
	if third := stableToken(t, s, http.MethodPost, forced); third.AccessToken == next.AccessToken {
		t.Error("a forced refresh gives the old token")
	}
}

func TestStableTokenRefusals(t *testing.T) {
	swap := func(old, replacement string) string { return strings.Replace(unforced, old, replacement, 1) }
	for name, row := range map[string]struct {
		method, body string
		errcode      int
	}{
		"a GET":              {http.MethodGet, unforced, 43002},
		"no body":            {http.MethodPost, "", 44002},
		"no JSON":            {http.MethodPost, "appid=" + app, 47001},
		"another grant type": {http.MethodPost, swap("client_credential", "authorization_code"), 40002},
		"no appid":           {http.MethodPost, swap(app, ""), 41002},
		"another appid":      {http.MethodPost, swap(app, "wxother"), 40013},
		"no secret":          {http.MethodPost, swap(secret, ""), 41004},
		"another secret":     {http.MethodPost, swap(secret, "other"), 40125},
	} {
		t.Run(name, func(t *testing.T) {
			s := wechattest.New(wechattest.Config{Apps: map[string]string{app: secret}})
			if r := stableToken(t, s, row.method, row.body); r.Errcode != row.errcode || r.AccessToken != "" {
				t.Errorf("got %+v, want errcode %d", r, row.errcode)
			}
		})
	}
}

func TestIPList(t *testing.T) {
	s := wechattest.New(wechattest.Config{Apps: map[string]string{app: secret}})
	s.SetIPList(app, netip.MustParseAddr("198.51.100.1"))
	if r := stableToken(t, s, http.MethodPost, unforced); r.Errcode != 40164 ||
		!strings.HasPrefix(r.Errmsg, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist") {
		t.Errorf("not in the list: %+v", r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, wechattest.Path+"?"+query("alice-1").Encode(), nil))
	if !strings.Contains(w.Body.String(), "40164") {
		t.Errorf("code2Session: %s", w.Body)
	}
	s.SetIPList(app, netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("203.0.113.7"))
	if r := stableToken(t, s, http.MethodPost, unforced); r.AccessToken == "" {
		t.Errorf("in the list: %+v", r)
	}
	s.SetIPList(app)
	if r := stableToken(t, s, http.MethodPost, unforced); r.AccessToken == "" {
		t.Errorf("without a list: %+v", r)
	}
}

func TestDeny(t *testing.T) {
	s := wechattest.New(wechattest.Config{Apps: map[string]string{app: secret}})
	s.Deny(app, 40243)
	if r := stableToken(t, s, http.MethodPost, unforced); r.Errcode != 40243 {
		t.Errorf("got %+v", r)
	}
	s.Deny(app, 0)
	if r := stableToken(t, s, http.MethodPost, unforced); r.AccessToken == "" {
		t.Errorf("got %+v", r)
	}
}

func TestDateIsOfTheClock(t *testing.T) {
	now := time.Date(2026, 5, 6, 12, 0, 0, 0, time.FixedZone("UTC+8", 8*60*60))
	s := httptest.NewServer(wechattest.New(wechattest.Config{Now: func() time.Time { return now }}))
	defer s.Close()
	resp, err := http.Head(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if date, err := http.ParseTime(resp.Header.Get("Date")); err != nil || !date.Equal(now) {
		t.Errorf("Date is %v, %v", resp.Header.Get("Date"), err)
	}
}
