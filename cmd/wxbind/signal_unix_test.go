//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A command that a signal ends says so and has the status that a shell expects.
func TestSignalsEndCommandsAsShellsExpect(t *testing.T) {
	folder := data(t)
	blanks := strings.Repeat(" ", 200<<10)
	var rows strings.Builder
	rows.WriteString("username,password\n")
	for i := range 3_500 {
		fmt.Fprintf(&rows, "user%d,a good password\n", i)
	}
	for name, c := range map[string]struct {
		args string
		// input is more than a pipe holds, so that whoever has written it knows that it is read.
		input  string
		signal syscall.Signal
		status int
		said   string
	}{
		"Ctrl-C":               {"role set -", blanks, syscall.SIGINT, 130, "wxbind: interrupted\n"},
		"SIGTERM":              {"role set -", blanks, syscall.SIGTERM, 143, "wxbind: interrupted\n"},
		"Ctrl-C in an import":  {"user import - --format csv", rows.String(), syscall.SIGINT, 130, "interrupted"},
		"SIGTERM in an import": {"user import - --format csv", rows.String(), syscall.SIGTERM, 143, "interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			p := exec.Command(program, append(strings.Fields(c.args), "--data", folder)...)
			var said bytes.Buffer
			p.Stderr = &said
			stdin, err := p.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Start(); err != nil {
				t.Fatal(err)
			}
			defer time.AfterFunc(time.Minute, func() { p.Process.Kill() }).Stop()
			if _, err := io.WriteString(stdin, c.input); err != nil {
				t.Fatal(err)
			}
			if err := p.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			p.Wait()
			if got := p.ProcessState.ExitCode(); got != c.status || !strings.Contains(said.String(), c.said) {
				t.Errorf("%v: %s", p.ProcessState, &said)
			}
		})
	}
}

// serve is told to stop by a signal, and has done what it was told.
func TestServeEndsWellWithEitherSignal(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		s := startServer(t, t.TempDir())
		if err := s.command.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := <-s.ended; err != nil {
			t.Errorf("%v: %v: %s", signal, err, s.log)
		}
	}
}

// Whoever presses Ctrl-C twice waits for nothing: here serve waits for a request in progress.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	s := startServer(t, t.TempDir())
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /mobileApi/user/bind HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // it is read
	begun := time.Now()
	for range 2 {
		if err := s.command.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
	}
	<-s.ended
	if took := time.Since(begun); took > graceTime/2 {
		t.Errorf("it took %v", took)
	}
	if status, ok := s.command.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v", s.command.ProcessState)
	}
}
