package upstream

import (
	"bytes"
	"errors"
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

// Client returns an http.Client for code that needs one, such as the SDK. Each attempt is bounded, body included, a
// request goes out in one piece, and a redirect is an answer like any other.
func Client(transport http.RoundTripper, attempt time.Duration) *http.Client {
	return &http.Client{
		Transport:     onePiece{transport},
		Timeout:       attempt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// onePiece lets net/http write the header of a request together with its body. It does so only for bodies that it knows to
// be in memory, and not for the SDK's: each call would cost a write, a TLS record and a packet more.
type onePiece struct{ http.RoundTripper }

func (t onePiece) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.ContentLength > 0 {
		body := make([]byte, req.ContentLength)
		_, err := io.ReadFull(req.Body, body)
		if err = errors.Join(err, req.Body.Close()); err != nil {
			return nil, err
		}
		req = req.WithContext(req.Context()) // a RoundTripper must not change its request
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return t.RoundTripper.RoundTrip(req)
}
