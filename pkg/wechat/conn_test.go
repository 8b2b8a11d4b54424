package wechat

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// What came in between two requests ends a connection even if net/http's reader has taken it from the socket already. In
// that moment net/http still gives the connection to a request.
func TestConnectionIsOverOnceItsReaderKnows(t *testing.T) {
	for name, row := range map[string]struct {
		happens func(t *testing.T, near, far net.Conn)
		over    bool
	}{
		"nothing came in": {func(*testing.T, net.Conn, net.Conn) {}, false},
		"a stray byte": {func(t *testing.T, near, far net.Conn) {
			go func() { _, _ = io.WriteString(far, "x") }()
			if n, err := near.Read(make([]byte, 10)); n != 1 || err != nil {
				t.Errorf("read %d bytes, %v", n, err)
			}
		}, true},
		"the end": {func(t *testing.T, near, far net.Conn) {
			_ = far.Close()
			if _, err := near.Read(make([]byte, 10)); err == nil {
				t.Error("read on")
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := net.Pipe()
			defer near.Close()
			defer far.Close()
			raw := &rawConn{Conn: near}
			c := track(raw, raw, time.Now)
			c.begin(false)
			go func() { _, _ = io.Copy(far, io.LimitReader(far, 7)) }()
			if _, err := io.WriteString(c, "request"); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(c, make([]byte, 7)); err != nil {
				t.Fatal(err)
			}
			c.idle()
			row.happens(t, c, far)

			before := c.begin(true)
			go func() { _, _ = far.Read(make([]byte, 7)) }()
			_, err := io.WriteString(c, "request")
			if errors.Is(err, errOver) != row.over || (c.sent() == before) != row.over {
				t.Fatalf("wrote %d bytes, %v", c.sent()-before, err)
			}
			// TLS's goodbye would count as a part of the request.
			if row.over {
				if n, err := io.WriteString(c, "goodbye"); n != 0 || !errors.Is(err, errOver) || c.sent() != before {
					t.Errorf("wrote %d bytes, %v", n, err)
				}
			}
		})
	}
}
