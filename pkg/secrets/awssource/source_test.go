package awssource_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/secrets/awssource"
	"github.com/wxbind/wxbind/pkg/testing/pipetest"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
	"github.com/wxbind/wxbind/pkg/upstream"
)

const id = "wxbind/test"

// access are the caller's credentials; the bubble's double checks them.
var access = aws.Credentials{AccessKeyID: "test", SecretAccessKey: "S3CRETtest", SessionToken: "S3CRETsession"}

// source is a Source that never retries a call.
func source(endpoint string, transport http.RoundTripper) awssource.Source {
	return patientSource(endpoint, transport, aws.NopRetryer{})
}

func patientSource(endpoint string, transport http.RoundTripper, retryer aws.Retryer) awssource.Source {
	return sourceIn("us-east-1", endpoint, transport, retryer)
}

func sourceIn(region, endpoint string, transport http.RoundTripper, retryer aws.Retryer) awssource.Source {
	return awssource.New(aws.Config{
		Region: region, HTTPClient: upstream.Client(transport, 2*time.Second), Retryer: func() aws.Retryer { return retryer },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return access, nil }),
	}, endpoint)
}

func bubble(t *testing.T) (*secretstest.Server, *http.Transport) {
	double := &secretstest.Server{Access: access, Region: "us-east-1"}
	return double, pipetest.Serve(t, double)
}

// Without a setting it calls AWS's own Secrets Manager, in the partition of the Region.
func TestEndpoint(t *testing.T) {
	for _, row := range []struct{ region, endpoint, want string }{
		{"us-east-1", "", "https://secretsmanager.us-east-1.amazonaws.com/"},
		{"cn-north-1", "", "https://secretsmanager.cn-north-1.amazonaws.com.cn/"},
		{"cn-north-1", "http://127.0.0.1:5000", "http://127.0.0.1:5000/"},
	} {
		asked := ""
		s := sourceIn(row.region, row.endpoint, transportFunc(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.String()
			return nil, errors.New("no network")
		}), aws.NopRetryer{})
		if _, err := s.Value(t.Context(), id); err == nil || asked != row.want {
			t.Errorf("%s is asked (%v), want %s", asked, err, row.want)
		}
	}
}

// transportFunc is a network of one function.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// thrice is a retryer of 3 attempts, 100 ms apart.
func thrice() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 100 * time.Millisecond, nil })
	})
}

// The double signs what it receives again, with the SDK's signer.
func TestRequestIsSigned(t *testing.T) {
	double := &secretstest.Server{Access: access, Region: "us-east-1"}
	double.Put(id, "S3CRETvalue")
	server := httptest.NewServer(double)
	defer server.Close()
	ask := func() error {
		_, err := source(server.URL, http.DefaultTransport).Value(t.Context(), id)
		return err
	}
	if err := ask(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(){
		"another key":     func() { double.Access.SecretAccessKey += "x" },
		"another role":    func() { double.Access.AccessKeyID += "x" },
		"another session": func() { double.Access.SessionToken += "x" },
		"another region":  func() { double.Region = "cn-north-1" },
	} {
		before, region := double.Access, double.Region
		spoil()
		if err := ask(); err == nil || !strings.Contains(secrets.Reason(t.Context(), err).Error(), "InvalidSignatureException") {
			t.Errorf("%s: %v", name, err)
		}
		double.Access, double.Region = before, region
	}
}

// A call that cannot be signed is not made.
func TestWithoutCredentialsNothingIsAsked(t *testing.T) {
	double := &secretstest.Server{}
	double.Put(id, "S3CRETvalue")
	server := httptest.NewServer(double)
	defer server.Close()
	s := awssource.New(aws.Config{
		Region: "us-east-1", HTTPClient: http.DefaultClient, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("S3CRET") }),
	}, server.URL)
	value, err := s.Value(t.Context(), id)
	if text := secrets.Reason(t.Context(), err).Error(); value != nil || double.Calls() != 0 || !strings.HasPrefix(text, "Secrets Manager was not asked") || strings.Contains(text, "S3CRET") {
		t.Errorf("%q, %s after %d calls", value, text, double.Calls())
	}
}

// scripted is a server that answers with one step after another, and then with the last one forever.
func scripted(t *testing.T, steps ...http.HandlerFunc) (url string, calls *atomic.Int32) {
	t.Helper()
	calls = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-Requestid", "request-1")
		steps[min(int(calls.Add(1)), len(steps))-1](w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func TestWhatIsAskedAgain(t *testing.T) {
	good := says(200, `{"SecretString":"value"}`)
	for name, c := range map[string]struct {
		step  http.HandlerFunc
		again bool
		// want is the error if no retry succeeds.
		want string
	}{
		"throttled":          {says(400, `{"__type":"ThrottlingException","Message":"S3CRET"}`), true, "answers ThrottlingException (request id request-1)"},
		"AWS's own fault":    {says(500, `{"__type":"InternalServiceError"}`), true, "answers InternalServiceError (request id request-1)"},
		"a page with 503":    {says(503, `<html>S3CRET</html>`), true, "answers HTTP status 503 (request id request-1)"},
		"denied":             {says(400, `{"__type":"AccessDeniedException","Message":"S3CRET"}`), false, "answers AccessDeniedException (request id request-1)"},
		"with a namespace":   {says(400, `{"__type":"com.amazonaws.secretsmanager#ResourceNotFoundException"}`), false, "answers ResourceNotFoundException"},
		"a code that is not": {says(400, `{"__type":"S3CRET"}`), false, "answers HTTP status 400"},
		"a code without end": {says(400, `{"__type":"`+strings.Repeat("S", 65)+`"}`), false, "answers HTTP status 400"},
		"many choices":       {says(300, `{}`), false, "answers HTTP status 300"},
		"a redirect": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusFound)
		}, false, "answers HTTP status 302"},
		"no JSON":    {says(200, `S3CRET`), false, "its answer cannot be read"},
		"far longer": {says(200, `{"SecretString":"`+strings.Repeat("S3CRET", 100_000)+`"}`), false, "the answer is longer than 409600 bytes"},
		"broken off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true, "its answer cannot be read"},
		"broken off within": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			says(200, `{"SecretString":"S3CRET`)(w, nil)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, true, "its answer cannot be read"},
		"an id that is not": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Amzn-Requestid", "S3CRET=")
			says(400, `{"__type":"DecryptionFailure"}`)(w, r)
		}, false, "answers DecryptionFailure (request id none)"},
	} {
		t.Run(name, func(t *testing.T) {
			url, calls := scripted(t, c.step, good)
			value, err := patientSource(url, &http.Transport{}, thrice()).Value(t.Context(), id)
			if got := string(value); c.again && (got != "value" || err != nil || calls.Load() != 2) || !c.again && (got != "" || err == nil || calls.Load() != 1) {
				t.Errorf("once: %q, %v after %d calls", got, err, calls.Load())
			}
			url, calls = scripted(t, c.step)
			_, err = patientSource(url, &http.Transport{}, thrice()).Value(t.Context(), id)
			if text := secrets.Reason(t.Context(), err).Error(); !strings.Contains(text, c.want) || strings.Contains(text, "S3CRET") {
				t.Errorf("for ever: %s; want %q", text, c.want)
			}
			if n := calls.Load(); c.again && n != 3 || !c.again && n != 1 {
				t.Errorf("for ever: %d calls", n)
			}
		})
	}
}

func TestUnreachableIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dials := 0
		refused := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			dials++
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}}
		begun := time.Now()
		_, err := patientSource("http://127.0.0.1:1", refused, thrice()).Value(t.Context(), id)
		if err == nil || dials != 3 || time.Since(begun) != 200*time.Millisecond {
			t.Errorf("%v after %d attempts in %v", err, dials, time.Since(begun))
		}
	})
}

func TestAttemptsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		double, transport := bubble(t)
		double.Delay(time.Hour)
		c := patientSource("http://double", transport, thrice())
		begun := time.Now()
		_, err := c.Value(t.Context(), id)
		if text := secrets.Reason(t.Context(), err).Error(); text != "Secrets Manager did not answer in time: context deadline exceeded" {
			t.Error(text)
		}
		if took := time.Since(begun); took != 6200*time.Millisecond || double.Calls() != 3 {
			t.Errorf("%d attempts of 2 s and two pauses took %v", double.Calls(), took)
		}
	})
}

// The end of the request ends an attempt in progress, and the pause before the next one.
func TestSourceEndsWithItsContext(t *testing.T) {
	for name, delay := range map[string]time.Duration{"attempt": time.Hour, "pause": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				double, transport := bubble(t)
				double.Delay(delay)
				double.Fail(500, "InternalServiceError")
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				begun := time.Now()
				if _, err := patientSource("http://double", transport, thrice()).Value(ctx, id); err == nil {
					t.Error("no error")
				}
				if took := time.Since(begun); took != 50*time.Millisecond || double.Calls() != 1 {
					t.Errorf("%d calls in %v", double.Calls(), took)
				}
			})
		})
	}
}

// Secrets Manager keeps up to 65,536 bytes, and JSON may write each as six.
func TestLargestSecret(t *testing.T) {
	for name, e := range secretstest.Engines(t) {
		t.Run(name, func(t *testing.T) {
			c := source(e.URL, http.DefaultTransport)
			text, raw := strings.Repeat("\x01", 10_000), strings.Repeat("\xff\x00", 30_000)
			e.Put(t, "wxbind/text", text)
			if value, err := c.Value(t.Context(), "wxbind/text"); string(value) != text || err != nil {
				t.Errorf("text: %d bytes, %v", len(value), err)
			}
			e.PutBinary(t, "wxbind/raw", []byte(raw))
			if value, err := c.Value(t.Context(), "wxbind/raw"); string(value) != raw || err != nil {
				t.Errorf("bytes: %d bytes, %v", len(value), err)
			}
		})
	}
}
