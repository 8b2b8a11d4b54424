package wechat_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

func TestProxy(t *testing.T) {
	w := wechattest.New(wechattest.Config{Apps: map[string]string{app.ID: string(app.Secret)}})
	base := httptest.NewUnstartedServer(w)
	roots := serve(t, base, true)
	proxy, tunnels := startProxy(t)
	c := newClient(t, wechat.Config{Base: base.URL, RootCAs: roots})
	c.UseProxy(proxy)
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
