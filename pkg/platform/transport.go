package platform

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"

	"github.com/wxbind/wxbind/pkg/thaw"
)

// newTransport makes the transport of a Client. It speaks HTTP/1.1 only, in which
// whether a request was sent is known for each connection.
func newTransport(dial func(ctx context.Context, network, address string) (net.Conn, error), roots *x509.CertPool) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, dialTime)
			defer cancel()
			return dial(ctx, network, address)
		},
		TLSClientConfig: &tls.Config{
			RootCAs:    roots,
			MinVersion: tls.VersionTLS12,
			// A connection after a freeze costs less when it resumes the former one.
			ClientSessionCache: tls.NewLRUClientSessionCache(0),
		},
		TLSHandshakeTimeout:    handshakeTime,
		Protocols:              protocols,
		DisableCompression:     true, // an answer is small, and its limit means its bytes
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        thaw.MaxIdle,
		MaxResponseHeaderBytes: maxAnswer,
	}
}
