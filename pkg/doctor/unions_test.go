package doctor_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/storetest"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// twoUsers makes users of these names, each bound in a mini-program of their own with the same unionid, which the first is found by.
func twoUsers(t *testing.T, store login.AdminStore, names ...string) {
	t.Helper()
	now := time.Now()
	for i, name := range names {
		u := login.User{ID: name, Username: name, Epoch: "epoch-" + name, CreatedAt: now, Apps: map[string]login.UserApp{}}
		must(t, store.AddUser(t.Context(), u, login.NewPassword("hash")))
		b := login.Binding{ID: "b-" + name, AppID: "wx" + name, OpenID: "o-" + name, UnionID: "union", UserID: name, Epoch: u.Epoch, BoundAt: now, LastLoginAt: now}
		_, err := store.Bind(t.Context(), b, login.Session{
			UserID: name, TokenHash: "hash-" + name, AppID: b.AppID, BindingID: b.ID, Epoch: u.Epoch, CreatedAt: now, SeenAt: now,
			IdleEnd: now.Add(login.IdleLife), AbsoluteEnd: now.Add(login.AbsoluteLife),
		})
		must(t, err)
		if err := store.NoteUnion(t.Context(), b, "index"); i == 0 && err != nil || i > 0 && !errors.Is(err, login.ErrUnionTaken) {
			t.Fatal(err)
		}
	}
}

const fine = "ok unionids: no user has a unionid"

func TestUsersWithOneUnionIDOfAnEmbeddedStore(t *testing.T) {
	for name, c := range map[string]struct {
		users []string
		want  string
	}{
		"nobody": {nil, fine},
		"one":    {[]string{"alice"}, fine},
		"two":    {[]string{"alice", "bob"}, "warn unionids: 1 user has a unionid by which another user is found: bob (found: alice) -> "},
		"five": {[]string{"alice", "bob", "carol", "dave", "erin"},
			"warn unionids: 4 users have a unionid by which another user is found: bob (found: alice), carol (found: alice), dave (found: alice), … -> "},
	} {
		t.Run(name, func(t *testing.T) {
			f := files(t)
			store, err := sqlitestore.Open(t.Context(), f.Database)
			must(t, err)
			defer store.Close()
			twoUsers(t, store, c.users...)
			wantLines(t, doctor.Embedded(f), "ok store", c.want, "ok seal key", "ok permissions", "ok disk")
			wantLines(t, []doctor.Check{doctor.Unions(store)}, c.want)
		})
	}
}

func TestUsersWithOneUnionIDOfAStack(t *testing.T) {
	client := dynamotest.Client(dynamotest.Endpoint(t))
	tables := dynamotest.NewTables(t, client)
	store := dynamostore.New(dynamostore.Config{Client: client, Tables: tables})
	wantLines(t, []doctor.Check{doctor.Unions(store)}, fine)
	twoUsers(t, store, "alice", "bob")
	wantLines(t, []doctor.Check{doctor.Unions(store)}, "warn unionids: 1 user has a unionid by which another user is found: bob (found: alice) -> ")
	alice, err := store.UserByID(t.Context(), "alice")
	must(t, err)
	must(t, store.DeleteUser(t.Context(), alice))
	wantLines(t, []doctor.Check{doctor.Unions(store)}, fine)
}

// slow is a store that never answers what it is asked of some binding.
type slow struct {
	*storetest.Memory
	openID string
	err    error
}

func (s slow) BindingByOpenID(ctx context.Context, appID, openID string) (login.Binding, error) {
	if openID != s.openID {
		return s.Memory.BindingByOpenID(ctx, appID, openID)
	}
	if s.err != nil {
		return login.Binding{}, s.err
	}
	<-ctx.Done()
	return login.Binding{}, login.Unavailable(ctx.Err())
}

// A large store, or one that may not be read, says nothing about the stack.
func TestUnionIDsThatCannotAllBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := &storetest.Memory{}
		twoUsers(t, memory, "alice", "bob", "carol")
		wantLines(t, []doctor.Check{doctor.Unions(slow{Memory: memory, openID: "o-alice"})}, "warn unionids: 2 users have")
		wantLines(t, []doctor.Check{doctor.Unions(slow{Memory: &storetest.Memory{}})}, fine)
		alone := &storetest.Memory{}
		twoUsers(t, alone, "alice")
		wantLines(t, []doctor.Check{doctor.Unions(slow{Memory: alone, openID: "o-alice"})}, "skip unionids: no conflict among the first 0 users, and there was no time for more")
		denied := login.Unavailable(errors.New("AccessDeniedException"))
		wantLines(t, []doctor.Check{doctor.Unions(slow{Memory: memory, openID: "o-alice", err: denied})},
			"skip unionids: the users and their bindings cannot be read: AccessDeniedException -> use credentials")
	})
}
