package sqlitestore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

func TestExamineSaysWhatOpenWouldFind(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, row := range []struct {
		name string
		make func(t *testing.T, path string)
		ctx  context.Context
		want error
	}{
		{"a database of today", func(t *testing.T, path string) { open(t, path) }, t.Context(), nil},
		{"an empty file", func(t *testing.T, path string) {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, t.Context(), sqlitestore.ErrEmpty},
		{"an older schema", version1, t.Context(), sqlitestore.ErrOlderSchema},
		{"a newer schema", func(t *testing.T, path string) {
			open(t, path)
			raw(t, path, "PRAGMA user_version = 99")
		}, t.Context(), sqlitestore.ErrNewerSchema},
		{"a database of another program", func(t *testing.T, path string) {
			raw(t, path, "PRAGMA application_id = 7")
		}, t.Context(), sqlitestore.ErrNotOurs},
		// Taking the file for empty would make somebody restore a store that is whole.
		{"a file that cannot be read now", func(t *testing.T, path string) { open(t, path) }, ended, context.Canceled},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "wxbind.db")
			row.make(t, path)
			if err := sqlitestore.Examine(row.ctx, raw(t, path)); !errors.Is(err, row.want) {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
}
