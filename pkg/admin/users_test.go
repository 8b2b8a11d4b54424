package admin_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/passwordpolicy"
)

func TestAddUser(t *testing.T) {
	w := newWorld(t)
	a := w.Admin()
	if err := a.SetRoles(t.Context(), []login.Role{{Name: "clerk"}}); err != nil {
		t.Fatal(err)
	}
	u, err := a.Add(t.Context(), admin.NewUser{Username: "Alice", Password: password, Roles: []string{"clerk", "clerk"}})
	if err != nil || u.Username != "alice" || u.Name != "alice" || !slices.Equal(u.Roles, []string{"clerk"}) {
		t.Fatalf("got %+v, %v", u, err)
	}
	if _, err := w.BindUser("alice-1", "alice", password); err != nil {
		t.Errorf("cannot bind: %v", err)
	}
	for name, c := range map[string]struct {
		user admin.NewUser
		want error
	}{
		"a name that is taken":   {admin.NewUser{Username: "ALICE", Password: password}, login.ErrUsernameTaken},
		"no password":            {admin.NewUser{Username: "bob"}, login.PasswordMissing},
		"a short password":       {admin.NewUser{Username: "bob", Password: "kT9:mw2"}, passwordpolicy.ErrTooShort},
		"a common password":      {admin.NewUser{Username: "bob", Password: "12345678"}, passwordpolicy.ErrCommon},
		"the name as password":   {admin.NewUser{Username: "Bartholomew", Password: "Bartholomew"}, passwordpolicy.ErrObvious},
		"a long name":            {admin.NewUser{Username: "bob", Password: password, Name: strings.Repeat("n", 129)}, admin.ErrNameTooLong},
		"a role that is unknown": {admin.NewUser{Username: "bob", Password: password, Roles: []string{"clerk", "king"}}, admin.ErrRoleNotFound},
		"too many roles":         {admin.NewUser{Username: "bob", Password: password, Roles: strings.Split("abcdefghijklmnopqrstu", "")}, admin.ErrTooManyRoles},
	} {
		if _, err := a.Add(t.Context(), c.user); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestSetPasswordRefuses(t *testing.T) {
	w := newWorld(t)
	w.AddUser("bartholomew")
	for name, c := range map[string]struct {
		username string
		password login.Hidden
		want     error
	}{
		"a short one":     {"bartholomew", "kT9:mw2", passwordpolicy.ErrTooShort},
		"a common one":    {"bartholomew", "Passw0rd", passwordpolicy.ErrCommon},
		"the username":    {"Bartholomew", "Bartholomew", passwordpolicy.ErrObvious},
		"nothing":         {"bartholomew", "", login.PasswordMissing},
		"an unknown user": {"nobody", "kT9:mw2x", login.ErrUserNotFound},
	} {
		if err := w.Admin().SetPassword(t.Context(), c.username, c.password); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if _, err := w.BindUser("b-1", "bartholomew", password); err != nil {
		t.Errorf("the password before: %v", err)
	}
}

func TestNewPasswordEndsSessions(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	opened, err := w.BindUser("alice-1", "alice", password)
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Second)
	if err := w.Admin().SetPassword(t.Context(), "alice", "another one"); err != nil {
		t.Fatal(err)
	}
	if why := w.Dead(opened.Token); why != login.SessionRevoked {
		t.Errorf("the session is %q", why)
	}
	w.Pass(time.Second)
	if _, err := w.BindUser("alice-2", "alice", password); !errors.Is(err, login.InvalidCredentials) {
		t.Errorf("the old password: %v", err)
	}
	if opened, err = w.BindUser("alice-3", "alice", "another one"); err != nil || w.Dead(opened.Token) != "" {
		t.Errorf("the new password: %v", err)
	}
}

func TestDisableAndEnable(t *testing.T) {
	w := newWorld(t)
	w.AddUser("alice")
	opened, err := w.BindUser("alice-1", "alice", password)
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Second)
	a := w.Admin()
	if err := a.Disable(t.Context(), "Alice"); err != nil {
		t.Fatal(err)
	}
	if why := w.Dead(opened.Token); why != login.UserDisabled {
		t.Errorf("disabled: %q", why)
	}
	if err := a.Enable(t.Context(), "Alice"); err != nil {
		t.Fatal(err)
	}
	if why := w.Dead(opened.Token); why != login.SessionRevoked {
		t.Errorf("enabled again: %q, want the session to stay dead", why)
	}
	w.Pass(time.Second)
	if checked, err := w.CheckCode("alice-2"); err != nil || w.Dead(checked.Login.Token) != "" {
		t.Errorf("a new login: %v", err)
	}
	if err := a.Disable(t.Context(), "nobody"); !errors.Is(err, login.ErrUserNotFound) {
		t.Errorf("an unknown user: %v", err)
	}
}

func TestAllListsEveryUserOnce(t *testing.T) {
	w := newWorld(t)
	const n = 250 // more than two pages
	for i := range n {
		w.AddUser(fmt.Sprintf("user%d", i))
	}
	seen := map[string]bool{}
	for u, err := range w.Admin().All(t.Context()) {
		if err != nil || seen[u.ID] {
			t.Fatalf("%s: %v, seen: %v", u.ID, err, seen[u.ID])
		}
		seen[u.ID] = true
	}
	if len(seen) != n {
		t.Errorf("%d users, want %d", len(seen), n)
	}
}

func TestSetRolesRefuses(t *testing.T) {
	deep := []login.Menu{{ID: "leaf"}}
	for range login.MaxMenuDepth {
		deep = []login.Menu{{ID: "node", Children: deep}}
	}
	for name, r := range map[string]login.Role{
		"no name":                 {},
		"a blank before a name":   {Name: " r"},
		"a name of blanks":        {Name: "\u200b\u3000"},
		"a menu without an id":    {Name: "r", Menus: []login.Menu{{Name: "Home"}}},
		"an id twice on a level":  {Name: "r", Menus: []login.Menu{{ID: "1"}, {ID: "1"}}},
		"menus nested too deep":   {Name: "r", Menus: deep},
		"a text beyond its limit": {Name: "r", Menus: []login.Menu{{ID: "1", Path: strings.Repeat("p", 1024)}}},
		"a name beyond its limit": {Name: strings.Repeat("r", 65)},
	} {
		w := newWorld(t)
		if err := w.Admin().SetRoles(t.Context(), []login.Role{{Name: "good"}, r}); err == nil {
			t.Errorf("%s is accepted", name)
		}
		if stored, err := w.DB.MenusByRole(t.Context(), []string{"good"}); err != nil || len(stored) != 0 {
			t.Errorf("%s: half of the roles is stored", name)
		}
	}
}
