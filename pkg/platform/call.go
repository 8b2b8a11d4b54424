package platform

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Operation names what a directory is asked.
type Operation string

const (
	authenticate Operation = "authenticate"
	get          Operation = "get"
)

// attempt makes one attempt at a call. The verdict is what the directory says of
// the user in the place of a profile.
func (c *Client) attempt(ctx context.Context, op Operation, key login.Hidden, body []byte) (profile login.Profile, failed *Error, verdict error) {
	if key == "" {
		return profile, &Error{Fault: Unsigned}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	to := c.base.JoinPath(string(op))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return profile, &Error{Fault: NotConnected, Detail: "no such URL"}, nil
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	sign(req, key, body, c.now())
	answer, failed := c.send(req)
	if failed != nil {
		return profile, failed, nil
	}
	return judge(op, answer)
}

// reply is an answer that came whole.
type reply struct {
	status      int
	contentType string
	body        []byte
}

// send sends a request, and reads the answer to its end. A redirect is an answer
// as any other: it is not followed, since it would carry the password to whom it
// names.
func (c *Client) send(req *http.Request) (reply, *Error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	ctx := httptrace.WithClientTrace(req.Context(), trace)
	req = req.WithContext(ctx)
	req.Header.Set("User-Agent", "wxbind")
	fault := func(err error) *Error {
		e := &Error{Fault: Lost, Detail: describe(err), ended: ctx.Err()}
		if !connected.Load() {
			e.Fault = NotConnected
		}
		return e
	}

	// The transport itself, not an http.Client: that follows redirects and puts the
	// URL into its errors. It sends a POST again by itself only if a kept connection
	// broke before a byte of the request was written.
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return reply{}, fault(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return reply{}, fault(err)
	}
	return reply{resp.StatusCode, resp.Header.Get("Content-Type"), body}, nil
}

// pause waits before a second attempt, if there is time for one.
func pause(ctx context.Context) bool {
	wait := minPause + rand.N(maxPause-minPause) //nolint:gosec // jitter is no secret
	if end, ok := ctx.Deadline(); ok && time.Until(end) < wait+worthwhile {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	}
}
