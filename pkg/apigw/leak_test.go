package apigw_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// Every secret that passes through carries a mark. Whatever happens to a
// request, no mark shows in a log or an answer: but for the token, which the
// answer to a login is for, and the openid, which a client learns of its own.
func TestNoSecretShows(t *testing.T) {
	sessionKey := base64.StdEncoding.EncodeToString([]byte("MARKsessionkey16"))
	const openID = "o-MARK-openid"
	whole := func(r *http.Request) string { return r.URL.String() }
	for name, far := range map[string]http.HandlerFunc{
		"a good answer": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"openid":%q,"session_key":%q,"unionid":"u-MARK-unionid"}`, openID, sessionKey)
		},
		"a refusal that quotes the request": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"errcode":40029,"errmsg":%q}`, "invalid code "+whole(r)+" rid: 1-2-3")
		},
		"an unknown errcode": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"errcode":99999,"errmsg":%q}`, whole(r))
		},
		"an address refused": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"errcode":40164,"errmsg":%q}`, "invalid ip "+whole(r))
		},
		"a page that quotes it": func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "<html>%s</html>", whole(r)) },
		"a status of 502":       func(w http.ResponseWriter, r *http.Request) { http.Error(w, whole(r), http.StatusBadGateway) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again?"+r.URL.RawQuery, http.StatusFound)
		},
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"openid":"`+openID)
		},
		"no session_key": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"openid":%q}`, openID) },
		"a broken session_key": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"openid":%q,"session_key":"MARKkey"}`, openID)
		},
		"a reset": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		for _, broken := range []string{"", "TouchBinding", "Bind", "UserByID", "SwapRecord", "CreateSession", "StoreRecord"} {
			t.Run(name+", broken: "+broken, func(t *testing.T) {
				w := newWorld(t)
				server := httptest.NewServer(far)
				defer server.Close()
				w.service = w.serviceOn(server.URL, &breaking{w.store, broken})
				for i, x := range planted() {
					a := w.invoke(t.Context(), x.route, x.event)
					shown := strings.ReplaceAll(a.text, openID, "")
					if a.body["code"] == 1.0 {
						token, _ := a.body["token"].(string)
						if token != "" && strings.Contains(w.log.String(), token) {
							t.Errorf("event %d: the token is in the log", i)
						}
						shown = strings.ReplaceAll(shown, "u-MARK-unionid", "")
					}
					noMark(t, "an answer", shown)
				}
				noMark(t, "the log", w.log.String())
			})
		}
	}
}

func noMark(t *testing.T, where, text string) {
	t.Helper()
	for _, spelling := range []string{"MARK", base64.StdEncoding.EncodeToString([]byte("MARKsessionkey16")), url.QueryEscape("MARK")} {
		if i := strings.Index(text, spelling); i >= 0 {
			t.Errorf("a secret in %s: …%s…", where, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

// planted are events with a mark in each field.
func planted() []struct {
	route apigw.Route
	event any
} {
	const credentials = `"username":"demo","password":"` + password + `"`
	all := []struct {
		route apigw.Route
		event any
	}{
		{apigw.CheckBind, get("code=MARK-code-1")},
		{apigw.CheckBind, get("code=MARK-code-1&code=MARK-code-2")},
		{apigw.CheckBind, get("code=MARK%zz")},
		{apigw.CheckBind, get("code=MARK-code%01")},
		{apigw.CheckBind, get("code=MARK-code-1&appId=MARK-app&lang=MARK-lang")},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-2",`+credentials+`}`)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-3","openId":"MARK-other",`+credentials+`}`)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-4","username":"demo","password":"MARK-wrong"}`)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-5","username":"MARK-nobody","password":"MARK-wrong"}`)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-6",`+credentials)},
		{apigw.Bind, post("application/json", `{"code":{"MARK":1},`+credentials+`}`)},
		{apigw.Bind, post("MARK/type", `{"code":"MARK-code-7",`+credentials+`}`)},
		{apigw.Bind, broken(post("application/json", "MARK%%"))},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-2",`+credentials+`}`)},
		{apigw.Code2Session, post("application/json", `{"code":"MARK-code-8"}`)},
		{apigw.CheckBind, get("code=MARK-code-9")},
		{apigw.CheckBind, map[string]any{"version": "2.0", "headers": "MARK"}},
	}
	for i, x := range all {
		if e, ok := x.event.(events.APIGatewayV2HTTPRequest); ok {
			headers := map[string]string{"authorization": "Bearer MARK", "user-agent": "MARK-agent", "referer": "https://servicewechat.com/MARK/1/page-frame.html", "cookie": "MARK"}
			for k, v := range e.Headers {
				headers[k] = v
			}
			e.Headers, e.Cookies = headers, []string{"MARK=MARK"}
			all[i].event = e
		}
	}
	return all
}

// breaking is a store of which one operation fails.
type breaking struct {
	*storetest.Memory
	op string
}

func (b *breaking) fail(op string) error {
	if b.op != op {
		return nil
	}
	return login.Unavailable(errors.New("out of order"))
}

func (b *breaking) TouchBinding(ctx context.Context, t login.Touch) (login.Binding, error) {
	if err := b.fail("TouchBinding"); err != nil {
		return login.Binding{}, err
	}
	return b.Memory.TouchBinding(ctx, t)
}

func (b *breaking) Bind(ctx context.Context, x login.Binding, s login.Session) (login.Binding, error) {
	if err := b.fail("Bind"); err != nil {
		return login.Binding{}, err
	}
	return b.Memory.Bind(ctx, x, s)
}

func (b *breaking) UserByID(ctx context.Context, id string) (login.User, error) {
	if err := b.fail("UserByID"); err != nil {
		return login.User{}, err
	}
	return b.Memory.UserByID(ctx, id)
}

func (b *breaking) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	if err := b.fail("SwapRecord"); err != nil {
		return login.Record{}, err
	}
	return b.Memory.SwapRecord(ctx, name, old, r)
}

func (b *breaking) CreateSession(ctx context.Context, s login.Session) error {
	if err := b.fail("CreateSession"); err != nil {
		return err
	}
	return b.Memory.CreateSession(ctx, s)
}

func (b *breaking) StoreRecord(ctx context.Context, name string, r login.Record) error {
	if err := b.fail("StoreRecord"); err != nil {
		return err
	}
	return b.Memory.StoreRecord(ctx, name, r)
}
