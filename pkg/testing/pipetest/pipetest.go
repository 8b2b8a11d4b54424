// Package pipetest is a network within the process: its connections are pipes, so that in a synctest bubble
// delays and deadlines pass instantly.
package pipetest

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// Network is a net.Listener whom Dial connects to, whatever the address.
type Network struct {
	// Slow is how long it takes to connect.
	Slow time.Duration
	// Dials counts the connections asked for.
	Dials atomic.Int64

	conns  chan net.Conn
	closed chan struct{}
}

// New makes a Network. Closing it ends Accept.
func New() *Network {
	return &Network{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial connects to whoever accepts.
func (n *Network) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.Dials.Add(1)
	client, server := net.Pipe()
	select {
	case <-time.After(n.Slow):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case n.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (n *Network) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (n *Network) Close() error { close(n.closed); return nil }

// Addr implements net.Listener.
func (*Network) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "pipe"} }

// Serve serves a handler until the test ends. The transport reaches it under every name.
func Serve(t *testing.T, handler http.Handler) *http.Transport {
	t.Helper()
	network := New()
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(network) }()
	transport := &http.Transport{DialContext: network.Dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
	})
	return transport
}
