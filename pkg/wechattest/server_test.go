package wechattest_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

const (
	app    = "wx0123456789abcdef"
	secret = "0123456789abcdef0123456789abcdef"
)

func TestSession(t *testing.T) {
	w := start(t, wechattest.Config{})
	first, second, other := w.exchange("alice-1"), w.exchange("alice-2"), w.exchange("bob-1")

	if first.OpenID != second.OpenID || first.UnionID != second.UnionID {
		t.Error("two codes of alice are two persons")
	}
	if first.OpenID == other.OpenID || first.UnionID == other.UnionID {
		t.Error("alice and bob are one person")
	}
	if first.SessionKey == second.SessionKey {
		t.Error("two codes have the same session_key")
	}
	if key, err := base64.StdEncoding.DecodeString(first.SessionKey); err != nil || len(key) != 16 {
		t.Errorf("session_key %q is not base64 of 16 bytes", first.SessionKey)
	}
	for _, id := range []string{first.OpenID, first.UnionID} {
		if !regexp.MustCompile(`^o[A-Za-z0-9_-]{27}$`).MatchString(id) {
			t.Errorf("%q does not look like WeChat's", id)
		}
	}
	if strings.Contains(first.body, "errcode") || first.status != http.StatusOK || first.contentType != "text/plain" {
		t.Errorf("a good answer is %+v", first)
	}
}

func TestIdentitiesStayTheSame(t *testing.T) {
	// They are in the data of anybody who works offline with the stand-in.
	if id := wechattest.OpenID(app, "alice"); id != "oS14NfSydoAfXYlukZv_xPPF39pO" {
		t.Errorf("alice has become %s", id)
	}
	if id := wechattest.UnionID("alice"); id != "oMmlINijD9XIDI_WTjc3N6m_kHNF" {
		t.Errorf("alice has become %s", id)
	}
}

func TestAppsHaveTheirOwnOpenIDsAndCodes(t *testing.T) {
	w := start(t, wechattest.Config{})
	here := w.exchange("alice-1")
	q := query("alice-1")
	q.Set("appid", "wxother")
	q.Set("secret", "other-secret")
	there, err := w.call(http.MethodGet, wechattest.Path, q)
	if err != nil {
		t.Fatal(err)
	}
	if there.OpenID != wechattest.OpenID("wxother", "alice") || there.OpenID == here.OpenID {
		t.Errorf("in the other app alice is %s, here %s", there.OpenID, here.OpenID)
	}
	if there.UnionID != here.UnionID {
		t.Error("alice's unionid is not the same in both apps")
	}
}

func TestNoUnionID(t *testing.T) {
	w := start(t, wechattest.Config{NoUnionID: true})
	if r := w.exchange("alice-1"); strings.Contains(r.body, "unionid") {
		t.Errorf("got %s", r.body)
	}
}

func TestCodeIsUsedOnce(t *testing.T) {
	w := start(t, wechattest.Config{})
	w.wantSession("alice-1", "alice")
	w.wantErrcode("alice-1", 40163)
	w.wantErrcode("alice-1", 40163)
	w.wantSession("alice-2", "alice")
}

func TestOneOfManyWins(t *testing.T) {
	w := start(t, wechattest.Config{})
	var sessions, used atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			r, err := w.call(http.MethodGet, wechattest.Path, query("alice-1"))
			switch {
			case err != nil:
				t.Error(err)
			case r.OpenID != "":
				sessions.Add(1)
			case r.Errcode == 40163:
				used.Add(1)
			}
		})
	}
	all.Wait()
	if sessions.Load() != 1 || used.Load() != 49 {
		t.Errorf("%d sessions and %d refusals, want 1 and 49", sessions.Load(), used.Load())
	}
	if w.Calls() != 50 || w.CallsWith("alice-1") != 50 || w.CallsWith("alice-2") != 0 {
		t.Errorf("counted %d and %d calls, want 50", w.Calls(), w.CallsWith("alice-1"))
	}
}

func TestChecksBeforeTheCode(t *testing.T) {
	w := start(t, wechattest.Config{})
	for _, row := range []struct {
		name, method string
		change       url.Values
		errcode      int
	}{
		{"POST", http.MethodPost, nil, 41002},
		{"nothing given", http.MethodGet, url.Values{"appid": nil, "secret": nil, "js_code": nil, "grant_type": nil}, 41002},
		{"wrong appid before missing secret", http.MethodGet, url.Values{"appid": {"wxnone"}, "secret": nil}, 40013},
		{"missing secret before missing code", http.MethodGet, url.Values{"secret": nil, "js_code": nil}, 41004},
		{"wrong secret before missing code", http.MethodGet, url.Values{"secret": {"x"}, "js_code": nil}, 40125},
		{"another app's secret", http.MethodGet, url.Values{"secret": {"other-secret"}}, 40125},
		{"missing code before grant_type", http.MethodGet, url.Values{"js_code": nil, "grant_type": nil}, 41008},
		{"wrong grant_type before a bad code", http.MethodGet, url.Values{"js_code": {"?"}, "grant_type": {"x"}}, 40002},
		{"wrong secret before a fault", http.MethodGet, url.Values{"secret": {"x"}, "js_code": {"reset-alice-1"}}, 40125},
	} {
		t.Run(row.name, func(t *testing.T) {
			q := query("alice-1")
			for k, v := range row.change {
				q[k] = v
			}
			r, err := w.call(row.method, wechattest.Path, q)
			if err != nil {
				t.Fatal(err)
			}
			if r.Errcode != row.errcode || r.status != http.StatusOK {
				t.Errorf("got %d %s, want errcode %d", r.status, r.body, row.errcode)
			}
		})
	}
	w.wantSession("alice-1", "alice") // none of these used it up
}

func TestRefusalLooksLikeWeChats(t *testing.T) {
	w := start(t, wechattest.Config{Now: func() time.Time { return time.Unix(0x61725984, 0) }})
	r := w.exchange("nonsense")
	if r.status != http.StatusOK || r.contentType != "text/plain" || r.Errcode != 40029 {
		t.Errorf("got %+v", r)
	}
	if !regexp.MustCompile(`^invalid code, rid: 61725984-[0-9a-f]{8}-[0-9a-f]{8}$`).MatchString(r.Errmsg) {
		t.Errorf("errmsg is %q", r.Errmsg)
	}
	if r = w.exchange("err40164-x"); !strings.HasPrefix(r.Errmsg, "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist, rid: ") {
		t.Errorf("errmsg is %q", r.Errmsg)
	}
}

func TestEveryErrcodeOnDemand(t *testing.T) {
	w := start(t, wechattest.Config{})
	for code, errcode := range map[string]int{
		"err-1-x": -1, "err40029-x": 40029, "err40163-x": 40163, "err45011-x": 45011, "err40226-x": 40226,
		"err50002-x": 50002, "err40013-x": 40013, "err41002-x": 41002, "err40125-x": 40125, "err41004-x": 41004,
		"err40243-x": 40243, "err41008-x": 41008, "err40164-x": 40164, "err45009-x": 45009, "err99999-x": 99999,
		"err40029-alice-1": 40029,
	} {
		w.wantErrcode(code, errcode)
		w.wantErrcode(code, errcode) // every time
	}
	w.wantSession("alice-1", "alice")
}

func TestCodesThatWeChatDidNotIssue(t *testing.T) {
	w := start(t, wechattest.Config{})
	for _, code := range []string{
		"alice", "alice-", "-1", "alice-x", "alice-1 ", "ali ce-1", "爱丽丝-1", "alice-1\n", "alice--", "err40029", "err0-x",
		"alice-1234567890123456789", strings.Repeat("a", 300) + "-1",
	} {
		w.wantErrcode(code, 40029)
		if want := min(1, 256/len(code)); w.CallsWith(code) != want {
			t.Errorf("%.20q is counted %d times, want %d", code, w.CallsWith(code), want)
		}
	}
}

func TestNamesThatLookLikeFaults(t *testing.T) {
	w := start(t, wechattest.Config{})
	for code, person := range map[string]string{
		"reset-1": "reset", "slow2s-1": "slow2s", "slow-alice-1": "slow-alice", "slowly-alice-1": "slowly-alice",
		"http200-alice-1": "http200-alice", "http600-alice-1": "http600-alice", "empty2-alice-1": "empty2-alice",
		"errol-1": "errol", "mary-ann-1": "mary-ann",
	} {
		w.wantSession(code, person)
	}
}

func TestNewSecretReplacesTheOld(t *testing.T) {
	w := start(t, wechattest.Config{})
	w.SetSecret(app, "another")
	w.wantErrcode("alice-1", 40125)
	q := query("alice-1")
	q.Set("secret", "another")
	if r, err := w.call(http.MethodGet, wechattest.Path, q); err != nil || r.OpenID == "" {
		t.Errorf("got %s, %v", r.body, err)
	}
}

func TestOtherPaths(t *testing.T) {
	w := start(t, wechattest.Config{})
	if r, err := w.call(http.MethodHead, "/", nil); err != nil || r.status != http.StatusOK {
		t.Errorf("HEAD / gives %d, %v", r.status, err)
	}
	for _, path := range []string{"/", "/sns", "/cgi-bin/token"} {
		if r, err := w.call(http.MethodGet, path, nil); err != nil || r.status != http.StatusNotFound || r.Errcode != 40066 {
			t.Errorf("GET %s gives %d %s, %v", path, r.status, r.body, err)
		}
	}
	if w.Calls() != 0 {
		t.Error("other paths are counted as calls")
	}
}
