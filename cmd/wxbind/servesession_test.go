package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// call sends a request and returns the answer.
func (s *server) call(method, path, token, body string) (status int, answer map[string]any) {
	s.Helper()
	return s.callWith(method, path, http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}, body)
}

func (s *server) callWith(method, path string, header http.Header, body string) (status int, answer map[string]any) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	r.Header = header
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		s.Fatalf("%s %s: %s", method, path, text)
	}
	return response.StatusCode, answer
}

// A session from its login until another device ends it.
func TestServeASession(t *testing.T) {
	const key = "MARK+0123456789/0123456789=0123456789012345"
	s := startServer(t, filepath.Join(t.TempDir(), "data"), "WX_SERVICES=orders="+key)
	s.paste()
	phone, _ := s.check("alice-11")["token"].(string)
	tablet, _ := s.check("alice-12")["token"].(string)

	if status, a := s.call("GET", "/mobileApi/user/info", phone, ""); status != 200 || a["userInfo"] == nil {
		t.Errorf("user info: %d %v", status, a)
	}
	// What the authorizer says about the caller reaches the route behind it.
	status, who := s.call("GET", "/api/sample/whoami", tablet, "")
	roles, _ := who["roles"].([]any)
	if status != 200 || who["userId"] == "" || len(roles) != 1 || roles[0] != "demo" {
		t.Errorf("who am I: %d %v", status, who)
	}
	ask := func(key string) (int, map[string]any) {
		request, err := http.NewRequest(http.MethodPost, s.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth("orders", url.QueryEscape(key))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return s.callWith("POST", "/api/login/introspect", request.Header, "token="+tablet)
	}
	if status, a := ask(key); status != 200 || a["active"] != true || a["sub"] != who["userId"] {
		t.Errorf("introspection: %d %v", status, a)
	}
	if status, a := ask(key + "x"); status != 401 || a["error"] != "invalid_client" {
		t.Errorf("introspection by a stranger: %d %v", status, a)
	}

	_, list := s.call("GET", "/mobileApi/user/sessions", phone, "")
	sessions, _ := list["sessions"].([]any)
	other := ""
	for _, each := range sessions {
		if session, _ := each.(map[string]any); session["current"] == false {
			other, _ = session["id"].(string)
			break // the newest one is the tablet's
		}
	}
	if status, a := s.call("DELETE", "/mobileApi/user/sessions/"+other, phone, ""); status != 200 || a["code"] != 1.0 {
		t.Errorf("revoke %q of %v: %d %v", other, list, status, a)
	}
	if status, a := s.call("GET", "/mobileApi/user/info", tablet, ""); status != 401 || a["error"] != "session_revoked" {
		t.Errorf("the other device: %d %v", status, a)
	}
	if status, a := s.call("GET", "/api/sample/whoami", tablet, ""); status != 403 || a["message"] != "Forbidden" || len(a) != 1 {
		t.Errorf("the other device, at the authorizer: %d %v", status, a)
	}
	if status, a := ask(key); status != 200 || a["active"] != false || len(a) != 1 {
		t.Errorf("introspection of the other device: %d %v", status, a)
	}
	if status, a := s.call("POST", "/mobileApi/user/logout", phone, ""); status != 200 || a["code"] != 1.0 {
		t.Errorf("logout: %d %v", status, a)
	}
	if status, a := s.call("GET", "/mobileApi/user/info", phone, ""); status != 401 || a["error"] != "session_revoked" {
		t.Errorf("after logout: %d %v", status, a)
	}
	s.interrupt()
	for _, event := range []string{"bind", "login", "session_revoke", "logout"} {
		if !regexp.MustCompile(`"msg":"request",.*"userId":".*,"event":"` + event + `"`).MatchString(s.log.String()) {
			t.Errorf("no audit of %s: %s", event, s.log)
		}
	}
	for _, route := range []string{"userinfo", "authorizer"} {
		if !regexp.MustCompile(`"msg":"request","route":"` + route + `",.*"address":"127.0.0.1"`).MatchString(s.log.String()) {
			t.Errorf("no address in the line of %s: %s", route, s.log)
		}
	}
	if log := s.greeting + s.log.String(); strings.Contains(log, "MARK") || strings.Contains(log, phone) || strings.Contains(log, tablet) {
		t.Errorf("a secret shows: %s", log)
	}
}

func TestServeWithWrongServicesOrDirectory(t *testing.T) {
	good := strings.Repeat("k", 43)
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"services without a key":            {map[string]string{"WX_SERVICES": "MARK"}, "WX_SERVICES"},
		"a service's key too short":         {map[string]string{"WX_SERVICES": "orders=MARK"}, "WX_SERVICES"},
		"a directory without a key":         {map[string]string{"WXBIND_DIRECTORY_URL": "https://MARK.example.com"}, "WX_DIRECTORY_KEY"},
		"a directory's key too short":       {map[string]string{"WX_DIRECTORY_KEY": "MARK"}, "WX_DIRECTORY_KEY"},
		"a directory over http":             {map[string]string{"WXBIND_DIRECTORY_URL": "http://MARK.example.com", "WX_DIRECTORY_KEY": good}, "WXBIND_DIRECTORY_URL"},
		"services beside a real WeChat app": {map[string]string{"WX_APPID": "wx1", "WX_APPSECRET": "MARK", "WX_SERVICES": "MARK"}, "WX_SERVICES"},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			status, out, errors := command(t, "", "serve", "--addr", "127.0.0.1:0", "--data", t.TempDir())
			if status != 1 || !strings.Contains(errors, c.want) || strings.Count(errors, "\n") != 1 || strings.Contains(out+errors, "MARK") {
				t.Errorf("status %d: %s", status, errors)
			}
		})
	}
}
