package functions_test

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/wxbind/wxbind/events"
)

const directoryKey = "a-directory-key-that-must-not-show-0123456789-01"

// directories has the URLs of two platforms' directories. One still lets the events'
// user in, the other no longer does.
type directories struct{ open, closed string }

func startDirectories(t *testing.T) *directories {
	return &directories{open: startDirectory(t, false), closed: startDirectory(t, true)}
}

// startDirectory runs examples/directory until the test ends.
func startDirectory(t *testing.T, disabled bool) string {
	t.Helper()
	const salt = "salt"
	hash, err := pbkdf2.Key(sha256.New, events.Password, []byte(salt), 1, sha256.Size)
	if err != nil {
		t.Fatal(err)
	}
	users, err := json.Marshal(map[string]any{events.Username: map[string]any{
		"profile": map[string]any{"id": events.UserID, "username": events.Username, "name": "Demo", "roles": []string{"clerk"}, "disabled": disabled},
		"salt":    []byte(salt), "hash": hash,
	}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "users.json")
	if err := os.WriteFile(file, users, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	running := exec.Command(built(t, "../examples/directory"), "-addr", addr, "-users", file, "-rounds", "1")
	running.Env = append(os.Environ(), "DIRECTORY_KEY="+directoryKey)
	running.Stderr = t.Output()
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { running.Process.Kill(); running.Wait() })
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		connection, err := net.Dial("tcp", addr)
		if err == nil {
			connection.Close()
			return "http://" + addr
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}
