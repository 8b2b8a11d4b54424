package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/localgw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
	"github.com/wxbind/wxbind/pkg/username"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechatdata"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// What other login backends have, each shown by a test of its name: through HTTP, with `wxbind serve` on SQLite, and with the
// functions' handlers on DynamoDB.

// deployment is a store that any number of instances share, and the WeChat that they call.
type deployment struct {
	*testing.T
	wechat *wechattest.Server
	// start starts an instance.
	start func() *server
}

const (
	ours   = "wxours"
	theirs = "wxtheirs" // another mini-program of the same company
)

// onBothStores tells a story of two mini-programs with one policy, which is JSON. OTHER in it is the other mini-program.
func onBothStores(t *testing.T, policy string, story func(d *deployment, s *server)) {
	in := func(other string) string { return strings.ReplaceAll(policy, "OTHER", other) }
	secret := fmt.Sprintf(`{"defaultApp":%q,"apps":{%q:{"appSecret":"MARKours"%s},%q:{"appSecret":"MARKtheirs"%s}}`,
		ours, ours, in(theirs), theirs, in(ours))
	for name, start := range map[string]func(d *deployment, base string) func() *server{
		"serve": func(d *deployment, base string) func() *server {
			file, folder := secretFile(d.T, secret+"}"), filepath.Join(d.TempDir(), "data")
			return func() *server {
				return startServerWith(d.T, []string{"--data", folder, "--secret-file", file}, "WECHAT_API_BASE="+base)
			}
		},
		"DynamoDB": func(d *deployment, base string) func() *server {
			key := strings.Repeat("k", 43)
			held, err := secrets.Parse(fmt.Appendf(nil, `%s,"sealKeys":[{"id":"1","key":%q}],"indexKey":%q}`, secret, key, key))
			if err != nil {
				d.Fatal(err)
			}
			client := dynamotest.Client(dynamotest.Endpoint(d.T))
			tables := dynamotest.NewTables(d.T, client)
			return func() *server {
				return handlersOn(d.T, dynamostore.New(dynamostore.Config{Client: client, Tables: tables}), held, base)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := &deployment{T: t, wechat: wechattest.New(wechattest.Config{Apps: map[string]string{ours: "MARKours", theirs: "MARKtheirs"}})}
			base := httptest.NewServer(d.wechat)
			t.Cleanup(base.Close)
			d.start = start(d, base.URL)
			story(d, d.start())
		})
	}
}

// handlersOn is all functions' handlers, behind a gateway.
func handlersOn(t *testing.T, store login.Store, held *login.Secret, base string) *server {
	t.Helper()
	client, err := wechat.New(wechat.Config{Base: base})
	if err != nil {
		t.Fatal(err)
	}
	service := login.New(login.Config{
		WeChat: client, Secrets: &logintest.Secrets{Held: held}, Pushes: wechatdata.Pushes{}, Services: logintest.Services{}, Store: store,
		Hasher: password.New(password.Config{}), Username: username.Fold, PasswordPolicy: passwordpolicy.Check,
	})
	gateway := localgw.New(apigw.MaxBody)
	for _, route := range apigw.Routes() {
		gateway.Route(route.Method, route.Path, apigw.New(apigw.Config{Service: service, Log: requestlog.New(requestlog.Config{Output: io.Discard})}, route))
	}
	listening := httptest.NewServer(gateway)
	t.Cleanup(listening.Close)
	return &server{T: t, url: listening.URL}
}

// launch is a checkBind in a mini-program.
func (s *server) launch(code, app string) map[string]any {
	s.Helper()
	return s.do(s.url+"/mobileApi/user/checkBind?code="+code+"&appId="+app, "")
}

// post sends the fields of a request, and those that are given by name.
func (s *server) post(path, code, app string, more map[string]string) map[string]any {
	s.Helper()
	fields := map[string]string{"code": code, "appId": app}
	for name, value := range more {
		fields[name] = value
	}
	body, err := json.Marshal(fields)
	if err != nil {
		s.Fatal(err)
	}
	return s.do(s.url+"/mobileApi/user/"+path, string(body))
}

// tap is one tap on the button for the phone number.
func (s *server) tap(code, app, phoneCode string) map[string]any {
	s.Helper()
	return s.post("bindPhone", code, app, map[string]string{"phoneCode": phoneCode})
}

// userOf is whom an answer logs in; "" for nobody.
func userOf(a map[string]any) string {
	info, _ := a["userInfo"].(map[string]any)
	id, _ := info["id"].(string)
	if a["code"] != 1.0 || a["token"] == nil {
		return ""
	}
	return id
}

// says fails the test unless the answer has this field.
func (d *deployment) says(what string, a map[string]any, field string, want any) {
	d.Helper()
	if fmt.Sprint(a[field]) != fmt.Sprint(want) {
		d.Errorf("%s: %s is %v, want %v: %v", what, field, a[field], want, a)
	}
}

func TestPhoneBind(t *testing.T) {
	onBothStores(t, `,"register":["phone"]`, func(d *deployment, s *server) {
		d.says("a launch", s.launch("alice-1", ours), "ways", []any{"password", "phone"})
		first := s.tap("alice-2", ours, "phone-alice-1")
		d.says("one tap of a new person", first, "created", true)
		if again := s.tap("alice-3", ours, "phone-alice-2"); userOf(again) != userOf(first) || again["created"] != nil || d.wechat.PhoneCalls() != 1 {
			d.Errorf("the second tap: %v, %d phone codes exchanged", again, d.wechat.PhoneCalls())
		}
		if known := s.launch("alice-4", ours); userOf(known) != userOf(first) {
			d.Errorf("the next launch: %v", known)
		}
		d.says("a used phone code of somebody else", s.tap("bob-1", ours, "phone-alice-1"), "error", "phone_code_invalid")
		d.says("another hand with her number", s.tap("bob-2", ours, "phone-"+strings.TrimPrefix(wechattest.PhoneNumber("alice"), "+86")+"-1"), "error", "user_bound")
		d.says("a login code", s.tap("bob-3", ours, "bob-4"), "action", "none")
		d.says("in the other mini-program", s.tap("alice-5", theirs, "phone-alice-5"), "error", "registered_elsewhere")
	})
}

func TestAutoRegister(t *testing.T) {
	onBothStores(t, `,"register":["launch","ask"]`, func(d *deployment, s *server) {
		first := s.launch("alice-1", ours)
		d.says("a first launch", first, "created", true)
		if again := s.launch("alice-2", ours); userOf(again) != userOf(first) || userOf(first) == "" || again["created"] != nil {
			d.Errorf("the second launch: %v", again)
		}
		token, _ := first["token"].(string)
		if _, a := s.call("POST", "/mobileApi/user/unbind", token, `{"force":true,"code":"alice-21"}`); a["error"] != "last_binding" {
			d.Errorf("the only way to log in is given up: %v", a)
		}
		if _, a := s.call("DELETE", "/mobileApi/user/account", token, `{"code":"alice-3"}`); a["code"] != 1.0 {
			d.Fatalf("deletion: %v", a)
		}
		d.says("who has left is not fetched back", s.launch("alice-4", ours), "code", 301)
		back := s.post("register", "alice-5", ours, nil)
		d.says("unless they ask", back, "created", true)
		if known := s.launch("alice-6", ours); userOf(known) != userOf(back) {
			d.Errorf("and then launch: %v", known)
		}
	})
}

func TestUnionIDLinking(t *testing.T) {
	onBothStores(t, `,"register":["ask"],"linkUnionId":true,"acceptFrom":["OTHER"]`, func(d *deployment, s *server) {
		d.says("nobody knows her", s.launch("alice-1", theirs), "code", 301)
		first := s.post("register", "alice-2", ours, nil)
		linked := s.launch("alice-3", theirs)
		d.says("in the second mini-program", linked, "linked", true)
		if userOf(linked) != userOf(first) || userOf(first) == "" {
			d.Errorf("registered as %v, linked as %v", first, linked)
		}
		token, _ := linked["token"].(string)
		if _, a := s.call("POST", "/mobileApi/user/unbind", token, "{}"); a["code"] != 1.0 {
			d.Fatalf("unbind: %v", a)
		}
		d.says("unbound there, it stays unbound", s.launch("alice-4", theirs), "code", 301)
		if still := s.launch("alice-5", ours); userOf(still) != userOf(first) {
			d.Errorf("in the first: %v", still)
		}
	})
}

func TestSharedAccessToken(t *testing.T) {
	onBothStores(t, `,"register":["phone"]`, func(d *deployment, s *server) {
		other := d.start()
		for n, instance := range []*server{s, other, s, other, d.start()} {
			if a := instance.tap(fmt.Sprintf("person%d-1", n), ours, fmt.Sprintf("phone-person%d-1", n)); userOf(a) == "" {
				d.Errorf("tap %d: %v", n, a)
			}
		}
		if n := d.wechat.TokenCalls(); n != 1 {
			d.Errorf("three instances asked for %d access_tokens", n)
		}
		// Somebody forces another token, which ends ours. Nobody is turned away, and the instances share the next one.
		d.wechat.KillTokens(ours)
		for n, instance := range []*server{s, other} {
			if a := instance.tap(fmt.Sprintf("later%d-1", n), ours, fmt.Sprintf("phone-later%d-1", n)); userOf(a) == "" {
				d.Errorf("after that, tap %d: %v", n, a)
			}
		}
		if n := d.wechat.TokenCalls(); n != 2 {
			d.Errorf("after that, %d access_tokens in all", n)
		}
	})
}

func TestSeveralMiniPrograms(t *testing.T) {
	onBothStores(t, `,"register":["ask"]`, func(d *deployment, s *server) {
		inOurs, inTheirs := s.post("register", "alice-1", ours, nil), s.post("register", "alice-2", theirs, nil)
		if a, b := userOf(inOurs), userOf(inTheirs); a == "" || b == "" || a == b {
			d.Errorf("without linkUnionId one person is two: %v, %v", inOurs, inTheirs)
		}
		d.says("in one of them", s.launch("alice-3", ours), "code", 1)
		if a := s.do(s.url+"/mobileApi/user/checkBind?code=alice-4", ""); userOf(a) != userOf(inOurs) {
			d.Errorf("the default one: %v", a)
		}
		token, _ := inTheirs["token"].(string)
		if status, a := s.call("GET", "/mobileApi/user/info", token, ""); status != 200 {
			d.Errorf("a session of the other: %d %v", status, a)
		}
		d.says("one that is not configured", s.launch("alice-5", "wx00000000000000ff"), "error", "app_id_unknown")
	})
}
