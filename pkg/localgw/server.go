package localgw

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// What one connection may take of the process. A connection that waits for its client costs some 20 KB, and one that
// sends a body as much as the body so far.
const (
	maxConnections = 512
	maxHeader      = 16 << 10
	// headerSlop is how much more than its MaxHeaderBytes net/http reads.
	headerSlop = 4 << 10
	// headerTime bounds the header of a request, and readTime the whole request.
	headerTime = 5 * time.Second
	readTime   = 10 * time.Second
	// replyTime bounds the writing of an answer: a client that does not read its answer is dropped.
	replyTime = 5 * time.Second
	idleTime  = time.Minute
	// wholeTime is a backstop: a request that is read, waits, is served and is answered takes no longer.
	wholeTime = readTime + maxWait + functionTimeout + replyTime
)

// NewServer returns a server for requests from a network. It bounds how long a client may take to send a request and to
// read an answer. Its Serve takes a listener of Bound.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !connectionOf(r).keep() {
				w.Header().Set("Connection", "close")
			}
			handler.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      wholeTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader - headerSlop,
		// OPTIONS * is no route, too. Without this, net/http answers it with 200.
		DisableGeneralOptionsHandler: true,
		// The server's own messages contain a peer's address or a panic, never what a client sent. So they may be
		// logged, unlike those of package log (see app.SetLogger).
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			if bounded, ok := c.(*connection); ok {
				return context.WithValue(ctx, connectionKey{}, bounded)
			}
			return ctx
		},
		ConnState: func(c net.Conn, state http.ConnState) {
			if bounded, ok := c.(*connection); ok && state == http.StateActive {
				bounded.await() // a request begins
			}
		},
	}
}

type connectionKey struct{}

// connectionOf returns the connection of a request, nil if it came over no listener of Bound.
func connectionOf(r *http.Request) *connection {
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	return c
}
