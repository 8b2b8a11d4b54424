package main

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// With the stand-in on loopback, the page's address is the first line of the greeting, and the page answers there.
func TestServeShowsThePage(t *testing.T) {
	phone := t.TempDir()
	s := startServerWith(t, []string{"--data", t.TempDir(), "--phone", phone, "--cors-origin", "*"})
	m := regexp.MustCompile(`serving on \S+\n\n  open +(http://\S+/) in a browser`).FindStringSubmatch(s.greeting)
	if m == nil || m[1] != s.url+"/" {
		t.Fatalf("it greets with\n%s", s.greeting)
	}
	if page := s.text(m[1], ""); !strings.Contains(page, "<html") {
		t.Errorf("the page: %s", page)
	}
	about := s.do(s.url+"/playground/about", "")
	if apps, _ := about["apps"].([]any); len(apps) != 2 || about["base"] != s.url || about["demoUser"] != "demo" || about["version"] == "" ||
		!strings.Contains(s.greeting, about["standIn"].(string)) {
		t.Errorf("about: %v", about)
	}
	// The folder is read anew at each request.
	for _, text := range []string{"one", "two"} {
		if err := os.WriteFile(filepath.Join(phone, "runtime.js"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := s.text(s.url+"/playground/phone/runtime.js", ""); got != text {
			t.Errorf("the runtime: %q", got)
		}
	}
	s.paste()
	store := s.do(s.url+"/playground/store", "")
	users, _ := store["users"].([]any)
	demo, _ := users[0].(map[string]any)
	if id, _ := demo["id"].(string); s.text(s.url+"/playground/act", `{"do":"disable","userId":"`+id+`"}`) != "{}\n" {
		t.Errorf("it cannot disable %v", demo)
	}
	if a := s.check("alice-9"); a["error"] != "user_disabled" {
		t.Errorf("after that: %v", a)
	}
	if a := s.do(s.url+"/mobileApi/user/checkBind?code=the+code+is+a+mock+one", ""); a["code"] != 301.0 {
		t.Errorf("the mock code: %v", a)
	}
	s.interrupt()
	if !strings.Contains(s.log.String(), `"event":"user_disable"`) {
		t.Errorf("the audit lacks it: %s", s.log)
	}
}

// Wherever real people may meet it, there is no page, no act, no mock code, and the API under every Host as ever.
func TestServeShowsNoPage(t *testing.T) {
	var folder string
	file := func(text string) string {
		path := filepath.Join(folder, "secret.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	elsewhere := startServer(t, t.TempDir())
	far := regexp.MustCompile(`stand-in at (http://\S+):`).FindStringSubmatch(elsewhere.greeting)[1]
	for name, c := range map[string]struct {
		flags func() []string
		env   []string
	}{
		"a real AppSecret": {nil, []string{"WX_APPID=wxmine", "WX_APPSECRET=0123456789abcdef0123456789abcdef", "WECHAT_API_BASE=" + far}},
		"a real AppSecret in a file": {func() []string {
			return []string{"--secret-file", file(`{"defaultApp":"wxmine","apps":{"wxmine":{"appSecret":"0123456789abcdef0123456789abcdef"}}}`)}
		}, []string{"WECHAT_API_BASE=" + far}},
		"another WeChat":                {nil, []string{"WECHAT_API_BASE=" + far}},
		"off loopback":                  {func() []string { return []string{"--addr", "0.0.0.0:0", "--stand-in", "127.0.0.1:0"} }, nil},
		"another address of loopback":   {func() []string { return []string{"--addr", "127.0.0.2:0"} }, nil},
		"a trusted proxy":               {func() []string { return []string{"--trusted-proxy", "10.0.0.0/8", "--stand-in", "127.0.0.1:0"} }, nil},
		"a proxy with a key of its own": {func() []string { return []string{"--stand-in", "127.0.0.1:0"} }, []string{"WXBIND_ORIGIN_KEY_HASHES=" + strings.Repeat("ab", 32)}},
	} {
		t.Run(name, func(t *testing.T) {
			folder = t.TempDir()
			flags := []string{"--data", folder}
			if c.flags != nil {
				flags = append(flags, c.flags()...)
			}
			s := startServerWith(t, flags, c.env...)
			s.url = strings.Replace(s.url, "[::]", "127.0.0.1", 1)
			if strings.Contains(s.greeting, "browser") {
				t.Errorf("it greets with\n%s", s.greeting)
			}
			for _, path := range []string{"/", "/playground/about", "/playground/store", "/playground/events", "/playground/act", "/playground/phone/runtime.js"} {
				for _, body := range []string{"", "{}"} {
					if got := s.text(s.url+path, body); got != `{"message":"Not Found"}`+"\n" {
						t.Errorf("%s: %s", path, got)
					}
				}
			}
			if a := s.do(s.url+"/mobileApi/user/checkBind?code=the+code+is+a+mock+one", ""); a["error"] != "code_invalid" {
				t.Errorf("the mock code: %v", a)
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/mobileApi/user/checkBind?code=alice-1", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = "api.example.com"
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode == http.StatusMisdirectedRequest || response.Header.Get("Content-Security-Policy") != "" {
				t.Errorf("another Host: %d %v", response.StatusCode, response.Header)
			}
			s.interrupt()
			if c.env != nil {
				return
			}
			status, _, complaint := command(t, "", append(append([]string{"serve", "--addr", "127.0.0.1:0"}, flags...), "--phone", folder)...)
			if status != 1 || !strings.Contains(complaint, "--phone is for the page") {
				t.Errorf("--phone: %d %s", status, complaint)
			}
		})
	}
}

// Ctrl-C does not wait for the pages that are open.
func TestInterruptEndsStreams(t *testing.T) {
	s := startServer(t, t.TempDir())
	for range 3 {
		response, err := http.Get(s.url + "/playground/events")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if _, err := bufio.NewReader(response.Body).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	s.interrupt()
	// It takes some 0.1 s here; without an end of the streams it would be the 15 s that requests in progress have.
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("it takes %v", took)
	} else {
		t.Logf("it took %v", took)
	}
}

func TestServeRefusesAPhoneThatIsNone(t *testing.T) {
	status, _, complaint := command(t, "", "serve", "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--phone", filepath.Join(t.TempDir(), "none"))
	if status != 1 || !strings.Contains(complaint, "is no folder") {
		t.Errorf("%d %s", status, complaint)
	}
}
