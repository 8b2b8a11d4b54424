package wechat

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/wxbind/wxbind/pkg/thaw"
)

// errTLS marks a failed handshake.
var errTLS = errors.New("wechat: TLS handshake failed")

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// newTransport makes the transport of a Client. It speaks HTTP/1.1 only: in
// HTTP/2, requests share a connection, so that nobody can tell from its bytes
// whether one of them was sent, and net/http sends refused ones again by itself.
func newTransport(dial dialFunc, roots *x509.CertPool) *http.Transport {
	settings := &tls.Config{
		RootCAs:    roots,
		MinVersion: tls.VersionTLS12,
		// A connection after a freeze costs less when it resumes the former one.
		ClientSessionCache: tls.NewLRUClientSessionCache(0),
	}
	open := func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, dialTime)
		defer cancel()
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &countedConn{Conn: conn}, nil
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: open,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := open(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return handshake(ctx, conn, address, settings)
		},
		// Through a proxy, net/http does the handshake itself.
		TLSClientConfig:        settings,
		TLSHandshakeTimeout:    handshakeTime,
		Protocols:              protocols,
		DisableCompression:     true, // an answer is small, and its limit means its bytes
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        thaw.MaxIdle,
		MaxResponseHeaderBytes: maxReply,
	}
}

// handshake makes a TLS connection that counts what is written into it: the
// bytes of requests, without TLS's own.
func handshake(ctx context.Context, conn net.Conn, address string, settings *tls.Config) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
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

// countedConn counts the bytes that were written to a connection.
type countedConn struct {
	net.Conn
	written atomic.Int64
}

// Write counts all of b while it is under way, and what was taken of it after:
// at no time may a byte that went out be uncounted.
func (c *countedConn) Write(b []byte) (int, error) {
	c.written.Add(int64(len(b)))
	n, err := c.Conn.Write(b)
	c.written.Add(int64(n - len(b)))
	return n, err
}

// counted finds the count of a connection of newTransport. One through a proxy is
// TLS on top of it; there, TLS's own bytes count too, and a request may be taken
// for sent that was not: the safe side.
func counted(conn net.Conn) *countedConn {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	return conn.(*countedConn) //nolint:forcetypeassert // newTransport makes no other
}
