package sqlitestore_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// version1 makes a database with the first version of the schema. It has two users, of whom alice is bound and logged
// in.
func version1(t *testing.T, path string) {
	t.Helper()
	schema, err := os.ReadFile("schema1.sql")
	if err != nil {
		t.Fatal(err)
	}
	db := raw(t, path, "PRAGMA journal_mode = WAL", string(schema),
		`PRAGMA application_id = 0x77786264`, `PRAGMA user_version = 1`,
		`INSERT INTO users VALUES ('u1', 'alice', 'Alice', 'hash-1', '["reader"]', 0, 1000, 2000)`,
		`INSERT INTO users VALUES ('u2', 'bob', 'Bob', 'hash-2', 'null', 1, 3000, 4000)`,
		`INSERT INTO bindings VALUES ('`+appID+`', 'openid', 'u1', 'b1', 'unionid', '1.sealed', 5000, 6000)`,
		`INSERT INTO sessions VALUES ('u1', 'hash', '`+appID+`', 'b1', 7000, 8000, 4000000000000, 4000000000000, '', 'iPhone')`,
		`INSERT INTO sessions VALUES ('u1', 'ended', '`+appID+`', 'b1', 1000, 1000, 4000000000000, 4000000000000, '', 'iPad')`,
		`INSERT INTO roles VALUES ('reader', '[{"id":"orders"}]')`,
		`INSERT INTO records VALUES ('record', 'v1', x'01', 4000000000000)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDatabaseOfTheFirstVersionIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	version1(t, path)
	store, ctx := open(t, path), t.Context()

	session, user, err := store.SessionWithUser(ctx, "u1", "hash")
	if err != nil {
		t.Fatal(err)
	}
	if want := (login.Session{
		UserID: "u1", TokenHash: "hash", AppID: appID, BindingID: "b1", CreatedAt: at(7000), SeenAt: at(8000),
		IdleEnd: at(4000000000000), AbsoluteEnd: at(4000000000000), Device: "iPhone", Epoch: user.Epoch,
	}); session != want || user.Epoch == "" {
		t.Errorf("the session is %+v", session)
	}
	if want := (login.User{
		ID: "u1", Username: "alice", Name: "Alice", PasswordID: user.PasswordID, Roles: []string{"reader"},
		Epoch: user.Epoch, CreatedAt: at(2000), Apps: map[string]login.UserApp{appID: {OpenID: "openid", BindingID: "b1"}},
	}); !reflect.DeepEqual(user, want) {
		t.Errorf("the user is %+v", user)
	}
	if why := session.Dead(user, time.Now()); why != "" {
		t.Errorf("the session is %s", why)
	}
	if got, p, err := store.UserWithPassword(ctx, "u1"); err != nil || !reflect.DeepEqual(got, user) ||
		p != (login.Password{ID: user.PasswordID, Hash: "hash-1"}) || p.ID == "" {
		t.Errorf("the password is %+v, %v", p, err)
	}
	binding, err := store.BindingByOpenID(ctx, appID, "openid")
	if want := (login.Binding{
		ID: "b1", AppID: appID, OpenID: "openid", UnionID: "unionid", UserID: "u1", Epoch: user.Epoch, SealedKey: "1.sealed",
		BoundAt: at(5000), LastLoginAt: at(6000), Sessions: binding.Sessions,
	}); err != nil || !reflect.DeepEqual(binding, want) || len(binding.Sessions) != 2 {
		t.Errorf("the binding is %+v, %v", binding, err)
	}
	if ended, _, err := store.SessionWithUser(ctx, "u1", "ended"); err != nil || ended.Dead(user, time.Now()) != login.SessionRevoked {
		t.Errorf("the session that not_before ended is %+v, %v", ended, err)
	}
	if bob, err := store.UserByID(ctx, "u2"); err != nil || bob.Epoch == user.Epoch {
		t.Errorf("bob is %+v, %v", bob, err)
	}
	for name, id := range map[string]string{"alice": "u1", "bob": "u2"} {
		if got, err := store.UserIDByName(ctx, name); err != nil || got != id {
			t.Errorf("%s is %q, %v", name, got, err)
		}
		if err := store.AddUser(ctx, login.User{ID: "u3", Username: name}, login.Password{}); !errors.Is(err, login.ErrUsernameTaken) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	menus, err := store.MenusByRole(ctx, []string{"reader"})
	if err != nil || len(menus["reader"]) != 1 {
		t.Errorf("menus %+v, %v", menus, err)
	}
	if record, err := store.LoadRecord(ctx, "record"); err != nil || record.Version != "v1" {
		t.Errorf("the record is %+v, %v", record, err)
	}
	whole(t, path)

	// The constraints of the rebuilt tables hold.
	thief := login.Binding{ID: "b2", AppID: appID, OpenID: "openid", UserID: "u2"}
	if _, err := store.Bind(ctx, thief, login.Session{UserID: "u2", TokenHash: "h2"}); !errors.Is(err, login.IdentityBound) {
		t.Errorf("the identity is bound again: %v", err)
	}
	if err := store.DeleteUser(ctx, user); err != nil {
		t.Error(err)
	}
	if _, err := store.UserIDByName(ctx, "alice"); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("the name of the deleted user: %v", err)
	}
	whole(t, path)
}

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// whole fails the test if SQLite finds the file, or a reference in it, broken.
func whole(t *testing.T, path string) {
	t.Helper()
	db := raw(t, path)
	var result string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&result); err != nil || result != "ok" {
		t.Errorf("integrity: %s, %v", result, err)
	}
	var table, parent string
	var row, key sql.NullInt64
	if err := db.QueryRow("PRAGMA foreign_key_check").Scan(&table, &row, &parent, &key); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("a reference of %s is broken, %v", table, err)
	}
}

func TestProcessesThatBringADatabaseUpToDateAtTheSameTimeWaitForEachOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	version1(t, path)
	var opening sync.WaitGroup
	for range 5 {
		opening.Go(func() {
			store, err := sqlitestore.Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer store.Close()
			if id, err := store.UserIDByName(t.Context(), "alice"); err != nil || id != "u1" {
				t.Errorf("alice is %q, %v", id, err)
			}
		})
	}
	opening.Wait()
	whole(t, path)
}

func TestMigrationThatFailsLeavesTheDatabaseAsItWas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	version1(t, path)
	db := raw(t, path, "CREATE TABLE hash_kinds (in_the_way)")
	if store, err := sqlitestore.Open(t.Context(), path); err == nil {
		store.Close()
		t.Fatal("it was opened")
	}
	var version, names int
	if err := db.QueryRow(`SELECT user_version, (SELECT count(*) FROM users) FROM pragma_user_version`).Scan(&version, &names); err != nil ||
		version != 1 || names != 2 {
		t.Fatalf("version %d with %d users, %v", version, names, err)
	}
	raw(t, path, "DROP TABLE hash_kinds")
	if id, err := open(t, path).UserIDByName(t.Context(), "alice"); err != nil || id != "u1" {
		t.Fatalf("alice is %q, %v", id, err)
	}
}
