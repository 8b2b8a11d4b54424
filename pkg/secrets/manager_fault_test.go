package secrets_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
)

func TestFailedRefreshServesTheOlderSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, told := manager(t)
		wantApp(t, m.Secret, appSecret)
		double.Put(id, newSecret)
		double.Fail(http.StatusInternalServerError, "InternalServiceError")
		time.Sleep(10 * time.Minute)

		atOnce(t, 100, m.Secret, appSecret)
		wantCalls(t, double, 2)
		time.Sleep(5*time.Second - time.Millisecond)
		wantApp(t, m.Secret, appSecret)
		wantCalls(t, double, 2)
		if len(*told) != 1 {
			t.Fatalf("the operator is told %v; want one error", *told)
		}
		wantUnavailable(t, (*told)[0], "InternalServiceError (request id request-2)")

		double.Fail(0, "")
		time.Sleep(time.Millisecond)
		wantApp(t, m.Secret, "S3CRETnew")
		wantCalls(t, double, 3)
	})
}

func TestFailedRefetchServesTheOlderSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, told := manager(t)
		wantApp(t, m.Secret, appSecret)
		double.Fail(http.StatusBadRequest, "AccessDeniedException")
		atOnce(t, 100, m.Refetch, appSecret)
		wantApp(t, m.Secret, appSecret)
		wantCalls(t, double, 2)
		if len(*told) != 1 {
			t.Fatalf("the operator is told %v; want one error", *told)
		}
		wantUnavailable(t, (*told)[0], "AccessDeniedException")
	})
}

func TestMalformedRefreshServesTheOlderSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, told := manager(t)
		wantApp(t, m.Secret, appSecret)
		double.Put(id, strings.Replace(shortSecret, appSecret, secrets.Placeholder, 1))
		wantApp(t, m.Refetch, appSecret)
		if len(*told) != 1 {
			t.Fatalf("the operator is told %v; want one error", *told)
		}
		wantUnavailable(t, (*told)[0], "secret wxbind/test: appSecret is still the placeholder")
	})
}

func TestFirstFetchFailing(t *testing.T) {
	tests := []struct {
		name, says string
		spoil      func(*secretstest.Server)
	}{
		{"denied", "AccessDeniedException (request id request-", func(d *secretstest.Server) { d.Fail(http.StatusBadRequest, "AccessDeniedException") }},
		{"no such secret", "ResourceNotFoundException", func(d *secretstest.Server) { *d = secretstest.Server{} }},
		{"malformed", "the secret is not valid JSON", func(d *secretstest.Server) { d.Put(id, shortSecret[:40]) }},
		{"empty", "the secret is not a JSON object", func(d *secretstest.Server) { d.Put(id, " ") }},
		{"slow", "did not answer in time", func(d *secretstest.Server) { d.Delay(time.Hour) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, double, told := manager(t)
				tt.spoil(double)
				begun := time.Now()
				var all sync.WaitGroup
				for range 100 {
					all.Go(func() {
						_, err := m.Secret(t.Context())
						wantUnavailable(t, err, tt.says)
					})
				}
				all.Wait()
				if took := time.Since(begun); took > 2*time.Second {
					t.Errorf("it took %v; want 2 s at most", took)
				}
				if len(*told) != 0 {
					t.Errorf("the operator is told %v besides", *told)
				}

				// The next request tries again.
				double.Put(id, shortSecret)
				double.Fail(0, "")
				double.Delay(0)
				wantApp(t, m.Secret, appSecret)
			})
		})
	}
}

func TestFailureIsSharedByThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, _ := manager(t)
		double.Delay(time.Second)
		double.Fail(http.StatusBadRequest, "AccessDeniedException")
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				_, err := m.Secret(t.Context())
				wantUnavailable(t, err, "AccessDeniedException")
			})
		}
		all.Wait()
		wantCalls(t, double, 1)
	})
}

// A request may end before the fetch that it makes for all. The next one then fetches.
func TestRequestThatEndsWhileItFetches(t *testing.T) {
	for name, call := range map[string]func(*secrets.Manager) get{
		"Secret":  func(m *secrets.Manager) get { return m.Secret },
		"Refetch": func(m *secrets.Manager) get { return m.Refetch },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, double, _ := manager(t)
				double.Delay(500 * time.Millisecond)
				begun := time.Now()
				var all sync.WaitGroup
				all.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
					defer cancel()
					_, err := call(m)(ctx)
					wantUnavailable(t, err, "did not answer in time")
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("err = %v; want the context's too", err)
					}
				})
				synctest.Wait()
				all.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
					defer cancel()
					_, err := call(m)(ctx)
					wantUnavailable(t, err, "the request ended")
					if waited := time.Since(begun); waited != 50*time.Millisecond {
						t.Errorf("a waiting request that ends after 50 ms is answered after %v", waited)
					}
				})
				atOnce(t, 100, call(m), appSecret)
				all.Wait()
				if took := time.Since(begun); took != 600*time.Millisecond {
					t.Errorf("it took %v; want 600 ms", took)
				}
				wantCalls(t, double, 2)
			})
		})
	}
}

func TestRefetchThatEndsLeavesItToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, told := manager(t)
		wantApp(t, m.Secret, appSecret)
		double.Put(id, newSecret)
		double.Delay(500 * time.Millisecond)
		var all sync.WaitGroup
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			wantApp(t, func(context.Context) (*login.Secret, error) { return m.Refetch(ctx) }, appSecret)
		})
		synctest.Wait()
		atOnce(t, 100, m.Refetch, "S3CRETnew")
		all.Wait()
		wantCalls(t, double, 3)
		if len(*told) != 1 {
			t.Errorf("the operator is told %v; want one error", *told)
		}
	})
}

func TestEndedRequestGetsWhatIsCached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, _ := manager(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := m.Secret(ended)
		wantUnavailable(t, err, "the request ended")
		wantCalls(t, double, 0)

		wantApp(t, m.Secret, appSecret)
		time.Sleep(time.Hour)
		for _, call := range []get{m.Secret, m.Refetch} {
			wantApp(t, func(context.Context) (*login.Secret, error) { return call(ended) }, appSecret)
		}
		wantCalls(t, double, 1)
	})
}

// sourceFunc is a Source that does what no server can make one do.
type sourceFunc func() ([]byte, error)

func (f sourceFunc) Value(context.Context, string) ([]byte, error) { return f() }

func TestPanicLeavesTheFetchToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		m := secrets.New(secrets.Config{SecretID: id, Source: sourceFunc(func() ([]byte, error) {
			if calls++; calls == 1 {
				time.Sleep(time.Second)
				panic("the source is broken")
			}
			return []byte(shortSecret), nil
		})})
		go func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic is swallowed")
				}
			}()
			_, _ = m.Secret(t.Context())
		}()
		synctest.Wait()
		atOnce(t, 10, m.Secret, appSecret)
	})
}

func TestOperatorIsToldInTheLogByDefault(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(before)
	synctest.Test(t, func(t *testing.T) {
		double, transport := bubble(t)
		double.Put(id, shortSecret)
		m := secrets.New(secrets.Config{Source: client("http://double", transport), SecretID: id})
		wantApp(t, m.Secret, appSecret)
		double.Fail(http.StatusBadRequest, "AccessDeniedException")
		wantApp(t, m.Refetch, appSecret)
	})
	if !strings.Contains(log.String(), "AccessDeniedException") || strings.Contains(log.String(), "S3CRET") {
		t.Errorf("log = %s; want the error's code and no value", &log)
	}
}
