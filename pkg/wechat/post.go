package wechat

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// post is a call with a JSON body.
type post struct {
	path    []string
	query   url.Values
	payload map[string]any
	// decode reads the body of a 200.
	decode func(body []byte) *Error
	// repeatable says that nothing is lost if WeChat sees the call twice.
	repeatable bool
}

// post makes a call, with a second attempt where Code2Session makes one.
func (c *Client) post(ctx context.Context, p post) *Error {
	payload, err := json.Marshal(p.payload)
	if err != nil {
		panic(err) // strings and booleans always marshal
	}
	failed := c.postTo(ctx, c.base, p, payload)
	host := c.second(ctx, failed)
	if p.repeatable && failed != nil && failed.Fault == Lost && upstream.Pause(ctx, 0, upstream.Worthwhile) {
		c.transport.CloseIdleConnections() // they are as old as the broken one
		host = c.base
	}
	if host == nil {
		return failed
	}
	if failed = c.postTo(ctx, host, p, payload); failed != nil {
		failed.Attempts = 2
	}
	return failed
}

// postTo makes one attempt.
func (c *Client) postTo(ctx context.Context, host *url.URL, p post, payload []byte) *Error {
	to := host.JoinPath(p.path...)
	to.RawQuery = p.query.Encode()
	body, failed := c.send(ctx, request{method: http.MethodPost, to: to, payload: payload})
	if failed == nil {
		failed = p.decode(body)
	}
	if failed != nil {
		failed.Host, failed.Attempts = host.Host, 1
	}
	return failed
}

// failureOf is e as a login gets it, for a call with errcodes of its own.
func (e *Error) failureOf(meaningOf func(errcode int) login.Code, now time.Time) *login.Error {
	told := e.failure(now)
	if e.Fault != Refused {
		return told
	}
	if code := meaningOf(e.Errcode); code != told.Code {
		told = login.Because(code, e)
	}
	return told
}
