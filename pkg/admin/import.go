package admin

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/wxbind/wxbind/pkg/login"
)

// ImportRow is a user as a file describes them: with a password or with its hash.
type ImportRow struct {
	NewUser
	// Line is where the row stands, counted from 1.
	Line         int
	PasswordHash login.Hidden
}

// BadRow says why a row was not imported. It quotes no secret.
type BadRow struct {
	Line  int
	Cause error
}

func (b *BadRow) Error() string { return fmt.Sprintf("line %d: %v", b.Line, b.Cause) }

// Unwrap gives the cause.
func (b *BadRow) Unwrap() error { return b.Cause }

// Imported counts the rows of an import.
type Imported struct {
	// Added are those whose user was stored.
	Added int
	// Present are those whose user an earlier import has stored.
	Present int
	Bad     int
}

// Rows is how many rows there were.
func (i Imported) Rows() int { return i.Added + i.Present + i.Bad }

// ImportWatcher is told how an import goes on.
type ImportWatcher struct {
	// Bad is called for each bad row, in the order of the lines.
	Bad func(*BadRow)
	// Progress is called now and then with what was done so far.
	Progress func(Imported)
}

// What may be wrong with a row, beside what Add refuses.
var (
	ErrTwoPasswords     = errors.New("a row has a password or a hash of one, not both")
	ErrHashUnreadable   = errors.New("the hash cannot be read")
	ErrTooManyHashKinds = errors.New("the hash is of one kind too many")
	ErrRepeated         = errors.New("the username stands in the file already")
)

// importBatch is how many rows are looked at together, and stored with one wait
// for the store. It bounds the memory, and what an interruption leaves unknown.
const importBatch = 500

// plainBatch is how many of them may have a plain password, each of which takes a
// processor some 20 ms.
const plainBatch = 3 * importedAtOnce

// importedAtOnce bounds the requests to a store at the same time.
const importedAtOnce = 16

// Import adds the users of rows, those who can be, and changes none who is there.
// An error of rows that is a *BadRow concerns that row only.
//
// It may break off at any moment: the same import again goes on. For a row decides
// the id of its user, so that who an import has stored is known again, whatever
// became of their password or profile since, as a row that is Present; a username
// that somebody else has is a bad row, ErrUsernameTaken.
//
// Memory grows with the rows by some 50 bytes each, to know a username again.
//
// Errors: those of rows, of the stores and the context's. What was done so far is
// given with them.
func (s *Service) Import(ctx context.Context, rows iter.Seq2[ImportRow, error], w ImportWatcher) (Imported, error) {
	i := importing{Service: s, watcher: w, roles: map[string]bool{}, lines: map[[16]byte]int{}}
	defer func() {
		if i.done.Added > 0 {
			login.TrailOf(ctx).Note(login.EventUserImport)
		}
	}()
	roles, err := s.Store.ListRoles(ctx)
	if err != nil {
		return i.done, err
	}
	for _, r := range roles {
		i.roles[r.Name] = true
	}
	if i.kinds, err = s.Store.HashKinds(ctx); err != nil {
		return i.done, err
	}
	for row, err := range rows {
		bad, isBad := errors.AsType[*BadRow](err)
		switch {
		case isBad:
			i.batch = append(i.batch, newcomer{line: bad.Line, bad: bad.Cause})
		case err != nil:
			if failed := i.store(ctx); failed != nil {
				return i.done, failed
			}
			return i.done, err
		default:
			n := i.read(row)
			i.batch = append(i.batch, n)
			if err := i.bring(ctx, n.kind); err != nil {
				return i.done, err
			}
		}
		if len(i.batch) == importBatch || i.plain == plainBatch {
			if err := i.store(ctx); err != nil {
				return i.done, err
			}
		}
	}
	err = i.store(ctx)
	return i.done, err
}
