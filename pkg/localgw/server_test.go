package localgw

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/testing/pipetest"
)

// answers is a function whose answer has this many bytes.
func answers(size int) *function {
	return &function{answer: events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Body: strings.Repeat("x", size)}}
}

// served serves one function at POST /x in a bubble, and returns what connects to it.
func served(t *testing.T, f Function, most int) (dial func() net.Conn) {
	t.Helper()
	g := New(64 << 10)
	g.Route(http.MethodPost, "/x", f)
	network := pipetest.New()
	server := NewServer(g)
	go server.Serve(bound(network, most))
	t.Cleanup(func() { server.Close(); synctest.Wait() })
	return func() net.Conn {
		c, err := network.Dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// post is a request with this body.
func post(body string) string {
	return fmt.Sprintf("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

// status sends a request and returns the status of its answer, 0 if there is none.
func status(c net.Conn, request string) int {
	go io.WriteString(c, request)
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// Whatever a client does not do, it is not waited for long.
func TestClientsAreLetGo(t *testing.T) {
	const whole = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
	for name, row := range map[string]struct {
		sends string
		// within is how soon the connection must be closed at the latest.
		within time.Duration
	}{
		"one that sends nothing":           {"", headerTime},
		"one that stops in the header":     {"POST /x HTTP/1.1\r\nHost:", headerTime},
		"one that stops in the body":       {"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", readTime + replyTime},
		"one that stops in a chunk":        {"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{", readTime + replyTime},
		"one that stops beyond the limit":  {"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n" + strings.Repeat("x", 70<<10), readTime},
		"one that never reads its answer":  {whole, replyTime},
		"one that never reads its answers": {strings.Repeat(whole, 100), replyTime},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := served(t, answers(100<<10), 10)()
				defer c.Close()
				go io.WriteString(c, row.sends)
				// net/http lets a connection linger for half a second before it closes it.
				time.Sleep(row.within + time.Second)
				synctest.Wait()
				c.SetWriteDeadline(time.Now().Add(time.Millisecond))
				if _, err := c.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
					t.Errorf("it is kept: %v", err)
				}
			})
		})
	}
}

// A header is bounded as a whole, its first line included.
func TestHeaderIsBounded(t *testing.T) {
	for size, want := range map[int]int{maxHeader - 1: 200, maxHeader + 1: http.StatusRequestHeaderFieldsTooLarge} {
		synctest.Test(t, func(t *testing.T) {
			c := served(t, takes(0), 10)()
			defer c.Close()
			const begin, end = "POST /x HTTP/1.1\r\nHost: x\r\nA: ", "\r\n\r\n"
			if got := status(c, begin+strings.Repeat("a", size-len(begin+end))+end); got != want {
				t.Errorf("a header of %d bytes gets %d, want %d", size, got, want)
			}
		})
	}
}

// A function that takes its whole time is still answered: what bounds a client does not bound it.
func TestFunctionHasItsWholeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := served(t, takes(functionTimeout-time.Millisecond), 10)()
		defer c.Close()
		for range 2 { // on the same connection
			if got := status(c, post("{}")); got != 200 {
				t.Errorf("got %d", got)
			}
			time.Sleep(idleTime - time.Second)
		}
	})
}

// takes is a function that takes this long.
type takes time.Duration

func (d takes) Answer(ctx context.Context, _ events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	select {
	case <-time.After(time.Duration(d)):
		return good
	case <-ctx.Done():
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusInternalServerError}
	}
}

// When all places are taken, the connection that has kept the server waiting longest goes, and after a moment only.
func TestNewConnectionTakesThePlaceOfTheIdlest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := served(t, takes(5*time.Second), 3)
		idle, working, sending := dial(), dial(), dial()
		defer idle.Close()
		defer working.Close()
		defer sending.Close()
		worked := make(chan int, 1)
		go func() { worked <- status(working, post("{}")) }()
		go io.WriteString(sending, "POST /x HTTP/1.1\r\nHost:")
		synctest.Wait()
		begun := time.Now()
		fresh := dial()
		defer fresh.Close()
		if got := status(fresh, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); got != 404 || time.Since(begun) != patience {
			t.Errorf("a new one gets %d after %v", got, time.Since(begun))
		}
		if _, err := idle.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the idlest: %v", err)
		}
		if got := status(sending, " x\r\nContent-Length: 0\r\n\r\n"); got != 200 {
			t.Errorf("the one that was sending gets %d", got)
		}
		if got := <-worked; got != 200 {
			t.Errorf("the one being served gets %d", got)
		}
	})
}

// Clients that send something every moment never keep the server waiting for long. They keep nobody out all the same.
func TestBusyConnectionsMakePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := served(t, takes(0), 3)
		var busy sync.WaitGroup
		defer busy.Wait()
		for range 3 {
			c := dial()
			defer c.Close()
			busy.Go(func() {
				for status(c, post("{}")) == 200 {
					time.Sleep(patience / 3)
				}
			})
		}
		synctest.Wait()
		fresh := dial()
		defer fresh.Close()
		got := make(chan int, 1)
		go func() { got <- status(fresh, post("{}")) }()
		select {
		case answer := <-got:
			if answer != 200 {
				t.Errorf("a new one gets %d", answer)
			}
		case <-time.After(2 * patience):
			t.Error("a new one is not served")
		}
	})
}

// A request that waits for its turn is answered, even while others wait for its connection's place.
func TestWhoWaitsForTheServerIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const places = maxSmall + 2
		dial := served(t, takes(functionTimeout-time.Millisecond), places)
		answers := make(chan int, places+1)
		for range places + 1 { // one more than there are connections
			c := dial()
			defer c.Close()
			go func() { answers <- status(c, post("{}")) }()
			synctest.Wait()
		}
		got := map[int]int{}
		for range places + 1 {
			got[<-answers]++
		}
		if got[200] < maxSmall || got[0] > 0 {
			t.Errorf("got so many of each status: %v", got)
		}
	})
}

// A connection that nobody needs the place of may idle.
func TestIdleConnectionsStayWhileThereAreEnoughPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := served(t, takes(0), 2)
		first, second := dial(), dial()
		defer first.Close()
		defer second.Close()
		for range 3 {
			for _, c := range []net.Conn{first, second} {
				if got := status(c, post("{}")); got != 200 {
					t.Errorf("got %d", got)
				}
			}
			time.Sleep(idleTime / 2)
		}
	})
}

// Requests wait for a turn, but not for long; large ones do not keep small ones waiting.
func TestRequestsInFlightAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := served(t, takes(functionTimeout-time.Millisecond), 100)
		large := post(strings.Repeat("x", smallBody+1))
		results := make(chan int, maxLarge+1)
		for range maxLarge + 1 {
			go func() {
				c := dial()
				defer c.Close()
				results <- status(c, large)
			}()
		}
		begun := time.Now()
		if got := <-results; got != http.StatusServiceUnavailable || time.Since(begun) != maxWait {
			t.Errorf("one too many gets %d after %v", got, time.Since(begun))
		}
		small := dial()
		defer small.Close()
		if got := status(small, post("{}")); got != 200 {
			t.Errorf("a small one gets %d", got)
		}
		for range maxLarge {
			if got := <-results; got != 200 {
				t.Errorf("one in flight gets %d", got)
			}
		}
	})
}

// A request that finds no place says when to come back in the body, too: the header's name has another case on each platform.
func TestWhoFindsNoPlaceIsToldWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(64 << 10)
		g.Route(http.MethodPost, "/x", answers(1))
		g.flight.large = make(chan struct{}) // which has no place
		answer := send(g, http.MethodPost, "/x", strings.Repeat(" ", smallBody+1))
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != 503 || answer.Header.Get("Retry-After") != "1" || string(body) != `{"message":"Service Unavailable","retryAfter":1}`+"\n" {
			t.Errorf("got %d %v %s, %v", answer.StatusCode, answer.Header, body, err)
		}
	})
}

// What is no route is 404, in whatever form the request names it: net/http answers none of them by itself.
func TestTargetsThatAreNoRoute(t *testing.T) {
	for request, want := range map[string]int{
		"OPTIONS *":                404,
		"GET *":                    404,
		"CONNECT x:443":            404,
		"POST http://x":            404,
		"POST //x":                 404,
		"POST //x/x":               404,
		"POST /x/../x":             404,
		"POST /x%2F":               404,
		"post /x":                  404,
		"POST /%78":                200,
		"POST http://elsewhere/x":  200,
		"POST http://elsewhere//x": 404,
	} {
		synctest.Test(t, func(t *testing.T) {
			for _, version := range []string{"1.0", "1.1"} {
				c := served(t, answers(1), 10)()
				if got := status(c, request+" HTTP/"+version+"\r\nHost: x\r\nContent-Length: 0\r\n\r\n"); got != want {
					t.Errorf("%s HTTP/%s gets %d, want %d", request, version, got, want)
				}
				c.Close()
			}
		})
	}
}
