package upstream

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// Transport is an http.RoundTripper that closes its idle connections when more than its base's IdleConnTimeout of wall
// clock has passed since the last request ended. It also does so when the clock was set back, since the idle time is
// then unknown. A request ends with its error, or when its response body is read to the end or closed.
//
// Between two calls a Lambda function is frozen, for minutes or hours, and its monotonic clock stands still. So the
// timer with which net/http closes idle connections sees no time pass. Meanwhile the far side has closed the connection,
// and the next request on it fails. The wall clock does move on. net/http compares it when it looks for a connection,
// but trusts a clock that was set back.
//
// It is safe for concurrent use. Requests in progress are never disturbed.
type Transport struct {
	base *http.Transport
	now  func() time.Time

	mu sync.Mutex
	// lastUse is the latest moment at which a connection can have become idle, in Unix nanoseconds and so without a
	// monotonic reading; 0 for never.
	lastUse int64
}

// Thaw returns a Transport that sends its requests through base, which must have an IdleConnTimeout, as NewTransport's
// have. now is the wall clock; nil means time.Now.
func Thaw(base *http.Transport, now func() time.Time) *Transport {
	if now == nil {
		now = time.Now
	}
	return &Transport{base: base, now: now}
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.dropStale()
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		t.ended()
		return nil, err
	}
	resp.Body = &body{ReadCloser: resp.Body, end: sync.OnceFunc(t.ended)}
	return resp, nil
}

// CloseIdleConnections closes the connections that no request uses. http.Client's method of this name calls it.
func (t *Transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// dropStale closes the idle connections if all of them are stale. It holds the lock while it does: of two requests that
// wake together, neither may pick up a dead connection before the other has closed it.
func (t *Transport) dropStale() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropStaleLocked()
}

// ended records the end of a request. The process may have been frozen during the request, so ended first checks the
// other idle connections.
func (t *Transport) ended() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropStaleLocked()
	t.lastUse = t.now().UnixNano()
}

func (t *Transport) dropStaleLocked() {
	now := t.now().UnixNano()
	idle := time.Duration(now - t.lastUse)
	if t.lastUse == 0 || (0 <= idle && idle <= t.base.IdleConnTimeout) {
		return
	}
	t.base.CloseIdleConnections()
	t.lastUse = now
}

// body notes when a response has been read, and its connection is idle again.
type body struct {
	io.ReadCloser
	end func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

func (b *body) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}
