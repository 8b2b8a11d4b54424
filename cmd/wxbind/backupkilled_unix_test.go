//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A signal, or the end of the process, leaves no file of the backup's name unless it was complete. Only what is killed leaves
// anything, and that is called partial.
func TestInterruptedBackupIsNotTakenForAWholeOne(t *testing.T) {
	folder := data(t)
	if status, _, said := command(t, hashedUsers(8000), "user", "import", "-", "--format", "csv", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	for name, c := range map[string]struct {
		signal syscall.Signal
		status int
	}{
		"Ctrl-C": {syscall.SIGINT, 130}, "SIGTERM": {syscall.SIGTERM, 143}, "killed": {syscall.SIGKILL, -1},
	} {
		t.Run(name, func(t *testing.T) {
			under := 0
			for _, step := range []string{"", databaseName, keyName, "backup", "again", filepath.Join("again", databaseName)} {
				file := filepath.Join(t.TempDir(), "backup.tar")
				partial := func(step string) []string {
					names, err := filepath.Glob(filepath.Join(file+".partial-*", step))
					if err != nil {
						t.Fatal(err)
					}
					return names
				}
				p := exec.CommandContext(t.Context(), program, "backup", file, "--data", folder)
				var said strings.Builder
				p.Stderr = &said
				if err := p.Start(); err != nil {
					t.Fatal(err)
				}
				for deadline := time.Now().Add(time.Minute); len(partial(step)) == 0 && !exists(file); {
					if time.Now().After(deadline) {
						t.Fatal("it does not begin")
					}
				}
				_ = p.Process.Signal(c.signal) // which has ended if it was faster
				_ = p.Wait()
				if exists(file) {
					succeed(t, "restore", file, "--data", filepath.Join(t.TempDir(), "again"))
				} else {
					under++
					if got := p.ProcessState.ExitCode(); got != c.status || c.status > 0 && said.String() != "wxbind: interrupted\n" {
						t.Errorf("%v: %s", p.ProcessState, &said)
					}
				}
				if left := partial(""); c.status > 0 && len(left) > 0 {
					t.Errorf("left are %v", left)
				}
			}
			if under == 0 {
				t.Error("none was interrupted under way")
			}
		})
	}
}
