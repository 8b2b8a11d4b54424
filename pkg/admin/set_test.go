package admin_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// A name and roles are set as they are added: only what is given, and only what is good.
func TestNameAndRolesAreSet(t *testing.T) {
	clerk, chief := login.Role{Name: "clerk"}, login.Role{Name: "chief"}
	for name, c := range map[string]struct {
		change login.UserChange
		fails  error
		name   string
		roles  []string
	}{
		"nothing":                    {login.UserChange{}, nil, "Alice", []string{"clerk"}},
		"the name":                   {login.UserChange{Name: new(" 爱丽丝\u3000")}, nil, "爱丽丝", []string{"clerk"}},
		"a name of blanks":           {login.UserChange{Name: new(" ")}, nil, "alice", []string{"clerk"}},
		"a name that is too long":    {login.UserChange{Name: new(strings.Repeat("n", 129))}, admin.ErrNameTooLong, "Alice", []string{"clerk"}},
		"a name with an escape":      {login.UserChange{Name: new("a\x1b[2J")}, admin.ErrNameInvalid, "Alice", []string{"clerk"}},
		"roles, one twice":           {login.UserChange{Roles: &[]string{"clerk", "chief", "clerk"}}, nil, "Alice", []string{"chief", "clerk"}},
		"no roles":                   {login.UserChange{Roles: &[]string{}}, nil, "Alice", nil},
		"a role that is not there":   {login.UserChange{Name: new("Al"), Roles: &[]string{"king"}}, admin.ErrRoleNotFound, "Alice", []string{"clerk"}},
		"too many roles":             {login.UserChange{Roles: new(strings.Split("abcdefghijklmnopqrstu", ""))}, admin.ErrTooManyRoles, "Alice", []string{"clerk"}},
		"a name that changes nobody": {login.UserChange{Name: new("Alice")}, nil, "Alice", []string{"clerk"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.Admin()
			if err := a.SetRoles(t.Context(), []login.Role{clerk, chief}); err != nil {
				t.Fatal(err)
			}
			u, err := a.Add(t.Context(), admin.NewUser{Username: "alice", Name: "Alice", Password: password, Roles: []string{"clerk"}})
			if err != nil {
				t.Fatal(err)
			}
			noted := logintest.Events(t, func(ctx context.Context) {
				if _, err := a.Set(ctx, "alice", c.change); !errors.Is(err, c.fails) {
					t.Errorf("got %v, want %v", err, c.fails)
				}
			})
			if (c.fails == nil) != slices.Equal(noted, []login.Event{login.EventUserSet}) {
				t.Errorf("noted %v", noted)
			}
			got, err := a.User(t.Context(), u.ID)
			if err != nil || got.Name != c.name || !slices.Equal(got.Roles, c.roles) || got.Epoch != u.Epoch {
				t.Errorf("stored is %+v, %v", got, err)
			}
		})
	}
}

// What the platform's directory says of a user would be back at the next login.
func TestDirectorysUserIsNotSet(t *testing.T) {
	w := newWorld(t)
	if _, err := w.DB.EnrollUser(t.Context(), login.Profile{ID: "1001", Username: "alice"}, w.Clock(), "epoch"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Admin().Set(t.Context(), "1001", login.UserChange{Name: new("Al")}); !errors.Is(err, admin.ErrProfileNotHere) {
		t.Errorf("got %v", err)
	}
}

// Of an administrator who gives a role and another who deletes it at the same time, one at least is told.
func TestRoleThatIsGivenWhileItIsDeleted(t *testing.T) {
	give := func(ctx context.Context, a *admin.Service) error {
		_, err := a.Set(ctx, "alice", login.UserChange{Roles: &[]string{"clerk"}})
		return err
	}
	remove := func(ctx context.Context, a *admin.Service) error {
		_, err := a.DeleteRole(ctx, "clerk", false)
		return err
	}
	for name, c := range map[string]struct {
		first, second func(context.Context, *admin.Service) error
		// the second does all that it does before this call of the first
		before string
		told   func(first, second error) bool
	}{
		"deleted before the user is changed": {give, remove, "ChangeUser", func(first, second error) bool {
			return errors.Is(first, admin.ErrRoleGone) && second == nil
		}},
		"given before the role is deleted": {remove, give, "DeleteRole", func(first, second error) bool {
			used, ok := errors.AsType[*admin.RoleInUseError](first)
			return ok && used.Deleted && used.Users == 1 && len(used.Some) == 1 && second == nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.Admin()
			w.AddUser("alice")
			if err := a.SetRoles(t.Context(), []login.Role{{Name: "clerk"}}); err != nil {
				t.Fatal(err)
			}
			var second error
			done := false
			w.DB.Do(func(op string) error {
				if op == c.before && !done {
					done = true
					second = c.second(t.Context(), w.Admin())
				}
				return nil
			})
			if first := c.first(t.Context(), a); !done || !c.told(first, second) {
				t.Errorf("the first: %v; the second: %v", first, second)
			}
		})
	}
}

// A role that users have is not deleted, and who has it is named; but by force it is.
func TestRoleInUseIsKept(t *testing.T) {
	w := newWorld(t)
	a := w.Admin()
	if err := a.SetRoles(t.Context(), []login.Role{{Name: "clerk"}, {Name: "chief"}}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alice", "bob", "carol", "dave"} {
		if _, err := a.Add(t.Context(), admin.NewUser{Username: name, Password: password, Roles: []string{"clerk"}}); err != nil {
			t.Fatal(err)
		}
	}
	noted := logintest.Events(t, func(ctx context.Context) {
		_, err := a.DeleteRole(ctx, "clerk", false)
		used, ok := errors.AsType[*admin.RoleInUseError](err)
		if !ok || used.Deleted || used.Users != 4 || len(used.Some) != 3 || !strings.HasSuffix(err.Error(), " and 1 more") {
			t.Errorf("got %v", err)
		}
		if _, err := a.DeleteRole(ctx, "king", true); !errors.Is(err, admin.ErrRoleNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
	})
	if roles, err := a.Roles(t.Context()); err != nil || len(roles) != 2 || len(noted) != 0 {
		t.Errorf("there are %v, %v, noted %v", roles, err, noted)
	}
	noted = logintest.Events(t, func(ctx context.Context) {
		if users, err := a.DeleteRole(ctx, "clerk", true); err != nil || users != 4 {
			t.Errorf("by force: %d, %v", users, err)
		}
		if users, err := a.DeleteRole(ctx, "chief", false); err != nil || users != 0 {
			t.Errorf("that nobody has: %d, %v", users, err)
		}
	})
	if roles, err := a.Roles(t.Context()); err != nil || len(roles) != 0 || len(noted) != 2 {
		t.Errorf("there are %v, %v, noted %v", roles, err, noted)
	}
}

// The list by name leaves out who is gone by the time that they are read.
func TestListByNameLeavesOutWhoIsGone(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"carol", "alice", "bob"} {
		w.AddUser(name)
	}
	a := w.Admin()
	w.DB.Do(func(op string) error {
		if op != "UsersByID" {
			return nil
		}
		w.DB.Do(nil)
		return a.Delete(t.Context(), "bob")
	})
	var got []string
	users, more := a.ByName(t.Context(), admin.Listing{})
	for u, err := range users {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, u.Username)
	}
	if !slices.Equal(got, []string{"alice", "carol"}) || more() {
		t.Errorf("got %q, more %v", got, more())
	}
	w.DB.Do(logintest.Failing("UsersByID"))
	users, _ = a.ByName(t.Context(), admin.Listing{})
	for _, err := range users {
		if !errors.Is(err, login.StoreUnavailable) {
			t.Errorf("got %v", err)
		}
	}
}

// pages counts the pages of users that are read.
type pages struct {
	login.AdminStore
	read int
}

func (p *pages) ListUsers(ctx context.Context, after string, limit int) ([]login.User, error) {
	p.read++
	return p.AdminStore.ListUsers(ctx, after, limit)
}

// A page costs several requests of a DynamoDB table, so there are few.
func TestUsersAreReadInLargePages(t *testing.T) {
	w := newWorld(t)
	a := w.Admin()
	var many []login.Newcomer
	for i := range 1999 {
		id := fmt.Sprintf("u-%04d", i)
		many = append(many, login.Newcomer{User: login.User{ID: id, Username: id}})
	}
	if _, err := a.Store.AddUsers(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	counted := &pages{AdminStore: a.Store}
	a.Store = counted
	listed := 0
	for _, err := range a.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		listed++
	}
	if all, err := w.DB.ListUsers(t.Context(), "", 9999); err != nil || listed != len(all) || counted.read > 3 { // of which the last is empty
		t.Errorf("%d users of %d in %d pages, %v", listed, len(all), counted.read, err)
	}
}
