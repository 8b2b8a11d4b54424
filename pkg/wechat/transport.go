package wechat

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/wxbind/wxbind/pkg/upstream"
)

// errTLS marks a failed handshake.
const errTLS = upstream.Words("TLS handshake failed")

// newTransport makes the transport of a Client. Its connections count what is written.
func newTransport(dial upstream.Dial, roots *x509.CertPool) *http.Transport {
	t := upstream.NewTransport(upstream.TransportConfig{
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &countedConn{Conn: conn}, nil
		},
		RootCAs: roots, Proxy: http.ProxyFromEnvironment, MaxHeader: maxReply,
	})
	// Through a proxy, net/http does the handshake itself.
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := t.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return handshake(ctx, conn, address, t.TLSClientConfig)
	}
	return t
}

// handshake makes a TLS connection that counts the bytes of requests written to it, without TLS's own bytes.
func handshake(ctx context.Context, conn net.Conn, address string, settings *tls.Config) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, upstream.HandshakeTimeout)
	defer cancel()
	settings = settings.Clone()
	settings.ServerName, _, _ = net.SplitHostPort(address)
	secure := tls.Client(conn, settings)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%w: %w", errTLS, err)
	}
	return &countedConn{Conn: secure}, nil
}

// countedConn counts the bytes written to a connection.
type countedConn struct {
	net.Conn
	written atomic.Int64
}

// Write counts all of b before the write, and corrects the count to what was written afterwards: a byte that went out
// must never be uncounted.
func (c *countedConn) Write(b []byte) (int, error) {
	c.written.Add(int64(len(b)))
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n - len(b)))
	return n, err
}

// counted returns the counting connection of a connection made by newTransport. Through a proxy, TLS runs on top of it,
// so TLS's own bytes count too. A request may then be taken for sent that was not, which is the safe side.
func counted(conn net.Conn) *countedConn {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	return conn.(*countedConn) //nolint:forcetypeassert // newTransport makes no other
}
