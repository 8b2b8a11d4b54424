package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// fileOf writes a file for a test.
func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// hashedUsers is a CSV file of n users, each with a different argon2id hash.
func hashedUsers(n int) string {
	var text strings.Builder
	text.WriteString("username,name,passwordHash,roles\n")
	random := func(n int) string {
		raw := make([]byte, n)
		rand.Read(raw)
		return base64.RawStdEncoding.EncodeToString(raw)
	}
	for i := range n {
		fmt.Fprintf(&text, "user%d,User %d,\"$argon2id$v=19$m=19456,t=2,p=1$%s$%s\",demo\n", i, i, random(16), random(32))
	}
	return text.String()
}

// usersIn lists the usernames in a store. Each must appear once.
func usersIn(t *testing.T, flags ...string) map[string]bool {
	t.Helper()
	out, err := exec.Command(program, append([]string{"user", "list", "--json"}, flags...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Users []listed }
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, u := range list.Users {
		if names[u.Username] {
			t.Fatalf("%s is there twice", u.Username)
		}
		names[u.Username] = true
	}
	return names
}

const mixedRows = `username,name,password,passwordHash,roles
alice,爱丽丝,MARK-password,,demo
bob,,,$2b$10$abcdefghijklmnopqrstuuVWXYZ0123456789ABCDEFGHIJKLMNOP,demo
"carol,,MARK,,
ALICE,,MARK-password,,
dave,,MARK,,
erin,,,MARK$2b$10$nonsense,
frank,,MARK-password,,king
demo,,MARK-password,,
grace,,MARK-password,,demo;demo
ivan,,,$2a$09$abcdefghijklmnopqrstuuVWXYZ0123456789ABCDEFGHIJKLMNOP,
judy,,passWORD1,,
`

func TestImportReportsBadRowsWithTheirLines(t *testing.T) {
	folder, file := data(t), fileOf(t, "users.csv", mixedRows)
	status, out, said := command(t, "", "user", "import", file, "--data", folder)
	if status != 1 || !strings.Contains(out, "added 3, already there 0, bad rows 8: 11 rows in") ||
		!strings.HasSuffix(said, "wxbind: 8 of 11 rows were not imported\n") {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	for _, want := range []string{
		"line 4: unmatched quotes; a row must be one line\n",
		"line 5 (ALICE): \"ALICE\" is the same username as \"alice\": the username is in the file already, on line 2\n",
		"line 6 (dave): a password must have at least 8 characters\n",
		"line 7 (erin): the hash cannot be read: ",
		"line 8 (frank): no such role: \"king\"\n",
		"line 9 (demo): the username is taken\n",
		"line 11 (ivan): the hash is too weak: bcrypt's cost must be at least 10; --weak-hashes takes it, until the first login replaces it\n",
		"line 12 (judy): this password is one of the most common ones; choose another\n",
		`"event":"user_import"`, `"added":3`,
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
	if strings.Contains(out+said, "MARK") {
		t.Errorf("it quotes a password: %s%s", out, said)
	}
	if got := usersIn(t, "--data", folder); len(got) != 4 || !got["alice"] || !got["bob"] || !got["grace"] {
		t.Errorf("stored are %v", got)
	}

	// Again, with JSON output: the same bad rows, and no new users.
	status, out, _ = command(t, mixedRows, "user", "import", "-", "--format", "csv", "--json", "--data", folder)
	var report struct {
		Bad []struct {
			Line   int
			Reason string
		}
		Added, AlreadyThere, BadRows int
		Seconds, RowsPerSecond       float64
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if status != 1 || report.Added != 0 || report.AlreadyThere != 3 || report.BadRows != 8 || len(report.Bad) != 8 ||
		report.Bad[0].Line != 4 || report.Seconds <= 0 || report.RowsPerSecond <= 0 {
		t.Errorf("status %d: %+v", status, report)
	}
}

func TestImportedUserLogsIn(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, folder)
	hash, err := bcrypt.GenerateFromPassword([]byte("correct horse"), bcrypt.DefaultCost)
	if err != nil {
		t.Fatal(err)
	}
	rows := `{"username":"alice","passwordHash":"` + string(hash) + `","roles":["demo"]}` + "\n" +
		`{"username":"bob","password":"correct horse"}` + "\n"
	if status, out, said := command(t, "", "user", "import", fileOf(t, "users.jsonl", rows), "--data", folder); status != 0 {
		t.Fatal(out, said)
	}
	for _, name := range []string{"alice", "bob"} {
		a := s.do(s.url+"/mobileApi/user/bind", `{"code":"`+name+`-1","username":"`+name+`","password":"correct horse"}`)
		if a["code"] != 1.0 {
			t.Errorf("%s: %v", name, a)
		}
	}
	s.interrupt()
}

func TestImportOfWhatCannotBeRead(t *testing.T) {
	folder := data(t)
	good := fileOf(t, "users.csv", "username,password\nalice,a good password\n")
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"no such file":      {[]string{"nowhere.csv", "--data", folder}, 1, "nowhere.csv"},
		"a folder":          {[]string{t.TempDir(), "--format", "csv", "--data", folder}, 1, "cannot be read: it is a folder"},
		"an empty file":     {[]string{fileOf(t, "a.csv", ""), "--data", folder}, 1, "empty"},
		"wrong columns":     {[]string{fileOf(t, "a.csv", "name,password\nMARK,MARK\n"), "--data", folder}, 1, "a.csv: the column username is missing"},
		"no such store":     {[]string{good, "--data", filepath.Join(folder, "nowhere")}, 1, "serve"},
		"an unknown ending": {[]string{fileOf(t, "users.dat", ""), "--data", folder}, 2, "--format"},
		"a workbook":        {[]string{fileOf(t, "users.xlsx", "PK\x03\x04MARK"), "--data", folder}, 1, `the file is a workbook and not text; save it in Excel as "CSV UTF-8"`},
		"CSV (Macintosh)":   {[]string{fileOf(t, "a.csv", "username,password\rMARK,MARK\r"), "--data", folder}, 1, "the lines end in CR alone"},
		"standard input":    {[]string{"-", "--data", folder}, 2, "--format"},
		"another format":    {[]string{good, "--format", "xml", "--data", folder}, 2, "--format"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, said := command(t, "", append([]string{"user", "import"}, c.args...)...)
			if status != c.status || out != "" || strings.Count(said, "\n") != 1 || !strings.Contains(said, c.want) || strings.Contains(said, "MARK") {
				t.Errorf("status %d: %s%s", status, out, said)
			}
		})
	}
	if got := usersIn(t, "--data", folder); len(got) != 1 {
		t.Errorf("stored are %v", got)
	}
}

// However an import ends, repeating the command completes it.
func TestImportGoesOn(t *testing.T) {
	for name, end := range map[string]os.Signal{"after Ctrl-C": os.Interrupt, "after a crash": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			const n = 4000
			folder, text := data(t), hashedUsers(n)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c := exec.CommandContext(ctx, program, "user", "import", "-", "--format", "csv", "--data", folder)
			var said bytes.Buffer
			c.Stdout, c.Stderr = &said, &said
			in, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(in, text[:len(text)/2]); err != nil { // and no end
				t.Fatal(err)
			}
			for len(usersIn(t, "--data", folder)) < n/4 {
				if ctx.Err() != nil {
					t.Fatalf("it stores nobody: %s", said.String())
				}
			}
			if err := c.Process.Signal(end); err != nil {
				t.Fatal(err)
			}
			c.Wait()
			if end == os.Interrupt && (c.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "wxbind: interrupted; run the same command again to continue\n")) {
				t.Errorf("%v: %s", c.ProcessState, said.String())
			}

			before := len(usersIn(t, "--data", folder)) - 1 // without demo
			status, out, errors := command(t, text, "user", "import", "-", "--format", "csv", "--data", folder)
			want := fmt.Sprintf("added %d, already there %d, bad rows 0: ", n-before, before)
			if status != 0 || !strings.Contains(out, want) {
				t.Errorf("status %d: %s%s, want %s", status, out, errors, want)
			}
			if got := usersIn(t, "--data", folder); len(got) != n+1 {
				t.Errorf("%d users, want %d", len(got), n+1)
			}
		})
	}
}

// importedUsers is how many users the tests import. `make check-long` imports 100,000, which takes minutes.
func importedUsers(t *testing.T) int {
	t.Helper()
	text := os.Getenv("WXBIND_TEST_IMPORT_USERS")
	if text == "" {
		return 5_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestImportIntoSQLite(t *testing.T) {
	importAll(t, importedUsers(t), "--data", data(t))
}

func TestImportIntoDynamoDB(t *testing.T) {
	n := importedUsers(t)
	endpoint := dynamotest.Endpoint(t)
	tables := dynamotest.NewTables(t, dynamotest.Client(endpoint))
	server := httptest.NewServer(cloudFormation("wxbind-dev", map[string]string{
		"BindingsTable": tables.Bindings, "SessionsTable": tables.Sessions,
		"UsersTable": tables.Users, "EphemeralTable": tables.Ephemeral,
	}))
	defer server.Close()
	setAWS(t, server.URL, endpoint)
	if status, _, said := command(t, `{"roles":[{"name":"demo"}]}`, "role", "set", "-", "--stack", "wxbind-dev"); status != 0 {
		t.Fatal(said)
	}
	importAll(t, n, "--stack", "wxbind-dev")
}

// importAll imports n hashed users with the built command, and then again.
func importAll(t *testing.T, n int, store ...string) {
	t.Helper()
	file := fileOf(t, "users.csv", hashedUsers(n))
	before := len(usersIn(t, store...))
	for _, want := range []string{
		fmt.Sprintf("added %d, already there 0, bad rows 0: ", n),
		fmt.Sprintf("added 0, already there %d, bad rows 0: ", n),
	} {
		out, err := exec.Command(program, append([]string{"user", "import", file}, store...)...).CombinedOutput()
		report, _, _ := strings.Cut(string(out), "\n")
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("%v: %s, want %s", err, out, want)
		}
		t.Log(report)
	}
	if got := len(usersIn(t, store...)) - before; got != n {
		t.Errorf("%d users, want %d", got, n)
	}
}
