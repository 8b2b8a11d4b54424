package admin

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// ImportRow is a user as a file describes them, with a password or the hash of one.
type ImportRow struct {
	NewUser
	// Line is the row's line in the file, counted from 1.
	Line         int
	PasswordHash login.Hidden
	Moved
}

// Moved is what a user has who comes from another store of wxbind; see Service.Export. The zero Moved is that of all others.
type Moved struct {
	// ID is the user's id, which the platform may know them by; "" makes one of the row. A row with an id needs neither a username
	// nor a password: who registered by themselves may have none.
	ID string
	// Directory says that the platform's directory keeps the user, and has described them so.
	Directory bool
	Disabled  bool
	// RegisteredIn and CreatedAt are as in login.User; the zero time is for now.
	RegisteredIn string
	CreatedAt    time.Time
	// PhoneVerifiedAt is when WeChat last confirmed the phone number.
	PhoneVerifiedAt time.Time
	// TemporaryUntil is when the password ends, if it is a temporary one.
	TemporaryUntil time.Time
	// Avatar, NameGiven and AvatarGiven are as in login.User, PhoneGivenIn as login.Phone.AppID. A row without an id has none of
	// them, and a directory's user an Avatar at most. A time of the future, here and in PhoneVerifiedAt, counts as now.
	Avatar                 string
	NameGiven, AvatarGiven login.Given
	PhoneGivenIn           string
}

// BadRow says why a row was not imported. It quotes no secret.
type BadRow struct {
	Line int
	// Username is the username as the row has it; "" if the row has none, or could not be read so far.
	Username string
	// OpenID is that of a row of a binding, if it could be read.
	OpenID string
	Cause  error
}

func (b *BadRow) Error() string { return fmt.Sprintf("line %d: %v", b.Line, b.Cause) }

// Unwrap returns the cause.
func (b *BadRow) Unwrap() error { return b.Cause }

// Imported counts the rows of an import.
type Imported struct {
	// Added counts the rows whose user was stored.
	Added int
	// Present counts the rows whose user an earlier import has stored.
	Present int
	// Bad counts the rows that were refused.
	Bad int
	// Folded counts the rows of Added and Present whose username is stored in another form than they have it in.
	Folded int
}

// Rows is how many rows there were.
func (i Imported) Rows() int { return i.Added + i.Present + i.Bad }

// ImportWatcher is told of an import's progress.
type ImportWatcher struct {
	// Bad is called for each bad row, in the order of the rows.
	Bad func(*BadRow)
	// Progress is called after each batch with the counts so far.
	Progress func(Imported)
}

// What can be wrong with a row, besides what Add refuses.
var (
	ErrTwoPasswords     = errors.New("a row can have a password or a hash, not both")
	ErrHashUnreadable   = errors.New("the hash cannot be read")
	ErrTooManyHashKinds = errors.New("there are too many kinds of hashes")
	ErrRepeated         = errors.New("the username is in the file already")
	ErrIDInvalid        = fmt.Errorf("an id must be at most %d bytes of UTF-8 without control characters", login.MaxUserID)
)

// importBatch is how many rows are checked and stored together. It bounds the memory, and how much is
// unknown after an interruption.
const importBatch = 500

// plainBatch is how many rows of a batch may have a plain password. Each takes some 20 ms of a processor.
const plainBatch = 3 * importedAtOnce

// importedAtOnce bounds how many passwords are looked up and hashed at the same time.
const importedAtOnce = 16

// Import adds the users of rows. It skips rows that are bad, and changes no user who exists. If rows yields
// a *BadRow as its error, only that row is bad.
//
// If it breaks off, run the same import again: it goes on where it stopped. A user's id follows from the
// row, so a user whom an earlier import has stored is recognized and counted as Present, even if their
// password or profile has changed since. If somebody else has the username, the row is bad:
// ErrUsernameTaken. If a row before has it, the row is bad too: ErrRepeated. Both are a *SameNameError if the
// row has the username in another form than it is stored in. Likewise a phone number: a *PhoneTakenError, or ErrPhoneRepeated.
//
// A row with an id is a user of another store, who keeps it, and their roles, even such as there are none of. Such a row whose id is stored already counts as Present, unless the
// row's username is not the user's: login.ErrIDTaken.
//
// It uses some 50 bytes of memory for each row, to find usernames that are repeated, and as much for each phone number.
//
// Errors: the error of rows, if it is not a *BadRow; ErrNoIndexKey, ErrOtherIndexKey and those of Secret, if a row has a phone
// number; and the context's. The counts so far come with it.
func (s *Service) Import(ctx context.Context, rows iter.Seq2[ImportRow, error], w ImportWatcher) (Imported, error) {
	i := importing{Service: s, watcher: w, roles: map[string]bool{}, first: map[[16]byte]firstRow{}, phones: map[[16]byte]uint32{}}
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
			i.batch = append(i.batch, newcomer{line: bad.Line, written: bad.Username, bad: bad.Cause})
		case err != nil:
			if failed := i.store(ctx); failed != nil {
				return i.done, failed
			}
			return i.done, err
		default:
			n, err := i.read(ctx, row)
			if err != nil {
				return i.done, err
			}
			if err := i.bring(ctx, &n); err != nil {
				return i.done, err
			}
			i.batch = append(i.batch, n)
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
