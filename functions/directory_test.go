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

// directory is whether a platform's own directory has the users.
type directory int

const (
	// noDirectory: wxbind stores them.
	noDirectory directory = iota
	// openDirectory has the events' user, with the phone number of the events. It registers whoever is new.
	openDirectory
	// closedDirectory no longer lets the user in.
	closedDirectory
)

// start runs examples/directory with users of its own until the test ends. It returns its URL, "" for noDirectory.
func (d directory) start(tb testing.TB) string {
	tb.Helper()
	if d == noDirectory {
		return ""
	}
	file := d.users(tb)
	for range 10 { // somebody else may get the port first
		if url := serveDirectory(tb, file); url != "" {
			return url
		}
	}
	tb.Fatal("the directory does not start")
	return ""
}

// users writes the file of users.
func (d directory) users(tb testing.TB) string {
	tb.Helper()
	const salt = "salt"
	hash, err := pbkdf2.Key(sha256.New, events.Password, []byte(salt), 1, sha256.Size)
	if err != nil {
		tb.Fatal(err)
	}
	users, err := json.Marshal(map[string]any{events.Username: map[string]any{
		"profile": map[string]any{
			"id": events.UserID, "username": events.Username, "name": "Demo", "roles": []string{"clerk"},
			"disabled": d == closedDirectory, "phone": events.Phone,
		},
		"salt": []byte(salt), "hash": hash,
	}})
	if err != nil {
		tb.Fatal(err)
	}
	file := filepath.Join(tb.TempDir(), "users.json")
	if err := os.WriteFile(file, users, 0o600); err != nil {
		tb.Fatal(err)
	}
	return file
}

// serveDirectory runs examples/directory on a port that is free just now. It returns its URL, or "" if it ends at once.
func serveDirectory(tb testing.TB, file string) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	running := exec.Command(built(tb, "../examples/directory"), "-addr", addr, "-users", file, "-rounds", "1")
	running.Env = append(os.Environ(), "DIRECTORY_KEY="+directoryKey)
	running.Stderr = tb.Output()
	if err := running.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { running.Wait(); close(ended) }()
	tb.Cleanup(func() { running.Process.Kill(); <-ended })
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		select {
		case <-ended:
			return ""
		case <-time.After(10 * time.Millisecond):
		}
		if connection, err := net.Dial("tcp", addr); err == nil {
			connection.Close()
			return "http://" + addr
		}
	}
	tb.Fatal("the directory does not listen")
	return ""
}
