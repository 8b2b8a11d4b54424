package main

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"

	"github.com/wxbind/wxbind/pkg/dynamostore"
)

// bothStores runs a test on an embedded store and on a deployed stack. flags choose the store.
func bothStores(t *testing.T, test func(t *testing.T, store login.AdminStore, flags []string)) {
	t.Run("SQLite", func(t *testing.T) {
		folder := data(t)
		store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		test(t, store, []string{"--data", folder})
	})
	t.Run("DynamoDB", func(t *testing.T) {
		endpoint := dynamotest.Endpoint(t)
		tables := dynamotest.NewTables(t, dynamotest.Client(endpoint))
		server := httptest.NewServer(cloudFormation("wxbind-dev", map[string]string{
			"BindingsTable": tables.Bindings, "SessionsTable": tables.Sessions, "UsersTable": tables.Users, "EphemeralTable": tables.Ephemeral,
		}))
		defer server.Close()
		setAWS(t, server.URL, endpoint)
		store := dynamostore.New(dynamostore.Config{Client: dynamotest.Client(endpoint), Tables: tables})
		test(t, store, []string{"--stack", "wxbind-dev"})
	})
}

// The list is in the order of the usernames, in each store, whole or by pages. Who registered by themselves, and has no username,
// comes last.
func TestUsersAreListedByName(t *testing.T) {
	bothStores(t, func(t *testing.T, store login.AdminStore, flags []string) {
		for _, role := range []string{"clerk", "demo"} {
			if err := store.PutRole(t.Context(), login.Role{Name: role}); err != nil {
				t.Fatal(err)
			}
		}
		for _, add := range []string{"user add zoe --name 爱丽丝 --role clerk", "user add bob --name Ｒobert", "user add 李雷 --role clerk", "user add anna", "user disable bob"} {
			if status, out, said := command(t, "a good password\n", append(strings.Fields(add), flags...)...); status != 0 {
				t.Fatal(add, out, said)
			}
		}
		for _, p := range []login.Profile{{ID: "r-2", RegisteredIn: "wx1"}, {ID: "r-1", RegisteredIn: "wx1", Name: "Carol"}} {
			if _, err := store.EnrollUser(t.Context(), p, login.Clock(nil), "epoch"); err != nil {
				t.Fatal(err)
			}
		}
		list := func(args ...string) (names []string, next string) {
			t.Helper()
			status, out, said := command(t, "", append(append([]string{"user", "list", "--json"}, args...), flags...)...)
			var page struct {
				Users []listed
				Next  string
			}
			if err := json.Unmarshal([]byte(out), &page); err != nil || status != 0 {
				t.Fatalf("user list %q: status %d, %v: %s%s", args, status, err, out, said)
			}
			for _, u := range page.Users {
				if u.Username != "demo" { // whom serve has made
					names = append(names, strings.Trim(u.Username+" "+u.ID[:min(3, len(u.ID))], " "))
				}
			}
			for i, name := range names {
				if first, _, ok := strings.Cut(name, " "); ok {
					names[i] = first
				}
			}
			return names, page.Next
		}
		all := []string{"anna", "bob", "zoe", "李雷", "r-1", "r-2"}
		for name, c := range map[string]struct {
			args []string
			want []string
		}{
			"all":                       {nil, all},
			"part of a username":        {[]string{"--search", "O"}, []string{"bob", "zoe", "r-1"}}, // Carol has one, too
			"part of a Chinese name":    {[]string{"--search", "丽"}, []string{"zoe"}},
			"a name of another width":   {[]string{"--search", "rob"}, []string{"bob"}},
			"nobody":                    {[]string{"--search", "nobody"}, nil},
			"a role":                    {[]string{"--role", "clerk"}, []string{"zoe", "李雷"}},
			"the disabled":              {[]string{"--disabled"}, []string{"bob"}},
			"those who are not":         {[]string{"--no-disabled", "--search", "o"}, []string{"zoe", "r-1"}},
			"after a username":          {[]string{"--after", "BOB"}, []string{"zoe", "李雷", "r-1", "r-2"}},
			"after who has no username": {[]string{"--after", "r-1"}, []string{"r-2"}},
			"after the last":            {[]string{"--after", "r-2"}, nil},
		} {
			if got, next := list(c.args...); !slices.Equal(got, c.want) || next != "" {
				t.Errorf("%s: %q and next %q, want %q", name, got, next, c.want)
			}
		}
		var paged []string
		pages := 0
		for args := []string{"--limit", "2"}; ; pages++ {
			page, next := list(args...)
			paged = append(paged, page...)
			if next == "" {
				break
			}
			args = []string{"--limit", "2", "--after", next}
		}
		if !slices.Equal(paged, all) || pages < 2 {
			t.Errorf("%d pages: %q, want %q", pages+1, paged, all)
		}
		status, out, said := command(t, "", append([]string{"user", "list", "--search", "o", "--limit", "1"}, flags...)...)
		if status != 0 || strings.Count(out, "\n") != 2 || !strings.HasPrefix(said, "there are more: --after ") {
			t.Errorf("as a table: status %d: %s%s", status, out, said)
		}
		_, out, _ = command(t, "", append([]string{"user", "list", "--after", "李雷"}, flags...)...)
		if lines := strings.Split(out, "\n"); len(lines) < 3 || !strings.HasPrefix(lines[1], "-         Carol") || !strings.HasPrefix(lines[2], "-              ") {
			t.Errorf("who has no username: %s", out)
		}
	})
}

// A user's name and roles are set, and a role is deleted once nobody has it.
func TestRolesAreTakenAwayAndDeleted(t *testing.T) {
	bothStores(t, func(t *testing.T, store login.AdminStore, flags []string) {
		for _, role := range []string{"clerk", "chief"} {
			if err := store.PutRole(t.Context(), login.Role{Name: role}); err != nil {
				t.Fatal(err)
			}
		}
		for i, c := range []struct {
			args   string
			status int
			out    string
			said   string
		}{
			{"user add bob --role clerk", 0, "added bob (", `"event":"user_add"`},
			{"user set BOB --name 罗伯特 --roles chief,clerk", 0, "bob has the name 罗伯特\nbob has the roles chief, clerk\n", `"event":"user_set"`},
			{"user set bob --roles king", 1, "", `wxbind: no such role: "king"`},
			{"user set bob --name a\x01b", 1, "", "wxbind: a name must be UTF-8 without control characters"},
			{"role delete clerk", 1, "", `wxbind: the role "clerk" is not deleted, since users have it: "bob" (`},
			{"role delete clerk --force", 1, "", "use --yes"},
			{"user set bob --roles chief", 0, "bob has the roles chief\n", ""},
			{"role delete clerk", 0, "deleted the role clerk\n", `"event":"role_delete"`},
			{"role delete clerk", 1, "", `wxbind: no such role: "clerk"`},
			{"role delete chief --force --yes", 0, "deleted the role chief\n1 users still have its name", ""},
			{"user set bob --roles none", 0, "bob has no roles now\n", ""},
			{"user set nobody --roles none", 1, "", "wxbind: no such user"},
		} {
			status, out, said := command(t, "a good password\n", append(strings.Fields(c.args), flags...)...)
			if status != c.status || !strings.HasPrefix(out, c.out) || c.out == "" && out != "" || !strings.Contains(said, c.said) {
				t.Errorf("%d: wxbind %s: status %d: %s%s", i, c.args, status, out, said)
			}
		}
	})
}

// A role that is mistyped gives an empty list, and says so; one that nobody has, or that only users have, does not.
func TestListOfARoleThatIsNotThere(t *testing.T) {
	folder := data(t)
	for role, want := range map[string]string{"demo": "", "dmeo": "there is no role \"dmeo\"\n"} {
		for _, format := range []string{"", "--json"} {
			args := strings.Fields("user list --search nobody --role " + role + " " + format)
			if status, out, said := command(t, "", append(args, "--data", folder)...); status != 0 || strings.Contains(said, "no role") != (want != "") || !strings.HasSuffix(said, want) {
				t.Errorf("%v: status %d: %s%s", args, status, out, said)
			}
		}
	}
}
