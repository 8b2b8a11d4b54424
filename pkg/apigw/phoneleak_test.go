package apigw_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// As TestNoSecretShows, for what a phone number takes: phone codes and access_tokens carry a mark, and the number shows
// nowhere but masked.
func TestNoNumberShows(t *testing.T) {
	const number = "13800138000"
	token := func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"access_token":"MARK-access-token","expires_in":7200}`)
	}
	quoted := func(r *http.Request) string {
		body, _ := io.ReadAll(r.Body)
		return r.URL.String() + " " + string(body) + " " + number
	}
	good := func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","phone_info":{"phoneNumber":%q,"purePhoneNumber":%q,"countryCode":"86","watermark":{"timestamp":1,"appid":%q}}}`,
			number, number, openAppID)
	}
	refuse := func(errcode int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"errcode":%d,"errmsg":%q}`, errcode, quoted(r))
		}
	}
	for name, far := range map[string]struct{ token, phone http.HandlerFunc }{
		"a good answer":        {token, good},
		"a phone code refused": {token, refuse(40029)},
		"a token refused":      {token, refuse(40001)},
		"an unknown errcode":   {token, refuse(99999)},
		"an address refused":   {token, refuse(40164)},
		"a call refused":       {token, refuse(48001)},
		"a number that is none": {token, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"errcode":0,"phone_info":{"purePhoneNumber":"x%s"}}`, number)
		}},
		"a page that quotes it": {token, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "<html>%s</html>", quoted(r)) }},
		"a status of 502":       {token, func(w http.ResponseWriter, r *http.Request) { http.Error(w, quoted(r), http.StatusBadGateway) }},
		"a redirect": {token, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/again?"+r.URL.RawQuery, http.StatusFound)
		}},
		"a reset":                     {token, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		"no token, with a quotation":  {refuse(40125), good},
		"no token, an unknown reason": {refuse(99999), good},
		"half a token": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"access_token":"MARK-access-token`)
		}, good},
	} {
		for _, broken := range []string{"", "BindingByOpenID", "OwnerOfPhone", "Admit", "SetPhone", "SwapRecord", "StoreRecord", "UserByID"} {
			t.Run(name+", broken: "+broken, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				mux := http.NewServeMux()
				mux.HandleFunc(wechattest.Path, func(w http.ResponseWriter, _ *http.Request) {
					fmt.Fprintf(w, `{"openid":"o-1","session_key":%q}`, base64.StdEncoding.EncodeToString([]byte("MARKsessionkey16")))
				})
				mux.HandleFunc(wechattest.StableTokenPath, far.token)
				mux.HandleFunc(wechattest.PhonePath, far.phone)
				server := httptest.NewServer(mux)
				defer server.Close()
				w.service = w.serviceOn(server.URL, &breaking{w.store, broken})
				session := ""
				play := func(a answer) {
					t.Helper()
					if given, _ := a.body["token"].(string); given != "" {
						session = given
					}
					noMark(t, "an answer", a.text)
					if strings.Contains(a.text, number) {
						t.Errorf("an answer has the number: %s", a.text)
					}
				}
				send := func(route apigw.Route, body string) answer {
					return w.invoke(t.Context(), route, withMarks(post("application/json", body), map[string]string{"authorization": "Bearer " + session}))
				}
				play(send(apigw.BindPhone, `{"appId":"`+openAppID+`","code":"MARK-code-1","phoneCode":"MARK-phone-code"}`))
				play(send(apigw.BindPhone, `{"appId":"`+openAppID+`","code":"MARK-code-2","phoneCode":"MARK-phone-code","password":"MARK-wrong"}`))
				play(send(apigw.BindPhone, `{"appId":"`+openAppID+`","code":"MARK-code-3","phoneCode":{"MARK":1}}`))
				play(send(apigw.BindPhone, `{"appId":"`+openAppID+`","code":"MARK-code-4","phoneCode":"MARK`+"\\u0001"+`"}`))
				play(send(apigw.Register, `{"appId":"`+openAppID+`","code":"MARK-code-5"}`))
				play(send(apigw.Phone, `{"code":"MARK-code-6","phoneCode":"MARK-phone-code-2"}`))
				play(w.invoke(t.Context(), apigw.UserInfo, withMarks(get(""), map[string]string{"authorization": "Bearer " + session})))
				noMark(t, "the log", w.log.String())
				if strings.Contains(w.log.String(), number) || session != "" && strings.Contains(w.log.String(), session) {
					t.Errorf("the number or the token is in the log: %s", w.log.String())
				}
			})
		}
	}
}
