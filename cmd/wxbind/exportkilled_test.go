package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A killed export leaves no folder of the name, unless it was complete. What else it leaves is called partial.
func TestAKilledExportIsNotTakenForAWholeOne(t *testing.T) {
	const n = 4000
	folder, dir := data(t), filepath.Join(t.TempDir(), "out")
	if status, _, said := command(t, hashedUsers(n), "user", "import", "-", "--format", "csv", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	partial := func() []string {
		names, err := filepath.Glob(dir + ".partial-*")
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	whole := func() {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, exportedUsers))
		if got := bytes.Count(text, []byte("\n")); err != nil || got != n+1 {
			t.Errorf("%d users of %d, %v", got, n+1, err)
		}
	}
	for wait := range 5 {
		before := len(partial())
		c := exec.Command(program, "export", dir, "--data", folder)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); len(partial()) == before && !exists(dir); {
			if time.Now().After(deadline) {
				t.Fatal("it does not begin")
			}
		}
		time.Sleep(time.Duration(wait) * 20 * time.Millisecond)
		if err := c.Process.Kill(); err != nil && !exists(dir) {
			t.Fatal(err)
		}
		c.Wait()
		if exists(dir) { // it was faster
			whole()
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	left := len(partial())
	if left == 0 {
		t.Fatal("none was killed under way")
	}
	if status, _, said := command(t, "", "export", dir, "--data", folder); status != 0 {
		t.Fatal(said)
	}
	whole()
	if got := len(partial()); got != left {
		t.Errorf("%d partial ones, and %d after a whole one", left, got)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
