package wechat

import (
	"context"
	"net/http"
	"time"
)

// ServerTime returns the time in WeChat's Date header, to the second. It ignores the rest of the answer. The error is
// an *Error.
func (c *Client) ServerTime(ctx context.Context) (time.Time, error) {
	a, failed := c.ask(ctx, request{method: http.MethodHead, to: c.base})
	if failed != nil {
		return time.Time{}, c.once(failed)
	}
	date, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return time.Time{}, c.once(&Error{Fault: BadReply, Detail: "no Date header"})
	}
	return date, nil
}

// once is the error of a call's only attempt, at the base.
func (c *Client) once(failed *Error) *Error {
	failed.Host, failed.Attempts = c.base.Host, 1
	return failed
}
