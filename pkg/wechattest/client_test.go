package wechattest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// reply is what came back over the wire.
type reply struct {
	status      int
	contentType string
	body        string

	Errcode    int    `json:"errcode"`
	Errmsg     string `json:"errmsg"`
	OpenID     string `json:"openid"`
	UnionID    string `json:"unionid"`
	SessionKey string `json:"session_key"`
}

// wechat is a stand-in behind a real HTTP server.
type wechat struct {
	*wechattest.Server
	t    *testing.T
	base string
	http *http.Client
}

func start(t *testing.T, c wechattest.Config) wechat {
	t.Helper()
	if c.Apps == nil {
		c.Apps = map[string]string{app: secret, "wxother": "other-secret"}
	}
	s := wechattest.New(c)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return wechat{s, t, server.URL, server.Client()}
}

func query(code string) url.Values {
	return url.Values{"appid": {app}, "secret": {secret}, "js_code": {code}, "grant_type": {"authorization_code"}}
}

func (w wechat) call(method, path string, q url.Values) (reply, error) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.base+path+"?"+q.Encode(), nil)
	if err != nil {
		return reply{}, err
	}
	resp, err := w.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{}, err
	}
	r := reply{status: resp.StatusCode, contentType: resp.Header.Get("Content-Type"), body: string(body)}
	_ = json.Unmarshal(body, &r) // some faults are no JSON; then the fields stay empty
	return r, nil
}

// exchange calls code2Session and expects a certain kind of answer.
func (w wechat) exchange(code string) reply {
	w.t.Helper()
	r, err := w.call(http.MethodGet, wechattest.Path, query(code))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w wechat) wantErrcode(code string, errcode int) {
	w.t.Helper()
	if r := w.exchange(code); r.Errcode != errcode || r.OpenID != "" {
		w.t.Errorf("%s gives %s, want errcode %d", code, r.body, errcode)
	}
}

func (w wechat) wantSession(code, person string) {
	w.t.Helper()
	if r := w.exchange(code); r.OpenID != wechattest.OpenID(app, person) {
		w.t.Errorf("%s gives %s, want the session of %s", code, r.body, person)
	}
}
