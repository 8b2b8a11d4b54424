package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A thousand uploads of 10 MiB without a token, a thousand clients that never read, and a thousand that never come to an
// end, all at once: the process stays small, and serves a login beside them.
func TestServeUnderAFlood(t *testing.T) {
	const each, memory = 1000, 256 << 20
	// The bound must come from the program, not from the environment. Each processor may hash a password.
	s := startServer(t, t.TempDir(), "GOMEMLIMIT=", "GOGC=", "GOMAXPROCS=2")
	f := &flood{addr: strings.TrimPrefix(s.url, "http://")}
	const request = " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
	block := strings.Repeat("x", 64<<10)
	var refused, otherwise atomic.Int64
	for range each {
		f.hold(t, strings.Repeat("GET /mobileApi/user/info HTTP/1.1\r\nHost: localhost\r\n\r\n", 10)) // and reads no answer
		f.hold(t, "POST /mobileApi/user/bind"+request+"65536\r\n\r\n"+block[1:])                      // and one byte is missing
		f.upload(t, "POST /mobileApi/user/logout"+request+strconv.Itoa(160*len(block))+"\r\n\r\n", block, func(status int, body string) {
			if status == http.StatusRequestEntityTooLarge && strings.Contains(body, `"error":"body_too_large"`) {
				refused.Add(1)
			} else {
				otherwise.Add(1)
			}
		})
	}
	if answers := s.paste(); len(answers) != 3 || answers[1]["code"] != 1.0 || answers[2]["code"] != 1.0 {
		t.Errorf("a login beside them: %v", answers)
	}
	f.uploads.Wait()
	if refused.Load() == 0 || otherwise.Load() > 0 {
		t.Errorf("%d uploads were answered with body_too_large, %d otherwise", refused.Load(), otherwise.Load())
	}
	if a := s.check("alice-9"); a["code"] != 1.0 {
		t.Errorf("a login after the uploads: %v", a)
	}
	peak := s.peakMemory()
	t.Logf("at most %d MiB; %d of %d uploads have read that they are too large", peak>>20, refused.Load(), each)
	if peak > memory {
		t.Errorf("it took %d MiB", peak>>20)
	}
	f.end()
	s.interrupt()
}

// flood is many clients of one server.
type flood struct {
	addr    string
	uploads sync.WaitGroup
	mu      sync.Mutex
	held    []net.Conn
}

func (f *flood) connect(t *testing.T) net.Conn {
	connection, err := net.Dial("tcp", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = append(f.held, connection)
	return connection
}

// hold sends something, and does nothing more.
func (f *flood) hold(t *testing.T, text string) {
	go io.WriteString(f.connect(t), text) // the server may drop it
}

// upload sends a header and then the block again and again, and gives the answer to do, if there is one.
func (f *flood) upload(t *testing.T, header, block string, do func(status int, body string)) {
	connection := f.connect(t)
	go func() {
		_, err := io.WriteString(connection, header)
		for err == nil {
			_, err = io.WriteString(connection, block)
		}
	}()
	f.uploads.Go(func() {
		connection.SetReadDeadline(time.Now().Add(time.Minute))
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			return // it was dropped while it was sending
		}
		defer response.Body.Close()
		if body, err := io.ReadAll(response.Body); err == nil {
			do(response.StatusCode, string(body))
		}
	})
}

func (f *flood) end() {
	for _, connection := range f.held {
		connection.Close()
	}
}

// peakMemory is the most memory that the process has had at once, in bytes.
func (s *server) peakMemory() int {
	s.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.command.Process.Pid))
	if err != nil {
		s.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		s.Fatalf("no peak in %s", status)
	}
	kilobytes, err := strconv.Atoi(string(m[1]))
	if err != nil {
		s.Fatal(err)
	}
	return kilobytes << 10
}
