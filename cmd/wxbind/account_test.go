package main

import (
	"encoding/json"
	"os/user"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// The tests' two mini-programs.
const (
	appOne = "wx0000000000000001"
	appTwo = "wx0000000000000002"
)

// boundAlice is a store in which alice is bound in two apps, each with a session whose id begins with a hyphen.
func boundAlice(t *testing.T) (folder string) {
	t.Helper()
	folder = data(t)
	if status, _, said := command(t, "a good password\n", "user", "add", "alice", "--role", "demo", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	id, err := store.UserIDByName(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	alice, err := store.UserByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for app, session := range map[string]string{appOne: "-one", appTwo: "-two"} {
		b := login.Binding{
			ID: "binding" + session, AppID: app, OpenID: "openid" + session, UserID: id, Epoch: alice.Epoch,
			SealedKey: "1.MARK", BoundAt: now, LastLoginAt: now,
		}
		_, err := store.Bind(t.Context(), b, login.Session{
			UserID: id, TokenHash: session, AppID: app, BindingID: b.ID, Epoch: b.Epoch,
			CreatedAt: now, SeenAt: now, Device: "iPhone\x1b[2J",
			IdleEnd: now.Add(login.IdleLife), AbsoluteEnd: now.Add(login.AbsoluteLife),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// shown is what `user show --json` prints.
type shown struct {
	User     listed
	Bindings []listedBinding
	Sessions []listedSession
}

func show(t *testing.T, folder string) shown {
	t.Helper()
	status, out, said := command(t, "", "user", "show", "Alice", "--json", "--data", folder)
	if status != 0 {
		t.Fatal(said)
	}
	if strings.Contains(out, "MARK") || strings.Contains(out, "argon2id") {
		t.Errorf("it shows a secret: %s", out)
	}
	var s shown
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// state is the State of the session with this id.
func (s shown) state(id string) string {
	for _, session := range s.Sessions {
		if session.ID == id {
			return session.State
		}
	}
	return "missing"
}

func TestShowUser(t *testing.T) {
	folder := boundAlice(t)
	s := show(t, folder)
	if s.User.Username != "alice" || len(s.Bindings) != 2 || s.state("-one") != "active" || s.Bindings[0].OpenID == "" {
		t.Errorf("got %+v", s)
	}
	for _, args := range []string{"user show alice", "binding list alice", "session list alice", "role list"} {
		status, out, said := command(t, "", append(strings.Fields(args), "--data", folder)...)
		if status != 0 || out == "" || said != "" || strings.ContainsAny(out, "\x1b\x00") || strings.Contains(out, "MARK") {
			t.Errorf("wxbind %s: status %d: %s%s", args, status, out, said)
		}
		if _, out, _ = command(t, "", append(strings.Fields(args), "--json", "--data", folder)...); !json.Valid([]byte(out)) {
			t.Errorf("wxbind %s --json: %s", args, out)
		}
	}
}

func TestCommandsAboutBindingsAndSessions(t *testing.T) {
	for name, c := range map[string]struct {
		args     string
		status   int
		want     string
		one, two string // the states of the sessions afterwards
	}{
		"a binding":             {"binding remove alice --app " + appOne + " --yes", 0, "unbound alice in " + appOne, "binding_removed", "active"},
		"all bindings":          {"binding remove alice --all --yes", 0, appOne + ", " + appTwo, "binding_removed", "binding_removed"},
		"a binding of another":  {"binding remove demo --all --yes", 1, "no such binding", "active", "active"},
		"no binding named":      {"binding remove alice --yes", 2, "--app", "active", "active"},
		"both":                  {"binding remove alice --app a --all --yes", 2, "--app", "active", "active"},
		"nobody to ask":         {"binding remove alice --all", 1, "--yes", "active", "active"},
		"a session":             {"session revoke alice --id -one", 0, "ended the session", "session_revoked", "active"},
		"all sessions":          {"session revoke alice --all -y", 0, "ended all sessions", "session_revoked", "session_revoked"},
		"all, nobody to ask":    {"session revoke alice --all", 1, "--yes", "active", "active"},
		"an unknown session":    {"session revoke alice --id -three", 1, "no such session", "active", "active"},
		"somebody else's":       {"session revoke demo --id -one", 1, "no such session", "active", "active"},
		"all in an app":         {"session revoke alice --app " + appTwo + " --all -y", 0, "ended 1 session of 1 user in " + appTwo, "active", "session_revoked"},
		"everybody in an app":   {"session revoke --app " + appOne + " --all -y", 0, "ended 1 session of 1 user in " + appOne, "session_revoked", "active"},
		"everybody elsewhere":   {"session revoke --app wx3 --all -y", 0, "ended 0 sessions of 0 users in wx3", "active", "active"},
		"everybody, not asked":  {"session revoke --app " + appOne + " --all", 1, "--yes", "active", "active"},
		"everybody everywhere":  {"session revoke --all -y", 2, "name a user", "active", "active"},
		"an id and an app":      {"session revoke alice --id -one --app " + appOne, 2, "--app is for --all", "active", "active"},
		"a session of nobody":   {"session revoke --id -one", 2, "name a user", "active", "active"},
		"no session named":      {"session revoke alice", 2, "--id", "active", "active"},
		"an unknown user":       {"session list nobody", 1, "no such user", "active", "active"},
		"delete, nobody to ask": {"user delete alice", 1, "--yes", "active", "active"},
		"disabled":              {"user disable alice", 0, "disabled alice", "user_disabled", "user_disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := boundAlice(t)
			status, out, said := command(t, "", append(strings.Fields(c.args), "--data", folder)...)
			if status != c.status || !strings.Contains(out+said, c.want) || status != 0 && (out != "" || strings.Count(said, "\n") != 1) {
				t.Errorf("status %d: %s%s", status, out, said)
			}
			if s := show(t, folder); s.state("-one") != c.one || s.state("-two") != c.two {
				t.Errorf("the sessions are %q and %q", s.state("-one"), s.state("-two"))
			}
		})
	}
}

func TestDeleteUser(t *testing.T) {
	folder := boundAlice(t)
	status, out, said := command(t, "", "user", "delete", "alice", "--yes", "--data", folder)
	if status != 0 || out != "removed alice\n" || !strings.Contains(said, `"event":"account_delete"`) {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	if got := usersIn(t, "--data", folder); len(got) != 1 || !got["demo"] {
		t.Errorf("left are %v", got)
	}
	if status, _, said := command(t, "", "user", "delete", "alice", "--yes", "--data", folder); status != 1 || !strings.Contains(said, "no such user") {
		t.Errorf("once more: status %d: %s", status, said)
	}
}

// An administrator's actions are recorded: what, to whom, and by whom.
func TestCommandsAreAudited(t *testing.T) {
	folder := boundAlice(t)
	id, by := show(t, folder).User.ID, "unknown"
	if u, err := user.Current(); err == nil {
		by = u.Username
	}
	for _, c := range []struct{ args, event string }{
		{"user passwd alice", "password_set"},
		{"user disable alice", "user_disable"},
		{"user enable alice", "user_enable"},
		{"session revoke alice --id -one", "session_revoke"},
		{"session revoke alice --all --yes", "logout_all"},
		{"user set alice --phone 13800138000", "phone_set"},
		{"binding remove alice --app " + appOne + " --yes", "unbind"},
	} {
		_, _, said := command(t, "another password\n", append(strings.Fields(c.args), "--data", folder)...)
		var line map[string]any
		if err := json.Unmarshal([]byte(said), &line); err != nil {
			t.Errorf("wxbind %s: %v: %s", c.args, err, said)
			continue
		}
		if line["msg"] != "audit" || line["event"] != c.event || line["userId"] != id || line["by"] != by {
			t.Errorf("wxbind %s: %s", c.args, said)
		}
	}
	// The number itself is not in the line.
	_, _, said := command(t, "", "user", "set", "alice", "--phone", "13800138042", "--data", folder)
	if strings.Contains(said, "138001380") || !strings.Contains(said, `:42"`) {
		t.Errorf("the line of a number: %s", said)
	}
}

// The end of everybody's sessions is one event of the mini-program, and not one of each user.
func TestEndOfAnAppsSessionsIsAudited(t *testing.T) {
	folder := boundAlice(t)
	_, out, said := command(t, "", "session", "revoke", "--app", appOne, "--all", "--yes", "--json", "--data", folder)
	if want := `{"appId":"` + appOne + `","ended":1,"users":1}` + "\n"; out != want {
		t.Errorf("got %s, want %s", out, want)
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(said), &line); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if line["event"] != "app_logout" || line["level"] != "WARN" || line["appId"] != appOne || line["ended"] != 1.0 || line["userId"] != nil {
		t.Errorf("got %s", said)
	}
}

// `role set` reads what `role list --json` prints.
func TestRolesGoRound(t *testing.T) {
	folder, other := data(t), data(t)
	_, roles, _ := command(t, "", "role", "list", "--json", "--data", folder)
	if strings.Contains(roles, "null") {
		t.Errorf("a list is null: %s", roles)
	}
	status, _, said := command(t, roles, "role", "set", "-", "--data", other)
	if status != 0 {
		t.Fatal(said)
	}
	if !strings.Contains(said, `"event":"role_set"`) || !strings.Contains(said, `"roles":["demo"]`) || !strings.Contains(said, `"by":"`) {
		t.Errorf("no audit of it: %s", said)
	}
	if _, again, _ := command(t, "", "role", "list", "--json", "--data", other); again != roles {
		t.Errorf("got %s\nwant %s", again, roles)
	}
}
