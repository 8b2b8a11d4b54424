package admin

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/wxbind/wxbind/pkg/login"
)

// importing is an import under way.
type importing struct {
	*Service
	watcher ImportWatcher
	roles   map[string]bool
	kinds   []string
	// first has the row that brought each username so far, by the username's hash.
	first map[[16]byte]firstRow
	// phones has the line that brought each phone number so far, by its index's hash.
	phones map[[16]byte]uint32
	batch  []newcomer
	// plain counts the plain passwords in the batch.
	plain int
	done  Imported
}

// firstRow is the first row with a username.
type firstRow struct {
	line uint32
	// folded says that the row has the username in another form.
	folded bool
}

// repeated is what is wrong with a later row with the username.
func (f firstRow) repeated() error {
	if f.folded {
		return fmt.Errorf("%w, on line %d, in another form", ErrRepeated, f.line)
	}
	return fmt.Errorf("%w, on line %d", ErrRepeated, f.line)
}

// newcomer is a row on its way into the store.
type newcomer struct {
	line int
	// written is the username as the row has it.
	written  string
	user     login.User
	password login.Hidden
	hash     login.Hidden
	// until is when a temporary password ends.
	until time.Time
	// directory says that the user is one of the platform's directory.
	directory bool
	// kind is the kind of the row's hash; "" if it has none, or one of the Hasher's own kind.
	kind string
	// present says that the user is stored already.
	present bool
	// bad says what is wrong with the row; nil if nothing is.
	bad error
}

// read makes a newcomer from a row.
//
// Errors: those of indexes, which no row is to blame for.
func (i *importing) read(ctx context.Context, row ImportRow) (newcomer, error) {
	n := newcomer{line: row.Line, written: row.Username, password: row.Password}
	var kind string
	if n.user, n.bad = i.userOf(row); n.bad == nil {
		kind, n.bad = i.checkRow(row, n.user)
	}
	if n.bad != nil {
		return n, nil //nolint:nilerr // the row is bad, and says so
	}
	phone, err := i.Phone(ctx, row.Phone)
	switch {
	case errors.Is(err, login.PhoneInvalid):
		n.bad = err
		return n, nil
	case err != nil:
		return n, err
	}
	n.user.Phone = phone
	if phone.Number != "" {
		n.user.Phone.VerifiedAt, n.user.Phone.AppID = come(row.PhoneVerifiedAt, login.Clock(i.Now)), row.PhoneGivenIn
	}
	if n.bad = i.repeated(n); n.bad != nil {
		return n, nil //nolint:nilerr // as above
	}
	n.hash, n.kind, n.until, n.directory = row.PasswordHash, kind, row.TemporaryUntil, row.Directory
	if n.user.ID = row.ID; row.ID == "" {
		n.user.ID = importedID(n.user, row)
	}
	if n.plain() {
		i.plain++
	}
	return n, nil
}

// repeated notes a newcomer's username and phone number, unless a row before has one of them.
//
// Errors: ErrRepeated, ErrPhoneRepeated.
func (i *importing) repeated(n newcomer) error {
	name, phone := [16]byte(sum(n.user.Username)), [16]byte(sum(n.user.Phone.Index))
	if first, ok := i.first[name]; ok && n.claims() {
		return sameName(n.written, n.user.Username, first.repeated())
	}
	line := uint32(n.line) //nolint:gosec // a line is a byte at least
	if n.user.Phone.Index != "" {
		if first, ok := i.phones[phone]; ok {
			return fmt.Errorf("%w, on line %d", ErrPhoneRepeated, first)
		}
		i.phones[phone] = line
	}
	if n.claims() {
		i.first[name] = firstRow{line: line, folded: n.folded()}
	}
	return nil
}

// checkRow checks a row's roles and its password or hash, and returns the kind of the hash. A user of another store keeps roles that
// nobody has set there either: a role that was deleted, or one that only the platform's directory knows.
func (i *importing) checkRow(row ImportRow, u login.User) (kind string, err error) {
	for _, role := range u.Roles {
		if !i.roles[role] && row.ID == "" {
			return "", noSuchRole(role)
		}
	}
	switch {
	case row.ID != "" && row.PasswordHash == "" && row.Password == "" && (row.Directory || row.Username == ""):
		return "", nil
	case row.PasswordHash == "":
		return "", i.PasswordPolicy(row.Password, u.Username)
	case row.Password != "":
		return "", ErrTwoPasswords
	}
	return i.kindOf(row.PasswordHash)
}

// bring stores the kind of a newcomer's hash before the first such user is stored, so that a wrong password
// costs the same for all users; see docs/decisions/equal-time.md. The row is bad if another import has brought the last kind that
// may be meanwhile.
func (i *importing) bring(ctx context.Context, n *newcomer) error {
	if n.bad != nil || n.kind == "" || slices.Contains(i.kinds, n.kind) {
		return nil //nolint:nilerr // a bad row brings none
	}
	err := i.Store.AddHashKind(ctx, n.kind, i.MaxHashKinds)
	if errors.Is(err, login.ErrHashKindsFull) {
		if i.kinds, err = i.Store.HashKinds(ctx); err == nil {
			n.bad = i.tooManyKinds()
			i.forget(n)
		}
		return err
	}
	i.kinds = append(i.kinds, n.kind)
	return err
}

// forget takes back what repeated has noted of a newcomer.
func (i *importing) forget(n *newcomer) {
	if n.claims() {
		delete(i.first, [16]byte(sum(n.user.Username)))
	}
	delete(i.phones, [16]byte(sum(n.user.Phone.Index)))
}

func (i *importing) tooManyKinds() error {
	return fmt.Errorf("%w: %d are stored already: %s", ErrTooManyHashKinds, len(i.kinds), strings.Join(i.kinds, "; "))
}

// kindOf returns the kind of a hash.
//
// Errors: ErrHashTooWeak, ErrHashUnreadable, ErrTooManyHashKinds.
func (i *importing) kindOf(hash login.Hidden) (string, error) {
	kind, err := i.Hasher.Kind(hash)
	switch {
	case errors.Is(err, login.ErrHashTooWeak) && i.WeakHashes:
	case errors.Is(err, login.ErrHashTooWeak):
		return "", err
	case err != nil:
		return "", fmt.Errorf("%w: %w", ErrHashUnreadable, err)
	}
	if kind != "" && !slices.Contains(i.kinds, kind) && len(i.kinds) >= i.MaxHashKinds {
		return "", i.tooManyKinds()
	}
	return kind, nil
}

// importedID is the id of a row's user. The name is part of it as the row has it, with the blanks around it: it was
// before they were trimmed. A plain password is not part of it: otherwise whoever sees an id could try passwords
// against it. A phone number is part of it by its index, for the same reason.
func importedID(u login.User, row ImportRow) string {
	name := cmp.Or(row.Name, u.Username)
	parts := append([]string{"import", u.Username, name, string(row.PasswordHash)}, u.Roles...)
	if u.Phone.Index != "" {
		parts = append(parts, "phone#"+u.Phone.Index)
	}
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err) // strings can always be marshalled
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum(string(text))))
}

func sum(text string) []byte {
	s := sha256.Sum256([]byte(text))
	return s[:16]
}

// store stores the batch and reports what became of it.
func (i *importing) store(ctx context.Context) error {
	if err := i.hashAll(ctx); err != nil {
		return err
	}
	var users []login.Newcomer
	var of []*newcomer
	for at := range i.batch {
		if n := &i.batch[at]; n.missing() && !n.directory {
			users, of = append(users, login.Newcomer{User: n.user, Password: n.stored()}), append(of, n)
		}
	}
	if err := i.enroll(ctx); err != nil {
		return err
	}
	if len(users) > 0 {
		taken, err := i.Store.AddUsers(ctx, users)
		if err != nil {
			return err
		}
		for at, t := range taken {
			if errors.Is(t.Cause, login.ErrPhoneTaken) {
				if of[at].bad = i.phoneTakenBy(ctx, t.By); !errors.Is(of[at].bad, login.ErrPhoneTaken) {
					return of[at].bad
				}
				continue
			}
			if errors.Is(t.Cause, login.ErrIDTaken) {
				if err := i.meetID(ctx, of[at]); err != nil {
					return err
				}
				continue
			}
			of[at].meet(t.By)
		}
	}
	i.report()
	return nil
}

// hashAll hashes the plain passwords of the batch, at most importedAtOnce at the same time.
func (i *importing) hashAll(ctx context.Context) error {
	hashing, ctx := errgroup.WithContext(ctx)
	hashing.SetLimit(importedAtOnce)
	for at := range i.batch {
		hashing.Go(func() error { return i.hash(ctx, &i.batch[at]) })
	}
	return hashing.Wait()
}

// hash hashes a newcomer's plain password, unless the username is taken.
func (i *importing) hash(ctx context.Context, n *newcomer) error {
	if !n.missing() || !n.plain() {
		return nil
	}
	id, err := i.Store.UserIDByName(ctx, n.user.Username)
	switch {
	case errors.Is(err, login.ErrUserNotFound):
		n.hash, err = i.Hasher.Hash(ctx, n.password)
	case err == nil:
		n.meet(id)
	}
	return err
}

// plain says whether the row has a plain password.
func (n *newcomer) plain() bool { return n.hash == "" && n.password != "" }

// folded says whether the username is stored in another form than the row's.
func (n *newcomer) folded() bool { return n.claims() && n.written != n.user.Username }

// missing says whether the user is still to be stored, as far as is known.
func (n *newcomer) missing() bool { return n.bad == nil && !n.present }

// meet judges the row by the id of the user who has its username; "" means nobody.
func (n *newcomer) meet(id string) {
	switch id {
	case "":
	case n.user.ID:
		n.present = true
	default:
		n.bad = sameName(n.written, n.user.Username, login.ErrUsernameTaken)
	}
}

// report counts the rows of the batch, tells the watcher and clears the batch.
func (i *importing) report() {
	for _, n := range i.batch {
		if n.bad == nil && n.folded() {
			i.done.Folded++
		}
		switch {
		case n.bad != nil:
			i.done.Bad++
			i.watcher.Bad(&BadRow{Line: n.line, Username: n.written, Cause: n.bad})
		case n.present:
			i.done.Present++
		default:
			i.done.Added++
		}
	}
	clear(i.batch) // keep no password longer than needed
	i.batch, i.plain = i.batch[:0], 0
	i.watcher.Progress(i.done)
}
