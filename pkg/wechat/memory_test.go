package wechat_test

import (
	"net"
	"net/http"
	"runtime"
	"testing"

	"github.com/wxbind/wxbind/pkg/wechat"
)

// A call takes less memory than the buffer of 32 KiB that net/http makes for a body which it cannot measure. Without
// that, WeChat's share of a login's garbage is larger than everything else in it.
func TestCallTakesLittleMemory(t *testing.T) {
	s := startRaw(t, func(_ int64, _ *http.Request, conn net.Conn) bool { return send(t, conn, goodAnswer) })
	c := newClient(t, wechat.Config{Base: s.url})
	call := func() {
		if _, err := c.Code2Session(t.Context(), app, "CODE"); err != nil {
			t.Fatal(err)
		}
	}
	call() // opens the connection
	const calls = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		call()
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / calls; each >= 32<<10 {
		t.Errorf("a call takes %d bytes", each)
	}
}
