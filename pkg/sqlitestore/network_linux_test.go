package sqlitestore

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNetworkFileSystemsAreKnown(t *testing.T) {
	before := statfs
	defer func() { statfs = before }()
	for name, row := range map[string]struct {
		magic int64
		want  string
	}{
		"NFS": {0x6969, "NFS"}, "SMB 1": {0x517b, "SMB"}, "CIFS": {0xff534d42, "SMB"}, "SMB 2": {0xfe534d42, "SMB"}, "ext4": {0xef53, ""},
	} {
		statfs = func(_ string, s *unix.Statfs_t) error { s.Type = row.magic; return nil }
		if got, err := NetworkFileSystem("folder"); got != row.want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	statfs = func(string, *unix.Statfs_t) error { return unix.EIO }
	if _, err := NetworkFileSystem("folder"); !errors.Is(err, unix.EIO) {
		t.Errorf("a disk that fails: %v", err)
	}
	statfs = before
	if got, err := NetworkFileSystem(t.TempDir()); got != "" || err != nil {
		t.Errorf("a folder of this machine: %q, %v", got, err)
	}
}
