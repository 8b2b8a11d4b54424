package doctor

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// Directory asks the platform's directory about a user who cannot exist. A correct answer takes a valid signature and
// follows the contract.
func Directory(d login.Directory) Check {
	return Check{Run: func(ctx context.Context) []Finding {
		const check = "directory"
		_, err := d.Profile(ctx, "wxbind-doctor-"+rand.Text())
		switch {
		case errors.Is(err, login.ErrUserNotFound):
			return []Finding{ok(check, "answers requests signed with the directory key")}
		case err == nil:
			return []Finding{fail(check, "claims to know a user that was just made up", "make it answer 404 for unknown ids: see docs/directory.md")}
		}
		return []Finding{fail(check, causeOf(err).Error(), "see docs/directory.md")}
	}}
}
