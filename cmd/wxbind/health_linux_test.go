package main

import (
	"net/http"
	"testing"

	"golang.org/x/sys/unix"
)

// A limit of the size of files, set from outside, stands for a disk that is full: the kernel refuses what serve writes.
func TestServeIsNotReadyWhileItsDiskIsFull(t *testing.T) {
	s := startServer(t, t.TempDir())
	s.paste() // alice is bound
	s.becomes(200)
	limit := func(size uint64) {
		t.Helper()
		if err := unix.Prlimit(s.command.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}, nil); err != nil {
			t.Fatal(err)
		}
	}
	limit(4096)
	s.becomes(503)
	if r := s.ask(http.MethodGet, "/healthz"); r.StatusCode != 200 {
		t.Errorf("it is not alive: %d", r.StatusCode)
	}
	if a := s.check("alice-8"); a["error"] != "store_unavailable" {
		t.Errorf("a login: %v", a)
	}
	limit(unix.RLIM_INFINITY)
	s.becomes(200)
	if a := s.check("alice-9"); a["code"] != 1.0 {
		t.Errorf("a login when there is room again: %v", a)
	}
	s.interrupt()
}
