package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

func TestMigrateCommand(t *testing.T) {
	folder := boundAlice(t) // in both
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{registerIn(t, store, appOne), registerIn(t, store, appOne)}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	migrate := func(args ...string) (m migrated, text, said string) {
		t.Helper()
		args = append([]string{"binding", "migrate", "--from", appOne, "--to", appTwo, "--data", folder}, args...)
		status, text, said := command(t, "", args...)
		if status != 0 {
			t.Fatal(said)
		}
		if _, out, _ := command(t, "", append(args, "--json", "--dry-run")...); json.Unmarshal([]byte(out), &m) != nil {
			t.Fatal(out)
		}
		return m, text, said
	}
	says := func(text string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("it does not say %q:\n%s", w, text)
			}
		}
	}

	// Of a mini-program that nobody has set up yet.
	m, text, said := migrate("--dry-run")
	if m.Bound != 3 || m.BoundInTo != 1 || m.NotAccepted != 2 || m.CanBe != 0 || m.Noted != 2 || !m.DryRun || len(m.Todo) != 4 {
		t.Errorf("got %+v", m)
	}
	says(text, "3 bound in "+appOne+", of whom\n", "1 bound in "+appTwo+" already\n", "2 registered where "+appTwo+" lets nobody in from\n",
		"2 unionids not noted yet\n", "put "+appTwo+" into the secret's file", `"linkUnionId":true in the entry of `+appTwo,
		`"acceptFrom":["`+appOne+`"]`, "this command without --dry-run: it notes 2 unionids",
		"`wxbind session revoke --app "+appOne+" --all --data "+folder+"`")
	if said != "" {
		t.Errorf("a dry run is audited: %s", said)
	}

	path := filepath.Join(t.TempDir(), "secret.json")
	policy := `"linkUnionId":true,"acceptFrom":["` + appOne + `"]`
	if err := os.WriteFile(path, []byte(`{"defaultApp":"`+appOne+`","apps":{"`+appOne+`":{"appSecret":"MARK"},"`+appTwo+`":{"appSecret":"MARK",`+policy+`}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(envSecretFile, path)
	m, text, said = migrate() // the JSON is of a dry run after it
	says(text, "2 known in "+appTwo+" at the first launch, by their unionid\n", "2 unionids noted now\n", "1. once nobody needs "+appOne)
	says(said, `"event":"binding_migrate"`, `"from":"`+appOne+`"`, `"to":"`+appTwo+`"`, `"noted":2`)
	if m.CanBe != 2 || m.Noted != 0 || len(m.Todo) != 1 || len(m.Conflicts) != 0 || strings.Contains(text, "MARK") {
		t.Errorf("afterwards %+v", m)
	}
	if store, err = sqlitestore.Open(t.Context(), databaseIn(folder)); err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	key, err := sealKeyOf(folder)
	if err != nil {
		t.Fatal(err)
	}
	served := &login.Secret{IndexKey: key.IndexKey()}
	for _, id := range ids {
		if owner, err := store.OwnerOfUnion(t.Context(), served.Index("union", "union-"+id)); err != nil || owner.UserID != id {
			t.Errorf("%s is not found: %+v, %v", id, owner, err)
		}
	}
}

func TestMigrateCommandRefuses(t *testing.T) {
	folder := data(t)
	for args, want := range map[string]string{
		"--from wx1 --to wx1": "the same mini-program",
		"--from wx1":          "--to",
		"--to wx1":            "--from",
	} {
		status, _, said := command(t, "", append(strings.Fields("binding migrate "+args), "--data", folder)...)
		if status != 2 || !strings.Contains(said, want) {
			t.Errorf("%s: status %d: %s", args, status, said)
		}
	}
	// A mistyped mini-program is told.
	if status, out, _ := command(t, "", "binding", "migrate", "--from", "wx1", "--to", "wx2", "--data", folder); status != 0 || !strings.Contains(out, "nobody is bound there") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestMigrateOnAStack(t *testing.T) {
	const secret = `{"defaultApp":"` + appOne + `","apps":{"` + appOne + `":{"appSecret":"S3CRETa"},"` + appTwo + `":{"appSecret":"S3CRETb","acceptFrom":["wx3"]},"wx3":{"appSecret":"S3CRETc"}},` +
		`"sealKeys":[{"id":"1","key":"` + testSealKey + `"}],"indexKey":"` + testIndexKey + `"}`
	store := phoneStack(t, secret)
	id := registerIn(t, store, appOne)
	status, out, said := onStack(t, "", "binding migrate --json --from "+appOne+" --to "+appTwo)
	var m migrated
	if err := json.Unmarshal([]byte(out), &m); err != nil || status != 0 {
		t.Fatal(err, out, said)
	}
	if step := "`wxbind secret app set " + appTwo + " --link-union-id --accept-from wx3," + appOne + " --stack wxbind-dev`: without it"; m.NotAccepted != 1 || m.Noted != 1 ||
		!slices.ContainsFunc(m.Todo, func(s string) bool { return strings.HasPrefix(s, step) }) {
		t.Errorf("got %+v", m)
	}
	if u, err := store.UserByID(t.Context(), id); err != nil || len(u.Unions) != 1 {
		t.Errorf("noted %+v, %v", u.Unions, err)
	}
	if status, out, said = onStack(t, "", "session revoke --yes --all --app "+appOne); status != 0 || !strings.Contains(out, "ended 1 session of 1 user in "+appOne) {
		t.Errorf("status %d: %s%s", status, out, said)
	}
}
