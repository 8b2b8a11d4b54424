//go:build unix

package main

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// asAnother runs the program as a user who is not root, and who owns the folder unless that is "". If the tests do not run
// as root, that is the user of the tests.
func asAnother(t *testing.T, folder string, args ...string) (string, error) {
	t.Helper()
	const nobody = 65534
	executable := program
	var credential *syscall.Credential
	if os.Geteuid() == 0 {
		credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		executable = filepath.Join(openFolder(t), "wxbind")
		copyProgram(t, executable)
		if folder != "" {
			chown(t, folder, nobody)
		}
	}
	command := exec.Command(executable, args...)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	command.Dir = os.TempDir()
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(30*time.Second, func() { command.Process.Kill() })
	defer stop.Stop()
	err := command.Wait()
	return out.String(), err
}

// openFolder is a temporary folder that every user may enter.
func openFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "wxbind-another")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

func copyProgram(t *testing.T, to string) {
	t.Helper()
	from, err := os.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(file, from); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// chown gives a folder away with all that is in it, and lets its new owner come to it.
func chown(t *testing.T, folder string, to int) {
	t.Helper()
	for parent := filepath.Dir(folder); parent != filepath.Clean(os.TempDir()) && parent != filepath.Dir(parent); parent = filepath.Dir(parent) {
		if err := os.Chmod(parent, 0o755); err != nil { // t.TempDir's own parents
			t.Fatal(err)
		}
	}
	if err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, to, to)
	}); err != nil {
		t.Fatal(err)
	}
}
