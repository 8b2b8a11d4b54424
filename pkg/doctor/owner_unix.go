//go:build unix

package doctor

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// ownerOf names the owner of the first path of which this user may see that.
func ownerOf(paths ...string) string {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return ""
		}
		id := strconv.FormatUint(uint64(stat.Uid), 10)
		if owner, err := user.LookupId(id); err == nil {
			return owner.Username
		}
		return "the user with the id " + id
	}
	return ""
}
