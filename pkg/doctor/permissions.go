package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
)

// Permissions checks that other users of the machine can use neither the files of an embedded store nor its folder.
func Permissions(f Files) Check {
	return Check{Run: func(context.Context) []Finding { return []Finding{f.permissions()} }}
}

func (f Files) permissions() Finding {
	const check = "permissions"
	if runtime.GOOS == "windows" {
		return skip(check, "Windows has no permission bits")
	}
	status := OK
	var says, do []string
	for _, path := range []string{f.Folder, f.SealKey, f.Database, f.Database + "-wal"} {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another line says so
		}
		if err != nil {
			return f.deniedBecause(check, err)
		}
		mode := info.Mode().Perm()
		switch {
		case mode&0o077 == 0:
			continue
		case !info.IsDir():
			status = Fail
			says = append(says, fmt.Sprintf("%s has the mode %#o: others on this machine can use it", path, mode))
			do = append(do, "chmod 600 "+path)
			continue
		case mode&0o022 != 0:
			status = Fail
			says = append(says, fmt.Sprintf("%s has the mode %#o: others on this machine can replace its files", path, mode))
		default: // the files still have their own modes
			status = Warn
			says = append(says, fmt.Sprintf("%s has the mode %#o: others on this machine can look into it", path, mode))
		}
		do = append(do, "chmod 700 "+path)
	}
	if status == OK {
		return ok(check, "only their owner can use the seal key, the database and their folder")
	}
	return Finding{Check: check, Status: status, Says: strings.Join(says, "; "), Do: strings.Join(do, " && ")}
}
