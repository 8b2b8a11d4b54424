package wechat

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"github.com/wxbind/wxbind/pkg/upstream"
)

// request is a request to send. With a payload it is a POST of JSON.
type request struct {
	method  string
	to      *url.URL
	payload []byte
	// header is sent besides.
	header http.Header
}

// send makes one attempt at a request and returns the answer, a 200.
func (c *Client) send(ctx context.Context, r request) (upstream.Answer, *Error) {
	a, failed := c.ask(ctx, r)
	switch {
	case failed != nil:
		return a, failed
	case a.Status != http.StatusOK:
		return a, &Error{Fault: BadStatus, Status: a.Status}
	case len(a.Body) > maxReply:
		return a, &Error{Fault: BadReply, Detail: "larger than 64 KiB"}
	}
	return a, nil
}

// ask makes one attempt at a request. Kept connections that turn out to be over before a byte was written do not count:
// the request goes on to the next connection, in the end to a new one. A new connection that breaks ends the attempt.
func (c *Client) ask(ctx context.Context, r request) (upstream.Answer, *Error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	for {
		out := new(departure)
		a, err := upstream.Ask(c.transport.RoundTrip, r.http().WithContext(out.traced(ctx)), maxReply)
		if err == nil {
			return a, nil
		}
		failed := out.fault(ctx, err)
		if failed.Fault != NotSent || !out.kept.Load() || ctx.Err() != nil {
			return a, failed
		}
	}
}

// http returns the request for net/http.
func (r request) http() *http.Request {
	header := http.Header{"User-Agent": {"wxbind"}}
	maps.Copy(header, r.header)
	if r.payload != nil {
		header.Set("Content-Type", "application/json")
		return &http.Request{
			Method: r.method, URL: r.to, Header: header,
			Body: io.NopCloser(bytes.NewReader(r.payload)), ContentLength: int64(len(r.payload)),
		}
	}
	return &http.Request{
		Method: r.method, URL: r.to, Header: header,
		// net/http resends a GET by itself unless it has a body that net/http can neither measure nor read again; hence
		// this body. Naming the encoding keeps net/http from checking whether the body is empty. Neither shows on the
		// wire.
		Body:             unrepeatable{},
		TransferEncoding: []string{"identity"},
	}
}

// unrepeatable is an empty body.
type unrepeatable struct{}

func (unrepeatable) Read([]byte) (int, error) { return 0, io.EOF }
func (unrepeatable) Close() error             { return nil }

// WriteTo keeps net/http from making a buffer of 32 KB to copy nothing, more than all else that a login takes.
func (unrepeatable) WriteTo(io.Writer) (int64, error) { return 0, nil }

// departure records whether any byte of one request was written.
type departure struct {
	trace  httptrace.ClientTrace
	conn   atomic.Pointer[trackedConn]
	before atomic.Int64
	// kept says that the connection is not new.
	kept atomic.Bool
}

// traced returns a context for the request.
func (d *departure) traced(ctx context.Context) context.Context {
	d.trace = httptrace.ClientTrace{GotConn: d.gotConn, PutIdleConn: d.putIdleConn}
	return httptrace.WithClientTrace(ctx, &d.trace)
}

// gotConn records the connection that the request uses. As a client trace it is called before anything is written.
func (d *departure) gotConn(info httptrace.GotConnInfo) {
	conn := tracked(info.Conn)
	d.before.Store(conn.begin(info.Reused))
	d.kept.Store(info.Reused)
	d.conn.Store(conn)
}

// putIdleConn ends the use of the connection. As a client trace it is called before anything more is read from it.
func (d *departure) putIdleConn(err error) {
	if err == nil {
		d.conn.Load().idle()
	}
}

// fault returns what an error of net/http means for the request. net/http has stopped writing by the time it returns an
// error.
func (d *departure) fault(ctx context.Context, err error) *Error {
	e := &Error{Fault: Lost, Detail: upstream.Describe(err), ended: ctx.Err()}
	if conn := d.conn.Load(); conn == nil {
		e.Fault = NotConnected
	} else if conn.sent() == d.before.Load() {
		e.Fault = NotSent
	}
	return e
}
