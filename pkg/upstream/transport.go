package upstream

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	// DialTimeout bounds the name lookup and the TCP connect.
	DialTimeout = time.Second
	// HandshakeTimeout bounds the TLS handshake.
	HandshakeTimeout = time.Second
	// DefaultMaxIdle is less than servers, and the load balancers before them, usually keep an idle connection.
	DefaultMaxIdle = 20 * time.Second
)

// Dial opens a connection within its context's deadline.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// TransportConfig configures NewTransport.
type TransportConfig struct {
	// Dial opens connections; nil means a net.Dialer.
	Dial Dial
	// RootCAs verify a server's certificate; nil means the system's.
	RootCAs *x509.CertPool
	// Proxy returns the proxy for a request; nil means no proxy.
	Proxy func(*http.Request) (*url.URL, error)
	// MaxIdle is how long a connection may have been idle and still be used: for clearly less time than the peer keeps it,
	// since a request that meets its end on the way is lost. 0 means DefaultMaxIdle.
	MaxIdle time.Duration
	// MaxHeader bounds an answer's header, in bytes; 0 means net/http's own limit.
	MaxHeader int64
}

// NewTransport returns a transport that bounds a dial by DialTimeout and a handshake by HandshakeTimeout. It speaks
// only HTTP/1.1, where each request has a connection to itself. So it is known whether a request was sent, and net/http
// does not resend refused requests by itself.
func NewTransport(c TransportConfig) *http.Transport {
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy: c.Proxy,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, DialTimeout)
			defer cancel()
			return dial(ctx, network, address)
		},
		TLSClientConfig: &tls.Config{
			RootCAs:    c.RootCAs,
			MinVersion: tls.VersionTLS12,
			// A new connection after a freeze costs less if it resumes the previous TLS session.
			ClientSessionCache: tls.NewLRUClientSessionCache(0),
		},
		TLSHandshakeTimeout:    HandshakeTimeout,
		Protocols:              protocols,
		DisableCompression:     true, // answers are small, and their limit counts bytes as sent
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        cmp.Or(c.MaxIdle, DefaultMaxIdle),
		MaxResponseHeaderBytes: c.MaxHeader,
	}
}
