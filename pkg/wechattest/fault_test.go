package wechattest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// Faults before WeChat's login service leave the code unused.
func TestGatewayFaultsHappenOnceAndLeaveTheCodeUsable(t *testing.T) {
	for _, row := range []struct {
		fault string
		seen  func(reply, error) bool
	}{
		{"busy", func(r reply, err error) bool { return err == nil && r.status == 200 && r.Errcode == -1 }},
		{"empty", func(r reply, err error) bool { return err == nil && r.status == 200 && r.body == "" }},
		{"html", func(r reply, err error) bool {
			return err == nil && r.status == 200 && strings.HasPrefix(r.body, "<html>") && r.contentType == "text/html"
		}},
		{"http400", func(r reply, err error) bool { return err == nil && r.status == 400 }},
		{"http500", func(r reply, err error) bool { return err == nil && r.status == 500 }},
		{"http599", func(r reply, err error) bool { return err == nil && r.status == 599 }},
		{"huge", func(r reply, err error) bool {
			return err == nil && len(r.body) > 4<<20 && r.OpenID == wechattest.OpenID(app, "alice")
		}},
		{"reset", func(_ reply, err error) bool {
			return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF)
		}},
	} {
		call := func(t *testing.T, w wechat) {
			t.Helper()
			r, err := w.call(http.MethodGet, wechattest.Path, query(row.fault+"-alice-1"))
			if !row.seen(r, err) {
				t.Fatalf("no fault: %d %.100q, %v", r.status, r.body, err)
			}
		}
		t.Run(row.fault+" then the plain code", func(t *testing.T) {
			w := start(t, wechattest.Config{})
			// net/http would resend a GET after a reset on a reused connection.
			w.http.Transport.(*http.Transport).DisableKeepAlives = true
			call(t, w)
			w.wantSession("alice-1", "alice")
			w.wantErrcode(row.fault+"-alice-1", 40163)
		})
		t.Run(row.fault+" then the same spelling", func(t *testing.T) {
			w := start(t, wechattest.Config{})
			w.http.Transport.(*http.Transport).DisableKeepAlives = true
			call(t, w)
			w.wantSession(row.fault+"-alice-1", "alice")
			w.wantErrcode("alice-1", 40163)
		})
	}
}

func TestLostAnswerUsesTheCodeUp(t *testing.T) {
	w := start(t, wechattest.Config{})
	if r, err := w.call(http.MethodGet, wechattest.Path, query("lost-alice-1")); err == nil {
		t.Errorf("got an answer: %s", r.body)
	}
	w.wantErrcode("alice-1", 40163)
	w.wantErrcode("lost-alice-1", 40163)
}

func TestByteOrderMarkStandsBeforeTheAnswerAndUsesTheCodeUp(t *testing.T) {
	w := start(t, wechattest.Config{})
	r, err := w.call(http.MethodGet, wechattest.Path, query("bom-alice-1"))
	if err != nil || r.status != 200 || !strings.HasPrefix(r.body, "\uFEFF{") || !strings.Contains(r.body, wechattest.OpenID(app, "alice")) {
		t.Errorf("got %d %q, %v", r.status, r.body, err)
	}
	w.wantErrcode("alice-1", 40163)
	w.wantErrcode("bom-alice-1", 40163)
}

// serve calls the handler without a network, so that time can be synthetic.
func serve(ctx context.Context, s *wechattest.Server, code string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, wechattest.Path+"?"+query(code).Encode(), nil))
	return w
}

func TestSlowAnswer(t *testing.T) {
	for fault, delay := range map[string]time.Duration{
		"slow2s": 2 * time.Second, "slow150ms": 150 * time.Millisecond, "slow1.5s": 1500 * time.Millisecond,
		"slow1m30s": 30 * time.Second, "slow9999h": 30 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := wechattest.New(wechattest.Config{Apps: map[string]string{app: secret}})
			began := time.Now()
			w := serve(t.Context(), s, fault+"-alice-1")
			if took := time.Since(began); took != delay {
				t.Errorf("%s took %v, want %v", fault, took, delay)
			}
			if !strings.Contains(w.Body.String(), wechattest.OpenID(app, "alice")) {
				t.Errorf("%s gives %s", fault, w.Body)
			}
			began = time.Now()
			if w = serve(t.Context(), s, fault+"-alice-1"); !strings.Contains(w.Body.String(), "40163") || time.Since(began) != 0 {
				t.Errorf("%s a second time gives %s after %v", fault, w.Body, time.Since(began))
			}
		})
	}
}

func TestSlowAnswerUsesTheCodeUpAtOnceAndEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := wechattest.New(wechattest.Config{Apps: map[string]string{app: secret}})
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		began := time.Now()
		gone := make(chan *httptest.ResponseRecorder, 1)
		go func() { gone <- serve(ctx, s, "slow20s-alice-1") }()
		synctest.Wait()

		if w := serve(t.Context(), s, "alice-1"); !strings.Contains(w.Body.String(), "40163") {
			t.Errorf("alice-1 gives %s while the slow answer is under way", w.Body)
		}
		if w := <-gone; w.Body.Len() != 0 || time.Since(began) != time.Second {
			t.Errorf("after %v: %s", time.Since(began), w.Body)
		}
	})
}
