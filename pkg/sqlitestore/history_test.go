package sqlitestore_test

import (
	"path/filepath"
	"testing"

	"github.com/wxbind/wxbind/pkg/storetest/history"
)

// Two stores on one file behave like two processes.
func TestHistoriesAreLinearizable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	history.Check(t, open(t, path), open(t, path))
}
