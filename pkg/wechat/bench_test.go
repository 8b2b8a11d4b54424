package wechat_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/wechat"
)

// BenchmarkCode2Session exchanges codes on a kept connection, and on a new one for each code, as for logins more than 10 s
// apart: over TLS it resumes the last session. It counts what the far side takes and allocates, too.
func BenchmarkCode2Session(b *testing.B) {
	for name, row := range map[string]struct {
		secure   bool
		distance time.Duration
	}{"plain": {}, "TLS": {secure: true}, "TLS anew": {true, 11 * time.Second}} {
		b.Run(name, func(b *testing.B) {
			answers := func(conn net.Conn) {
				for request := make([]byte, 4096); ; {
					if _, err := conn.Read(request); err != nil {
						return
					}
					_, _ = io.WriteString(conn, goodAnswer)
				}
			}
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					b.Error(err)
					return
				}
				defer conn.Close()
				_, _ = io.WriteString(conn, goodAnswer)
				answers(conn)
			}))
			roots := serve(b, server, row.secure)
			now := time.Now()
			c, err := wechat.New(wechat.Config{RootCAs: roots, Base: server.URL, Now: func() time.Time { return now }})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Code2Session(b.Context(), app, "CODE"); err != nil {
					b.Fatal(err)
				}
				now = now.Add(row.distance)
			}
		})
	}
}
