package playground

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/localgw"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/testing/pipetest"
)

// noStore is an empty store.
type noStore struct{}

func (noStore) Newest(context.Context, int) (sqlitestore.Newest, error) {
	return sqlitestore.Newest{}, nil
}
func (noStore) Changes(context.Context) (int64, error) { return 1, nil }

// streamed opens a stream in a bubble, through the server that serve uses. Its connection buffers nothing.
func streamed(t *testing.T) (*Playground, io.Reader) {
	t.Helper()
	p := New(Config{Store: noStore{}})
	network := pipetest.New()
	server := localgw.NewServer(p.Handler(http.NotFoundHandler()))
	go server.Serve(localgw.Bound(network))
	c, err := network.Dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(); c.Close(); server.Close(); synctest.Wait() })
	if _, err := io.WriteString(c, "GET /playground/events HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return p, c
}

// A stream lasts however little happens: no time limit of the server ends it, and it shows that it lives.
func TestStreamLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c := streamed(t)
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		lines := make(chan string, 1000)
		go func() {
			for body := bufio.NewReader(response.Body); ; {
				line, err := body.ReadString('\n')
				if err != nil {
					close(lines)
					return
				}
				lines <- line
			}
		}()
		time.Sleep(10 * time.Minute)
		p.add(Step{Title: "the last"}, nil)
		synctest.Wait()
		beats, last := 0, ""
		for len(lines) > 0 {
			line := <-lines
			if line == ":\n" {
				beats++
			}
			if strings.HasPrefix(line, "data: {") {
				last = line
			}
		}
		if beats != 39 && beats != 40 || !strings.Contains(last, "the last") {
			t.Errorf("%d beats, and at last %q", beats, last)
		}
	})
}

// A client that does not read loses its stream, and keeps nobody waiting.
func TestStreamThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := streamed(t)
		synctest.Wait()
		if len(p.streams) != 1 {
			t.Fatalf("%d streams", len(p.streams))
		}
		begun := time.Now()
		for range 2 * kept {
			p.add(Step{Title: strings.Repeat("x", 1000)}, nil)
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("the steps took %v", took)
		}
		time.Sleep(replyTime + time.Second)
		if len(p.streams) != 0 {
			t.Error("its place is still taken")
		}
	})
}
