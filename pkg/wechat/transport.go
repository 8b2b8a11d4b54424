package wechat

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/wxbind/wxbind/pkg/upstream"
)

// errTLS marks a failed handshake.
const errTLS = upstream.Words("TLS handshake failed")

// newTransport makes the transport of a Client. Its connections are tracked; now is their wall clock.
func newTransport(dial upstream.Dial, roots *x509.CertPool, now func() time.Time) *http.Transport {
	t := upstream.NewTransport(upstream.TransportConfig{
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			raw := &rawConn{Conn: conn, socket: socketOf(conn)}
			return track(raw, raw, now), nil
		},
		MaxIdle: maxIdle, RootCAs: roots, Proxy: http.ProxyFromEnvironment, MaxHeader: maxReply,
	})
	// Through a proxy, net/http does the handshake itself.
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := t.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return handshake(ctx, tracked(conn), address, t.TLSClientConfig)
	}
	return t
}

// handshake makes a TLS connection that is tracked without TLS's own bytes, by its requests and answers alone.
func handshake(ctx context.Context, conn *trackedConn, address string, settings *tls.Config) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, upstream.HandshakeTimeout)
	defer cancel()
	settings = settings.Clone()
	settings.ServerName, _, _ = net.SplitHostPort(address)
	secure := tls.Client(conn.raw, settings)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%w: %w", errTLS, err)
	}
	return track(secure, conn.raw, conn.now), nil
}

// tracked returns the tracked connection of a connection made by newTransport. Through a proxy, TLS runs on top of it, so
// TLS's own bytes count too. A request may then be taken for sent that was not, which is the safe side.
func tracked(conn net.Conn) *trackedConn {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	return conn.(*trackedConn) //nolint:forcetypeassert // newTransport makes no other
}
