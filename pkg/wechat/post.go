package wechat

import (
	"context"
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
	// security encrypts the call, if it is not nil, for appID.
	security *login.APISecurity
	appID    string
	// decode reads the body of a 200.
	decode func(body []byte) *Error
	// repeatable says that nothing is lost if WeChat sees the call twice.
	repeatable bool
}

// post makes a call, with a second attempt where Code2Session makes one.
func (c *Client) post(ctx context.Context, p post) *Error {
	failed := c.postTo(ctx, c.base, p)
	host := c.second(ctx, failed)
	if p.repeatable && failed != nil && failed.Fault == Lost && upstream.Pause(ctx, 0, upstream.Worthwhile) {
		c.transport.CloseIdleConnections() // they are as old as the broken one
		host = c.base
	}
	if host == nil {
		return failed
	}
	if failed = c.postTo(ctx, host, p); failed != nil {
		failed.Attempts = 2
	}
	return failed
}

// postTo makes one attempt.
func (c *Client) postTo(ctx context.Context, host *url.URL, p post) *Error {
	to := host.JoinPath(p.path...)
	r := request{method: http.MethodPost, to: to}
	open := func(a upstream.Answer) ([]byte, *Error) { return a.Body, nil }
	if p.security != nil {
		s := secured{APISecurity: p.security, appID: p.appID, url: withoutQuery(to), now: c.now()}
		r.payload, r.header = s.seal(p.payload)
		open = s.open
	} else {
		r.payload = encode(p.payload)
	}
	to.RawQuery = p.query.Encode()
	answer, failed := c.send(ctx, r)
	var body []byte
	if failed == nil {
		body, failed = open(answer)
	}
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
