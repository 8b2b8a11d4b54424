package sqlitestore_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// What is wrong with the disk is told in the system's word, and a disk that is full is found under whatever wraps it.
func TestDiskFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	failing := func(query, statement string) error {
		db, err := sql.Open("sqlite", "file:"+path+query)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		_, err = db.ExecContext(t.Context(), statement)
		return err
	}
	if err := failing("", "CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		err  error
		want syscall.Errno
	}{
		"full":      {failing("?_pragma=max_page_count(2)", "INSERT INTO t VALUES (zeroblob(100000))"), syscall.ENOSPC},
		"read-only": {failing("?mode=ro", "INSERT INTO t VALUES (1)"), syscall.EROFS},
		"a mistake": {failing("", "INSERT INTO nothing VALUES (1)"), 0},
		"another's": {errors.New("the disk is full"), 0},
	} {
		if c.err == nil {
			t.Fatalf("%s: it succeeded", name)
		}
		if got := sqlitestore.DiskFault(c.err); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
		wrapped := login.Unavailable(fmt.Errorf("wrapped: %w", c.err))
		if sqlitestore.DiskFault(wrapped) != 0 || sqlitestore.DiskIsFull(wrapped) != (c.want == syscall.ENOSPC) {
			t.Errorf("%s, wrapped: got %v and %v", name, sqlitestore.DiskFault(wrapped), sqlitestore.DiskIsFull(wrapped))
		}
	}
}
