package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal gives both ends of a pseudo-terminal.
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
			// Each line waits for its question: what is typed before is echoed by the terminal.
			questions := writerFunc(func(p []byte) (int, error) {
				if bytes.HasSuffix(p, []byte(": ")) {
					line, rest, _ := strings.Cut(c.typed, "\n")
					c.typed = rest
					time.AfterFunc(100*time.Millisecond, func() { keyboard.WriteString(line + "\n") })
				}
				return asked.Write(p)
			})
			password, err := console{in: screen, out: screen, err: questions}.newPassword()
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

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
