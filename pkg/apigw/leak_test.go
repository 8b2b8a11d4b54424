package apigw_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/origin"
)

// Every secret that passes through carries a mark. Whatever happens to a request, no
// mark shows in a log or an answer. There are two exceptions in answers: a login returns
// the token, and a client learns its own openid.
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
		for _, broken := range []string{
			"", "TouchBinding", "BindingByOpenID", "Bind", "UserByID", "UserWithPassword", "SwapRecord", "Enter", "StoreRecord",
			"SessionWithUser", "SessionsOfUser", "EndSession", "Unbind", "DeleteUser",
		} {
			t.Run(name+", broken: "+broken, func(t *testing.T) {
				t.Parallel() // an account that is deleted takes a second
				w := newWorld(t)
				server := httptest.NewServer(far)
				defer server.Close()
				w.origin = &origin.Finder{Logger: slog.New(slog.NewJSONHandler(w.log, nil))}
				store := &breaking{w.store, broken}
				w.service = w.serviceOn(server.URL, store)
				token := string(login.NewToken("MARK-nobody").Text())
				play := func(i int, x planted) {
					a := w.invoke(t.Context(), x.route, x.event)
					shown := strings.ReplaceAll(a.text, openID, "")
					if a.body["code"] == 1.0 {
						if given, _ := a.body["token"].(string); given != "" {
							token = given
						}
						shown = strings.ReplaceAll(shown, "u-MARK-unionid", "")
					}
					if strings.Contains(w.log.String(), token) {
						t.Errorf("event %d: the token is in the log", i)
					}
					noMark(t, "an answer", shown)
				}
				for i, x := range plantedCodes() {
					play(i, x)
				}
				for i, x := range plantedTokens(token) {
					play(i, x)
				}
				event := asJSON(t, authorizerEvent(map[string]string{"authorization": "Bearer " + token, "x-token": "MARK", "cookie": "MARK", "x-origin-verify": "MARK"}))
				if out, err := w.authorizer(store).Invoke(t.Context(), []byte(event)); err != nil {
					noMark(t, "the authorizer's error", err.Error())
				} else {
					noMark(t, "the authorizer's answer", string(out))
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

// planted is an event for a route with a mark in each field.
type planted struct {
	route apigw.Route
	event any
}

// plantedCodes returns events with a code.
func plantedCodes() []planted {
	const credentials = `"username":"demo","password":"` + password + `"`
	all := []planted{
		{apigw.CheckBind, get("code=MARK-code-1")},
		{apigw.CheckBind, get("code=MARK-code-1&code=MARK-code-2")},
		{apigw.CheckBind, get("code=MARK%zz")},
		{apigw.CheckBind, get("code=MARK-code%01")},
		{apigw.CheckBind, get("code=MARK-code-1&appId=MARK-app&lang=MARK-lang")},
		{apigw.CheckBind, get("prefetchKey=" + prefetchKey + "&appid=" + appID + "&code=MARK-code-12&timestamp=1&path=MARK&query=MARK&scene=1001")},
		{apigw.CheckBind, get("prefetchKey=" + prefetchKey + "&appid=" + appID + "&code=MARK-code-12&timestamp=1&path=MARK&query=MARK&scene=1001")},
		{apigw.CheckBind, get("prefetchKey=MARK-wrong-key&appid=" + appID + "&code=MARK-code-13")},
		{apigw.CheckBind, get("prefetchKey=" + prefetchKey + "&code=MARK-code-14&prefetchKey=MARK-twice")},
		{apigw.CheckBind, get("prefetchKey=MARK%zz&code=MARK-code-15")},
		{apigw.CheckBind, get("prefetchKey=" + prefetchKey)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-2",`+credentials+`}`)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-3","openId":"MARK-other",`+credentials+`}`)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-4","username":"demo","password":"MARK-wrong"}`)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-5","username":"MARK-nobody","password":"MARK-wrong"}`)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-6",`+credentials)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-10",`+credentials+`,"newPassword":"MARK-new-password"}`)},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-11",`+credentials+`,"newPassword":"MARK"}`)},
		{apigw.Bind, post("application/json", `{"code":{"MARK":1},`+credentials+`}`)},
		{apigw.Bind, post("MARK/type", `{"code":"MARK-code-7",`+credentials+`}`)},
		{apigw.Bind, broken(post("application/json", "MARK%%"))},
		{apigw.Bind, post("application/json", `{"code":"MARK-code-2",`+credentials+`}`)},
		{apigw.Code2Session, post("application/json", `{"code":"MARK-code-8"}`)},
		{apigw.CheckBind, get("code=MARK-code-9")},
		{apigw.CheckBind, map[string]any{"version": "2.0", "headers": "MARK"}},
	}
	for i, x := range all {
		all[i].event = withMarks(x.event, map[string]string{"authorization": "Bearer MARK", "x-token": "MARK"})
	}
	return all
}

// plantedTokens returns events with a token or a service's key.
func plantedTokens(token string) []planted {
	odd := []planted{
		{apigw.UserInfo, withHeaders(get(""), map[string]string{"x-token": "MARK"})},
		{apigw.UserInfo, withHeaders(get(""), map[string]string{"authorization": "Bearer MARK,Bearer " + token})},
		{apigw.UserInfo, withHeaders(get(""), map[string]string{"authorization": "Basic MARK", "x-token": token + "\x00MARK"})},
		{apigw.Introspect, introspection(token)},
		{apigw.Introspect, introspection("MARK")},
		{apigw.Introspect, withHeaders(introspection(token), basic(serviceID, "MARK"))},
		{apigw.Introspect, withHeaders(introspection(token), basic("MARK", serviceKey))},
		{apigw.Introspect, withHeaders(introspection(token), map[string]string{"authorization": "Basic MARK"})},
		{apigw.Introspect, withHeaders(post(form, "token=MARK&token=MARK"), basic(serviceID, serviceKey))},
		{apigw.WhoAmI, get("MARK=MARK")},
	}
	all := []planted{
		{apigw.UserInfo, get("MARK=MARK")},
		{apigw.Sessions, get("")},
		{apigw.RevokeSession, withID("MARK")},
		{apigw.RevokeSession, withID(login.NewToken("u1").Hash())},
		{apigw.Logout, post("application/json", `{"all":"MARK"}`)},
		{apigw.Logout, post("application/json", `{"all":MARK`)},
		{apigw.Unbind, post("application/json", `{"code":"MARK-code-20"}`)},
		{apigw.Unbind, post("application/json", `{"force":true,"code":"MARK\u0001"}`)},
		{apigw.Password, post("application/json", `{"code":"MARK-code-24","password":"MARK-wrong","newPassword":"MARK-new-password"}`)},
		{apigw.Password, post("application/json", `{"code":"MARK-code-25","password":"`+password+`","newPassword":"MARK"}`)},
		{apigw.Decrypt, encryptedMark("")},
		{apigw.Decrypt, encryptedMark("MARK-code-26")},
		{apigw.Decrypt, post("application/json", `{"encryptedData":"MARK","iv":"MARK","rawData":"MARK","signature":"MARK"}`)},
		{apigw.Decrypt, post("application/json", `{"encryptedData":{"MARK":1},"iv":["MARK"]}`)},
		{apigw.Profile, post("application/json", `{"name":"MARK\u0001"}`)},
		{apigw.Profile, post("application/json", `{"avatar":"https://MARK@img.example.com/"}`)},
		{apigw.Export, get("code=MARK-code-21")},
		{apigw.Export, get("code=MARK%01")},
		{apigw.Export, get("")},
		{apigw.DeleteAccount, post("MARK/type", "MARK")},
		{apigw.DeleteAccount, get("code=MARK%zz")},
		{apigw.DeleteAccount, get("code=MARK-code-22")},
		{apigw.Unbind, post("application/json", `{"force":true,"code":"MARK-code-23"}`)},
		{apigw.Logout, post("application/json", `{"all":true}`)},
	}
	for i, x := range all {
		all[i].event = withMarks(x.event, map[string]string{"authorization": "Bearer " + token, "x-token": "MARK"})
	}
	return append(odd, all...)
}

// withMarks adds headers and cookies with a mark to an event, and the headers in more.
func withMarks(event any, more map[string]string) any {
	e, ok := event.(events.APIGatewayV2HTTPRequest)
	if !ok {
		return event
	}
	e = withHeaders(e, map[string]string{
		"user-agent": "MARK-agent", "referer": "https://servicewechat.com/MARK/1/page-frame.html", "cookie": "MARK",
	})
	e.Cookies = []string{"MARK=MARK"}
	return withHeaders(e, more)
}
