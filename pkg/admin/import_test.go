package admin_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// kinded is a hasher whose hashes are "kind:password", and counts what it hashes.
type kinded struct {
	logintest.Hasher
	mu     sync.Mutex
	hashed int
}

func (h *kinded) Hash(ctx context.Context, p login.Hidden) (login.Hidden, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hashed++
	return h.Hasher.Hash(ctx, p)
}

func (*kinded) Kind(hash login.Hidden) (string, error) {
	kind, _, ok := strings.Cut(string(hash), ":")
	switch {
	case !ok:
		return "", errors.New("not a hash")
	case kind == "weak":
		return "", login.ErrHashTooWeak
	}
	return strings.TrimPrefix(kind, "own"), nil
}

// importer is accounts whose store and hasher are watched.
func importer(w *world) (*admin.Service, *bulk, *kinded) {
	a, store, hasher := w.Admin(), &bulk{Store: w.DB}, &kinded{}
	a.Store, a.Hasher, a.MaxHashKinds = store, hasher, 2
	return a, store, hasher
}

// bulk notes what an import stores.
type bulk struct {
	*logintest.Store
	// limit, if not 0, is how many calls of AddUsers work before one is done and its
	// answer lost.
	limit, calls int
	notedFirst   []string
}

func (b *bulk) AddUsers(ctx context.Context, users []login.Newcomer) ([]login.Taken, error) {
	taken, err := b.Memory.AddUsers(ctx, users)
	if b.calls++; b.limit > 0 && b.calls > b.limit {
		return nil, login.Unavailable(errors.New("the answer is lost"))
	}
	if b.notedFirst == nil {
		b.notedFirst, _ = b.HashKinds(ctx)
	}
	return taken, err
}

func row(line int, username string, change ...func(*admin.ImportRow)) admin.ImportRow {
	r := admin.ImportRow{Line: line, NewUser: admin.NewUser{Username: username}, PasswordHash: login.Hidden("own:" + username)}
	for _, c := range change {
		c(&r)
	}
	return r
}

func rowsOf(rows ...admin.ImportRow) iter.Seq2[admin.ImportRow, error] {
	return func(yield func(admin.ImportRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// many are n rows of users u0, u1, …
func many(n int) iter.Seq2[admin.ImportRow, error] {
	var rows []admin.ImportRow
	for i := range n {
		rows = append(rows, row(i+1, fmt.Sprintf("u%d", i)))
	}
	return rowsOf(rows...)
}

// imports runs an import and gives the bad rows by line.
func imports(t *testing.T, a *admin.Service, rows iter.Seq2[admin.ImportRow, error]) (done admin.Imported, bad map[int]error, err error) {
	t.Helper()
	bad = map[int]error{}
	last := 0
	done, err = a.Import(t.Context(), rows, admin.ImportWatcher{
		Bad: func(b *admin.BadRow) {
			if b.Line <= last {
				t.Errorf("line %d is reported after line %d", b.Line, last)
			}
			last, bad[b.Line] = b.Line, b.Cause
		},
		Progress: func(admin.Imported) {},
	})
	return done, bad, err
}

func TestImportReportsEachBadRowAndLosesNoGoodOne(t *testing.T) {
	w := newWorld(t)
	w.AddUser("taken")
	a, _, hasher := importer(w)
	if err := a.SetRoles(t.Context(), []login.Role{{Name: "clerk"}}); err != nil {
		t.Fatal(err)
	}
	a.Username = func(raw string) (string, error) {
		if raw == "" {
			return "", login.UsernameMissing
		}
		return strings.ToLower(raw), nil
	}
	password := func(p login.Hidden) func(*admin.ImportRow) {
		return func(r *admin.ImportRow) { r.Password, r.PasswordHash = p, "" }
	}
	hash := func(h login.Hidden) func(*admin.ImportRow) { return func(r *admin.ImportRow) { r.PasswordHash = h } }
	roles := func(names ...string) func(*admin.ImportRow) { return func(r *admin.ImportRow) { r.Roles = names } }
	cases := []struct {
		row  admin.ImportRow
		want error // nil for a good row
	}{
		{row(0, "alice"), nil},
		{row(0, "bob", password("a good password"), roles("clerk", "clerk")), nil},
		{row(0, ""), login.UsernameMissing},
		{row(0, "ALICE"), admin.ErrRepeated},
		{row(0, "taken"), login.ErrUsernameTaken},
		{row(0, "p1", password("")), login.PasswordMissing},
		{row(0, "p2", password("kT9:mw2")), passwordpolicy.ErrTooShort},
		{row(0, "p4", password("Password1")), passwordpolicy.ErrCommon},
		{row(0, "long-name", password("Long-Name")), passwordpolicy.ErrObvious},
		{row(0, "p3", func(r *admin.ImportRow) { r.Password = "a good password" }), admin.ErrTwoPasswords},
		{row(0, "h1", hash("nonsense")), admin.ErrHashUnreadable},
		{row(0, "h6", hash("weak:x")), login.ErrHashTooWeak},
		{row(0, "h2", hash("bcrypt 10:x")), nil},
		{row(0, "h3", hash("bcrypt 12:x")), nil},
		{row(0, "h4", hash("bcrypt 13:x")), admin.ErrTooManyHashKinds},
		{row(0, "h5", hash("bcrypt 12:y")), nil},
		{row(0, "r1", roles("clerk", "king")), admin.ErrRoleNotFound},
		{row(0, "r2", roles(strings.Split("abcdefghijklmnopqrstu", "")...)), admin.ErrTooManyRoles},
		{row(0, "n1", func(r *admin.ImportRow) { r.Name = strings.Repeat("n", 129) }), admin.ErrNameTooLong},
		{row(0, "n2", func(r *admin.ImportRow) { r.Name = "a\x1b[2Jb" }), admin.ErrNameInvalid},
		{row(0, "p1"), nil}, // its first row was bad, so this is the first good one
	}
	var rows []admin.ImportRow
	for i, c := range cases {
		c.row.Line = i + 2
		rows = append(rows, c.row)
	}
	done, bad, err := imports(t, a, rowsOf(rows...))
	if err != nil || done != (admin.Imported{Added: 6, Bad: 15}) {
		t.Errorf("got %+v, %v", done, err)
	}
	for i, c := range cases {
		if got := bad[i+2]; !errors.Is(got, c.want) {
			t.Errorf("line %d: %v, want %v", i+2, got, c.want)
		}
		if _, err := a.User(t.Context(), c.row.Username); c.want == nil && err != nil {
			t.Errorf("%s: %v", c.row.Username, err)
		}
	}
	if got := bad[5].Error(); !strings.HasSuffix(got, "line 2") {
		t.Errorf("a name that is repeated: %s", got)
	}
	bob, err := a.User(t.Context(), "bob")
	if err != nil || bob.Name != "bob" || !slices.Equal(bob.Roles, []string{"clerk"}) {
		t.Errorf("got %+v, %v", bob, err)
	}
	if hasher.hashed != 1 {
		t.Errorf("hashed %d passwords, want only bob's", hasher.hashed)
	}
	if _, err := w.BindUser("bob-1", "bob", "a good password"); err != nil {
		t.Errorf("bob cannot bind: %v", err)
	}
}

func TestImportGoesOnAfterItBrokeOff(t *testing.T) {
	w := newWorld(t)
	a, store, _ := importer(w)
	const n = 2300
	store.limit = 2
	done, _, err := imports(t, a, many(n))
	if !errors.Is(err, login.StoreUnavailable) || done.Added == 0 || done.Added >= n {
		t.Fatalf("got %+v, %v", done, err)
	}
	before := done.Added
	store.limit = 0
	// Meanwhile somebody's password changed.
	if err := a.SetPassword(t.Context(), "u1", "another password"); err != nil {
		t.Fatal(err)
	}
	done, bad, err := imports(t, a, many(n))
	if err != nil || done.Added+done.Present != n || done.Present <= before || len(bad) > 0 {
		t.Errorf("got %+v, %v, %v", done, bad, err)
	}
	users := map[string]bool{}
	for u, err := range a.All(t.Context()) {
		if err != nil || users[u.Username] {
			t.Fatalf("%s: %v", u.Username, err)
		}
		users[u.Username] = true
	}
	if len(users) != n {
		t.Errorf("%d users, want %d", len(users), n)
	}
	// A row that says otherwise of a name is not that user's.
	changed := row(1, "u2", func(r *admin.ImportRow) { r.Name = "Somebody else" })
	if _, bad, _ := imports(t, a, rowsOf(changed)); !errors.Is(bad[1], login.ErrUsernameTaken) {
		t.Errorf("got %v", bad)
	}
}

func TestImportHashesNobodyTwice(t *testing.T) {
	w := newWorld(t)
	a, _, hasher := importer(w)
	secret := func(r *admin.ImportRow) { r.Password, r.PasswordHash = "a good password", "" }
	rows := rowsOf(row(1, "alice", secret), row(2, "bob", secret))
	for range 2 {
		if _, bad, err := imports(t, a, rows); err != nil || len(bad) > 0 {
			t.Fatal(bad, err)
		}
	}
	if hasher.hashed != 2 {
		t.Errorf("hashed %d times, want 2", hasher.hashed)
	}
}

func TestKindsAreNotedBeforeTheirUsersAreStored(t *testing.T) {
	w := newWorld(t)
	a, store, _ := importer(w)
	rows := rowsOf(
		row(1, "alice", func(r *admin.ImportRow) { r.PasswordHash = "bcrypt 10:x" }),
		row(2, "alice", func(r *admin.ImportRow) { r.PasswordHash = "bcrypt 11:x" })) // a bad row brings none
	if _, _, err := imports(t, a, rows); err != nil {
		t.Fatal(err)
	}
	if want := []string{"bcrypt 10"}; !slices.Equal(store.notedFirst, want) {
		t.Errorf("noted %q, want %q", store.notedFirst, want)
	}
}

// Each import counts from its own start, and yet there are never more kinds than may be: the world's importers take two.
func TestImportsAtTheSameTimeBringNoMoreKindsThanMayBe(t *testing.T) {
	w := newWorld(t)
	late, _, _ := importer(w)
	done, bad, err := imports(t, late, func(yield func(admin.ImportRow, error) bool) {
		hash := func(h login.Hidden) func(*admin.ImportRow) { return func(r *admin.ImportRow) { r.PasswordHash = h } }
		early, _, _ := importer(w)
		for line, kind := range []login.Hidden{"bcrypt 10:x", "bcrypt 11:x"} { // while the late one is at its first row
			if _, bad, err := imports(t, early, rowsOf(row(1, string('a'+rune(line)), hash(kind)))); err != nil || len(bad) > 0 {
				t.Fatal(bad, err)
			}
		}
		_ = yield(row(1, "late", hash("bcrypt 12:x")), nil) && yield(row(2, "late", hash("bcrypt 10:x")), nil)
	})
	if err != nil || done != (admin.Imported{Added: 1, Bad: 1}) || !errors.Is(bad[1], admin.ErrTooManyHashKinds) {
		t.Errorf("got %+v, %v, %v", done, bad, err)
	}
	if kinds, err := w.DB.HashKinds(t.Context()); err != nil || !slices.Equal(kinds, []string{"bcrypt 10", "bcrypt 11"}) {
		t.Errorf("kinds %q, %v", kinds, err)
	}
}

func TestImportsAtTheSameTimeAddEachUserOnce(t *testing.T) {
	w := newWorld(t)
	const n, rivals = 1200, 4
	var mu sync.Mutex
	var wg sync.WaitGroup
	var total admin.Imported
	for range rivals {
		wg.Go(func() {
			a, _, _ := importer(w)
			done, _, err := imports(t, a, many(n))
			if err != nil || done.Rows() != n {
				t.Errorf("got %+v, %v", done, err)
			}
			mu.Lock()
			defer mu.Unlock()
			total.Added, total.Present, total.Bad = total.Added+done.Added, total.Present+done.Present, total.Bad+done.Bad
		})
	}
	wg.Wait()
	if want := (admin.Imported{Added: n, Present: n * (rivals - 1)}); total != want {
		t.Errorf("together %+v, want %+v", total, want)
	}
}

func TestImportKeepsWhatItReadBeforeTheFileBroke(t *testing.T) {
	w := newWorld(t)
	a, _, _ := importer(w)
	broken := errors.New("the disk is gone")
	noted := logintest.Events(t, func(ctx context.Context) {
		done, err := a.Import(ctx, func(yield func(admin.ImportRow, error) bool) {
			_ = yield(row(1, "alice"), nil) && yield(admin.ImportRow{}, &admin.BadRow{Line: 2, Cause: errors.New("torn")}) &&
				yield(admin.ImportRow{}, broken)
		}, admin.ImportWatcher{Bad: func(*admin.BadRow) {}, Progress: func(admin.Imported) {}})
		if !errors.Is(err, broken) || done != (admin.Imported{Added: 1, Bad: 1}) {
			t.Errorf("got %+v, %v", done, err)
		}
	})
	if !slices.Equal(noted, []login.Event{login.EventUserImport}) {
		t.Errorf("noted %v", noted)
	}
}
