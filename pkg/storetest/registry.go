package storetest

import (
	"errors"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// registries tests UserRegistry and RoleRegistry, except for what users and races test.
func registries(s *suite) {
	s.test("the pages hold every user once, as stored", func(t *trial) {
		const many = 9
		mine := map[string]login.User{}
		for range many {
			u := t.user()
			mine[u.ID] = u
			t.role() // roles are not users, however they are kept
		}
		u, b, _ := t.bound()
		u.Apps[app] = noteOf(b)
		mine[u.ID] = u
		var orders [][]string
		for _, limit := range []int{4, 1000} {
			var order []string
			for _, got := range t.everyUser(limit) {
				if want, ok := mine[got.ID]; ok {
					same(t, got, want)
					order = append(order, got.ID)
				}
			}
			if len(order) != len(mine) {
				t.Fatalf("pages of %d: %d of my users, want %d", limit, len(order), len(mine))
			}
			orders = append(orders, order)
		}
		if !slices.Equal(orders[0], orders[1]) {
			t.Fatalf("the order changed: %v", orders)
		}
	})
	s.test("users are read by their ids, and who is not there is left out", func(t *trial) {
		want, ids := map[string]login.User{}, []string{id("user")}
		for range login.MaxUsersByID - 2 {
			u := t.user()
			want[u.ID], ids = u, append(ids, u.ID)
		}
		u, b, _ := t.bound()
		u.Apps[app] = noteOf(b)
		want[u.ID], ids = u, append(ids, u.ID)
		got, err := t.UsersByID(t.ctx, ids)
		t.must(err)
		if len(got) != len(want) {
			t.Fatalf("%d users, want %d", len(got), len(want))
		}
		for _, u := range got {
			same(t, u, want[u.ID])
		}
		for _, ids := range [][]string{nil, {id("user")}} {
			if got, err := t.UsersByID(t.ctx, ids); err != nil || len(got) != 0 {
				t.Fatalf("of %d ids that nobody has: %+v, %v", len(ids), got, err)
			}
		}
	})
	s.test("a role that is deleted is gone, and no other", func(t *trial) {
		gone, stays := t.role(), t.role()
		for range 2 {
			t.must(t.DeleteRole(t.ctx, gone.Name))
		}
		menus, err := t.MenusByRole(t.ctx, []string{gone.Name, stays.Name})
		t.must(err)
		if _, there := menus[gone.Name]; there || len(menus) != 1 {
			t.Fatalf("there are %v", menus)
		}
		t.must(t.PutRole(t.ctx, gone))
		menus, err = t.MenusByRole(t.ctx, []string{gone.Name})
		t.must(err)
		same(t, menus[gone.Name], gone.Menus)
	})
	s.test("all roles are listed in the order of their names, as stored", func(t *trial) {
		mine := map[string]login.Role{}
		for _, name := range []string{id("b") + unlike, id("a"), id("c"), id("B")} {
			role := login.Role{Name: name, Menus: t.tree()}
			t.must(t.PutRole(t.ctx, role))
			mine[name] = role
		}
		empty := login.Role{Name: id("empty")}
		t.must(t.PutRole(t.ctx, empty))
		mine[empty.Name] = empty
		t.user() // users are not roles, however they are kept
		roles, err := t.ListRoles(t.ctx)
		t.must(err)
		if !slices.IsSortedFunc(roles, func(a, b login.Role) int { return strings.Compare(a.Name, b.Name) }) {
			t.Fatal("the roles are in another order")
		}
		for _, got := range roles {
			if want, ok := mine[got.Name]; ok {
				same(t, got.Menus, want.Menus)
				delete(mine, got.Name)
			}
		}
		if len(mine) != 0 {
			t.Fatalf("not listed: %+v", mine)
		}
	})

	s.test("a kind of hash that is noted is listed once, in the order of the text", func(t *trial) {
		kind := "argon2id" + unlike + id("kind")
		for range 2 {
			t.must(t.AddHashKind(t.ctx, kind, manyKinds))
		}
		bcrypt := id("bcrypt")
		t.must(t.AddHashKind(t.ctx, bcrypt, manyKinds))
		kinds, err := t.HashKinds(t.ctx)
		t.must(err)
		if !slices.Contains(kinds, kind) || !slices.Contains(kinds, bcrypt) || !slices.IsSorted(kinds) ||
			len(slices.Compact(slices.Clone(kinds))) != len(kinds) {
			t.Fatalf("kinds %q", kinds)
		}
	})
	s.test("kinds of hashes that are noted at the same time are all listed", func(t *trial) {
		var noted [rivals]string
		for i := range noted {
			noted[i] = id("kind")
		}
		t.together(2*rivals, func(i int) error { return t.AddHashKind(t.ctx, noted[i%rivals], manyKinds) })
		kinds, err := t.HashKinds(t.ctx)
		t.must(err)
		for _, kind := range noted {
			if !slices.Contains(kinds, kind) {
				t.Fatal("a kind is not listed")
			}
		}
	})
	s.test("of kinds of hashes that are noted at the same time, no more are there than may be", func(t *trial) {
		first := id("kind")
		t.must(t.AddHashKind(t.ctx, first, manyKinds))
		before, err := t.HashKinds(t.ctx)
		t.must(err)
		var noted [rivals]string
		for i := range noted {
			noted[i] = id("kind")
		}
		added := 0 // others may add some to the store of the suite, too
		for _, err := range t.race(rivals, func(i int) error { return t.AddHashKind(t.ctx, noted[i], len(before)+1) }) {
			switch {
			case err == nil:
				added++
			case !errors.Is(err, login.ErrHashKindsFull):
				t.Fatal(err)
			}
		}
		if added > 1 {
			t.Fatalf("%d kinds were added where there was room for one", added)
		}
		if err := t.AddHashKind(t.ctx, id("kind"), len(before)); !errors.Is(err, login.ErrHashKindsFull) {
			t.Fatalf("one too many: %v", err)
		}
		t.must(t.AddHashKind(t.ctx, first, 1)) // it is there already
	})
}

// manyKinds is more kinds of hashes than the suite adds.
const manyKinds = 1 << 20

// everyUser reads all pages of users. It fails the test if a user appears twice or a page is too long.
func (t *trial) everyUser(limit int) []login.User {
	t.Helper()
	var all []login.User
	seen := map[string]bool{}
	for after := ""; ; {
		page, err := t.ListUsers(t.ctx, after, limit)
		t.must(err)
		if len(page) == 0 {
			return all
		}
		if len(page) > limit {
			t.Fatalf("a page of %d users, want %d at most", len(page), limit)
		}
		for _, u := range page {
			if seen[u.ID] {
				t.Fatal("a user is listed twice")
			}
			seen[u.ID] = true
			after = u.ID
		}
		all = append(all, page...)
	}
}
