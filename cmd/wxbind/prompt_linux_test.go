package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal returns both ends of a pseudo-terminal.
func terminal(t *testing.T) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	n, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	return keyboard, screen
}

func TestPasswordIsAskedForTwiceAndNotShown(t *testing.T) {
	for name, c := range map[string]struct{ typed, wantError string }{
		"the same twice": {"a secret word\na secret word\n", ""},
		"two others":     {"a secret word\nanother word\n", "differ"},
	} {
		t.Run(name, func(t *testing.T) {
			keyboard, screen := terminal(t)
			var asked bytes.Buffer
			shown := make(chan string, 1)
			go func() {
				buffer := make([]byte, 4096)
				keyboard.SetReadDeadline(time.Now().Add(time.Minute))
				n, _ := keyboard.Read(buffer)
				shown <- string(buffer[:n])
			}()
			// Each line waits for its prompt: the terminal echoes what is typed before it.
			questions := writerFunc(func(p []byte) (int, error) {
				if bytes.HasSuffix(p, []byte(": ")) {
					line, rest, _ := strings.Cut(c.typed, "\n")
					c.typed = rest
					time.AfterFunc(100*time.Millisecond, func() { keyboard.WriteString(line + "\n") })
				}
				return asked.Write(p)
			})
			password, err := console{in: screen, out: screen, err: questions}.newPassword(t.Context())
			if c.wantError == "" && (err != nil || password != "a secret word") {
				t.Errorf("got %v", err)
			}
			if c.wantError != "" && (err == nil || !strings.Contains(err.Error(), c.wantError)) {
				t.Errorf("got %v", err)
			}
			if got := strings.Count(asked.String(), ": "); got != 2 {
				t.Errorf("asked %d times: %q", got, asked.String())
			}
			screen.WriteString("end")
			if text := <-shown; strings.Contains(text, "secret") {
				t.Errorf("the terminal shows %q", text)
			}
		})
	}
}

// shows reports whether the terminal echoes what is typed.
func shows(t *testing.T, screen *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(screen.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

func TestInterruptEndsTheQuestion(t *testing.T) {
	keyboard, screen := terminal(t)
	c := exec.Command(program, "user", "add", "bob", "--data", data(t))
	var said bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = screen, &said, &said
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0} // it gets the terminal's Ctrl-C
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(time.Minute, func() { c.Process.Kill() }).Stop()
	for begun := time.Now(); shows(t, screen); time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("it does not ask")
		}
	}
	if _, err := keyboard.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	c.Wait()
	if got := said.String(); c.ProcessState.ExitCode() != 130 || got != "Password: \nwxbind: interrupted\n" {
		t.Errorf("%v: %q", c.ProcessState, got)
	}
	if !shows(t, screen) {
		t.Error("the terminal no longer shows what is typed")
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
