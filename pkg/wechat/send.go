package wechat

import (
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

// send makes one attempt at a request, and gives the body of a 200. A redirect is
// not followed: it would carry the AppSecret to whom it names.
func (c *Client) send(ctx context.Context, method string, to *url.URL) ([]byte, *Error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	var out departure
	req := (&http.Request{
		Method: method,
		URL:    to,
		Header: http.Header{"User-Agent": {"wxbind"}},
		// A body that is there, and that net/http can neither measure nor read
		// again, is what keeps it from sending a GET twice. Naming the encoding
		// spares it a look at whether the body is empty; neither shows on the wire.
		Body:             unrepeatable{},
		TransferEncoding: []string{"identity"},
	}).WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: out.gotConn}))

	// The transport itself, not an http.Client: that follows redirects and puts
	// the URL into its errors.
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, out.fault(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	switch {
	case err != nil:
		return nil, out.fault(ctx, err)
	case resp.StatusCode != http.StatusOK:
		return nil, &Error{Fault: BadStatus, Status: resp.StatusCode}
	case len(body) > maxReply:
		return nil, &Error{Fault: BadReply, Detail: "larger than 64 KiB"}
	}
	return body, nil
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
