package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// screenText is what a terminal has been sent so far.
type screenText struct {
	mu  sync.Mutex
	all strings.Builder
}

// watched gathers what a terminal is sent until the test ends.
func watched(t *testing.T, keyboard *os.File) *screenText {
	t.Helper()
	s := &screenText{}
	go func() {
		for buffer := make([]byte, 4096); ; {
			n, err := keyboard.Read(buffer)
			s.mu.Lock()
			s.all.Write(buffer[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

// await returns all text once it matches.
func (s *screenText) await(t *testing.T, want string) string {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		text := s.all.String()
		s.mu.Unlock()
		if regexp.MustCompile(want).MatchString(text) {
			return text
		}
		if time.Since(begun) > 30*time.Second {
			t.Fatalf("no %q in %q", want, text)
		}
	}
}

// On a terminal people read the log; what collects a log gets JSON.
func TestServeLogsForPeopleOnATerminal(t *testing.T) {
	const colored, plain = `\x1b\[2m\d\d:\d\d:\d\d\x1b\[0m       checkbind    unbound +\d`, `(?m)^\d\d:\d\d:\d\d       checkbind    unbound +\d[\d.]* ms +openid [0-9a-f]{8}\r?$`
	for name, c := range map[string]struct {
		flags []string
		env   []string
		want  string
		lacks string
	}{
		"a terminal":           {nil, nil, colored, `{"`},
		"without color":        {nil, []string{"NO_COLOR=1"}, plain, "\x1b"},
		"color as before":      {nil, []string{"NO_COLOR="}, colored, `{"`},
		"a dumb terminal":      {nil, []string{"TERM=dumb"}, plain, "\x1b"},
		"JSON by the flag":     {[]string{"--log", "json"}, nil, `"outcome":"unbound","status":200`, "\x1b"},
		"JSON by the variable": {nil, []string{"WXBIND_LOG=json"}, `"outcome":"unbound","status":200`, "\x1b"},
		"the flag goes before": {[]string{"--log", "text"}, []string{"WXBIND_LOG=json"}, colored, `{"`},
		"auto":                 {[]string{"--log", "auto"}, []string{"WXBIND_LOG=json"}, colored, `{"`},
		"details":              {[]string{"--log-level", "debug"}, nil, `openid [0-9a-f]{8}, WeChat [\d.]+ ms, store [\d.]+ ms, from 127.0.0.1, appId wx0123456789abcdef, id `, `{"`},
	} {
		t.Run(name, func(t *testing.T) {
			keyboard, screen := terminal(t)
			seen := watched(t, keyboard)
			serve := exec.Command(program, append([]string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, c.flags...)...)
			serve.Env = append(append(os.Environ(), "TERM=xterm", "NO_COLOR="), c.env...)
			serve.Stdout, serve.Stderr = screen, screen
			if err := serve.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				serve.Process.Kill()
				serve.Wait()
			})
			url := servedOn.FindStringSubmatch(seen.await(t, `(?s)serving on http://\S+.*Press Ctrl-C`))[1]
			answer, err := http.Get(url + "/mobileApi/user/checkBind?code=alice-1")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			text := seen.await(t, c.want)
			if _, log, _ := strings.Cut(text, "Press Ctrl-C"); strings.Contains(log, c.lacks) || strings.Contains(log, "alice-1") {
				t.Errorf("got %q", log)
			}
		})
	}
}

// A command's audit does not stand amid what it prints on a terminal, where nobody keeps it, unless it is asked for.
func TestAuditOfACommandOnATerminal(t *testing.T) {
	folder := data(t)
	if status, _, said := command(t, "a secret word", "user", "add", "carol", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	for name, c := range map[string]struct {
		flags []string
		env   string
		want  string
	}{
		"a terminal":           {nil, "", `^$`},
		"text":                 {[]string{"--log", "text"}, "", `^\x1b\[2m\d\d:\d\d:\d\d\x1b\[0m       audit  event=user_disable userId=\S+ by=\S+\r\n$`},
		"JSON":                 {[]string{"--log=json"}, "", `^\{"timestamp":.*"event":"user_disable",.*\}\r\n$`},
		"JSON by the variable": {nil, "json", `^\{"timestamp":.*"event":"user_disable",.*\}\r\n$`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("WXBIND_LOG", c.env)
			t.Setenv("NO_COLOR", "")
			t.Setenv("TERM", "xterm")
			keyboard, screen := terminal(t)
			seen := watched(t, keyboard)
			var out strings.Builder
			args := append([]string{"user", "disable", "carol", "--data", folder}, c.flags...)
			if status := run(t.Context(), args, console{in: strings.NewReader(""), out: &out, err: screen}); status != 0 {
				t.Fatalf("status %d: %s", status, seen.await(t, ""))
			}
			screen.WriteString("THE END")
			said, _, _ := strings.Cut(seen.await(t, "THE END"), "THE END")
			if !regexp.MustCompile(c.want).MatchString(said) || !strings.Contains(out.String(), "disabled") || strings.Contains(out.String(), "audit") {
				t.Errorf("standard error %q, standard output %q", said, out.String())
			}
		})
	}
}

// A level drops the lines below it; the metrics count them nevertheless.
func TestServeLogLevel(t *testing.T) {
	s := startServerWith(t, []string{"--data", t.TempDir(), "--log-level", "warn", "--metrics", "127.0.0.1:0"})
	s.check("alice-1")
	s.do(s.url+"/mobileApi/user/bind", `{"code":"alice-2","username":"demo","password":"wrong word"}`)
	families := s.scrape()
	s.interrupt()
	lines := strings.Split(strings.TrimSpace(s.log.String()), "\n") // before it stands a warning about the folder
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil || line["outcome"] != "invalid_credentials" || line["level"] != "WARN" || strings.Contains(s.log.String(), "INFO") {
		t.Errorf("%v: %s", err, s.log)
	}
	if got := counted(families["wxbind_requests_total"], "route", "checkbind", "outcome", "unbound", "status", "2xx"); got != 1 {
		t.Errorf("%v counted", got)
	}
}
