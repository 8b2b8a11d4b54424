package sqlitestore_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// The newest of each come first and are bounded, however many there are. Users who are bound go before newer ones who are not.
func TestNewest(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "wxbind.db"))
	begin := time.Now().Add(-time.Hour).Truncate(time.Millisecond).UTC()
	for i := range 30 {
		id, at := fmt.Sprintf("u%02d", i), begin.Add(time.Duration(i)*time.Second)
		u := login.User{ID: id, Username: id, Epoch: "e", CreatedAt: at, Apps: map[string]login.UserApp{}}
		if err := store.AddUser(t.Context(), u, login.Password{}); err != nil {
			t.Fatal(err)
		}
	}
	for i, id := range []string{"u03", "u01"} {
		at := begin.Add(time.Duration(i) * time.Minute)
		s := login.Session{UserID: id, TokenHash: "t" + id, AppID: appID, BindingID: "b" + id, Epoch: "e", CreatedAt: at, SeenAt: at, IdleEnd: at, AbsoluteEnd: at}
		if _, err := store.Bind(t.Context(), login.Binding{ID: "b" + id, AppID: appID, OpenID: "o" + id, UserID: id, BoundAt: at, LastLoginAt: at}, s); err != nil {
			t.Fatal(err)
		}
	}
	n, err := store.Newest(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	var users, bindings, sessions string
	for _, u := range n.Users {
		users += u.ID + " "
	}
	for _, b := range n.Bindings {
		bindings += b.ID + " "
	}
	for _, s := range n.Sessions {
		sessions += s.TokenHash + " "
	}
	if users != "u29 u28 u27 u03 u01 " || bindings != "bu01 bu03 " || sessions != "tu01 tu03 " {
		t.Errorf("users %s, bindings %s, sessions %s", users, bindings, sessions)
	}
	if n.Total.Users != 30 || n.Total.Bindings != 2 || n.Total.Sessions != 2 || n.Users[4].Apps[appID].OpenID != "ou01" {
		t.Errorf("%+v", n)
	}
}

// The number of changes differs after a write, in this process or in another, and not otherwise.
func TestChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store, other := open(t, path), open(t, path)
	last := int64(-1)
	look := func(when string, want bool) {
		t.Helper()
		n, err := store.Changes(t.Context())
		if err != nil || (n != last) != want {
			t.Errorf("%s: %d after %d, %v", when, n, last, err)
		}
		last = n
	}
	look("at first", true)
	look("without a write", false)
	for when, s := range map[string]*sqlitestore.Store{"its own write": store, "another's write": other} {
		if err := s.AddServedApp(t.Context(), when); err != nil {
			t.Fatal(err)
		}
		look("after "+when, true)
		look("after "+when+", again", false)
	}
}
