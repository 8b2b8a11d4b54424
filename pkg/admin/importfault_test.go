package admin_test

import (
	"context"
	"errors"
	"testing"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// An import that could not do all it was told fails, and says how far it came.
func TestImportThatFailsSaysSo(t *testing.T) {
	plain := func(r *admin.ImportRow) { r.Password, r.PasswordHash = "a good password", "" }
	imported := func(r *admin.ImportRow) { r.PasswordHash = "bcrypt 10:x" }
	for name, c := range map[string]struct {
		row  admin.ImportRow
		op   string
		want error
	}{
		"the roles cannot be read":           {row(1, "alice"), "ListRoles", login.StoreUnavailable},
		"the kinds of hashes cannot be read": {row(1, "alice"), "HashKinds", login.StoreUnavailable},
		"a kind cannot be noted":             {row(1, "alice", imported), "AddHashKind", login.StoreUnavailable},
		"who has the name cannot be read":    {row(1, "alice", plain), "UserIDByName", login.StoreUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a, _, hasher := importer(w)
			w.DB.Do(logintest.Failing(c.op))
			done, bad, err := imports(t, a, rowsOf(c.row))
			if !errors.Is(err, c.want) || done != (admin.Imported{}) || len(bad) > 0 {
				t.Errorf("got %+v, %v, %v", done, bad, err)
			}
			w.DB.Do(nil)
			if _, err := a.User(t.Context(), "alice"); !errors.Is(err, login.ErrUserNotFound) || hasher.hashed != 0 {
				t.Errorf("alice: %v, %d hashed", err, hasher.hashed)
			}
			if done, _, err := imports(t, a, rowsOf(c.row)); err != nil || done.Added != 1 {
				t.Errorf("afterwards: %+v, %v", done, err)
			}
		})
	}
}

// Nobody is stored without a password that could not be hashed.
func TestImportStoresNobodyWhosePasswordCannotBeHashed(t *testing.T) {
	w := newWorld(t)
	a, _, hasher := importer(w)
	a.Hasher = hashless{hasher}
	secret := func(r *admin.ImportRow) { r.Password, r.PasswordHash = "a good password", "" }
	if done, _, err := imports(t, a, rowsOf(row(1, "alice", secret))); !errors.Is(err, context.DeadlineExceeded) || done.Rows() != 0 {
		t.Errorf("got %+v, %v", done, err)
	}
	if _, err := a.User(t.Context(), "alice"); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("alice: %v", err)
	}
}

// hashless finds no time to hash.
type hashless struct{ *kinded }

func (hashless) Hash(context.Context, login.Hidden) (login.Hidden, error) {
	return "", context.DeadlineExceeded
}

// The last rows are no full batch, and fail like the others.
func TestImportWhoseLastBatchFailsIsNoSuccess(t *testing.T) {
	w := newWorld(t)
	a, store, _ := importer(w)
	store.limit = 1
	if done, _, err := imports(t, a, many(501)); !errors.Is(err, login.StoreUnavailable) || done != (admin.Imported{Added: 500}) {
		t.Errorf("got %+v, %v", done, err)
	}
}

// The file breaks, and what was read of it cannot be stored: nothing is claimed of those rows.
func TestImportOfABrokenFileThatCannotBeStoredSaysSo(t *testing.T) {
	w := newWorld(t)
	a, store, _ := importer(w)
	store.limit = 1
	if _, _, err := imports(t, a, many(1)); err != nil {
		t.Fatal(err)
	}
	done, bad, err := imports(t, a, func(yield func(admin.ImportRow, error) bool) {
		_ = yield(row(1, "alice"), nil) && yield(admin.ImportRow{}, errors.New("the disk is gone"))
	})
	if !errors.Is(err, login.StoreUnavailable) || done.Rows() != 0 || len(bad) > 0 {
		t.Errorf("got %+v, %v, %v", done, bad, err)
	}
}

// A row that the file's reader refuses is told of with its line and its cause, in its turn.
func TestRowThatTheReaderRefusesIsToldOf(t *testing.T) {
	w := newWorld(t)
	a, _, _ := importer(w)
	done, bad, err := imports(t, a, func(yield func(admin.ImportRow, error) bool) {
		_ = yield(row(1, "alice"), nil) && yield(admin.ImportRow{}, &admin.BadRow{Line: 2, Cause: errors.New("torn")}) && yield(row(3, "bob"), nil)
	})
	if err != nil || done != (admin.Imported{Added: 2, Bad: 1}) || bad[2] == nil || bad[2].Error() != "torn" {
		t.Errorf("got %+v, %v, %v", done, bad, err)
	}
}
