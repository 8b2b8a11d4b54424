package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/signing"
)

const webhookKey = "MARK-the-webhook-key-of-this-test-has-43-chars"

// platformsReceiver is a platform's receiver: it checks signatures and keeps what it takes.
type platformsReceiver struct {
	*testing.T
	key string
	mu  sync.Mutex
	// answers decides about a request in place of 204; it may write nothing and return false to take it.
	answers func(w http.ResponseWriter) (done bool)
	got     []receivedNotice
	bad     int
	raw     strings.Builder
}

type receivedNotice struct {
	ID, Type, UserID, AppID string
	Time, Number            int64
	Data                    []string
}

func (p *platformsReceiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	p.mu.Lock()
	answers := p.answers
	p.mu.Unlock()
	if err != nil || answers != nil && answers(w) {
		return
	}
	want := signing.Signature(login.Hidden(p.key), r.Method, r.URL.Path, r.Header.Get(signing.HeaderTimestamp), r.Header.Get(signing.HeaderNonce), body)
	p.mu.Lock()
	defer p.mu.Unlock()
	var in struct{ Notices []receivedNotice }
	if r.Header.Get(signing.HeaderSignature) != want || json.Unmarshal(body, &in) != nil || len(in.Notices) == 0 {
		p.bad++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	p.raw.Write(body)
	p.got = append(p.got, in.Notices...)
	w.WriteHeader(http.StatusNoContent)
}

func (p *platformsReceiver) answer(answers func(w http.ResponseWriter) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = answers
}

// kept are the notices without repeats, in the order in which they first came, and how many came again.
func (p *platformsReceiver) kept() (kept []receivedNotice, repeats int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := map[string]bool{}
	for _, n := range p.got {
		if seen[n.ID] {
			repeats++
			continue
		}
		seen[n.ID] = true
		kept = append(kept, n)
	}
	return kept, repeats
}

// until waits until so many different notices have come.
func (p *platformsReceiver) until(want int) []receivedNotice {
	p.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		kept, _ := p.kept()
		if len(kept) >= want {
			return kept
		}
		if time.Now().After(deadline) {
			p.Fatalf("%d notices came, and %d requests were refused; want %d", len(kept), p.bad, want)
		}
	}
}

// receive begins to receive at an address, or at any if that is "".
func receive(t *testing.T, address, key string) (p *platformsReceiver, url string, stop func()) {
	t.Helper()
	p = &platformsReceiver{T: t, key: key}
	server := httptest.NewUnstartedServer(p)
	if address != "" {
		server.Listener.Close()
		var err error
		if server.Listener, err = net.Listen("tcp", address); err != nil {
			t.Fatal(err)
		}
	}
	server.Start()
	stop = sync.OnceFunc(func() { server.CloseClientConnections(); server.Close() })
	t.Cleanup(stop)
	return p, server.URL + "/hooks/wxbind", stop
}

func typesOf(notices []receivedNotice) (all []string) {
	for _, n := range notices {
		all = append(all, n.Type)
	}
	return all
}

// What a person does and what an administrator does in another process reaches the platform, without anything that says who they are.
func TestServeSendsNotices(t *testing.T) {
	p, url, _ := receive(t, "", webhookKey)
	data := filepath.Join(t.TempDir(), "data")
	s := startServerWith(t, []string{"--data", data, "--webhook", url, "--metrics", "127.0.0.1:0"}, "WXBIND_WEBHOOK_KEY="+webhookKey)
	s.paste()
	bound := p.until(1)
	if n := bound[0]; n.Type != "bound" || n.AppID != standInAppID || n.UserID == "" || n.ID == "" || n.Number == 0 ||
		time.Since(time.UnixMilli(n.Time)).Abs() > time.Minute {
		t.Errorf("got %+v", n)
	}
	for _, args := range [][]string{{"user", "disable", "demo"}, {"user", "enable", "demo"}, {"user", "set", "demo", "--phone", "13800138000"}, {"user", "delete", "demo", "--yes"}} {
		if status, out, said := command(t, "", append(args, "--data", data)...); status != 0 {
			t.Fatalf("%v: %s%s", args, out, said)
		}
	}
	all := p.until(5)
	if got := strings.Join(typesOf(all), " "); got != "bound disabled enabled phone_changed deleted" {
		t.Errorf("got %s", got)
	}
	for i, n := range all[1:] {
		if n.Number <= all[i].Number || n.UserID != all[0].UserID {
			t.Errorf("%+v came after %+v", n, all[i])
		}
	}
	for _, person := range []string{"13800138000", "demo", "alice", "openid", "unionid"} {
		if strings.Contains(strings.ToLower(p.raw.String()), person) {
			t.Errorf("the notices have %q: %s", person, p.raw.String())
		}
	}
	if families := s.scrape(); counted(families["wxbind_notices_delivered_total"]) < 5 || counted(families["wxbind_outbox_oldest_seconds"]) != 0 {
		t.Errorf("the metrics: %v", families)
	}
	s.interrupt()
	if strings.Contains(s.log.String(), webhookKey) || strings.Contains(s.greeting, webhookKey) || strings.Contains(s.log.String(), "not delivered") {
		t.Errorf("the log: %s", s.log)
	}
	if _, repeats := p.kept(); repeats > 0 || p.bad > 0 {
		t.Errorf("%d repeats, %d refused", repeats, p.bad)
	}
}

// The process is killed when something is written and not delivered, or delivered and not removed.
func TestKilledBetweenWriteAndDelivery(t *testing.T) {
	for name, row := range map[string]struct {
		// takes says whether the receiver takes what comes before the process is killed.
		takes   bool
		repeats int
	}{
		"the receiver has not answered": {false, 0},
		"the receiver has taken it":     {true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p, url, _ := receive(t, "", webhookKey)
			data := filepath.Join(t.TempDir(), "data")
			flags, env := []string{"--data", data, "--webhook", url}, "WXBIND_WEBHOOK_KEY="+webhookKey
			s := startServerWith(t, flags, env)
			arrived := make(chan struct{})
			p.answer(func(http.ResponseWriter) bool {
				defer close(arrived)
				s.command.Process.Kill() // SIGKILL
				<-s.ended
				return !row.takes
			})
			s.paste()
			<-arrived
			p.answer(nil)
			again := startServerWith(t, flags, env)
			if got := p.until(1); got[0].Type != "bound" {
				t.Errorf("got %v", typesOf(got))
			}
			time.Sleep(1500 * time.Millisecond) // for another round
			if _, repeats := p.kept(); repeats != row.repeats {
				t.Errorf("%d repeats; want %d", repeats, row.repeats)
			}
			again.interrupt()
		})
	}
}

func TestReceiverIsDownForAWhile(t *testing.T) {
	var hang chan struct{}
	for name, answers := range map[string]func(w http.ResponseWriter) bool{
		"500":      func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusInternalServerError); return true },
		"a reset":  func(http.ResponseWriter) bool { panic(http.ErrAbortHandler) },
		"it hangs": func(http.ResponseWriter) bool { <-hang; panic(http.ErrAbortHandler) },
		"a redirect": func(w http.ResponseWriter) bool {
			w.Header().Set("Location", "/")
			w.WriteHeader(http.StatusFound)
			return true
		},
		"no receiver": nil,
	} {
		t.Run(name, func(t *testing.T) {
			hang = make(chan struct{})
			p, url, stop := receive(t, "", webhookKey)
			address := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/hooks/wxbind")
			if answers == nil {
				stop()
			} else {
				p.answer(answers)
			}
			s := startServerWith(t, []string{"--data", filepath.Join(t.TempDir(), "data"), "--webhook", url}, "WXBIND_WEBHOOK_KEY="+webhookKey)
			s.paste()
			time.Sleep(2 * time.Second)
			if a := s.check("alice-8"); a["code"] != 1.0 { // nobody waits for the receiver
				t.Errorf("got %v", a)
			}
			if answers == nil {
				p, _, _ = receive(t, address, webhookKey)
			} else {
				p.answer(nil)
				close(hang)
			}
			if got := p.until(1); got[0].Type != "bound" {
				t.Errorf("got %v", typesOf(got))
			}
			time.Sleep(200 * time.Millisecond)
			s.interrupt()
			for _, line := range []string{"notices are not delivered: they wait, and are sent again", "notices are delivered again"} {
				if strings.Count(s.log.String(), line) != 1 {
					t.Errorf("the log does not say once %q: %s", line, s.log)
				}
			}
		})
	}
}
