package sqlitestore

import (
	"errors"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// DiskFault says what is wrong with the disk if err itself, not what it wraps, is SQLite's error about that: ENOSPC, EROFS or EIO, as
// the system would say it. Otherwise it is 0.
func DiskFault(err error) syscall.Errno {
	failure, ok := err.(*sqlite.Error) //nolint:errorlint // what it wraps is for the caller to look at
	if !ok {
		return 0
	}
	switch c := failure.Code(); {
	case c == sqlite3.SQLITE_FULL, c == sqlite3.SQLITE_IOERR_SHMSIZE: // there is no room for the index of the write-ahead log
		return syscall.ENOSPC
	case c&0xff == sqlite3.SQLITE_READONLY:
		return syscall.EROFS
	case c&0xff == sqlite3.SQLITE_IOERR:
		return syscall.EIO
	}
	return 0
}

// DiskIsFull says whether SQLite found no room on the disk.
func DiskIsFull(err error) bool {
	failure, ok := errors.AsType[*sqlite.Error](err)
	return ok && DiskFault(failure) == syscall.ENOSPC
}
