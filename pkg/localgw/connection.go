package localgw

import (
	"container/list"
	"net"
	"net/http"
	"sync"
	"time"
)

// patience is how long each connection may keep the server waiting, even while others wait for its place.
const patience = time.Second

// listener accepts a bounded number of connections. When all places are taken, the connection that has kept the server
// waiting longest has to go: an idle one, one whose request does not come to its end, or one that does not read its
// answer. Nor is a connection kept for its next request while another waits: see keep. So no number of them keeps others
// out. A connection whose request is being served stays.
type listener struct {
	net.Listener
	most int
	// changed gets a value when there is a place, or a connection to wait for.
	changed chan struct{}
	closed  chan struct{}
	close   func()

	mu   sync.Mutex
	open int
	// crowded says that a new connection waits for a place.
	crowded bool
	// waiting holds every *connection that waits for its client, the one that has waited longest first.
	waiting list.List
}

// Bound returns a listener that accepts a bounded number of connections at a time.
func Bound(l net.Listener) net.Listener { return bound(l, maxConnections) }

func bound(l net.Listener, most int) *listener {
	b := &listener{Listener: l, most: most, changed: make(chan struct{}, 1), closed: make(chan struct{})}
	b.close = sync.OnceFunc(func() { close(b.closed) })
	return b
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	for {
		c, evicted, wait := l.admit(raw)
		if evicted != nil {
			evicted.Conn.Close()
		}
		if c != nil {
			return c, nil
		}
		select {
		case <-l.changed:
		case <-time.After(wait):
		case <-l.closed:
			raw.Close()
			return nil, net.ErrClosed
		}
	}
}

// admit gives a connection a place, if need be that of the one evicted, which the caller closes. Otherwise it returns
// how long to wait before the next attempt.
func (l *listener) admit(raw net.Conn) (c, evicted *connection, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.crowded = l.open >= l.most; l.crowded {
		first := l.waiting.Front()
		if first == nil {
			return nil, nil, wholeTime // all are being served
		}
		evicted, _ = first.Value.(*connection)
		if wait = patience - time.Since(evicted.since); wait > 0 {
			return nil, nil, wait
		}
		evicted.remove()
		l.crowded = false
	}
	l.open++
	c = &connection{Conn: raw, listener: l, since: time.Now()}
	c.place = l.waiting.PushBack(c)
	return c, evicted, 0
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.close()
	return l.Listener.Close()
}

// notify wakes Accept.
func (l *listener) notify() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// connection is a connection with a place. The methods that say what it does may be called on nil.
type connection struct {
	net.Conn
	listener *listener
	// place is where it stands among those that wait for their clients, since when; nil while it is served.
	place  *list.Element
	since  time.Time
	closed bool
}

// await says that the server now waits for the client.
func (c *connection) await() {
	if c == nil {
		return
	}
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	if c.closed {
		return
	}
	c.since = time.Now()
	if c.place == nil {
		c.place = c.listener.waiting.PushBack(c)
		c.listener.notify()
		return
	}
	c.listener.waiting.MoveToBack(c.place)
}

// serve says that the client waits for the server, and reports whether the connection is still there.
func (c *connection) serve() bool {
	if c == nil {
		return true
	}
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	c.leave()
	return !c.closed
}

// Hold says that a request is being served that is no route's, such as a stream that lasts: its connection keeps its place
// until release. ok is false if the connection has lost it already.
func Hold(r *http.Request) (release func(), ok bool) {
	c := connectionOf(r)
	return c.await, c.serve()
}

// keep reports whether the connection may send another request after this one. While others wait for a place it may not:
// otherwise clients that send something every moment, and so never keep the server waiting, would keep their places.
func (c *connection) keep() bool {
	if c == nil {
		return true
	}
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	return !c.listener.crowded
}

// leave takes it off the list of those that wait, under the lock.
func (c *connection) leave() {
	if c.place != nil {
		c.listener.waiting.Remove(c.place)
		c.place = nil
	}
}

// remove gives its place back, under the lock.
func (c *connection) remove() {
	if !c.closed {
		c.closed = true
		c.leave()
		c.listener.open--
		c.listener.notify()
	}
}

// Close implements net.Conn.
func (c *connection) Close() error {
	c.listener.mu.Lock()
	c.remove()
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite sends what is left, as net/http does before it closes a connection on which it has not read everything.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
