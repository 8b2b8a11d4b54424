package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// onATmpfs runs commands in a shell, in which $1 is a folder on a new tmpfs of this many bytes, $2 another folder and $3 the program. The mount
// is in a namespace of its own and ends with the shell. It returns the status, what was said, and what is in the folder then.
func onATmpfs(t *testing.T, bytes int64, commands, data string) (status int, said string, left []string) {
	t.Helper()
	script := `mount --make-rprivate / && mount -t tmpfs -o size=$0 tmpfs "$1" || exit 99; ` + commands + `; status=$?; echo left:; ls -A "$1"; exit $status`
	c := exec.CommandContext(t.Context(), "sh", "-c", script, strconv.FormatInt(bytes, 10), t.TempDir(), data, program)
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
	}
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	if c.ProcessState == nil || c.ProcessState.ExitCode() == 99 {
		t.Skipf("no file system can be mounted: %v: %s", err, &errs)
	}
	_, names, _ := strings.Cut(string(out), "left:")
	return c.ProcessState.ExitCode(), errs.String(), strings.Fields(names)
}

// A disk that fills while the copy is made, while it is packed or while it is read back leaves nothing, least of all a file of the
// backup's name. What is said names the disk, and not the store.
func TestBackupOntoAFullDisk(t *testing.T) {
	folder := data(t)
	if status, _, said := command(t, hashedUsers(4000), "user", "import", "-", "--format", "csv", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	file := filepath.Join(t.TempDir(), "whole")
	succeed(t, "backup", file, "--data", folder)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		room float64 // in sizes of the backup
		said string
	}{
		"no room for the copy":         {0.5, "wxbind.db cannot be written: the disk is full"},
		"none for the file":            {1.5, "backup cannot be written: the disk is full"},
		"none to read it back":         {2.5, "the backup cannot be read back: "},
		"as much as it takes, at most": {3.2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, said, left := onATmpfs(t, int64(c.room*float64(info.Size())), `"$3" backup "$1/b.tar" --data "$2"`, folder)
			if c.said == "" {
				if status != 0 || said != "" || fmt.Sprint(left) != "[b.tar]" {
					t.Errorf("status %d: %s; left are %v", status, said, left)
				}
				return
			}
			if status != 1 || !strings.Contains(said, c.said) || !strings.Contains(said, "the disk is full") || strings.Count(said, "\n") != 1 || len(left) > 0 {
				t.Errorf("status %d: %s; left are %v", status, said, left)
			}
		})
	}
	for name, room := range map[string]float64{"no room for an export": 0.2, "none for its end": 0.4} {
		t.Run(name, func(t *testing.T) {
			status, said, left := onATmpfs(t, int64(room*float64(info.Size())), `"$3" export "$1/out" --data "$2"`, folder)
			if status != 1 || !strings.Contains(said, "the disk is full") || strings.Count(said, "\n") != 1 || len(left) > 0 {
				t.Errorf("status %d: %s; left are %v", status, said, left)
			}
		})
	}
}

// A store whose disk is full says so.
func TestImportOntoAFullDisk(t *testing.T) {
	rows := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(rows, []byte(hashedUsers(8000)), 0o600); err != nil {
		t.Fatal(err)
	}
	store := t.TempDir()
	startServer(t, store).interrupt()
	status, said, _ := onATmpfs(t, 2<<20, `cp -R "$2/." "$1"; "$3" user import '`+rows+`' --data "$1"`, store)
	if want := "wxbind: the import stopped; run the same command again to continue: the store does not work: the disk is full\n"; status != 1 || !strings.HasSuffix(said, want) {
		t.Errorf("status %d: %s", status, said)
	}
}
