package sqlitestore

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// networkFileSystems are the types of file systems that several machines share, as statfs(2) reports them.
var networkFileSystems = map[uint32]string{
	unix.NFS_SUPER_MAGIC:  "NFS",
	unix.SMB_SUPER_MAGIC:  "SMB",
	unix.CIFS_SUPER_MAGIC: "SMB",
	unix.SMB2_SUPER_MAGIC: "SMB",
}

// NetworkFileSystem names the network file system that a folder is on, "" if it is on none that is known. The
// write-ahead log needs memory that all processes share, and locks that hold: neither works there
// (https://www.sqlite.org/wal.html, https://www.sqlite.org/howtocorrupt.html).
func NetworkFileSystem(folder string) (string, error) {
	var s unix.Statfs_t
	if err := statfs(folder, &s); err != nil {
		return "", fmt.Errorf("%s: %w", folder, err)
	}
	return networkFileSystems[uint32(s.Type)], nil //nolint:gosec // the kernel's types have 32 bits
}

// statfs is a variable for the tests, which mount nothing.
var statfs = unix.Statfs
