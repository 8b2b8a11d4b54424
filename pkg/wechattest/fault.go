package wechattest

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"time"
)

// maxDelay bounds how late an answer may come.
const maxDelay = 30 * time.Second

// hugeBody is the size of a huge answer, in bytes.
const hugeBody = 4 << 20

// page is what a gateway shows when the service behind it fails.
const page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n" +
	"<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"

// fault answers a call badly. The package comment says what each fault does to its code.
type fault func(s *Server, w http.ResponseWriter, r *http.Request, appID string, c code)

// faultNamed returns a fault by its name and argument, such as slow and 2s. It returns nil if there is none.
func faultNamed(name, argument string) fault {
	switch name {
	case "slow":
		delay, err := time.ParseDuration(argument)
		if err != nil {
			return nil
		}
		return slow(min(delay, maxDelay))
	case "http":
		status, err := strconv.Atoi(argument)
		if err != nil || status < 400 || status > 599 {
			return nil
		}
		return showPage(status)
	}
	if argument != "" {
		return nil
	}
	switch name {
	case "busy":
		return busy
	case "empty":
		return empty
	case "html":
		return showPage(http.StatusOK)
	case "huge":
		return huge
	case "reset":
		return reset
	case "lost":
		return lost
	case "bom":
		return marked
	}
	return nil
}

func busy(s *Server, w http.ResponseWriter, r *http.Request, _ string, _ code) {
	s.refuse(w, r, http.StatusOK, systemBusy)
}

func empty(_ *Server, w http.ResponseWriter, _ *http.Request, _ string, _ code) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusOK)
}

func showPage(status int) fault {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request, _ string, _ code) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(page))
	}
}

// huge sends a good answer that is valid JSON to the end, so that a client that reads without a limit is not saved by
// invalid JSON.
func huge(s *Server, w http.ResponseWriter, _ *http.Request, appID string, c code) {
	body, err := json.Marshal(s.answer(appID, c))
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	w.Header().Set("Content-Type", "text/plain")
	// Assembled by hand: marshalling this much takes longer than callers may wait.
	for _, part := range [][]byte{bytes.TrimSuffix(body, []byte("}")), []byte(`,"padding":"`), bytes.Repeat([]byte{'x'}, hugeBody), []byte(`"}`)} {
		_, _ = w.Write(part)
	}
}

// reset ends the connection with a TCP RST if it is a plain TCP connection that can be hijacked; otherwise it closes
// it.
func reset(_ *Server, w http.ResponseWriter, _ *http.Request, _ string, _ code) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func lost(s *Server, w http.ResponseWriter, r *http.Request, appID string, c code) {
	s.exchange(appID, c)
	reset(s, w, r, appID, c)
}

// marked answers with a byte order mark before the JSON.
func marked(s *Server, w http.ResponseWriter, r *http.Request, appID string, c code) {
	s.exchange(appID, c)(&markedWriter{ResponseWriter: w}, r)
}

// markedWriter writes a byte order mark before the first byte.
type markedWriter struct {
	http.ResponseWriter
	begun bool
}

func (w *markedWriter) Write(b []byte) (int, error) {
	if !w.begun {
		w.begun = true
		if _, err := w.ResponseWriter.Write([]byte("\uFEFF")); err != nil {
			return 0, err
		}
	}
	return w.ResponseWriter.Write(b)
}

func slow(delay time.Duration) fault {
	return func(s *Server, w http.ResponseWriter, r *http.Request, appID string, c code) {
		answer := s.exchange(appID, c)
		select {
		case <-time.After(delay):
			answer(w, r)
		case <-r.Context().Done():
		}
	}
}
