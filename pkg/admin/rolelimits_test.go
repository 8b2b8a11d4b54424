package admin_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// Each limit of a role is met exactly: the most that is taken, and one more.
func TestRoleLimitsAreExact(t *testing.T) {
	deep := func(n int) []login.Menu {
		menus := []login.Menu{{ID: "leaf"}}
		for range n - 1 {
			menus = []login.Menu{{ID: "node", Children: menus}}
		}
		return menus
	}
	wide := func(n int) (menus []login.Menu) {
		for i := range n {
			menus = append(menus, login.Menu{ID: fmt.Sprint(i)})
		}
		return menus
	}
	// spread are n menus, a third of them on each of three levels.
	spread := func(n int) (menus []login.Menu) {
		menus = wide(n / 3)
		for i := range menus {
			menus[i].Children = []login.Menu{{ID: "a", Children: []login.Menu{{ID: "b"}}}}
		}
		return append(menus, login.Menu{ID: "last"})[:n/3+n%3]
	}
	text := func(n int) []login.Menu {
		return []login.Menu{{ID: "i", Name: strings.Repeat("n", n-3), Path: "p", Icon: "c"}}
	}
	for name, c := range map[string]struct {
		most, beyond login.Role
	}{
		"depth":               {login.Role{Menus: deep(8)}, login.Role{Menus: deep(9)}},
		"menus":               {login.Role{Menus: wide(300)}, login.Role{Menus: wide(301)}},
		"menus on all levels": {login.Role{Menus: spread(300)}, login.Role{Menus: spread(301)}},
		"texts of a menu":     {login.Role{Menus: text(1024)}, login.Role{Menus: text(1025)}},
		"a name":              {login.Role{Name: strings.Repeat("r", 64)}, login.Role{Name: strings.Repeat("r", 65)}},
		"an id on a level": {
			login.Role{Menus: []login.Menu{{ID: "1", Children: []login.Menu{{ID: "1"}}}, {ID: "2", Children: []login.Menu{{ID: "1"}}}}},
			login.Role{Menus: []login.Menu{{ID: "1"}, {ID: "2", Children: []login.Menu{{ID: "1"}, {ID: "1"}}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for role, want := range map[*login.Role]bool{&c.most: true, &c.beyond: false} {
				if role.Name == "" {
					role.Name = "r"
				}
				if err := w.Admin().SetRoles(t.Context(), []login.Role{*role}); (err == nil) != want {
					t.Errorf("taken: %v, %v", !want, err)
				}
			}
		})
	}
}
