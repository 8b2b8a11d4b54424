package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// A limit of the size of files stands for a disk that fills in the middle of a commit: the kernel refuses the write of
// a page, wherever in the group that is. It is the process's own limit, so nobody needs to be root.
func TestDiskThatFillsInTheMiddleOfACommit(t *testing.T) {
	s := opened(t)
	path := pathOf(t, s)
	var bindings []login.Binding
	for i := range 32 {
		bindings = append(bindings, enrolled(t, s, fmt.Sprint("user-", i)))
	}
	if _, err := s.emptyLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The log takes some pages of the group and not all.
	free := limitFiles(t, 5*4096)
	var writes []func(ctx context.Context, end context.CancelFunc) error
	for _, b := range bindings {
		writes = append(writes, func(ctx context.Context, _ context.CancelFunc) error {
			_, err := s.Enter(ctx, opening(b, "full", time.Now()))
			return err
		})
	}
	for i, err := range atOnce(t, s, writes...) {
		if !errors.Is(err, login.StoreUnavailable) {
			t.Errorf("write %d while the disk is full: %v", i, err)
		}
	}
	if _, err := s.UserByID(t.Context(), "user-0"); err != nil {
		t.Errorf("a read while the disk is full: %v", err)
	}
	free()
	if _, err := s.Enter(t.Context(), opening(bindings[0], "free", time.Now())); err != nil {
		t.Errorf("a write when there is room again: %v", err)
	}
	again := reopened(t, path)
	for i, b := range bindings {
		sessions, err := again.SessionsOfUser(t.Context(), b.UserID)
		want := 1
		if i == 0 {
			want = 2
		}
		if err != nil || len(sessions) != want {
			t.Errorf("user %d has %d sessions, want %d, %v", i, len(sessions), want, err)
		}
	}
}

// limitFiles lets this process write no file beyond a size, until the returned function is called.
func limitFiles(t *testing.T, size uint64) (free func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	set := func(limit syscall.Rlimit) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
	}
	free = func() { set(before) }
	t.Cleanup(free)
	set(syscall.Rlimit{Cur: size, Max: before.Max})
	return free
}
