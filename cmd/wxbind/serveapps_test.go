package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// twoMiniPrograms is a secret for serve. The folder's seal key seals.
const twoMiniPrograms = `{"defaultApp":"wxmine","apps":{"wxmine":{"appSecret":"MARKmine"},"wxother":{"appSecret":"MARKother"}}}`

// secretFile writes a secret to a file for its owner only.
func secretFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (s *server) identify(code, appID string) map[string]any {
	s.Helper()
	return s.do(s.url+"/api/login/code2session", `{"code":"`+code+`","appId":"`+appID+`"}`)
}

// wantOnePersonIn finds that alice, in two mini-programs of which the first is the default, has two openids and one unionid.
func (s *server) wantOnePersonIn(first, second string) {
	s.Helper()
	one, two, unnamed := s.identify("alice-101", first), s.identify("alice-102", second), s.identify("alice-103", "")
	if one["openId"] != wechattest.OpenID(first, "alice") || two["openId"] != wechattest.OpenID(second, "alice") || unnamed["openId"] != one["openId"] {
		s.Errorf("%v, %v, and without an appId %v", one, two, unnamed)
	}
	if one["unionId"] != wechattest.UnionID("alice") || two["unionId"] != one["unionId"] {
		s.Errorf("unionids of %v and %v", one, two)
	}
	if a := s.do(s.url+"/mobileApi/user/checkBind?code=alice-104&appId="+second, ""); a["openId"] != two["openId"] || a["code"] != 301.0 {
		s.Errorf("checkBind in %s: %v", second, a)
	}
	if a := s.identify("alice-105", "wx00000000000000ff"); a["error"] != "app_id_unknown" {
		s.Errorf("a mini-program that is not configured: %v", a)
	}
}

func TestStandInHasTwoMiniPrograms(t *testing.T) {
	s := startServer(t, t.TempDir())
	s.wantOnePersonIn(standInAppID, secondStandInAppID)
	inFirst := s.paste()[1]
	bind := printedCurl.FindAllStringSubmatch(s.greeting, -1)[1]
	inSecond := s.do(bind[1], strings.Replace(bind[2], `{"code":"alice-2"`, `{"appId":"`+secondStandInAppID+`","code":"alice-110"`, 1))
	if fmt.Sprint(inSecond["userInfo"]) != fmt.Sprint(inFirst["userInfo"]) || inSecond["code"] != 1.0 {
		t.Errorf("bound in the first: %v, in the second: %v", inFirst, inSecond)
	}
	s.interrupt()
}

func TestServeSeveralMiniProgramsOfAFile(t *testing.T) {
	far := wechattest.New(wechattest.Config{Apps: map[string]string{"wxmine": "MARKmine", "wxother": "MARKother", "wxthird": "MARKthird"}})
	base := httptest.NewServer(far)
	defer base.Close()
	path, folder := secretFile(t, twoMiniPrograms), t.TempDir()
	s := startServerWith(t, []string{"--data", folder, "--secret-file", path}, "WECHAT_API_BASE="+base.URL, "WXBIND_SECRET_FILE=/nowhere")
	if !strings.Contains(s.greeting, "as wxmine, wxother (default wxmine)") || strings.Contains(s.greeting, "demo") {
		t.Errorf("it greets with\n%s", s.greeting)
	}
	if a := s.identify("bob-1", "wxother"); a["openId"] != wechattest.OpenID("wxother", "bob") {
		t.Errorf("with the first AppSecret: %v", a)
	}

	// An AppSecret is replaced at WeChat and in the file: nobody is turned away.
	far.SetSecret("wxother", "MARKnew")
	rotated := strings.Replace(twoMiniPrograms, "MARKother", "MARKnew", 1)
	if err := os.WriteFile(path, []byte(rotated), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := s.identify("bob-2", "wxother"); a["openId"] != wechattest.OpenID("wxother", "bob") {
		t.Errorf("with a replaced AppSecret: %v", a)
	}
	s.wantOnePersonIn("wxmine", "wxother")
	s.interrupt()
	if log := s.log.String(); strings.Contains(log, "MARK") || !strings.Contains(log, "the secret's file has changed and is used") {
		t.Errorf("the log: %s", log)
	}

	// The store remembers both: the stand-in is not served from it, and neither is one of its mini-programs.
	for _, args := range [][]string{nil, {"--secret-file", secretFile(t, `{"appId":"`+secondStandInAppID+`","appSecret":"MARK"}`)}} {
		status, _, errors := command(t, "", append([]string{"serve", "--addr", "127.0.0.1:0", "--data", folder}, args...)...)
		if status != 1 || !strings.Contains(errors, "has served the mini-program wxmine") || strings.Contains(errors, "MARK") {
			t.Errorf("%v: status %d: %s", args, status, errors)
		}
	}
	t.Setenv("WECHAT_API_BASE", base.URL)
	t.Setenv("WXBIND_SECRET_FILE", path)
	status, lines := examined(t, "--data", folder)
	if status != 0 || lines["settings"].Status != doctor.OK || lines["WeChat wxmine"].Status != doctor.OK || lines["WeChat wxother"].Status != doctor.OK {
		t.Errorf("doctor: status %d: %+v", status, lines)
	}
	if status, out, errors := command(t, "", "secret", "check", "--data", folder); status != 0 || !strings.HasPrefix(out, "well formed: wxmine (default), wxother, 1 seal key, an index key\n") {
		t.Errorf("secret check: status %d: %s%s", status, out, errors)
	}
}

// What a start would refuse, a change does not bring about.
func TestChangedSecretThatAStartWouldRefuse(t *testing.T) {
	base := httptest.NewServer(wechattest.New(wechattest.Config{Apps: map[string]string{"wxmine": "MARKmine", standInAppID: "MARK"}}))
	defer base.Close()
	path := secretFile(t, `{"appId":"wxmine","appSecret":"MARKmine"}`)
	s := startServer(t, t.TempDir(), "WECHAT_API_BASE="+base.URL, "WXBIND_SECRET_FILE="+path)
	both := `{"defaultApp":"wxmine","apps":{"wxmine":{"appSecret":"MARKmine"},"` + standInAppID + `":{"appSecret":"MARK"}}}`
	if err := os.WriteFile(path, []byte(both), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := s.identify("alice-1", standInAppID); a["error"] != "app_id_unknown" {
		t.Errorf("in a mini-program of the stand-in: %v", a)
	}
	if a := s.identify("alice-2", "wxmine"); a["openId"] == nil {
		t.Errorf("in that of before: %v", a)
	}
	s.interrupt()
	if log := s.log.String(); strings.Contains(log, "MARK") || !strings.Contains(log, standInAppID+" is a mini-program of the stand-in for WeChat") {
		t.Errorf("the log: %s", log)
	}
}

// With a file of nothing but its mini-programs the stand-in serves, so that policies can be tried.
func TestFileOfTheStandInsMiniPrograms(t *testing.T) {
	path := secretFile(t, `{"defaultApp":"`+secondStandInAppID+`","apps":{"`+standInAppID+`":{"appSecret":"MARKone"},"`+secondStandInAppID+`":{"appSecret":"MARKtwo"}}}`)
	s := startServerWith(t, []string{"--data", t.TempDir(), "--secret-file", path})
	s.wantOnePersonIn(secondStandInAppID, standInAppID)
	s.interrupt()
	if strings.Contains(s.greeting+s.log.String(), "MARK") {
		t.Error("a secret shows")
	}
	status, _, errors := command(t, "", "serve", "--addr", "0.0.0.0:0", "--data", t.TempDir(), "--secret-file", path)
	if status != 1 || !strings.Contains(errors, "only the mini-programs of the stand-in") || !strings.Contains(errors, "--stand-in") {
		t.Errorf("status %d: %s", status, errors)
	}
}

func TestServeWithSettingsFromFiles(t *testing.T) {
	base := httptest.NewServer(wechattest.New(wechattest.Config{Apps: map[string]string{"wxmine": "MARKmine"}}))
	defer base.Close()
	key := "MARK" + strings.Repeat("k", 43)
	url, _ := exampleDirectory(t, key)
	s := startServer(t, t.TempDir(), "WECHAT_API_BASE="+base.URL, "WX_APPID=wxmine", "WX_APPSECRET_FILE="+secretFile(t, "MARKmine\n"),
		"WX_SERVICES_FILE="+secretFile(t, "orders="+key+"\n"), "WXBIND_DIRECTORY_URL="+url, "WX_DIRECTORY_KEY_FILE="+secretFile(t, key+"\n"))
	a := s.do(s.url+"/mobileApi/user/bind", `{"code":"alice-1","username":"alice","password":"correct horse"}`)
	token, _ := a["token"].(string)
	if info, _ := a["userInfo"].(map[string]any); a["code"] != 1.0 || info["id"] != "1001" {
		t.Fatalf("bind: %v", a)
	}
	as := http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("orders:"+key))}, "Content-Type": {"application/x-www-form-urlencoded"}}
	if status, a := s.callWith("POST", "/api/login/introspect", as, "token="+token); status != 200 || a["active"] != true {
		t.Errorf("introspection: %d %v", status, a)
	}
	s.interrupt()
	if strings.Contains(s.greeting+s.log.String(), "MARK") {
		t.Error("a secret shows")
	}
}

func TestSecretFilesThatCannotServe(t *testing.T) {
	good := secretFile(t, twoMiniPrograms)
	open := secretFile(t, twoMiniPrograms)
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	key := "MARK" + strings.Repeat("k", 43)
	for name, c := range map[string]struct {
		file string
		env  map[string]string
		want string
	}{
		"beside an appid":                     {good, map[string]string{"WX_APPID": "wx1"}, "--secret-file and WX_APPID are both set"},
		"beside an AppSecret":                 {good, map[string]string{"WX_APPSECRET": "MARK"}, "--secret-file and WX_APPSECRET are both set"},
		"beside an AppSecret's file":          {good, map[string]string{"WX_APPSECRET_FILE": "MARK"}, "--secret-file and WX_APPSECRET_FILE are both set"},
		"beside a directory's key":            {good, map[string]string{"WX_DIRECTORY_KEY": key}, "--secret-file and WX_DIRECTORY_KEY are both set"},
		"in the environment, beside an appid": {"", map[string]string{"WXBIND_SECRET_FILE": good, "WX_APPID": "wx1"}, "WXBIND_SECRET_FILE and WX_APPID are both set"},
		"a directory without a key":           {good, map[string]string{"WXBIND_DIRECTORY_URL": "https://MARK.example.com"}, "the directoryKey of the secret's file is not"},
		"wrong services beside it":            {good, map[string]string{"WX_SERVICES": "MARK"}, "WX_SERVICES"},
		"one that is missing":                 {good + ".none", nil, "--secret-file: the file cannot be opened"},
		"the secret in place of its file":     {"", map[string]string{"WXBIND_SECRET_FILE": twoMiniPrograms}, "WXBIND_SECRET_FILE: the file cannot be opened"},
		"one that others can read":            {open, nil, "has the mode 0644"},
		"a directory":                         {t.TempDir(), nil, "is a directory"},
		"one that is empty":                   {secretFile(t, ""), nil, "is empty"},
		"a placeholder":                       {secretFile(t, strings.Replace(twoMiniPrograms, "MARKother", "REPLACE_ME", 1)), nil, "is still the placeholder REPLACE_ME"},
		"the stand-in's beside a real one": {secretFile(t, strings.Replace(twoMiniPrograms, "wxother", standInAppID, 1)), nil,
			"has the mini-program " + standInAppID + " of the stand-in for WeChat beside the real one wxmine"},
		"a policy with an unknown word": {secretFile(t, strings.Replace(twoMiniPrograms, `"MARKmine"`, `"MARKmine","register":["MARKeverybody"]`, 1)), nil,
			"register[0] is none of ask, phone, launch"},
		"another seal key with the folder's id": {secretFile(t, `{"appId":"wxmine","appSecret":"MARK","sealKey":"`+key+`"}`), nil, `uses the id "0"`},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			args := []string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}
			if c.file != "" {
				args = append(args, "--secret-file", c.file)
			}
			status, out, errors := command(t, "", args...)
			if status != 1 || !strings.Contains(errors, c.want) || strings.Count(errors, "\n") != 1 || strings.Contains(out+errors, "MARK") {
				t.Errorf("status %d: %s", status, errors)
			}
		})
	}
}
