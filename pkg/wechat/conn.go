package wechat

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxbind/wxbind/pkg/upstream"
)

// maxIdle is how long a connection may have been idle and still be used. WeChat is reported to keep an idle connection
// for 20 s: programs that kept theirs for as long lost requests that they sent after 19.86 to 19.98 s. Half of that
// leaves room for a slow network, and for a front end of WeChat that is less patient.
const maxIdle = 10 * time.Second

// errOver says why a request was not sent on a connection.
const errOver = upstream.Words("the kept connection was over")

// rawConn is a connection below all TLS. It counts what is read, and notes the end.
type rawConn struct {
	net.Conn
	socket *socket // nil if there is none to look into
	read   atomic.Int64
	ended  atomic.Bool
}

// Read takes any error for the end: package http sets no time limits for reading.
func (c *rawConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read.Add(int64(n))
	if err != nil {
		c.ended.Store(true)
	}
	return n, err
}

// trackedConn is a connection to which requests are written. It counts what is written, and refuses a request if it can
// know that nobody would answer: when the connection has been idle for longer than maxIdle by the wall clock, which goes
// on while a Lambda is frozen, or when anything at all came in meanwhile. That is the end of the connection, or TLS
// announcing it, or an answer to nothing, such as the 408 of a load balancer that has lost patience. Of a request that
// it refuses it writes nothing, so the request was not sent.
//
// net/http notices the same by itself, but only after a moment in which it still gives the connection to a request.
type trackedConn struct {
	net.Conn
	raw *rawConn // may be Conn itself
	now func() time.Time

	mu      sync.Mutex
	written int64 // bytes
	// unchecked is true until the first write of a request on a kept connection.
	unchecked bool
	// idleSince is when the last request ended, or when the connection was made, in Unix nanoseconds and so without a
	// monotonic reading; 0 during a request.
	idleSince int64
	// read is how many bytes raw had read then; unknown (-1) for a connection that has not had a request: those of a
	// handshake may be on their way.
	read int64
	// over means that nothing may be written any more, not even TLS's goodbye, which would be counted.
	over bool
}

func track(conn net.Conn, raw *rawConn, now func() time.Time) *trackedConn {
	return &trackedConn{Conn: conn, raw: raw, now: now, idleSince: now().UnixNano(), read: -1}
}

// begin precedes all writes of a request. kept says that the connection may have been idle. It returns how many bytes
// were written before.
func (c *trackedConn) begin(kept bool) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unchecked = kept; !kept {
		c.idleSince = 0
	}
	return c.written
}

// idle follows a request whose answer has been read, before anything else is read.
func (c *trackedConn) idle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idleSince, c.read = c.now().UnixNano(), c.raw.read.Load()
}

// sent returns how many bytes were written.
func (c *trackedConn) sent() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.written
}

// Write counts all of b before the write, and corrects the count to what was written afterwards: a byte that went out
// must never be uncounted.
func (c *trackedConn) Write(b []byte) (int, error) {
	if !c.mayWrite(len(b)) {
		return 0, errOver
	}
	n, err := c.Conn.Write(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written += int64(n - len(b))
	return n, err
}

// mayWrite decides whether n bytes may be written, and counts them.
func (c *trackedConn) mayWrite(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = c.over || c.raw.ended.Load() || c.unchecked && !c.usable()
	c.unchecked = false
	if !c.over {
		c.written += int64(n)
	}
	return !c.over
}

// usable checks a kept connection before a request.
func (c *trackedConn) usable() bool {
	// net/http may pass a connection on to the next request before it says that the last one has ended. Then it was not idle.
	if c.idleSince != 0 {
		idle := time.Duration(c.now().UnixNano() - c.idleSince)
		if idle < 0 || idle > maxIdle { // how long is unknown if the clock was set back
			return false
		}
		if c.read >= 0 && c.read != c.raw.read.Load() {
			return false
		}
		c.idleSince = 0
	}
	return c.raw.socket == nil || !c.raw.socket.readable()
}
