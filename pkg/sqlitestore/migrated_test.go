package sqlitestore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// In version 8 nobody had an avatar, nobody knew where a name or a number was given, and there were no notices.
func TestDatabaseOfTheEighthVersionIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	statements := []string{"PRAGMA journal_mode = WAL", "PRAGMA foreign_keys = 1"}
	for version := range 8 {
		schema, err := os.ReadFile(fmt.Sprintf("schema%d.sql", version+1))
		must(t, err)
		statements = append(statements, string(schema))
	}
	statements = append(statements, `PRAGMA application_id = 0x77786264`, `PRAGMA user_version = 8`,
		`INSERT INTO users (id, username, name, password_id, roles, disabled, epoch, created_at, phone, phone_idx, phone_verified_at, registered_in)
			VALUES ('id-of-alice', '', '微信用户', '', '["reader"]', 0, 'epoch', 2000, '+8613800138000', 'index', 7000, '`+appID+`')`)
	must(t, raw(t, path, statements...).Close())
	store, ctx := open(t, path), t.Context()

	alice, err := store.UserByID(ctx, "id-of-alice")
	want := login.User{
		ID: "id-of-alice", Name: "微信用户", Roles: []string{"reader"}, Epoch: "epoch", CreatedAt: at(2000), RegisteredIn: appID,
		Phone: login.Phone{Number: "+8613800138000", Index: "index", VerifiedAt: at(7000)},
	}
	if want.Apps = alice.Apps; err != nil || !reflect.DeepEqual(alice, want) {
		t.Errorf("alice is %+v, %v", alice, err)
	}
	must(t, store.LogoutUser(ctx, alice.ID, "epoch-2"))
	if got := numbers(t, store, alice.ID); len(got) != 0 {
		t.Errorf("notices wait that nobody wants: %v", got)
	}

	// They get what the new version knows.
	given := login.Given{AppID: appID, At: at(9000)}
	must(t, store.ChangeUser(ctx, alice.ID, login.UserChange{Avatar: new("https://example.com/alice"), Given: given}))
	must(t, store.WantNotices(ctx, true))
	withdrawal := login.Withdrawal{
		UserID: alice.ID, AppID: appID, Before: at(9000), Data: []login.DataKind{login.DataPhone, login.DataName, login.DataAvatar},
		Name: "withdrawal", Record: login.Record{Version: "1"}, NoticeID: "notice",
	}
	must(t, store.Withdraw(ctx, withdrawal))
	want.Epoch = "epoch-2"
	if got, err := store.UserByID(ctx, alice.ID); err != nil || !reflect.DeepEqual(got, want) { // without the avatar
		t.Errorf("alice is %+v, %v", got, err)
	}
	if got := numbers(t, store, alice.ID); len(got) != 1 {
		t.Errorf("%d notices wait", len(got))
	}
	whole(t, path)
	must(t, store.DeleteUser(ctx, want))
	whole(t, path)
}
