package sqlitestore_test

import (
	"index/suffixarray"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// person is what the files may say of a user.
type person struct{ id, username, name, openID, phone string }

// enroll adds a user with a number, binds them and opens two sessions.
func enroll(t *testing.T, store *sqlitestore.Store, p person) {
	t.Helper()
	now := time.Now()
	b := login.Binding{ID: login.NewID(), AppID: appID, OpenID: p.openID, UserID: p.id, SealedKey: strings.Repeat("k", 90), BoundAt: now, LastLoginAt: now}
	s := login.Session{UserID: p.id, TokenHash: login.NewID(), AppID: appID, BindingID: b.ID, CreatedAt: now, AbsoluteEnd: now.Add(time.Hour), Device: "iPhone"}
	must(t, store.AddUser(t.Context(), login.User{
		ID: p.id, Username: p.username, Name: p.name, Roles: []string{"demo"}, Phone: login.Phone{Number: p.phone, Index: "index-of-" + p.phone},
	}, login.Password{}))
	_, err := store.Bind(t.Context(), b, s)
	must(t, err)
	s.TokenHash = login.NewID()
	_, err = store.CreateSession(t.Context(), s)
	must(t, err)
}

// leave does what login.Remove does, without its wait.
func leave(t *testing.T, store *sqlitestore.Store, p person) {
	t.Helper()
	sessions, err := store.SessionsOfUser(t.Context(), p.id)
	must(t, err)
	for _, s := range sessions {
		must(t, store.ForgetSession(t.Context(), p.id, s.TokenHash))
	}
	u, err := store.UserByID(t.Context(), p.id)
	must(t, err)
	must(t, store.DeleteUser(t.Context(), u))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// traces counts the people of whom the database or its log says something.
func traces(t *testing.T, path string, people ...person) (found int) {
	t.Helper()
	var files []byte
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		files = append(files, content...)
	}
	index := suffixarray.New(files)
	for _, p := range people {
		if slices.ContainsFunc([]string{p.id, p.username, p.name, p.openID, p.phone}, func(text string) bool {
			return len(index.Lookup([]byte(text), 1)) > 0
		}) {
			found++
		}
	}
	return found
}

func TestDeletedUserLeavesNothingInTheFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	alice := person{"id-of-alice", "alice", "爱丽丝", "openid-of-alice", "+8613800138000"}
	bob := person{"id-of-bob", "bob", "Bob", "openid-of-bob", "+8613900139000"}
	enroll(t, store, alice)
	enroll(t, store, bob)
	leave(t, store, alice)
	if n := traces(t, path, alice); n != 0 {
		t.Error("the files still name alice")
	}
	if n := traces(t, path, bob); n != 1 {
		t.Error("the files do not name bob")
	}

	// A login that was under way stored its session just before the deletion. The last sweep finds it.
	_, err := store.CreateSession(t.Context(), login.Session{UserID: alice.id, TokenHash: "late", AbsoluteEnd: time.Now().Add(time.Hour)})
	must(t, err)
	must(t, store.ForgetSession(t.Context(), alice.id, "late"))
	if n := traces(t, path, alice); n != 0 {
		t.Error("the files name alice again")
	}

	b, err := store.BindingByOpenID(t.Context(), appID, bob.openID)
	must(t, err)
	must(t, store.Unbind(t.Context(), b, false))
	bob.id, bob.username, bob.name, bob.phone = bob.openID, bob.openID, bob.openID, bob.openID
	if n := traces(t, path, bob); n != 0 {
		t.Error("the files still have the openid that was unbound")
	}
}

// A number is deleted when its user gets another one in its place, or none.
func TestNumberThatNobodyHasLeavesNothingInTheFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	enroll(t, store, person{"id-of-alice", "alice", "爱丽丝", "openid-of-alice", "+8613800138000"})
	enroll(t, store, person{"id-of-bob", "bob", "Bob", "openid-of-bob", "+8613900139000"})
	leaves := func(number string, want int) {
		t.Helper()
		if n := traces(t, path, person{number, number, number, number, number}); n != want {
			t.Errorf("the files name %s: %d, want %d", number, n, want)
		}
	}
	number := func(n string) login.Phone { return login.Phone{Number: n, Index: "index-of-" + n} }

	must(t, store.SetPhone(t.Context(), "id-of-alice", number("+8613700137000"), ""))
	leaves("+8613800138000", 0)
	must(t, store.SetPhone(t.Context(), "id-of-alice", number("+8613900139000"), "id-of-bob"))
	leaves("+8613700137000", 0)
	leaves("+8613900139000", 1)
	must(t, store.SetPhone(t.Context(), "id-of-alice", login.Phone{}, ""))
	leaves("+8613900139000", 0)
}

// Whoever still reads an older state needs the log. It is emptied by the next deletion, purge or close.
func TestReaderDelaysTheEmptyingOfTheLog(t *testing.T) {
	alice := person{"id-of-alice", "alice", "爱丽丝", "openid-of-alice", "+8613800138000"}
	for name, next := range map[string]func(t *testing.T, store *sqlitestore.Store){
		"the next deletion": func(t *testing.T, store *sqlitestore.Store) {
			bob := person{"id-of-bob", "bob", "Bob", "openid-of-bob", "+8613900139000"}
			enroll(t, store, bob)
			leave(t, store, bob)
		},
		"the next purge": func(t *testing.T, store *sqlitestore.Store) { must(t, store.Purge(t.Context(), time.Now())) },
		"closing it":     func(t *testing.T, store *sqlitestore.Store) { must(t, store.Close()) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "wxbind.db")
			other := open(t, path) // so that store is not the last to close
			store, err := sqlitestore.Open(t.Context(), path)
			must(t, err)
			defer store.Close()
			enroll(t, store, alice)
			reader := raw(t, path, "BEGIN", "SELECT * FROM users")
			leave(t, store, alice)
			if traces(t, path, alice) == 0 {
				t.Fatal("the reader delays nothing")
			}
			if _, err := reader.Exec("COMMIT"); err != nil {
				t.Fatal(err)
			}
			next(t, store)
			if n := traces(t, path, alice); n != 0 {
				t.Error("the files still name alice")
			}
			if _, err := other.UserByID(t.Context(), alice.id); err == nil {
				t.Error("she is still there")
			}
		})
	}
}

// SQLite leaves copies of some rows in unused bytes: see wipe.go.
func TestRewritingRemovesCopiesInUnusedBytes(t *testing.T) {
	for name, rewrite := range map[string]func(t *testing.T, store *sqlitestore.Store){
		"by a purge":    func(t *testing.T, store *sqlitestore.Store) { must(t, store.Purge(t.Context(), time.Now())) },
		"by closing it": func(t *testing.T, store *sqlitestore.Store) { must(t, store.Close()) },
	} {
		t.Run(name, func(t *testing.T) {
			path, store, gone, stay := withCopies(t)
			rewrite(t, store)
			if n := traces(t, path, gone...); n != 0 {
				t.Errorf("the files still name %d people", n)
			}
			if n := traces(t, path, stay...); n != len(stay) {
				t.Errorf("the files name %d of %d others", n, len(stay))
			}
			whole(t, path)
		})
	}
}

// withCopies makes a store in whose unused bytes SQLite has left copies of rows of people who are gone. Which rows it
// moves follows from the lengths and the order of what is stored, so withCopies tries until it has some.
func withCopies(t *testing.T) (path string, store *sqlitestore.Store, gone, stay []person) {
	t.Helper()
	const many, tries = 2000, 100
	for seed := range uint64(tries) {
		path = filepath.Join(t.TempDir(), "wxbind.db")
		store = open(t, path)
		random := rand.New(rand.NewPCG(1, seed))
		people, users := make([]person, many), make([]login.Newcomer, many)
		for i := range people {
			id, username, name := text(random, 22), text(random, 10+random.IntN(10)), text(random, 10+random.IntN(10))
			people[i], users[i] = person{id, username, name, id, id}, login.Newcomer{User: login.User{ID: id, Username: username, Name: name}}
		}
		_, err := store.AddUsers(t.Context(), users)
		must(t, err)
		random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
		gone, stay = people[:many/2], people[many/2:]
		db := raw(t, path, "PRAGMA secure_delete = 1", "PRAGMA foreign_keys = 1", "BEGIN")
		for _, p := range gone[1:] {
			if _, err := db.ExecContext(t.Context(), `DELETE FROM users WHERE id = ?`, p.id); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.ExecContext(t.Context(), "COMMIT"); err != nil {
			t.Fatal(err)
		}
		leave(t, store, gone[0]) // the store knows of this deletion, and empties the log
		if traces(t, path, gone...) > 0 {
			return path, store, gone, stay
		}
	}
	t.Fatalf("SQLite has left no copies in %d stores", tries)
	return "", nil, nil, nil
}

func text(random *rand.Rand, n int) string {
	letters := make([]byte, n)
	for i := range letters {
		letters[i] = byte('a' + random.IntN(26))
	}
	return string(letters)
}
