package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	// DialTimeout bounds the look-up of a name and the TCP connect.
	DialTimeout = time.Second
	// HandshakeTimeout bounds the TLS handshake.
	HandshakeTimeout = time.Second
)

// Dial opens a connection within its context's deadline.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// TransportConfig configures NewTransport.
type TransportConfig struct {
	// Dial opens connections; nil means a net.Dialer.
	Dial Dial
	// RootCAs are whom a server's certificate is checked against; nil means the system's.
	RootCAs *x509.CertPool
	// Proxy says which proxy a request goes by; nil means by none.
	Proxy func(*http.Request) (*url.URL, error)
	// MaxHeader bounds an answer's header, in bytes; 0 means net/http's own limit.
	MaxHeader int64
}

// NewTransport makes a transport that waits for a dial and a handshake no longer than
// DialTimeout and HandshakeTimeout. It speaks HTTP/1.1 only, in which each request has a
// connection to itself: whether it was sent is known, and net/http does not send
// refused ones again by itself.
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
			// A connection after a freeze costs less when it resumes the former one.
			ClientSessionCache: tls.NewLRUClientSessionCache(0),
		},
		TLSHandshakeTimeout:    HandshakeTimeout,
		Protocols:              protocols,
		DisableCompression:     true, // an answer is small, and its limit means its bytes
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        MaxIdle,
		MaxResponseHeaderBytes: c.MaxHeader,
	}
}
