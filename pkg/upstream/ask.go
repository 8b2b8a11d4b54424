package upstream

import (
	"io"
	"net/http"
	"time"
)

// Answer is a peer's answer, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Ask makes one attempt at a request within its context's time, from the dial to the last byte of the answer. It
// returns at most limit+1 bytes of the body.
//
// do is the RoundTrip of a transport, or the Do of a client that follows no redirects: a redirect would carry secrets
// to the host that it names.
//
// Errors: those of net/http, which may contain what Describe leaves out.
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

// Client returns an http.Client for code that needs one, such as the SDK. Each attempt is bounded, body included, and a
// redirect is an answer like any other.
func Client(transport http.RoundTripper, attempt time.Duration) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       attempt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
