package secretstest

import (
	"bufio"
	"io"
	"os/exec"
	"regexp"
	"testing"
	"time"
)

// startMoto starts moto's server on a free port and gives its address.
func startMoto(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path, "-H", "127.0.0.1", "-p", "0")
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		t.Fatalf("moto_server is on the PATH, but does not start: %v", err)
	}
	exited := make(chan struct{})
	t.Cleanup(func() { <-exited }) // the test's context has ended it
	go func() {
		_ = cmd.Wait()
		_ = in.Close()
		close(exited)
	}()

	address, said := make(chan string, 1), make(chan string, 1)
	go func() {
		text := ""
		for lines := bufio.NewScanner(out); lines.Scan(); {
			text += lines.Text() + "\n"
			if m := regexp.MustCompile(`Running on (http://\S+)`).FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
		}
		said <- text
	}()
	select {
	case a := <-address:
		return a
	case text := <-said:
		t.Fatalf("moto_server is on the PATH, but ended at once:\n%s", text)
	case <-time.After(2 * time.Minute):
		t.Fatal("moto_server is on the PATH, but has not said where it listens for 2 minutes")
	}
	return ""
}
