package upstream

import (
	"io"
	"net/http"
	"time"
)

// Answer is what came back, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Ask makes one attempt at a request within its context's time, from the dial to the
// last byte of the answer. Of a body it gives one byte more than limit at most.
//
// do is the RoundTrip of a transport, or the Do of a client that follows no redirects:
// a redirect would carry secrets to whom it names.
//
// Errors: those of net/http, which may hold what Describe leaves out.
func Ask(do func(*http.Request) (*http.Response, error), req *http.Request, limit int64) (Answer, error) {
	resp, err := do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// Client is an http.Client for those who need one, such as the SDK: each attempt ends
// after a time, body included, and a redirect is an answer as any other.
func Client(transport http.RoundTripper, attempt time.Duration) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       attempt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
