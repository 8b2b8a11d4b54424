package localgw

import (
	"bufio"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/testing/pipetest"
)

// A stream that is held keeps its place while others wait for one; without that it has to go.
func TestHold(t *testing.T) {
	for _, holds := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			const lasts = time.Minute
			network := pipetest.New()
			server := NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				control := http.NewResponseController(w)
				control.SetReadDeadline(time.Time{})
				control.SetWriteDeadline(time.Time{})
				release, ok := Hold(r)
				switch {
				case !ok:
					t.Error("its place is lost at once")
				case holds:
					defer release()
				default:
					release()
				}
				time.Sleep(lasts)
				io.WriteString(w, "done")
			}))
			go server.Serve(bound(network, 1))
			t.Cleanup(func() { server.Close(); synctest.Wait() })
			first, err := network.Dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			go io.WriteString(first, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			time.Sleep(time.Second)
			second, err := network.Dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			defer second.Close()
			response, err := http.ReadResponse(bufio.NewReader(first), nil)
			if answered := err == nil && response.StatusCode == http.StatusOK; answered != holds {
				t.Errorf("held %v: %v", holds, err)
			}
			first.Close()
			time.Sleep(lasts) // for the handler to end
		})
	}
}
