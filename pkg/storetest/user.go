package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// users tests the Users port, and PutRole.
func users(s *suite) {
	s.test("a user comes back as it was, found by id and by name", func(t *trial) {
		full, bare := t.newUser(), t.newUser()
		full.ID, full.Username, full.Name = full.ID+unlike, full.Username+unlike, "爱丽丝 "+unlike
		full.Roles = []string{"z", "a", "读者" + unlike, "m"}
		full.Disabled, full.PasswordID = true, full.PasswordID+unlike
		full.Epoch, full.CreatedAt = full.Epoch+unlike, t.now.Add(-1500*time.Microsecond)
		bare.Name, bare.Roles, bare.PasswordID, bare.Epoch = "", nil, "", ""
		for _, u := range []login.User{full, bare} {
			t.must(t.add(u))
			same(t, t.userNow(u.ID), u)
			got, err := t.UserIDByName(t.ctx, u.Username)
			t.must(err)
			if got != u.ID {
				t.Fatalf("user %q, want %q", got, u.ID)
			}
		}
	})
	s.test("a user that does not exist is ErrUserNotFound", func(t *trial) {
		u := t.user()
		for _, name := range []string{id("name"), u.ID, strings.ToUpper(u.Username), u.Username + " "} {
			_, err := t.UserIDByName(t.ctx, name)
			t.want(err, login.ErrUserNotFound)
		}
		for _, other := range []string{id("user"), u.Username, strings.ToUpper(u.ID)} {
			_, err := t.UserByID(t.ctx, other)
			t.want(err, login.ErrUserNotFound)
		}
	})
	s.test("what a store takes and returns belongs to the caller", func(t *trial) {
		u, b, _ := t.bound()
		u.Apps[app] = noteOf(b)
		role := t.role()
		record := login.Record{Version: "1", Value: []byte("abc"), ExpiresAt: t.now.Add(time.Hour)}
		name := id("record")
		t.must(t.StoreRecord(t.ctx, name, record))
		for range 2 {
			got, want := t.userNow(u.ID), u
			want.Roles = []string{"reader"}
			same(t, got, want)
			got.Roles[0], u.Roles[0] = "admin", "admin"
			got.Apps[app] = login.UserApp{}
			got.Apps[otherApp] = login.UserApp{}

			menus, err := t.MenusByRole(t.ctx, []string{role.Name})
			t.must(err)
			same(t, menus[role.Name], t.tree())
			menus[role.Name][0].Name, role.Menus[0].Name = "changed", "changed"
			menus[role.Name][0].Children[0].Name, role.Menus[0].Children[0].Name = "changed", "changed"

			stored, err := t.LoadRecord(t.ctx, name)
			t.must(err)
			if string(stored.Value) != "abc" {
				t.Fatalf("the record says %q", stored.Value)
			}
			stored.Value[0], record.Value[0] = 'x', 'x'
		}
	})

	s.test("a tree of menus comes back as it was", func(t *trial) {
		role := t.role()
		menus, err := t.MenusByRole(t.ctx, []string{role.Name})
		t.must(err)
		if len(menus) != 1 {
			t.Fatalf("%d roles, want one", len(menus))
		}
		same(t, menus[role.Name], role.Menus)
	})
	s.test("roles that do not exist are absent, a role without menus is not", func(t *trial) {
		role, empty := t.role(), login.Role{Name: id("role") + unlike}
		t.must(t.PutRole(t.ctx, empty))
		menus, err := t.MenusByRole(t.ctx, []string{id("none"), role.Name, empty.Name, id("none"), role.Name})
		t.must(err)
		if len(menus) != 2 {
			t.Fatalf("%d roles, want 2", len(menus))
		}
		same(t, menus[role.Name], role.Menus)
		if got, ok := menus[empty.Name]; !ok || len(got) != 0 {
			t.Fatalf("the role without menus: %t %+v", ok, got)
		}
		for _, none := range [][]string{nil, {}, {id("none")}} {
			menus, err := t.MenusByRole(t.ctx, none)
			t.must(err)
			if len(menus) != 0 {
				t.Fatalf("menus %+v of no role", menus)
			}
		}
	})
	s.test("more roles than fit in one batch are read", func(t *trial) {
		const many = 130
		var names []string
		for range many {
			names = append(names, id("role"))
		}
		t.together(10, func(i int) error {
			for n := i; n < many; n += 10 {
				role := login.Role{Name: names[n], Menus: []login.Menu{{ID: names[n]}}}
				if err := t.PutRole(t.ctx, role); err != nil {
					return err
				}
			}
			return nil
		})
		menus, err := t.MenusByRole(t.ctx, names)
		t.must(err)
		if len(menus) != many {
			t.Fatalf("%d roles, want %d", len(menus), many)
		}
		for name, menu := range menus {
			same(t, menu, []login.Menu{{ID: name}})
		}
	})
	s.test("a role replaces the one with its name", func(t *trial) {
		role := t.role()
		other := t.role()
		for _, menus := range [][]login.Menu{{{ID: "new", Name: "新"}}, {}} {
			t.must(t.PutRole(t.ctx, login.Role{Name: role.Name, Menus: menus}))
			got, err := t.MenusByRole(t.ctx, []string{role.Name, other.Name})
			t.must(err)
			same(t, got[role.Name], menus)
			same(t, got[other.Name], other.Menus)
		}
	})
}

// role stores a role with the menus of tree.
func (t *trial) role() login.Role {
	t.Helper()
	r := login.Role{Name: id("role"), Menus: t.tree()}
	t.must(t.PutRole(t.ctx, r))
	return r
}

// tree returns menus as deep as allowed, in a distinctive order.
func (t *trial) tree() []login.Menu {
	leaf := []login.Menu{}
	for depth := login.MaxMenuDepth; depth > 1; depth-- {
		leaf = []login.Menu{{ID: fmt.Sprintf("z%d", depth), Name: "订单 " + unlike, Path: "/pages/order?a=1&b=2", Children: leaf}, {ID: "a"}}
	}
	return []login.Menu{{ID: "orders", Name: "订单", Path: "/pages/orders", Icon: "🧾", Children: leaf}, {ID: "a", Name: "<b>&"}}
}
