package sqlitestore_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// wanting opens a store that keeps notices, with a user whose id is alice.
func wanting(t *testing.T, path string) *sqlitestore.Store {
	t.Helper()
	store := open(t, path)
	must(t, store.WantNotices(t.Context(), true))
	must(t, store.AddUser(t.Context(), login.User{ID: "alice", Username: "alice"}, login.Password{}))
	return store
}

// numbers are those of the notices of a user that wait.
func numbers(t *testing.T, store *sqlitestore.Store, userID string) (all []int64) {
	t.Helper()
	notices, err := store.NoticesOf(t.Context(), userID)
	must(t, err)
	for _, n := range notices {
		all = append(all, n.Number)
	}
	return all
}

// logOut writes notices.
func logOut(t *testing.T, store *sqlitestore.Store, userID string, n int) {
	t.Helper()
	for range n {
		must(t, store.LogoutUser(t.Context(), userID, login.NewID()))
	}
}

// A command that changes the store of a running server writes the notices that the server delivers.
func TestEachProcessWritesNoticesWhileOneWantsThem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	server := wanting(t, path)
	command := open(t, path)
	logOut(t, command, "alice", 1)
	if got := numbers(t, server, "alice"); len(got) != 1 {
		t.Errorf("%d notices wait", len(got))
	}
	must(t, server.WantNotices(t.Context(), false))
	logOut(t, command, "alice", 1)
	if got := numbers(t, server, "alice"); len(got) != 1 {
		t.Errorf("%d notices wait, though none is wanted any more", len(got))
	}
}

func TestNoNumberComesTwiceIfTheClockIsSetBack(t *testing.T) {
	store := wanting(t, filepath.Join(t.TempDir(), "wxbind.db"))
	logOut(t, store, "alice", 2)
	before := numbers(t, store, "alice")
	must(t, store.Delivered(t.Context(), "alice", before[1], time.Now()))
	store.Now = func() time.Time { return time.Now().AddDate(-1, 0, 0) }
	logOut(t, store, "alice", 1)
	if now := numbers(t, store, "alice"); len(now) != 1 || now[0] <= before[1] {
		t.Errorf("%v after %v", now, before)
	}
}

// The backup does not know which notices were written and delivered after it.
func TestNoticesOfARestoredStoreAreNumberedAboveAllOfBefore(t *testing.T) {
	folder := t.TempDir()
	store := wanting(t, filepath.Join(folder, "wxbind.db"))
	must(t, store.AddUser(t.Context(), login.User{ID: "bob", Username: "bob"}, login.Password{}))
	logOut(t, store, "alice", 3)
	time.Sleep(2 * time.Millisecond)
	logOut(t, store, "bob", 2)
	backup := filepath.Join(folder, "backup.db")
	must(t, store.Snapshot(t.Context(), backup))
	logOut(t, store, "alice", 5)
	logOut(t, store, "bob", 5)
	known := slices.Concat(numbers(t, store, "alice"), numbers(t, store, "bob"))
	time.Sleep(10 * time.Millisecond) // numbers are milliseconds

	again := open(t, backup)
	waited, err := again.NoticesOf(t.Context(), "alice")
	must(t, err)
	for range 2 {
		must(t, again.RenumberNotices(t.Context()))
	}
	logOut(t, again, "alice", 1)
	alice, bob := numbers(t, again, "alice"), numbers(t, again, "bob")
	if len(alice) != 4 || len(bob) != 2 || slices.Min(slices.Concat(alice, bob)) <= slices.Max(known) {
		t.Errorf("alice has %v, bob %v, after %v", alice, bob, known)
	}
	for _, all := range [][]int64{alice, bob} {
		if all[len(all)-1] != all[0]+int64(len(all))-1 {
			t.Errorf("there are gaps: %v", all)
		}
	}
	now, err := again.NoticesOf(t.Context(), "alice")
	must(t, err)
	if now[0].ID != waited[0].ID || now[2].ID != waited[2].ID {
		t.Error("they are others than before")
	}
	must(t, again.Delivered(t.Context(), "alice", alice[3], time.Now()))
	logOut(t, again, "alice", 1)
	if got := numbers(t, again, "alice"); got[0] <= alice[3] {
		t.Errorf("%v after %v", got, alice)
	}
}

// The notice of the deletion has to name the user until it is delivered.
func TestDeletedUserLeavesNothingInTheFilesOnceTheNoticesAreDelivered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	must(t, store.WantNotices(t.Context(), true))
	alice := person{"user-1", "alice", "爱丽丝", "openid-of-alice", "+8613800138000"}
	enroll(t, store, alice)
	logOut(t, store, alice.id, 3)
	leave(t, store, alice)
	if n := traces(t, path, person{alice.username, alice.username, alice.name, alice.openID, alice.phone}); n != 0 {
		t.Error("the files still say more of alice than the id")
	}
	if n := traces(t, path, alice); n != 1 {
		t.Error("no notice names alice")
	}
	all := numbers(t, store, alice.id)
	must(t, store.Delivered(t.Context(), alice.id, all[len(all)-1], time.Now()))
	if n := traces(t, path, alice); n != 0 {
		t.Error("the files still name alice")
	}
}

func TestWithdrawnDataLeavesNothingInTheFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	must(t, store.WantNotices(t.Context(), true))
	given := login.Given{AppID: appID, At: at(5000)}
	const name, avatar, phone = "name-of-alice", "https://example.com/alice", "+8613800138000"
	must(t, store.AddUser(t.Context(), login.User{
		ID: "id-of-alice", Username: "alice", Name: name, NameGiven: given, Avatar: avatar, AvatarGiven: given,
		Phone: login.Phone{Number: phone, Index: "index", VerifiedAt: at(5000), AppID: appID},
	}, login.Password{}))
	text := person{name, avatar, phone, phone, phone}
	if traces(t, path, text) != 1 {
		t.Fatal("the files do not have it")
	}
	must(t, store.Withdraw(t.Context(), login.Withdrawal{
		UserID: "id-of-alice", AppID: appID, Before: at(5000), Data: []login.DataKind{login.DataPhone, login.DataName, login.DataAvatar},
		Name: "withdrawal", Record: login.Record{Version: "1"}, NoticeID: "notice",
	}))
	if traces(t, path, text) != 0 {
		t.Error("the files still have it")
	}
}
