package admin

import (
	"errors"
	"fmt"

	"github.com/wxbind/wxbind/pkg/login"
)

// SameNameError says that a username is there already, and that it was entered in another form than it is stored in.
// It quotes the form that was entered with everything invisible escaped, since it may look like the stored one.
type SameNameError struct {
	// Written is the username as it was entered, and Name the one that it becomes.
	Written, Name string
	cause         error
}

func (e *SameNameError) Error() string {
	if errors.Is(e.cause, login.ErrUsernameTaken) { // whose own words are for programmers
		return fmt.Sprintf("%q is the same username as %q, which is taken", e.Written, e.Name)
	}
	return fmt.Sprintf("%q is the same username as %q: %v", e.Written, e.Name, e.cause)
}

// Unwrap returns ErrUsernameTaken, or the ErrRepeated of a row.
func (e *SameNameError) Unwrap() error { return e.cause }

// sameName is why a username is refused that is there already.
func sameName(written, name string, cause error) error {
	if written == name {
		return cause
	}
	return &SameNameError{Written: written, Name: name, cause: cause}
}
