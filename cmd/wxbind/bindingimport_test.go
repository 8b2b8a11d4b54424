package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// The mini-programs of the stand-in, which a store of the embedded kind has without a secret of its own.
const (
	demoApp      = "wx0123456789abcdef"
	otherDemoApp = "wxfedcba9876543210"
)

// bindingRows is a CSV file of bindings of the users of hashedUsers, each with a unionid.
func bindingRows(n int) string {
	var text strings.Builder
	text.WriteString("小程序,openid,用户名,unionid\n")
	for i := range n {
		fmt.Fprintf(&text, "%s,openid-%d,user%d,unionid-%d\n", demoApp, i, i, i)
	}
	return text.String()
}

func TestImportedBindingsLogIn(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, folder)
	for _, name := range []string{"alice", "bob", "carol"} {
		if status, _, said := command(t, "a good password\n", "user", "add", name, "--data", folder); status != 0 {
			t.Fatal(said)
		}
	}
	alice := wechattest.OpenID(demoApp, "alice")
	rows := "AppID;OpenID;用户名;unionid\r\n" +
		demoApp + ";" + alice + ";alice;" + wechattest.UnionID("alice") + "\r\n" +
		demoApp + ";o-other;alice;\r\n" +
		demoApp + ";o-2;nobody;\r\n" +
		demoApp + ";" + alice + ";bob;\r\n" +
		"wxffffffffffffffff;o-3;bob;\r\n" +
		otherDemoApp + ";o-4;bob;" + wechattest.UnionID("alice") + "\r\n" +
		demoApp + ";o-5;carol;\r\n;;;\r\n"
	// The server goes on meanwhile.
	status, out, said := command(t, rows, "binding", "import", "-", "--format", "csv", "--data", folder)
	if status != 1 || !strings.Contains(out, "added 2, already there 0, bad rows 5: 7 rows in") || !strings.HasSuffix(said, "wxbind: 5 of 7 rows were not imported\n") {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	for _, want := range []string{
		"line 3 (o-other): \"alice\" (", ") is bound to another openid in this mini-program: " + alice + "\n",
		"line 4 (o-2): no such user\n",
		": the openid is in the file already, on line 2\n",
		"line 6 (o-3): the secret does not have this mini-program: \"wxffffffffffffffff\"\n",
		"line 7 (o-4): the unionid is that of \"alice\" (",
		`"event":"binding_import"`, `"added":2`,
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
	if a := s.do(s.url+"/mobileApi/user/checkBind?code=alice-1", ""); a["code"] != 1.0 || a["token"] == nil {
		t.Errorf("alice's launch: %v", a)
	}
	if a := s.do(s.url+"/mobileApi/user/checkBind?code=bob-1", ""); a["code"] != 301.0 {
		t.Errorf("bob's launch: %v", a)
	}
	s.interrupt()

	status, out, said = command(t, demoApp+","+alice+",bob,\n", "binding", "import", "-", "--format", "csv", "--data", folder)
	if status != 1 || out != "" || !strings.Contains(said, "the first line names none of the columns appId, openid") {
		t.Errorf("without names of columns: status %d: %s%s", status, out, said)
	}
	status, out, _ = command(t, `{"appId":"`+demoApp+`","openid":"`+alice+`","username":"bob"}`+"\n", "binding", "import", "-", "--format", "jsonl", "--json", "--data", folder)
	var report struct {
		Bad                          []struct{ Openid, Reason string }
		Added, AlreadyThere, BadRows int
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != 1 || report.BadRows != 1 || len(report.Bad) != 1 || report.Bad[0].Openid != alice ||
		!strings.HasPrefix(report.Bad[0].Reason, `the openid is bound to "alice" (`) || strings.Contains(out, "folded") {
		t.Errorf("status %d: %v: %s", status, err, out)
	}
	status, out, said = command(t, "appId,openid,username\nwxffffffffffffffff,o,bob\n", "binding", "import", "-", "--format", "csv", "--data", folder)
	if status != 1 || !strings.HasSuffix(said, `wxbind: the secret has no mini-program "wxffffffffffffffff", but `+demoApp+", "+otherDemoApp+"\n") ||
		!strings.Contains(out, "added 0, already there 0, bad rows 0") {
		t.Errorf("another's file: status %d: %s%s", status, out, said)
	}
}

// boundIn counts the users of a store who are bound in demoApp.
func boundIn(t *testing.T, store login.AdminStore) (n int) {
	t.Helper()
	for after := ""; ; {
		page, err := store.ListUsers(t.Context(), after, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return n
		}
		for _, u := range page {
			if _, bound := u.Apps[demoApp]; bound {
				n++
			}
			after = u.ID
		}
	}
}

// However an import ends, repeating the command completes it.
func TestImportOfBindingsGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		end  os.Signal
		open func(*testing.T) (store login.AdminStore, flags []string)
	}{
		"on SQLite, after Ctrl-C":    {os.Interrupt, dataToBind},
		"on SQLite, after a crash":   {syscall.SIGKILL, dataToBind},
		"on DynamoDB, after Ctrl-C":  {os.Interrupt, stackToBind},
		"on DynamoDB, after a crash": {syscall.SIGKILL, stackToBind},
	} {
		t.Run(name, func(t *testing.T) {
			const n = 2500
			store, flags := c.open(t)
			users, text := fileOf(t, "users.csv", hashedUsers(n)), bindingRows(n)
			if status, _, said := command(t, "", append([]string{"user", "import", users}, flags...)...); status != 0 {
				t.Fatal(said)
			}
			importing := append([]string{"binding", "import", "-", "--format", "csv"}, flags...)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			killed := exec.CommandContext(ctx, program, importing...)
			var said bytes.Buffer
			killed.Stdout, killed.Stderr = &said, &said
			in, err := killed.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := killed.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(in, text[:len(text)-100]); err != nil { // and no end
				t.Fatal(err)
			}
			for boundIn(t, store) < n/4 {
				if ctx.Err() != nil {
					t.Fatalf("it binds nobody: %s", said.String())
				}
			}
			if err := killed.Process.Signal(c.end); err != nil {
				t.Fatal(err)
			}
			killed.Wait()
			if c.end == os.Interrupt && !strings.Contains(said.String(), "wxbind: interrupted; run the same command again to continue\n") {
				t.Errorf("%v: %s", killed.ProcessState, said.String())
			}
			before := boundIn(t, store) // or more: what the store was asked for already it may still do
			status, out, errors := command(t, text, importing...)
			var added, present int
			_, err = fmt.Sscanf(out, "added %d, already there %d, bad rows 0: ", &added, &present)
			if status != 0 || err != nil || added+present != n || present < before {
				t.Errorf("status %d: %s%s, and %d were there before", status, out, errors, before)
			}
			if got := boundIn(t, store); got != n {
				t.Errorf("%d are bound, want %d", got, n)
			}
		})
	}
}

func TestImportOfBindingsIntoSQLite(t *testing.T) {
	bindAll(t, importedUsers(t), "--data", data(t))
}

func TestImportOfBindingsIntoDynamoDB(t *testing.T) {
	_, flags := stackToBind(t)
	bindAll(t, importedUsers(t), flags...)
}

// dataToBind is a folder with a store that takes bindings in demoApp.
func dataToBind(t *testing.T) (store login.AdminStore, flags []string) {
	t.Helper()
	folder := data(t)
	opened, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	return opened, []string{"--data", folder}
}

// stackToBind is dataToBind for a stack.
func stackToBind(t *testing.T) (store login.AdminStore, flags []string) {
	t.Helper()
	store = phoneStack(t, `{"defaultApp":"`+demoApp+`","apps":{"`+demoApp+`":{"appSecret":"S3CRETa"}},`+
		`"sealKeys":[{"id":"1","key":"`+testSealKey+`"}],"indexKey":"`+testIndexKey+`"}`)
	if err := store.PutRole(t.Context(), login.Role{Name: "demo"}); err != nil {
		t.Fatal(err)
	}
	return store, []string{"--stack", "wxbind-dev"}
}

// bindAll imports n hashed users with the built command, and then a binding of each, twice. The log says how fast both were.
func bindAll(t *testing.T, n int, store ...string) {
	t.Helper()
	users, bindings := fileOf(t, "users.csv", hashedUsers(n)), fileOf(t, "bindings.csv", bindingRows(n))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"user", "import", users}, fmt.Sprintf("added %d, already there 0, bad rows 0: ", n)},
		{[]string{"binding", "import", bindings}, fmt.Sprintf("added %d, already there 0, bad rows 0: ", n)},
		{[]string{"binding", "import", bindings}, fmt.Sprintf("added 0, already there %d, bad rows 0: ", n)},
	} {
		out, err := exec.Command(program, append(c.args, store...)...).CombinedOutput()
		report, _, _ := strings.Cut(string(out), "\n")
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Fatalf("%v: %s, want %s", err, out, c.want)
		}
		t.Log(c.args[0], report)
	}
}
