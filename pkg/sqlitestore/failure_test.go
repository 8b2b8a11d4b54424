package sqlitestore_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// planted stands in every field of the calls of everyMethod.
const planted = "planted-openid-or-secret"

func everyMethod(store *sqlitestore.Store) map[string]func(ctx context.Context) error {
	b := login.Binding{ID: planted, AppID: planted, OpenID: planted, UnionID: planted, UserID: planted, SealedKey: planted}
	session := login.Session{UserID: planted, TokenHash: planted, AppID: planted, BindingID: planted, Device: planted}
	number := login.Phone{Number: planted, Index: planted}
	user := login.User{ID: planted, Username: planted, Name: planted, Roles: []string{planted}, Phone: number}
	secret := login.Password{ID: planted, Hash: planted}
	profile := login.Profile{ID: planted, Username: planted, Name: planted, Roles: []string{planted}}
	record := login.Record{Version: planted, Value: []byte(planted)}
	return map[string]func(ctx context.Context) error{
		"TouchBinding": func(ctx context.Context) error {
			_, err := store.TouchBinding(ctx, login.Touch{AppID: planted, OpenID: planted, UnionID: planted, SealedKey: planted})
			return err
		},
		"Enter": func(ctx context.Context) error {
			_, err := store.Enter(ctx, login.Opening{Session: session, Touch: login.Touch{AppID: planted, OpenID: planted}, Name: planted, Record: record})
			return err
		},
		"Bind": func(ctx context.Context) error { _, err := store.Bind(ctx, b, session); return err },
		"Admit": func(ctx context.Context) error {
			_, err := store.Admit(ctx, login.Admission{Binding: b, Session: session, Tombstone: planted})
			return err
		},
		"Admit of a newcomer": func(ctx context.Context) error {
			_, err := store.Admit(ctx, login.Admission{Binding: b, Session: session, Newcomer: &user, Yields: planted})
			return err
		},
		"OwnerOfPhone":  func(ctx context.Context) error { _, err := store.OwnerOfPhone(ctx, planted); return err },
		"OwnerOfUnion":  func(ctx context.Context) error { _, err := store.OwnerOfUnion(ctx, planted); return err },
		"RemovedBefore": func(ctx context.Context) error { _, err := store.RemovedBefore(ctx, planted); return err },
		"Rebind": func(ctx context.Context) error {
			return store.Rebind(ctx, login.Rebinding{Binding: b, Session: session, Phone: number})
		},
		"ClaimUsername":   func(ctx context.Context) error { return store.ClaimUsername(ctx, planted, planted, secret) },
		"SetPhone":        func(ctx context.Context) error { return store.SetPhone(ctx, planted, number, planted) },
		"NoteUnion":       func(ctx context.Context) error { return store.NoteUnion(ctx, b, planted) },
		"Unbind":          func(ctx context.Context) error { return store.Unbind(ctx, b, true) },
		"BindingByOpenID": func(ctx context.Context) error { _, err := store.BindingByOpenID(ctx, planted, planted); return err },
		"CreateSession":   func(ctx context.Context) error { _, err := store.CreateSession(ctx, session); return err },
		"SessionWithUser": func(ctx context.Context) error {
			_, _, err := store.SessionWithUser(ctx, planted, planted)
			return err
		},
		"SessionsOfUser": func(ctx context.Context) error { _, err := store.SessionsOfUser(ctx, planted); return err },
		"EndSession":     func(ctx context.Context) error { return store.EndSession(ctx, planted, planted, planted) },
		"ExtendSession":  func(ctx context.Context) error { return store.ExtendSession(ctx, session, time.Time{}, time.Time{}) },
		"ForgetSession":  func(ctx context.Context) error { return store.ForgetSession(ctx, planted, planted) },
		"UserIDByName":   func(ctx context.Context) error { _, err := store.UserIDByName(ctx, planted); return err },
		"UserWithPassword": func(ctx context.Context) error {
			_, _, err := store.UserWithPassword(ctx, planted)
			return err
		},
		"UserByID":    func(ctx context.Context) error { _, err := store.UserByID(ctx, planted); return err },
		"MenusByRole": func(ctx context.Context) error { _, err := store.MenusByRole(ctx, []string{planted}); return err },
		"AddUser":     func(ctx context.Context) error { return store.AddUser(ctx, user, secret) },
		"AddUsers": func(ctx context.Context) error {
			_, err := store.AddUsers(ctx, []login.Newcomer{{User: user, Password: secret}})
			return err
		},
		"ReplacePassword": func(ctx context.Context) error {
			return store.ReplacePassword(ctx, planted, planted, secret, planted)
		},
		"RenewHash":   func(ctx context.Context) error { return store.RenewHash(ctx, planted, planted, planted) },
		"NoteEpoch":   func(ctx context.Context) error { return store.NoteEpoch(ctx, b, planted) },
		"DisableUser": func(ctx context.Context) error { return store.DisableUser(ctx, planted, planted) },
		"EnableUser":  func(ctx context.Context) error { return store.EnableUser(ctx, planted) },
		"ChangeUser": func(ctx context.Context) error {
			return store.ChangeUser(ctx, planted, login.UserChange{Name: new(planted)})
		},
		"LogoutUser": func(ctx context.Context) error { return store.LogoutUser(ctx, planted, planted) },
		"DeleteUser": func(ctx context.Context) error { return store.DeleteUser(ctx, user) },
		"EnrollUser": func(ctx context.Context) error {
			_, err := store.EnrollUser(ctx, profile, time.Time{}, planted)
			return err
		},
		"RefreshUser": func(ctx context.Context) error { _, err := store.RefreshUser(ctx, profile); return err },
		"RaiseEpoch":  func(ctx context.Context) error { return store.RaiseEpoch(ctx, planted, planted) },
		"HashKinds":   func(ctx context.Context) error { _, err := store.HashKinds(ctx); return err },
		"AddHashKind": func(ctx context.Context) error { return store.AddHashKind(ctx, planted, 4) },
		"ListRoles":   func(ctx context.Context) error { _, err := store.ListRoles(ctx); return err },
		"ListUsers":   func(ctx context.Context) error { _, err := store.ListUsers(ctx, planted, 1); return err },
		"UsersByID":   func(ctx context.Context) error { _, err := store.UsersByID(ctx, []string{planted}); return err },
		"DeleteRole":  func(ctx context.Context) error { return store.DeleteRole(ctx, planted) },
		"PutRole":     func(ctx context.Context) error { return store.PutRole(ctx, login.Role{Name: planted}) },
		"LoadRecord":  func(ctx context.Context) error { _, err := store.LoadRecord(ctx, planted); return err },
		"StoreRecord": func(ctx context.Context) error { return store.StoreRecord(ctx, planted, record) },
		"SwapRecord":  func(ctx context.Context) error { _, err := store.SwapRecord(ctx, planted, planted, record); return err },
		"Purge":       func(ctx context.Context) error { return store.Purge(ctx, time.Time{}) },
	}
}

// unavailable fails the test unless the error is StoreUnavailable and shows nothing of the call's arguments.
func unavailable(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, login.StoreUnavailable) {
		t.Fatalf("error is %v, want %v", err, login.StoreUnavailable)
	}
	if strings.Contains(err.Error(), planted) {
		t.Fatalf("the error tells too much: %v", err)
	}
}

func TestAFailureOfTheDatabaseIsStoreUnavailableAndTellsNothing(t *testing.T) {
	for _, failure := range []struct {
		name string
		// of makes a store on which every method fails.
		of func(t *testing.T, path string) *sqlitestore.Store
	}{
		{"closed", func(t *testing.T, path string) *sqlitestore.Store {
			store := open(t, path)
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			return store
		}},
		{"without its tables", func(t *testing.T, path string) *sqlitestore.Store {
			store := open(t, path)
			raw(t, path, "DROP TABLE sessions", "DROP TABLE bindings", "DROP TABLE usernames", "DROP TABLE users", "DROP TABLE roles", "DROP TABLE records",
				"DROP TABLE hash_kinds", "DROP TABLE passwords", "DROP TABLE unions", "DROP TABLE tombstones")
			return store
		}},
	} {
		store := failure.of(t, filepath.Join(t.TempDir(), "wxbind.db"))
		for method, call := range everyMethod(store) {
			t.Run(failure.name+"/"+method, func(t *testing.T) { unavailable(t, call(t.Context())) })
		}
	}
}

func TestABrokenConstraintTellsNoValue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	if err := store.AddUser(t.Context(), login.User{ID: "another", Username: "someone else"}, login.Password{}); err != nil {
		t.Fatal(err)
	}
	raw(t, path, "CREATE UNIQUE INDEX one_alike ON users (disabled)")
	unavailable(t, everyMethod(store)["AddUser"](t.Context()))
}

// A claim that fails does not say who has the username, even if somebody has it.
func TestAUsernameIsTakenOnlyIfTheDatabaseSaysSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	if err := store.AddUser(t.Context(), login.User{ID: "another", Username: planted}, login.Password{}); err != nil {
		t.Fatal(err)
	}
	raw(t, path, "CREATE TRIGGER full BEFORE INSERT ON usernames BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
	unavailable(t, everyMethod(store)["AddUsers"](t.Context()))
}

// Another process may hold the write lock for longer than a request may wait.
func TestAWriteWaitsNoLongerThanItsContextAndAReadDoesNotWait(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	id, err := firstLogin(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	other := raw(t, path, "BEGIN IMMEDIATE", "UPDATE users SET disabled = 1")

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	err = store.LogoutUser(ctx, id, "next")
	unavailable(t, err)
	if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took > 5*time.Second {
		t.Fatalf("after %v: %v", took, err)
	}
	user, err := store.UserByID(t.Context(), id)
	if err != nil || user.Disabled || user.Epoch != "" {
		t.Fatalf("%+v, %v", user, err)
	}

	if _, err := other.Exec("COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := store.LogoutUser(t.Context(), id, "next"); err != nil {
		t.Fatal(err)
	}
}
