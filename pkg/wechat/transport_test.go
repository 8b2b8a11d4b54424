package wechat

import (
	"bufio"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// If TLS's own bytes counted, TLS's closing alert on a broken connection would look like a sent request.
func TestBytesOfTLSItselfAreNotCounted(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	transport := newTransport(new(net.Dialer).DialContext, trust(server))
	conn, err := transport.DialTLSContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if n := counted(conn).written.Load(); n != 0 {
		t.Errorf("%d bytes are counted", n)
	}
}

func trust(server *httptest.Server) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return roots
}

func TestProxy(t *testing.T) {
	w := wechattest.New(wechattest.Config{Apps: map[string]string{"wx1": "s"}})
	base := httptest.NewTLSServer(w)
	t.Cleanup(base.Close)
	proxy, tunnels := startProxy(t)
	host, err := parseBase(base.URL)
	if err != nil {
		t.Fatal(err)
	}
	// The environment is read once per process, so the proxy is set by hand.
	transport := newTransport(new(net.Dialer).DialContext, trust(base))
	transport.Proxy = http.ProxyURL(proxy)
	c := &Client{base: host, now: time.Now, transport: upstream.Thaw(transport, nil)}

	app := login.App{ID: "wx1", Secret: "s"}
	if _, err := c.Code2Session(t.Context(), app, "busy-alice-1"); err != nil {
		t.Error(err)
	}
	if _, err := c.Code2Session(t.Context(), app, "lost-alice-2"); err == nil || w.CallsWith("lost-alice-2") != 1 {
		t.Errorf("lost-alice-2 was sent %d times and gave %v", w.CallsWith("lost-alice-2"), err)
	}
	if tunnels.Load() != 1 {
		t.Errorf("%d tunnels, want 1", tunnels.Load())
	}
}

// startProxy starts a proxy that tunnels, and counts its tunnels.
func startProxy(t *testing.T) (*url.URL, *atomic.Int64) {
	t.Helper()
	tunnels := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		there, err := net.Dial("tcp", r.Host)
		if r.Method != http.MethodConnect || err != nil {
			t.Errorf("%s to %s, %v", r.Method, r.Host, err)
			return
		}
		tunnels.Add(1)
		here, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connected\r\n\r\n")
		go tunnel(there, buffered.Reader)
		tunnel(here, bufio.NewReader(there))
	}))
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return at, tunnels
}

func tunnel(to net.Conn, from *bufio.Reader) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
}
