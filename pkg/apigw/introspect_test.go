package apigw_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

const form = "application/x-www-form-urlencoded"

func basic(id, key string) map[string]string {
	return map[string]string{"authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+key))}
}

// introspection is the event of a service that introspects a token.
func introspection(token string) events.APIGatewayV2HTTPRequest {
	return withHeaders(post(form, "token="+url.QueryEscape(token)), basic(serviceID, url.QueryEscape(serviceKey)))
}

// The answers are those of RFC 7662, section 2.2.
func TestIntrospect(t *testing.T) {
	w := newWorld(t)
	if err := w.store.AddUser(t.Context(), login.User{
		ID: "u2", Username: "staff",
		Roles: []string{"admin", "two words", "管理员", `"quoted"`, "staff"}, Apps: map[string]login.UserApp{},
	}, login.NewPassword(password)); err != nil {
		t.Fatal(err)
	}
	v := w.loginIn(appID, "bob", "staff")
	session := v.session()
	a := w.invoke(t.Context(), apigw.Introspect, introspection(v.token))
	want := asJSON(t, map[string]any{
		"active": true, "sub": "u2", "username": "staff", "client_id": appID, "token_type": "Bearer",
		"scope": "admin staff", "iat": session.CreatedAt.Unix(), "exp": session.IdleEnd.Unix(),
	})
	if a.status != 200 || !sameJSON(t, a.text, want) || a.header["cache-control"] != "no-store" {
		t.Errorf("got %d %s, want %s", a.status, a.text, want)
	}
	v.ask(apigw.Logout, post("", ""))
	for name, token := range map[string]string{
		"that has ended": v.token, "of nobody": string(login.NewToken("x").Text()), "that is none": "x", "with odd bytes": "\x00\xff",
		"that is far too long": strings.Repeat("x", 9<<10),
	} {
		if a := w.invoke(t.Context(), apigw.Introspect, introspection(token)); a.status != 200 || a.text != `{"active":false}` {
			t.Errorf("a token %s: got %d %s", name, a.status, a.text)
		}
	}
}

func TestIntrospectTakesTheCredentialAsClientsSendIt(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	lower := basic(serviceID, url.QueryEscape(serviceKey))
	lower["authorization"] = strings.Replace(lower["authorization"], "Basic ", "bAsIc  ", 1)
	for name, e := range map[string]events.APIGatewayV2HTTPRequest{
		"percent-encoded":          introspection(v.token),
		"as it is":                 withHeaders(introspection(v.token), basic(serviceID, serviceKey)),
		"the scheme in any case":   withHeaders(introspection(v.token), lower),
		"a form in base64":         inBase64(introspection(v.token)),
		"a hint":                   withHeaders(post(form, "token_type_hint=access_token&token="+v.token), basic(serviceID, serviceKey)),
		"JSON":                     withHeaders(post("application/json", asJSON(t, map[string]string{"token": v.token})), basic(serviceID, serviceKey)),
		"its own X-Token is noise": withHeaders(introspection(v.token), map[string]string{"x-token": "x"}),
	} {
		if a := w.invoke(t.Context(), apigw.Introspect, e); a.status != 200 || a.body["active"] != true {
			t.Errorf("%s: got %d %s", name, a.status, a.text)
		}
	}
}

// Only a known service may introspect. Others learn nothing.
func TestIntrospectRefusesStrangers(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	for name, headers := range map[string]map[string]string{
		"no credential":        nil,
		"a session's token":    {"authorization": "Bearer " + v.token},
		"a wrong key":          basic(serviceID, serviceKey+"x"),
		"an empty key":         basic(serviceID, ""),
		"another id":           basic("stranger", serviceKey),
		"no colon":             {"authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(serviceID))},
		"no base64":            {"authorization": "Basic %%%"},
		"a broken escape":      basic(serviceID, "%zz"),
		"nothing behind it":    {"authorization": "Basic"},
		"a header came twice":  {"authorization": basic(serviceID, serviceKey)["authorization"] + "," + basic(serviceID, serviceKey)["authorization"]},
		"another scheme":       {"authorization": strings.Replace(basic(serviceID, serviceKey)["authorization"], "Basic", "Digest", 1)},
		"a scheme that begins": {"authorization": strings.Replace(basic(serviceID, serviceKey)["authorization"], "Basic", "Basics", 1)},
	} {
		e := introspection(v.token)
		delete(e.Headers, "authorization")
		a := w.invoke(t.Context(), apigw.Introspect, withHeaders(e, headers))
		if a.status != 401 || a.body["error"] != string(login.InvalidClient) || a.header["www-authenticate"] != `Basic realm="wxbind", charset="UTF-8"` {
			t.Errorf("%s: got %d %s, %v", name, a.status, a.text, a.header)
		}
		if line := w.lastLine(); line["outcome"] != string(login.InvalidClient) || line["severity"] != "WARN" || line["userId"] != nil {
			t.Errorf("%s: the log says %v", name, line)
		}
	}
}

func TestIntrospectBadBodies(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, body string
		want              login.Code
	}{
		"no token":         {form, "", login.TokenMissing},
		"an empty token":   {form, "token=", login.TokenMissing},
		"a token twice":    {form, "token=a&token=b", login.ParameterRepeated},
		"a number":         {"application/json", `{"token":7}`, login.FieldWrongType},
		"plain text":       {"text/plain", "x", login.ContentTypeUnsupported},
		"a broken escape":  {form, "token=%zz", login.BodyMalformed},
		"in the query":     {"", "", login.TokenMissing},
		"two JSON values":  {"application/json", `{"token":"x"}{}`, login.BodyTrailing},
		"nested too deep":  {"application/json", strings.Repeat("[", 99), login.BodyTooDeep},
		"JSON that breaks": {"application/json", `{"token":`, login.BodyMalformed},
	} {
		w := newWorld(t)
		e := withQuery(withHeaders(post(c.contentType, c.body), basic(serviceID, serviceKey)), "token=x")
		if a := w.invoke(t.Context(), apigw.Introspect, e); a.status != 400 || a.body["error"] != string(c.want) {
			t.Errorf("%s: got %d %s, want %s", name, a.status, a.text, c.want)
		}
	}
}

// A service must be able to tell "not active" from "not known".
func TestIntrospectWhenTheStoreIsDown(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	w.service = w.serviceOn("http://127.0.0.1:1", &breaking{w.store, "SessionWithUser"})
	a := w.invoke(t.Context(), apigw.Introspect, introspection(v.token))
	if a.status != 503 || a.body["error"] != string(login.StoreUnavailable) || a.header["retry-after"] == "" {
		t.Errorf("got %d %s", a.status, a.text)
	}
}
