package platform

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/signing"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// Operation names an operation of a directory.
type Operation string

const (
	authenticate Operation = "authenticate"
	get          Operation = "get"
	byPhone      Operation = "byPhone"
	register     Operation = "register"
)

// optional says whether a platform may do without the operation.
func (o Operation) optional() bool { return o == byPhone || o == register }

// attempt makes one attempt at a call, which is about a phone number unless that is "". If the answer is no profile, the verdict is what it says about the user.
func (c *Client) attempt(ctx context.Context, op Operation, key login.Hidden, phone string, body []byte) (profile login.Profile, failed *Error, verdict error) {
	if key == "" {
		return profile, &Error{Fault: Unsigned}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	to := c.base.JoinPath(string(op))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return profile, &Error{Fault: NotConnected, Detail: "the URL is not valid"}, nil
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	signing.Sign(req, key, body, c.now())
	answer, failed := c.send(req)
	if failed != nil {
		return profile, failed, nil
	}
	return judge(op, phone, answer)
}

// send sends a request. The transport resends a POST by itself only if a kept connection broke before a byte of the
// request was written.
func (c *Client) send(req *http.Request) (upstream.Answer, *Error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	ctx := httptrace.WithClientTrace(req.Context(), trace)
	req.Header.Set("User-Agent", "wxbind")
	answer, err := upstream.Ask(c.transport.RoundTrip, req.WithContext(ctx), maxAnswer)
	switch {
	case err == nil:
		return answer, nil
	case connected.Load():
		return answer, &Error{Fault: Lost, Detail: upstream.Describe(err), ended: ctx.Err()}
	}
	return answer, &Error{Fault: NotConnected, Detail: upstream.Describe(err), ended: ctx.Err()}
}
