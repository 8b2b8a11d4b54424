package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// program is the built command.
var program string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "wxbind-command")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(folder, "wxbind")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		os.Exit(1)
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} { // English, wherever the tests run
		os.Setenv(name, "C")
	}
	status := m.Run()
	os.RemoveAll(folder)
	os.Exit(status)
}

// server is a running `wxbind serve`.
type server struct {
	*testing.T
	command *exec.Cmd
	url     string
	// greeting is what it prints before it serves.
	greeting string
	// log is what it writes to standard error. It is complete once the server has ended.
	log   *bytes.Buffer
	ended chan error
}

var servedOn = regexp.MustCompile(`serving on (http://\S+)`)

// startServer serves data until the test ends.
func startServer(t *testing.T, data string, env ...string) *server {
	t.Helper()
	return startServerWith(t, []string{"--data", data}, env...)
}

// startServerWith serves with flags until the test ends.
func startServerWith(t *testing.T, flags []string, env ...string) *server {
	t.Helper()
	s := &server{T: t, log: &bytes.Buffer{}, ended: make(chan error, 1)}
	s.command = exec.Command(program, append([]string{"serve", "--addr", "127.0.0.1:0"}, flags...)...)
	s.command.Env = append(os.Environ(), env...)
	s.command.Stderr = s.log
	out, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.command.Process.Kill() })
	greeted := make(chan string, 1)
	go func() {
		text := ""
		for buffer := make([]byte, 4096); ; {
			n, err := out.Read(buffer)
			if text += string(buffer[:n]); strings.Contains(text, "Press Ctrl-C") {
				greeted <- text
				text = ""
			}
			if err != nil {
				s.ended <- s.command.Wait()
				close(greeted)
				return
			}
		}
	}()
	select {
	case s.greeting = <-greeted:
	case <-time.After(time.Minute):
	}
	m := servedOn.FindStringSubmatch(s.greeting)
	if m == nil {
		t.Fatalf("it does not serve: %s", s.greeting)
	}
	s.url = m[1]
	return s
}

// interrupt does what Ctrl-C does, and waits for the end.
func (s *server) interrupt() {
	s.Helper()
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		s.Fatal(err)
	}
	select {
	case err := <-s.ended:
		if err != nil {
			s.Errorf("it ended with %v: %s", err, s.log)
		}
	case <-time.After(time.Minute):
		s.Error("it does not end")
	}
}

// printedCurl is a printed curl line: a URL, and for a POST a body.
var printedCurl = regexp.MustCompile(`(?m)^ *curl '([^']+)'(?: -H 'content-type: application/json' -d '([^']+)')?$`)

// paste does what the printed curl lines do.
func (s *server) paste() (answers []map[string]any) {
	s.Helper()
	for _, line := range printedCurl.FindAllStringSubmatch(s.greeting, -1) {
		answers = append(answers, s.do(line[1], line[2]))
	}
	return answers
}

func (s *server) check(code string) map[string]any {
	s.Helper()
	return s.do(s.url+"/mobileApi/user/checkBind?code="+code, "")
}

func (s *server) do(url, body string) map[string]any {
	s.Helper()
	var answer map[string]any
	if err := json.Unmarshal([]byte(s.text(url, body)), &answer); err != nil {
		s.Fatal(err)
	}
	return answer
}

func TestFirstStartGreetsWithALogin(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := startServer(t, data)
	answers := s.paste()
	if len(answers) != 3 {
		t.Fatalf("%d curl lines, want 3:\n%s", len(answers), s.greeting)
	}
	if a := answers[0]; a["code"] != 301.0 || a["openId"] == "" {
		t.Errorf("first: %v", a)
	}
	for i, a := range answers[1:] {
		menus, _ := a["menuList"].([]any)
		user, _ := a["userInfo"].(map[string]any)
		if a["code"] != 1.0 || a["token"] == "" || user["username"] != "demo" || len(menus) != 2 {
			t.Errorf("line %d: %v", i+2, a)
		}
	}
	if a := s.do(s.url+"/healthz", ""); a["status"] != "ok" {
		t.Errorf("health: %v", a)
	}
	s.interrupt()

	// The second start shows no password, and the binding is still there.
	password := regexp.MustCompile(`password (\S+) \(`).FindStringSubmatch(s.greeting)
	if password == nil || strings.Contains(s.log.String(), password[1]) {
		t.Errorf("no password is printed, or it is in the log")
	}
	again := startServer(t, data)
	if strings.Contains(again.greeting, "only this once") {
		t.Errorf("a second start greets with\n%s", again.greeting)
	}
	if a := again.check("alice-9"); a["code"] != 1.0 {
		t.Errorf("after a restart: %v", a)
	}
	again.interrupt()
}

func TestInterruptLetsRequestsFinish(t *testing.T) {
	s := startServer(t, t.TempDir())
	var wg sync.WaitGroup
	wg.Go(func() {
		if a := s.check("slow1s-bob-1"); a["code"] != 301.0 {
			t.Errorf("the request in flight: %v", a)
		}
	})
	time.Sleep(300 * time.Millisecond) // for the request to be in flight
	s.interrupt()
	wg.Wait()
	if _, err := http.Get(s.url + "/healthz"); err == nil {
		t.Error("it still serves")
	}
}

// A server waits for a request that never ends, but a second interrupt stops it.
func TestSecondInterruptEndsAtOnce(t *testing.T) {
	s := startServer(t, t.TempDir())
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprint(connection, "POST /mobileApi/user/bind HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
	connection.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := connection.Read(make([]byte, 64)); err != nil { // "continue": it is in flight
		t.Fatal(err)
	}
	for {
		if err := s.command.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		select {
		case <-s.ended:
			if got := s.command.ProcessState.String(); got != "signal: interrupt" {
				t.Errorf("it ended with %s: %s", got, s.log)
			}
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func TestServeAsksTheWeChatOfTheSettings(t *testing.T) {
	far := wechattest.New(wechattest.Config{Apps: map[string]string{"wxmine": "my secret"}})
	base := httptest.NewServer(far)
	defer base.Close()
	s := startServer(t, t.TempDir(), "WECHAT_API_BASE="+base.URL, "WX_APPID=wxmine", "WX_APPSECRET=my secret")
	if a := s.check("alice-1"); a["openId"] != wechattest.OpenID("wxmine", "alice") || far.Calls() != 1 {
		t.Errorf("got %v after %d calls", a, far.Calls())
	}
	s.interrupt()
	if strings.Contains(s.greeting+s.log.String(), "my secret") {
		t.Error("the AppSecret shows")
	}
}

func TestServeOnWhatCannotBe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"a port that is taken":      {nil, []string{"--addr", taken.Addr().String()}, "--addr"},
		"a stand-in's port taken":   {nil, []string{"--stand-in", taken.Addr().String()}, "--stand-in"},
		"no address":                {nil, []string{"--addr", "nonsense"}, "nonsense"},
		"a file for a folder":       {nil, []string{"--data", file}, file},
		"an appid and no AppSecret": {map[string]string{"WX_APPID": "wx1"}, nil, "WX_APPSECRET"},
		"an AppSecret and no appid": {map[string]string{"WX_APPSECRET": "MARK"}, nil, "WX_APPID"},
		"a WeChat that is no URL":   {map[string]string{"WECHAT_API_BASE": "ftp://MARK"}, nil, "WECHAT_API_BASE"},
		"an odd rule of appIds":     {map[string]string{"WXBIND_UNKNOWN_APP": "MARK"}, nil, "settings: WXBIND_UNKNOWN_APP (must be refuse or default)"},
		"a WeChat over http":        {map[string]string{"WECHAT_API_BASE": "http://MARK.example.com"}, nil, "WECHAT_API_BASE must be https"},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			args := append([]string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, c.args...)
			status, _, errors := command(t, "", args...)
			if status != 1 || !strings.Contains(errors, c.want) || strings.Count(errors, "\n") != 1 || strings.Contains(errors, "MARK") {
				t.Errorf("status %d: %s", status, errors)
			}
		})
	}
}

// A store whose key was lost must not get a new one: it could not open any sealed data.
func TestServeMissesALostSealKey(t *testing.T) {
	folder := data(t)
	if err := os.Remove(filepath.Join(folder, "seal.key")); err != nil {
		t.Fatal(err)
	}
	status, _, errors := command(t, "", "serve", "--addr", "127.0.0.1:0", "--data", folder)
	if status != 1 || !strings.Contains(errors, "seal.key is missing") {
		t.Errorf("status %d: %s", status, errors)
	}
}

// command runs one command to its end, with this standard input.
func command(t *testing.T, input string, args ...string) (status int, out, errors string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	status = run(ctx, args, console{in: strings.NewReader(input), out: &stdout, err: &stderr})
	return status, stdout.String(), stderr.String()
}

func TestServeTakesPathsAsTheyAre(t *testing.T) {
	s := startServer(t, t.TempDir())
	for _, path := range []string{"//mobileApi/user/checkBind", "/x/../mobileApi/user/checkBind", "//healthz", "/healthz/", "/index.html"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path+"?code=alice-1", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultTransport.RoundTrip(request) // a client would follow a redirect
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusNotFound || string(body) != `{"message":"Not Found"}`+"\n" {
			t.Errorf("%s: %d %s, %v", path, response.StatusCode, body, err)
		}
	}
	s.interrupt()
}

// By default, net/http logs it.
func TestWhatWeChatSendsUnaskedIsNotLogged(t *testing.T) {
	const answer = `{"errcode":40029,"errmsg":"invalid code"}`
	closed := make(chan struct{})
	base := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		go func() {
			defer close(closed)
			defer connection.Close()
			fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
			time.Sleep(100 * time.Millisecond) // for the connection to be idle
			fmt.Fprint(connection, "MARK")
			connection.SetReadDeadline(time.Now().Add(time.Minute))
			io.Copy(io.Discard, connection) // it is closed once it has been logged
		}()
	}))
	defer base.Close()
	s := startServer(t, t.TempDir(), "WECHAT_API_BASE="+base.URL)
	if a := s.check("alice-1"); a["code"] != 0.0 {
		t.Errorf("got %v", a)
	}
	<-closed
	s.interrupt()
	if strings.Contains(s.log.String(), "MARK") {
		t.Errorf("the log: %s", s.log)
	}
}

func TestServerSaysWhatWentWrongInIt(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	var out bytes.Buffer
	slog.SetDefault(slog.New(slog.NewJSONHandler(&out, nil)))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, listener, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }),
			func(context.Context, time.Time) error { return nil })
	}()
	if response, err := http.Get("http://" + listener.Addr().String()); err == nil {
		response.Body.Close()
		t.Error("it answered")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), `"level":"WARN"`) || !strings.Contains(out.String(), "panic serving") {
		t.Errorf("the log: %s", out.String())
	}
}

// text is the answer to a request as received.
func (s *server) text(url, body string) string {
	s.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(s.Context(), method, url, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return string(answer)
}
