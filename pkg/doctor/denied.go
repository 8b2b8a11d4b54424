package doctor

import (
	"errors"
	"os/user"

	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// denied finds that the user who runs doctor may not use the database. That says nothing about the store.
func (f Files) denied(check string) (Finding, bool) {
	err := sqlitestore.Access(f.Database)
	if !errors.Is(err, sqlitestore.ErrAccess) {
		return Finding{}, false
	}
	return f.deniedBecause(check, err), true
}

func (f Files) deniedBecause(check string, err error) Finding {
	const shared = "run this as the user that `wxbind serve` runs as"
	who := "this user"
	if u, err := user.Current(); err == nil {
		who = u.Username
	}
	do := shared
	if owner := ownerOf(f.Database, f.Folder); owner != "" && owner != who {
		do = "run this as " + owner + ", who owns it"
	} else if owner == who {
		do = "chmod u+rw what is named, and u+rwx the folder"
	}
	return fail(check, who+" may not use "+f.Folder+", so nothing is known about it: "+err.Error(), do).because(err)
}
