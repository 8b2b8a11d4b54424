package dynamostore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// silent fails the test if the error, or any cause of it, shows something private.
func (s *scene) silent(err error) {
	s.Helper()
	for _, format := range []string{"%v", "%+v", "%#v"} {
		if shown := fmt.Sprintf(format, err); strings.Contains(shown, private) {
			s.Fatalf("the error shows what it must not: %s", shown)
		}
	}
	switch cause := err.(type) { //nolint:errorlint // this is the walk itself
	case interface{ Unwrap() error }:
		if next := cause.Unwrap(); next != nil {
			s.silent(next)
		}
	case interface{ Unwrap() []error }:
		for _, next := range cause.Unwrap() {
			s.silent(next)
		}
	}
}

// says fails the test unless the error has these parts.
func (s *scene) says(err error, parts ...string) {
	s.Helper()
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			s.Fatalf("the error %q does not say %q", err, part)
		}
	}
}

func TestErrorShowsWhatAWSCallsItAndNotWhatItSays(t *testing.T) {
	for _, m := range methods() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := m.scene(t)
			s.proxy.Inject(dynamotest.Rule{Times: dynamotest.Always, Fault: dynamotest.Echo()})
			err := m.do(t.Context(), s, s.faulty)
			s.want(err, login.StoreUnavailable)
			s.silent(err)
			method, _, _ := strings.Cut(m.name, " ")
			s.says(err, method, "ValidationException", "status 400", "request INJECTED")
		})
	}
}

func TestErrorOfATransactionNamesTheReasons(t *testing.T) {
	s := newScene(t)
	s.proxy.Inject(dynamotest.Rule{Fault: dynamotest.Cancel("None", "ValidationError")})
	err := s.faulty.Unbind(t.Context(), s.binding, false)
	s.want(err, login.StoreUnavailable)
	s.says(err, "Unbind", "TransactionCanceledException[None ValidationError None None]")
}

func TestErrorOfTheWayNamesItsKind(t *testing.T) {
	for _, c := range []struct {
		name string
		dial error
		want string
	}{
		{"no such host", &net.DNSError{Name: "dynamodb.invalid", Err: private, Server: private, IsNotFound: true}, "lookup of dynamodb.invalid failed"},
		{"too slow", &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded, Net: private}, "timed out"},
		{"closed", io.EOF, "connection closed"},
		{"anything else", errors.New(private), "no answer (*errors.errorString)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, func(o *dynamodb.Options) {
				o.HTTPClient = &http.Client{Transport: &http.Transport{
					DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, c.dial },
				}}
			})
			err := s.faulty.Unbind(t.Context(), s.binding, false)
			s.want(err, login.StoreUnavailable)
			s.silent(err)
			s.says(err, "Unbind", c.want)
		})
	}
	t.Run("refused", func(t *testing.T) {
		s := newScene(t, func(o *dynamodb.Options) {
			closed := "http://127.0.0.1:1/" + private + "?" + private
			o.BaseEndpoint = &closed
		})
		err := s.faulty.Unbind(t.Context(), s.binding, false)
		s.want(err, login.StoreUnavailable)
		s.silent(err)
		s.says(err, "Unbind", "connection refused")
	})
	t.Run("reset", func(t *testing.T) {
		s := newScene(t)
		s.proxy.Inject(dynamotest.Rule{Times: dynamotest.Always, Fault: dynamotest.LoseAnswer()})
		err := s.faulty.Unbind(t.Context(), s.binding, false)
		s.want(err, login.StoreUnavailable)
		s.silent(err)
		s.says(err, "Unbind", "connection reset by peer")
	})
}

// The context's error stays visible, wherever the context ends.
func TestErrorOfTheContextIsFound(t *testing.T) {
	for name, fault := range map[string]dynamotest.Fault{
		"while the answer is awaited":        dynamotest.Delay(time.Hour),
		"while the way is not free":          dynamotest.Conflict(),
		"while the SDK waits before a retry": dynamotest.Fail(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.proxy.Inject(dynamotest.Rule{Times: dynamotest.Always, Fault: func(x *dynamotest.Exchange) {
				time.AfterFunc(10*time.Millisecond, cancel)
				fault(x)
			}})
			err := s.faulty.Unbind(ctx, s.binding, false)
			s.want(err, login.StoreUnavailable)
			s.want(err, context.Canceled)
			s.silent(err)
		})
	}
	t.Run("past its deadline", func(t *testing.T) {
		t.Parallel()
		s := newScene(t)
		s.proxy.Inject(dynamotest.Rule{Times: dynamotest.Always, Fault: dynamotest.Delay(time.Hour)})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := s.faulty.Unbind(ctx, s.binding, false)
		s.want(err, login.StoreUnavailable)
		s.want(err, context.DeadlineExceeded)
	})
}
