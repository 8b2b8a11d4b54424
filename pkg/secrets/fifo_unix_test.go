//go:build unix

package secrets_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wxbind/wxbind/pkg/secrets"
)

// Nobody writes to the FIFO, so whoever opened it as a file would wait for ever.
func TestFIFOIsNoSecretFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := secrets.OpenFile(t.Context(), secrets.FileConfig{Path: path, Setting: "SETTING", SealKey: folderKey})
	if err == nil || !strings.Contains(err.Error(), "is not a regular file") {
		t.Errorf("got %v", err)
	}
}
