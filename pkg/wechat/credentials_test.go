package wechat_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// refused unpacks the error of CheckApp or ServerTime, and looks for secrets in it.
func refused(t *testing.T, err error) *wechat.Error {
	t.Helper()
	e, ok := errors.AsType[*wechat.Error](err)
	if !ok {
		t.Fatalf("got %#v, want a *wechat.Error", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", err, err, e); strings.Contains(text, "SECRET") || strings.Contains(text, "stable-token") {
		t.Errorf("a secret shows in %s", text)
	}
	return e
}

func TestCheckApp(t *testing.T) {
	w := start(t)
	c := w.client(t, nil)
	if err := c.CheckApp(t.Context(), app); err != nil {
		t.Error(err)
	}
	w.SetIPList(app.ID, netip.MustParseAddr("203.0.113.7"))
	if e := refused(t, c.CheckApp(t.Context(), app)); e.Errcode != 40164 || e.Address != "127.0.0.1" || e.Attempts != 1 {
		t.Errorf("not in the IP list: %v", e)
	}
	w.SetIPList(app.ID)
	for want, a := range map[int]login.App{
		40013: {ID: "wxother", Secret: app.Secret},
		40125: {ID: app.ID, Secret: "SECRETwrong"},
		41004: {ID: app.ID},
	} {
		if e := refused(t, c.CheckApp(t.Context(), a)); e.Fault != wechat.Refused || e.Errcode != want || e.RID == "" {
			t.Errorf("got %v, want errcode %d", e, want)
		}
	}
}

// A forced refresh would end the token that the app's other programs use.
func TestCheckAppForcesNoRefresh(t *testing.T) {
	asked := make(chan string, 1)
	stand := wechattest.New(wechattest.Config{Apps: map[string]string{app.ID: string(app.Secret)}})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		asked <- r.Method + " " + r.URL.RequestURI() + " " + string(body)
		stand.ServeHTTP(w, r)
	}))
	defer server.Close()
	_ = newClient(t, wechat.Config{Base: server.URL}).CheckApp(t.Context(), app)
	const want = `POST /cgi-bin/stable_token {"appid":"wx0123456789abcdef","force_refresh":false,"grant_type":"client_credential","secret":`
	if got := <-asked; !strings.HasPrefix(got, want) {
		t.Errorf("it asks %s", got)
	}
}

func TestCheckAppThatCannotTell(t *testing.T) {
	for name, row := range map[string]struct {
		status int
		body   string
		fault  wechat.Fault
	}{
		"no body":           {200, "", wechat.EmptyReply},
		"a gateway's page":  {200, "<html>SECRET</html>", wechat.BadReply},
		"an empty object":   {200, "{}", wechat.BadReply},
		"a token of a kind": {200, `{"access_token":["SECRET"]}`, wechat.BadReply},
		"a status":          {502, `{"access_token":"SECRET"}`, wechat.BadStatus},
		"a redirect":        {307, "", wechat.BadStatus},
		"too much":          {200, `{"access_token":"` + strings.Repeat("x", 65<<10) + `"}`, wechat.BadReply},
		"echoes what it saw": {200, `{"errcode":40125,"errmsg":"invalid appsecret SECRET+/=&0123456789, rid: SECRET"}`,
			wechat.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(row.status)
				_, _ = w.Write([]byte(row.body))
			}))
			defer server.Close()
			if e := refused(t, newClient(t, wechat.Config{Base: server.URL}).CheckApp(t.Context(), app)); e.Fault != row.fault || e.Host == "" {
				t.Errorf("got %v, want %s", e, row.fault)
			}
		})
	}
}

func TestServerTime(t *testing.T) {
	for name, row := range map[string]struct {
		date   []string
		status int
		good   bool
	}{
		"as HTTP says":        {[]string{noon.UTC().Format(http.TimeFormat)}, 200, true},
		"with an error":       {[]string{noon.UTC().Format(http.TimeFormat)}, 404, true},
		"none":                {nil, 200, false},
		"one that is no time": {[]string{"SECRET"}, 200, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Date"] = row.date
				w.WriteHeader(row.status)
			}))
			defer server.Close()
			got, err := newClient(t, wechat.Config{Base: server.URL}).ServerTime(t.Context())
			switch {
			case row.good && (err != nil || !got.Equal(noon)):
				t.Errorf("got %v, %v", got, err)
			case !row.good:
				if e := refused(t, err); e.Fault != wechat.BadReply {
					t.Errorf("got %v", e)
				}
			}
		})
	}
	server := httptest.NewServer(nil)
	server.Close()
	_, err := newClient(t, wechat.Config{Base: server.URL, Now: time.Now}).ServerTime(t.Context())
	if e := refused(t, err); e.Fault != wechat.NotConnected {
		t.Errorf("got %v", e)
	}
}
