package doctor

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// Directory asks the platform's directory about a user who cannot be there: that it
// says so takes a good signature and an answer of the contract.
func Directory(d login.Directory) Check {
	return Check{Run: func(ctx context.Context) []Finding {
		const check = "directory"
		_, err := d.Profile(ctx, "wxbind-doctor-"+rand.Text())
		switch {
		case errors.Is(err, login.ErrUserNotFound):
			return []Finding{ok(check, "answers what is signed with the directory key")}
		case err == nil:
			return []Finding{fail(check, "knows a user that was made up just now", "let it answer 404 for ids that it does not know: see docs/directory.md")}
		}
		return []Finding{fail(check, err.Error(), "see docs/directory.md")}
	}}
}
