package webhook_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/signing"
	"github.com/wxbind/wxbind/pkg/webhook"
)

const (
	key      = login.Hidden("an-old-webhook-key-of-at-least-43-characters-abc")
	newerKey = login.Hidden("a-newer-webhook-key-of-at-least-43-characters-abc")
)

// keys implements login.Secrets: from Refetch on, the newer key.
type keys struct {
	now, newer login.Hidden
	refetched  atomic.Bool
}

func (k *keys) Secret(context.Context) (*login.Secret, error) {
	if k.refetched.Load() {
		return &login.Secret{WebhookKey: k.newer}, nil
	}
	return &login.Secret{WebhookKey: k.now}, nil
}

func (k *keys) Refetch(ctx context.Context) (*login.Secret, error) {
	k.refetched.Store(true)
	return k.Secret(ctx)
}

func notices(n int) []login.Notice {
	all := make([]login.Notice, n)
	for i := range all {
		all[i] = login.Notice{
			ID: fmt.Sprintf("n%d", i), Type: login.NoticeBound, At: time.UnixMilli(1_700_000_000_000), UserID: "u1", AppID: "wx1", Number: int64(i + 1),
		}
	}
	return all
}

// sender sends to a handler over TLS.
func sender(t *testing.T, secrets login.Secrets, handler http.HandlerFunc) *webhook.Sender {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = silent()
	server.StartTLS()
	t.Cleanup(server.Close)
	return senderTo(t, secrets, server.URL+"/hooks/wxbind", server.Certificate())
}

func senderTo(t *testing.T, secrets login.Secrets, url string, certificate *x509.Certificate) *webhook.Sender {
	t.Helper()
	roots := x509.NewCertPool()
	if certificate != nil {
		roots.AddCert(certificate)
	}
	s, err := webhook.New(webhook.Config{URL: url, Secrets: secrets, RootCAs: roots})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// silent logs nothing.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }

// signed says whether a request is signed with the key, now.
func signed(r *http.Request, key login.Hidden, body []byte) bool {
	timestamp, nonce := r.Header.Get(signing.HeaderTimestamp), r.Header.Get(signing.HeaderNonce)
	return len(nonce) >= 22 && strings.HasPrefix(timestamp, fmt.Sprint(time.Now().Unix())[:8]) &&
		r.Header.Get(signing.HeaderSignature) == signing.Signature(key, "POST", "/hooks/wxbind", timestamp, nonce, body)
}

func TestOneRequestHasSomeNoticesOfOneUser(t *testing.T) {
	s := sender(t, &keys{now: key}, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var got struct {
			Notices []struct {
				ID, Type, UserID, AppID string
				Time, Number            int64
			}
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
		first := got.Notices[0]
		if len(got.Notices) != webhook.MaxNotices || first.ID != "n0" || first.Type != "bound" || first.UserID != "u1" || first.AppID != "wx1" ||
			first.Time != 1_700_000_000_000 || first.Number != 1 || got.Notices[49].Number != 50 {
			t.Errorf("got %s", body)
		}
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || !signed(r, key, body) {
			t.Errorf("%s with %v", r.Method, r.Header)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if taken, err := s.Send(t.Context(), notices(120)); taken != webhook.MaxNotices || err != nil {
		t.Errorf("took %d, %v", taken, err)
	}
}

func TestWhatIsTaken(t *testing.T) {
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		taken  bool
		says   string
	}{
		"200":           {status(200), true, ""},
		"202":           {status(202), true, ""},
		"a long answer": {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 1<<20)) }, true, ""},
		"400":           {status(400), false, "status 400"},
		"401":           {status(401), false, "is webhookKey the receiver's own"},
		"500":           {status(500), false, "status 500"},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, false, "redirects are not followed"},
		"a redirect elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://127.0.0.1:1/", http.StatusFound)
		}, false, "status 302"},
		"a reset": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, "connection closed"},
		"a cut answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(http.StatusOK)
			w.Write([]byte("short"))
		}, false, "connection closed"},
		"a huge header": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, false, "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			s := sender(t, &keys{now: key, newer: key}, func(w http.ResponseWriter, r *http.Request) {
				calls++
				if r.URL.Path != "/hooks/wxbind" {
					t.Errorf("asked for %s", r.URL.Path)
				}
				row.answer(w, r)
			})
			taken, err := s.Send(t.Context(), notices(3))
			if (taken == 3) != row.taken || (err == nil) != row.taken || taken != 0 && taken != 3 || calls != 1 {
				t.Errorf("took %d with %d calls, %v", taken, calls, err)
			}
			if err != nil && !strings.Contains(err.Error(), row.says) {
				t.Errorf("said %v; want %q", err, row.says)
			}
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestReceiverThatHangs(t *testing.T) {
	release := make(chan struct{})
	s := sender(t, &keys{now: key}, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if taken, err := s.Send(ctx, notices(1)); taken != 0 || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "timed out") {
		t.Errorf("took %d, %v", taken, err)
	}
	began := time.Now()
	if taken, err := s.Send(t.Context(), notices(1)); taken != 0 || err == nil || time.Since(began) > 7*time.Second {
		t.Errorf("without a deadline took %d after %v, %v", taken, time.Since(began), err)
	}
}

// A key that was replaced in the secret signs at once, and no key sends nothing.
func TestKeys(t *testing.T) {
	calls := 0
	s := sender(t, &keys{now: key, newer: newerKey}, func(w http.ResponseWriter, r *http.Request) {
		calls++
		if body, _ := io.ReadAll(r.Body); !signed(r, newerKey, body) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	if taken, err := s.Send(t.Context(), notices(1)); taken != 1 || err != nil || calls != 2 {
		t.Errorf("took %d with %d calls, %v", taken, calls, err)
	}
	s = sender(t, &keys{}, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	if taken, err := s.Send(t.Context(), notices(1)); taken != 0 || err == nil || !strings.Contains(err.Error(), "webhookKey") {
		t.Errorf("took %d, %v", taken, err)
	}
}

func TestURL(t *testing.T) {
	for url, good := range map[string]bool{
		"https://platform.example.com/hooks": true,
		"http://127.0.0.1:3200/hooks":        true,
		"http://localhost:3200":              true,
		"http://platform.example.com/hooks":  false,
		"http://10.0.0.7/hooks":              false,
		"https://me:secret@example.com/":     false,
		"https://example.com/?key=secret":    false,
		"ftp://example.com/":                 false,
		"example.com":                        false,
	} {
		_, err := webhook.New(webhook.Config{URL: url})
		if (err == nil) != good {
			t.Errorf("%s: %v", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v shows it", url, err)
		}
	}
}

// No error shows who it is about, the path, the key or what was answered.
func TestErrorsShowNothing(t *testing.T) {
	s := sender(t, &keys{now: key, newer: key}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "https://example.com/leak")
		w.WriteHeader(http.StatusTemporaryRedirect)
		fmt.Fprint(w, "leak", r.Header)
	})
	_, refused := s.Send(t.Context(), notices(1))
	_, lost := senderTo(t, &keys{now: key}, "https://127.0.0.1:1/hooks/wxbind", nil).Send(t.Context(), notices(1))
	for _, err := range []error{refused, lost} {
		for _, secret := range []string{"u1", "n0", "wx1", "hooks", string(key), "leak", "v1="} {
			if err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("%v shows %q", err, secret)
			}
		}
	}
}

// A certificate that nobody vouches for is no receiver.
func TestCertificateIsChecked(t *testing.T) {
	server := httptest.NewUnstartedServer(status(http.StatusOK))
	server.Config.ErrorLog = silent()
	server.StartTLS()
	defer server.Close()
	s := senderTo(t, &keys{now: key}, server.URL, nil)
	if taken, err := s.Send(t.Context(), notices(1)); taken != 0 || err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("took %d, %v", taken, err)
	}
}

// A connection is used for more than one request, and one that the receiver has closed costs nothing.
func TestConnections(t *testing.T) {
	opened := 0
	server := httptest.NewUnstartedServer(status(http.StatusOK))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened++
		}
	}
	server.Start()
	defer server.Close()
	s := senderTo(t, &keys{now: key}, server.URL, nil)
	for range 5 {
		if _, err := s.Send(t.Context(), notices(1)); err != nil {
			t.Fatal(err)
		}
	}
	if opened != 1 {
		t.Errorf("opened %d connections", opened)
	}
}
