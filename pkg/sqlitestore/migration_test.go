package sqlitestore_test

import (
	"database/sql"
	"errors"
	"fmt"
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

// In version 7 nobody had a phone number or was found by a unionid, and nothing stood for an identity.
func TestDatabaseOfTheSeventhVersionIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	statements := []string{"PRAGMA journal_mode = WAL", "PRAGMA foreign_keys = 1"}
	for version := range 7 {
		schema, err := os.ReadFile(fmt.Sprintf("schema%d.sql", version+1))
		must(t, err)
		statements = append(statements, string(schema))
	}
	statements = append(statements, `PRAGMA application_id = 0x77786264`, `PRAGMA user_version = 7`)
	for _, name := range []string{"alice", "bob"} {
		statements = append(statements,
			`INSERT INTO users (id, username, name, password_id, roles, disabled, epoch, created_at)
				VALUES ('id-of-`+name+`', '`+name+`', 'Name', '', '["reader"]', 0, 'epoch', 2000)`,
			`INSERT INTO usernames VALUES ('`+name+`', 'id-of-`+name+`')`,
			`INSERT INTO bindings (app_id, openid, user_id, id, union_id, epoch, sealed_key, bound_at, last_login_at)
				VALUES ('`+appID+`', 'openid-of-`+name+`', 'id-of-`+name+`', 'b-`+name+`', 'unionid', 'epoch', '1.sealed', 5000, 6000)`)
	}
	must(t, raw(t, path, statements...).Close())
	store, ctx := open(t, path), t.Context()

	alice, err := store.UserByID(ctx, "id-of-alice")
	if want := (login.User{
		ID: "id-of-alice", Username: "alice", Name: "Name", Roles: []string{"reader"}, Epoch: "epoch", CreatedAt: at(2000),
		Apps: map[string]login.UserApp{appID: {OpenID: "openid-of-alice", BindingID: "b-alice"}},
	}); err != nil || !reflect.DeepEqual(alice, want) || !alice.Phone.VerifiedAt.IsZero() {
		t.Errorf("alice is %+v, %v", alice, err)
	}
	b, err := store.BindingByOpenID(ctx, appID, "openid-of-alice")
	if want := (login.Binding{
		ID: "b-alice", AppID: appID, OpenID: "openid-of-alice", UnionID: "unionid", UserID: "id-of-alice", Epoch: "epoch", SealedKey: "1.sealed",
		BoundAt: at(5000), LastLoginAt: at(6000),
	}); err != nil || !reflect.DeepEqual(b, want) {
		t.Errorf("the binding is %+v, %v", b, err)
	}

	// They get what the new version knows.
	number := login.Phone{Number: "+8613800138000", Index: "index", VerifiedAt: at(7000)}
	must(t, store.SetPhone(ctx, "id-of-alice", number, ""))
	if err := store.SetPhone(ctx, "id-of-bob", number, ""); !errors.Is(err, login.ErrPhoneTaken) {
		t.Errorf("the number of two: %v", err)
	}
	must(t, store.NoteUnion(ctx, b, "union"))
	if owner, err := store.OwnerOfUnion(ctx, "union"); err != nil || owner != (login.Owner{UserID: "id-of-alice", Epoch: "epoch", KnownIn: appID}) {
		t.Errorf("the unionid leads to %+v, %v", owner, err)
	}
	whole(t, path)
	alice, err = store.UserByID(ctx, "id-of-alice")
	must(t, err)
	must(t, store.DeleteUser(ctx, alice))
	whole(t, path)
}

// Even if the program had a fault: two users never have one number.
func TestTheDatabaseRefusesTwoUsersWithOneNumber(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	for _, name := range []string{"alice", "bob", "carol"} {
		must(t, store.AddUser(t.Context(), login.User{ID: name, Username: name}, login.Password{}))
	}
	db := raw(t, path, `UPDATE users SET phone_idx = 'index' WHERE id = 'alice'`)
	if _, err := db.ExecContext(t.Context(), `UPDATE users SET phone_idx = 'index' WHERE id = 'bob'`); err == nil {
		t.Error("both have it")
	}
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
