package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

func TestTableHasColumns(t *testing.T) {
	var out bytes.Buffer
	rows := newTable(&out, "NAME", "N", "WHERE")
	rows.add("爱丽丝", "1", "")
	rows.add("b\x1bob", "12345", "here")
	if err := rows.print(); err != nil {
		t.Fatal(err)
	}
	if want := "NAME    N      WHERE\n爱丽丝  1      \nb�ob    12345  here\n"; out.String() != want {
		t.Errorf("got\n%q, want\n%q", out.String(), want)
	}
}

// A list may be long, and must not be kept.
func TestTablePrintsPageByPage(t *testing.T) {
	var out bytes.Buffer
	rows := newTable(&out, "NAME", "ID")
	for i := range 10 * tablePage {
		rows.add("a name", fmt.Sprint(i))
		if len(rows.rows) >= tablePage || bytes.Count(out.Bytes(), []byte("\n"))+len(rows.rows) != i+2 {
			t.Fatalf("after row %d the table has %d rows, and has printed %d bytes", i, len(rows.rows), out.Len())
		}
	}
	if err := rows.print(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 1+10*tablePage {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines[1:] {
		if !strings.HasPrefix(line, "a name  ") {
			t.Fatalf("a line in other columns: %q", line)
		}
	}
}

func TestTableReturnsTheFirstError(t *testing.T) {
	full := errors.New("the disk is full")
	read, write := io.Pipe()
	read.CloseWithError(full)
	rows := newTable(write, "NAME")
	for range 3 * tablePage {
		rows.add("a name")
	}
	if err := rows.print(); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

// Whoever reads the list gets its beginning before the end is read from the store.
func TestUserListIsPrintedAsItComes(t *testing.T) {
	folder := data(t)
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var users []login.Newcomer
	for i := range 3 * tablePage {
		id := fmt.Sprintf("user-%05d", i)
		users = append(users, login.Newcomer{User: login.User{ID: id, Username: id}})
	}
	if _, err := store.AddUsers(t.Context(), users); err != nil {
		t.Fatal(err)
	}
	read, write := io.Pipe()
	status := make(chan int)
	go func() {
		status <- run(t.Context(), []string{"user", "list", "--data", folder}, console{in: strings.NewReader(""), out: write, err: io.Discard})
	}()
	lines := bufio.NewScanner(read)
	for i := range tablePage {
		if !lines.Scan() {
			t.Fatalf("%d lines", i)
		}
	}
	// The rest of the list is not wanted: the command ends, since it has not printed everything.
	read.CloseWithError(errors.New("enough"))
	if got := <-status; got != 1 {
		t.Errorf("status %d", got)
	}
}
