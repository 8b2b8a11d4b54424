package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxbind/wxbind/bench/people"
)

func TestProcessorTimeOfAProcess(t *testing.T) {
	const times = " S 1 7 7 0 -1 4194560 1 2 3 4 150 50 7 3 20 0 1 0 100 1000 10 18446744073709551615"
	for _, row := range []struct {
		name, stat string
		want       time.Duration
	}{
		{"a plain name", "7 (node)" + times, 2100 * time.Millisecond},
		{"a name with a parenthesis and spaces", "7 (a) b) c)" + times, 2100 * time.Millisecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, err := cpuOf(row.stat); err != nil || got != row.want {
				t.Errorf("got %s, %v, want %s", got, err, row.want)
			}
		})
	}
	if _, err := cpuOf("7 (node) S 1"); err == nil {
		t.Error("a short text has times")
	}
}

func TestWeChatTakesACodeOnce(t *testing.T) {
	w, err := startWeChat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer w.server.Close()
	ask := func(person, serial int) string {
		c := client{addr: strings.TrimPrefix(w.url, "http://")}
		defer c.close()
		body, err := c.get(t.Context(), "/sns/jscode2session?appid="+people.AppID+"&secret="+people.AppSecret+"&js_code="+people.Code(person, serial))
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	if first := ask(3, 100_000); !strings.Contains(first, people.OpenID(3)) {
		t.Errorf("the first time: %s", first)
	}
	if again := ask(3, 100_000); !strings.Contains(again, "40163") {
		t.Errorf("the same code again: %s", again)
	}
	if other := ask(3, 100_001); !strings.Contains(other, people.OpenID(3)) {
		t.Errorf("another code: %s", other)
	}
	if w.count() != 2 {
		t.Errorf("%d were exchanged", w.count())
	}
}

func TestAWrongAnswerEndsTheMeasurement(t *testing.T) {
	for _, row := range []struct {
		name   string
		status int
		body   string
		right  bool
	}{
		{"a login", http.StatusOK, `{"code":1,"token":"t","userInfo":{"username":"` + people.Username(0) + `"}}`, true},
		{"somebody else's", http.StatusOK, `{"code":1,"token":"t","userInfo":{"username":"` + people.Username(1) + `"}}`, false},
		{"not bound", http.StatusOK, `{"code":301,"openId":"o"}`, false},
		{"a failure", http.StatusInternalServerError, `{"code":0}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(row.status)
				w.Write([]byte(row.body))
			}))
			defer server.Close()
			var s stage
			all, _, err := s.crowd(1).press(t.Context(), strings.TrimPrefix(server.URL, "http://"), load{2, 10})
			if row.right != (err == nil) || row.right && len(all) != 10 {
				t.Errorf("%d answers, %v", len(all), err)
			}
		})
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	packages := strings.Join(missing([]tool{{"no-such-server", "some-server"}, {"no-such-client", "some-server"}, {"none", "other"}}), " ")
	if packages != "some-server other" {
		t.Errorf("got %q", packages)
	}
}

func TestSettings(t *testing.T) {
	for _, row := range []struct{ name, variable, value, want string }{
		{"no number", "USERS", "many", "USERS"},
		{"none", "ROUNDS", "0", "ROUNDS"},
		{"an unknown peer", "PEERS", "floor rails", `"rails"`},
		{"a size that is none", "SIZES", "1000 x", "SIZES"},
		{"a floor with a Redis", "PEERS", "floor-durable", `"floor-durable"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := settingsFrom(func(name string) string {
				switch name {
				case row.variable:
					return row.value
				case "PEERS":
					return "floor"
				}
				return ""
			})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhatIsStartedIsStopped(t *testing.T) {
	s := &stage{folder: t.TempDir()}
	p, err := s.start(command{name: "sleeper", argv: []string{"sh", "-c", "sleep 1000 & echo started; wait"}})
	if err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(p.lastWords(), "started") {
		time.Sleep(time.Millisecond)
	}
	p.stop()
	for end := time.Now().Add(time.Minute); !errors.Is(syscall.Kill(-p.cmd.Process.Pid, 0), syscall.ESRCH); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("some of its processes go on")
		}
	}
	if err := p.accepts(context.Background(), "127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "started") {
		t.Errorf("its last words are missing: %v", err)
	}
}
