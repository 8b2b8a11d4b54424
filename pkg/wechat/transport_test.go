package wechat

import (
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// UseProxy sends all requests by a proxy. The environment, which otherwise names one, is read once per process.
func (c *Client) UseProxy(at *url.URL) { c.transport.Proxy = http.ProxyURL(at) }

// If TLS's own bytes counted, TLS's closing alert on a broken connection would look like a sent request.
func TestBytesOfTLSItselfAreNotCounted(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	transport := newTransport(new(net.Dialer).DialContext, trust(server), time.Now)
	conn, err := transport.DialTLSContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if n := tracked(conn).sent(); n != 0 {
		t.Errorf("%d bytes are counted", n)
	}
}

func trust(server *httptest.Server) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return roots
}
