package wechat

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"syscall"
)

// request is one to send. With a payload it is a POST of JSON.
type request struct {
	method  string
	to      *url.URL
	payload []byte
}

// answer is what came back, whatever its status.
type answer struct {
	status int
	date   string // the header Date
	body   []byte
}

// send makes one attempt at a request, and gives the body of a 200.
func (c *Client) send(ctx context.Context, r request) ([]byte, *Error) {
	a, failed := c.ask(ctx, r)
	switch {
	case failed != nil:
		return nil, failed
	case a.status != http.StatusOK:
		return nil, &Error{Fault: BadStatus, Status: a.status}
	case len(a.body) > maxReply:
		return nil, &Error{Fault: BadReply, Detail: "larger than 64 KiB"}
	}
	return a.body, nil
}

// ask makes one attempt at a request. A redirect is not followed: it would carry
// the AppSecret to whom it names. Of a body it gives one byte more than maxReply
// at most.
func (c *Client) ask(ctx context.Context, r request) (answer, *Error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	var out departure
	// The transport itself, not an http.Client: that follows redirects and puts
	// the URL into its errors.
	resp, err := c.transport.RoundTrip(r.http().WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: out.gotConn})))
	if err != nil {
		return answer{}, out.fault(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err != nil {
		return answer{}, out.fault(ctx, err)
	}
	return answer{status: resp.StatusCode, date: resp.Header.Get("Date"), body: body}, nil
}

// http is the request for net/http.
func (r request) http() *http.Request {
	header := http.Header{"User-Agent": {"wxbind"}}
	if r.payload != nil {
		header.Set("Content-Type", "application/json")
		return &http.Request{
			Method: r.method, URL: r.to, Header: header,
			Body: io.NopCloser(bytes.NewReader(r.payload)), ContentLength: int64(len(r.payload)),
		}
	}
	return &http.Request{
		Method: r.method, URL: r.to, Header: header,
		// A body that is there, and that net/http can neither measure nor read
		// again, is what keeps it from sending a GET twice. Naming the encoding
		// spares it a look at whether the body is empty; neither shows on the wire.
		Body:             unrepeatable{},
		TransferEncoding: []string{"identity"},
	}
}

// unrepeatable is an empty body.
type unrepeatable struct{}

func (unrepeatable) Read([]byte) (int, error) { return 0, io.EOF }
func (unrepeatable) Close() error             { return nil }

// departure watches over one request whether any of it was written.
type departure struct {
	conn   atomic.Pointer[countedConn]
	before atomic.Int64
}

// gotConn notes the connection that the request goes out on. As a client trace it
// is called before anything is written.
func (d *departure) gotConn(info httptrace.GotConnInfo) {
	conn := counted(info.Conn)
	d.before.Store(conn.written.Load())
	d.conn.Store(conn)
}

// fault says what an error of net/http means for the request. net/http has
// stopped writing by the time it returns one.
func (d *departure) fault(ctx context.Context, err error) *Error {
	e := &Error{Fault: Lost, Detail: describe(err), ended: ctx.Err()}
	if conn := d.conn.Load(); conn == nil {
		e.Fault = NotConnected
	} else if conn.written.Load() == d.before.Load() {
		e.Fault = NotSent
	}
	return e
}

// describe puts an error of the network into words of our own. Its own text may
// quote what the peer sent, and the peer knows the URL.
func describe(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok && !name.IsTimeout {
		return "name not resolved"
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return "timed out"
	}
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, errTLS):
		return "TLS handshake failed"
	}
	return "connection closed or no HTTP"
}
