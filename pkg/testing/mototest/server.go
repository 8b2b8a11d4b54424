// Package mototest runs moto's server, which implements AWS's APIs as far as a single process can. It is for the tests
// that `make sam-check` runs.
package mototest

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/testing/samtest"
)

// patience is how long a server may take to print its address. It loads a hundred megabytes of Python.
const patience = 2 * time.Minute

// Start starts a new, empty server on a free port of this machine, and returns its URL. The server ends with the test.
func Start(tb testing.TB) string {
	tb.Helper()
	said := &output{running: make(chan string, 1)}
	server := exec.CommandContext(tb.Context(), filepath.Join(samtest.Folder(tb, samtest.Moto), "bin", "moto_server"), "-H", "127.0.0.1", "-p", "0")
	server.Stdout, server.Stderr = said, said
	server.WaitDelay = time.Second
	if err := server.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = server.Wait() // its output says why
		close(ended)
	}()
	tb.Cleanup(func() { <-ended }) // the test's context ends it
	select {
	case url := <-said.running:
		return url
	case <-ended:
		tb.Fatalf("moto_server exited at startup:\n%s", said)
	case <-time.After(patience):
		tb.Fatalf("moto_server has not printed its address within %v:\n%s", patience, said)
	}
	return ""
}

var runningOn = regexp.MustCompile(`Running on (http://[0-9.:]+)\s`)

// output is what a server prints until it prints its address. The rest is one line per request.
type output struct {
	mu      sync.Mutex
	text    strings.Builder
	running chan string
	found   bool
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.found {
		return len(p), nil
	}
	o.text.Write(p) // never fails
	if m := runningOn.FindStringSubmatch(o.text.String()); m != nil {
		o.found = true
		o.running <- m[1]
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
