package login

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// EventUserImport: an import added users.
const EventUserImport Event = "user_import"

// BulkRoster adds many users at a time.
type BulkRoster interface {
	// AddUsers stores new users, of whom no two have the same id or username, those
	// whose username is free. It gives for each of them, in their order, the id of the
	// user who has the username already, "" for who is stored now. After an error any
	// of them may be stored.
	AddUsers(ctx context.Context, users []User) (takenBy []string, err error)
}

// ImportRow is a user as a file describes them: with a password or with its hash.
type ImportRow struct {
	NewUser
	// Line is where the row stands, counted from 1.
	Line         int
	PasswordHash Hidden
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
func (a *Accounts) Import(ctx context.Context, rows iter.Seq2[ImportRow, error], w ImportWatcher) (Imported, error) {
	i := importing{Accounts: a, watcher: w, roles: map[string]bool{}, lines: map[[16]byte]int{}}
	defer func() {
		if i.done.Added > 0 {
			trailOf(ctx).note(EventUserImport)
		}
	}()
	roles, err := a.Roster.ListRoles(ctx)
	if err != nil {
		return i.done, err
	}
	for _, r := range roles {
		i.roles[r.Name] = true
	}
	if i.kinds, err = a.HashKinds.HashKinds(ctx); err != nil {
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
			i.batch = append(i.batch, newcomer{line: row.Line})
			if err := i.read(ctx, row, &i.batch[len(i.batch)-1]); err != nil {
				return i.done, err
			}
		}
		if len(i.batch) == importBatch {
			if err := i.store(ctx); err != nil {
				return i.done, err
			}
		}
	}
	err = i.store(ctx)
	return i.done, err
}

// importing is an import under way.
type importing struct {
	*Accounts
	watcher ImportWatcher
	roles   map[string]bool
	kinds   []string
	// lines says by the hash of a username on which line it stood first.
	lines map[[16]byte]int
	batch []newcomer
	done  Imported
}

// newcomer is a row on its way into the store.
type newcomer struct {
	line     int
	user     User
	password Hidden
	// present says that the user is stored already.
	present bool
	// bad says what is wrong with the row.
	bad error
}

// read makes a newcomer of a row.
//
// Errors: those of the store, which are not the row's.
func (i *importing) read(ctx context.Context, row ImportRow, n *newcomer) error {
	kind := ""
	n.user, n.bad = i.newUser(row.NewUser)
	if n.bad == nil {
		n.bad = i.checkRow(row, n.user.Roles)
	}
	if n.bad == nil && row.PasswordHash != "" {
		kind, n.bad = i.kindOf(row.PasswordHash)
	}
	if n.bad != nil {
		return nil
	}
	name := [16]byte(sum(n.user.Username))
	if first, ok := i.lines[name]; ok {
		n.bad = fmt.Errorf("%w, on line %d", ErrRepeated, first)
		return nil
	}
	i.lines[name] = row.Line
	n.user.ID = importedID(n.user, row.PasswordHash)
	n.user.PasswordHash, n.password = row.PasswordHash, row.Password
	if kind == "" || slices.Contains(i.kinds, kind) {
		return nil
	}
	// It is noted before the first such user is stored: from then on a wrong password
	// costs the same for all users.
	i.kinds = append(i.kinds, kind)
	return i.HashKinds.AddHashKind(ctx, kind)
}

// checkRow says what is wrong with a row beside its user.
func (i *importing) checkRow(row ImportRow, roles []string) error {
	for _, role := range roles {
		if !i.roles[role] {
			return noSuchRole(role)
		}
	}
	switch {
	case row.PasswordHash == "":
		return checkNewPassword(row.Password)
	case row.Password != "":
		return ErrTwoPasswords
	}
	return nil
}

// kindOf is the kind of a hash, if users may have such.
func (i *importing) kindOf(hash Hidden) (string, error) {
	kind, err := i.Hasher.Kind(hash)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrHashUnreadable, err)
	}
	if kind != "" && !slices.Contains(i.kinds, kind) && len(i.kinds) >= i.MaxHashKinds {
		return "", fmt.Errorf("%w: %d are stored, of %s", ErrTooManyHashKinds, len(i.kinds), strings.Join(i.kinds, "; "))
	}
	return kind, nil
}

// importedID is the id of the user whom a row makes. A plain password is not in
// it: whoever sees an id could then try passwords against it.
func importedID(u User, hash Hidden) string {
	text, err := json.Marshal(append([]string{"import", u.Username, u.Name, string(hash)}, u.Roles...))
	if err != nil {
		panic(err) // strings have a JSON form
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum(string(text))))
}

func sum(text string) []byte {
	s := sha256.Sum256([]byte(text))
	return s[:16]
}

// store stores the batch and reports what became of it.
func (i *importing) store(ctx context.Context) error {
	for some := range slices.Chunk(i.batch, importedAtOnce) {
		var steps []func() error
		for at := range some {
			steps = append(steps, func() error { return i.hash(ctx, &some[at]) })
		}
		if err := together(steps...); err != nil {
			return err
		}
	}
	var users []User
	var of []*newcomer
	for at := range i.batch {
		if n := &i.batch[at]; n.bad == nil && !n.present {
			users, of = append(users, n.user), append(of, n)
		}
	}
	if len(users) > 0 {
		takenBy, err := i.Bulk.AddUsers(ctx, users)
		if err != nil {
			return err
		}
		for at, id := range takenBy {
			of[at].meet(id)
		}
	}
	i.report()
	return nil
}

// hash hashes a newcomer's plain password, unless the user is there already.
func (i *importing) hash(ctx context.Context, n *newcomer) error {
	if n.bad != nil || n.user.PasswordHash != "" {
		return nil
	}
	id, err := i.Users.UserIDByName(ctx, n.user.Username)
	switch {
	case err == nil:
		n.meet(id)
		return nil
	case !errors.Is(err, ErrUserNotFound):
		return err
	}
	n.user.PasswordHash, err = i.Hasher.Hash(ctx, n.password)
	return err
}

// meet judges that the username is found with the user id ("" for nobody).
func (n *newcomer) meet(id string) {
	switch id {
	case "":
	case n.user.ID:
		n.present = true
	default:
		n.bad = ErrUsernameTaken
	}
}

// report counts the batch, tells of it and clears it.
func (i *importing) report() {
	for _, n := range i.batch {
		switch {
		case n.bad != nil:
			i.done.Bad++
			i.watcher.Bad(&BadRow{Line: n.line, Cause: n.bad})
		case n.present:
			i.done.Present++
		default:
			i.done.Added++
		}
	}
	clear(i.batch) // passwords are not kept longer than needed
	i.batch = i.batch[:0]
	i.watcher.Progress(i.done)
}
