package sqlitestore_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestPurgeForgetsWhatIsPastItsEndAndNothingElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store, now := open(t, path), time.Now().Truncate(time.Millisecond)
	store.Now = func() time.Time { return now.Add(-24 * time.Hour) } // no write sweeps
	for _, id := range []string{"bulk", "user"} {
		if err := store.AddUser(t.Context(), login.User{ID: id, Username: id}, login.Password{}); err != nil {
			t.Fatal(err)
		}
	}
	// More than one batch of each kind.
	const many = 2500
	raw(t, path,
		fmt.Sprintf(`WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < %d)
			INSERT INTO sessions SELECT 'bulk', i, '', '', '', '', 0, 0, 0, %d - i, '', 0, '' FROM n`, many, now.UnixMilli()),
		fmt.Sprintf(`WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < %d)
			INSERT INTO records (name, version, value, expires_at) SELECT i, '1', x'', %d - i FROM n`, many, now.UnixMilli()))
	ends := map[string]struct {
		at   time.Time
		kept bool
	}{
		"a minute ago":     {now.Add(-time.Minute), false},
		"now":              {now, false},
		"in a millisecond": {now.Add(time.Millisecond), true},
		"in an hour":       {now.Add(time.Hour), true},
	}
	for name, end := range ends {
		// It is long past its idle end and was ended. It is kept for its reason.
		session := login.Session{UserID: "user", TokenHash: name, IdleEnd: now.Add(-time.Hour), AbsoluteEnd: end.at, EndedReason: login.SessionRevoked}
		if _, err := store.CreateSession(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		if err := store.StoreRecord(t.Context(), name, login.Record{Version: "1", ExpiresAt: end.at}); err != nil {
			t.Fatal(err)
		}
	}

	if err := store.Purge(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if bulk, err := store.SessionsOfUser(t.Context(), "bulk"); err != nil || len(bulk) != 0 {
		t.Fatalf("%d sessions of the bulk are left, %v", len(bulk), err)
	}
	var records int
	if err := raw(t, path).QueryRow(`SELECT count(*) FROM records`).Scan(&records); err != nil || records != 2 {
		t.Fatalf("%d records are left, %v", records, err)
	}
	sessions, err := store.SessionsOfUser(t.Context(), "user")
	if err != nil || len(sessions) != 2 {
		t.Fatalf("%d sessions are left, %v", len(sessions), err)
	}
	for _, session := range sessions {
		if !ends[session.TokenHash].kept {
			t.Errorf("the session that ended %s is left", session.TokenHash)
		}
	}
	for name, end := range ends {
		_, err := store.LoadRecord(t.Context(), name)
		if kept := err == nil; kept != end.kept || !kept && !errors.Is(err, login.ErrRecordNotFound) {
			t.Errorf("the record that ended %s: %v", name, err)
		}
	}
}

// A login that dies between storing its session and finding that its user is gone leaves the session.
func TestPurgeForgetsSessionsOfUsersWhoAreGone(t *testing.T) {
	store, now := open(t, filepath.Join(t.TempDir(), "wxbind.db")), time.Now()
	if err := store.AddUser(t.Context(), login.User{ID: "here", Username: "here"}, login.Password{}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"here", "gone"} {
		if _, err := store.CreateSession(t.Context(), login.Session{UserID: id, TokenHash: id, AbsoluteEnd: now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Purge(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{"here": 1, "gone": 0} {
		if left, err := store.SessionsOfUser(t.Context(), id); err != nil || len(left) != want {
			t.Errorf("%s has %d sessions, want %d, %v", id, len(left), want, err)
		}
	}
}
