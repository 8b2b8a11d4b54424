//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// lockFolder locks a folder until unlock is called or the process ends: alone, or together with others that do not lock
// it alone. `wxbind serve` holds the lock, so that `wxbind restore` does not put another store under it, not even when
// its files were deleted meanwhile.
func lockFolder(folder string, alone bool) (unlock func(), err error) {
	file, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	switch err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK) && alone:
		return nil, errors.Join(errorf("%s is being served: stop `wxbind serve` first", folder), file.Close())
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errors.Join(errorf("`wxbind restore` is at work in %s", folder), file.Close())
	}
	// A file system without locks is no reason not to serve.
	return func() { file.Close() }, nil
}
