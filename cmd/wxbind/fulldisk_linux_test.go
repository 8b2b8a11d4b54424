package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// A full disk is told in one sentence, whoever noticed it.
func TestFullDiskIsNamed(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=max_page_count(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, noticed := db.ExecContext(t.Context(), "CREATE TABLE t (x)")
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	file := &exportFile{file: full, buffer: bufio.NewWriter(full)}
	file.lines = json.NewEncoder(file.buffer)
	_ = file.lines.Encode("x")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"by SQLite":    {login.Unavailable(noticed), "the store does not work: the disk is full"},
		"by an export": {file.close(), "/dev/full cannot be written: the disk is full"},
	} {
		if got := said(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What could not be printed is an error, also of the help.
func TestHelpOntoAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	for _, args := range [][]string{{"--help"}, {"version"}, {"--version"}} {
		var said bytes.Buffer
		if status := run(t.Context(), args, console{in: os.Stdin, out: full, err: &said}); status != statusFailed || said.String() != "wxbind: /dev/full cannot be written: the disk is full\n" {
			t.Errorf("%s: status %d: %s", args, status, said.String())
		}
	}
}
