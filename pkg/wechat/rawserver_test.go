package wechat_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

const goodAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 63\r\n\r\n" +
	`{"openid":"oSomebody","session_key":"AAECAwQFBgcICQoLDA0ODw=="}`

// rawServer is a TCP server that counts what reaches it.
type rawServer struct {
	url                   string
	connections, requests atomic.Int64
}

// startRaw calls answer for each request with its number and its connection, until answer returns false.
func startRaw(t *testing.T, answer func(request int64, r *http.Request, conn net.Conn) bool) *rawServer {
	t.Helper()
	return startRawOver(t, nil, answer)
}

// startRawOver does so over TLS, unless settings is nil.
func startRawOver(t *testing.T, settings *tls.Config, answer func(request int64, r *http.Request, conn net.Conn) bool) *rawServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{url: "http://" + listener.Addr().String()}
	if settings != nil {
		s.url = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, settings)
	}
	done := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			all.Go(func() {
				<-done
				conn.Close()
			})
			all.Go(func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(in)
					if err != nil || !answer(s.requests.Add(1), r, conn) {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		close(done)
		all.Wait()
	})
	return s
}

func send(t *testing.T, conn net.Conn, text string) bool {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Error(err)
		return false
	}
	return true
}

// long answers with a valid body after a long header. Whether it is read to the end does not matter.
func long(conn net.Conn) {
	first, rest, _ := strings.Cut(goodAnswer, "\r\n")
	_, _ = io.WriteString(conn, first+"\r\n"+strings.Repeat("X: "+strings.Repeat("x", 995)+"\r\n", 100)+rest)
}

// deaf is a connection whose end goes unnoticed until something is written to it: it prolongs the moment between a
// server's close and net/http noticing it.
type deaf struct {
	net.Conn
	broken, closed chan struct{}
	once           sync.Once
}

func (d *deaf) Read(b []byte) (int, error) {
	n, err := d.Conn.Read(b)
	if err != nil {
		close(d.broken)
		<-d.closed
	}
	return n, err
}

func (d *deaf) Close() error {
	d.once.Do(func() { close(d.closed) })
	return d.Conn.Close()
}

// serve starts a server, and returns the roots that verify its certificate if it is secure.
func serve(t testing.TB, server *httptest.Server, secure bool) *x509.CertPool {
	t.Helper()
	t.Cleanup(server.Close)
	if !secure {
		server.Start()
		return nil
	}
	server.StartTLS()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return roots
}

// certified returns what a TLS server needs, and the roots that verify it.
func certified(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	roots := serve(t, server, true)
	return &tls.Config{Certificates: server.TLS.Certificates}, roots
}

// tapped passes on the connections that a server accepts.
type tapped struct {
	net.Listener
	accepted chan *net.TCPConn
}

func (l tapped) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.accepted <- conn.(*net.TCPConn)
	}
	return conn, err
}

// closedURL is a URL where nobody listens.
func closedURL(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return "http://" + listener.Addr().String()
}
