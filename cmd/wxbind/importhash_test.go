package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// Hashes of "password", each with a kind of its own; see pkg/password.
var hashesOfPlatforms = map[string]string{
	"bcrypt": "{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG",
	"pbkdf2": "{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc",
	"scrypt": "{scrypt}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw==" +
		"$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=",
	"md5":  "{MD5}{salt}ce421738b1c5540836bdc8ff707f1572",
	"noop": "{noop}correct horse",
}

func csvOfPlatforms() string {
	text := "username,passwordHash\n"
	for name, hash := range hashesOfPlatforms {
		text += name + "," + hash + "\n"
	}
	return text
}

// Users whose hashes a platform made log in with their passwords, and with no other. The first login replaces the hash.
func TestUsersOfPlatformsLogIn(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, folder)
	defer s.interrupt()
	status, out, said := command(t, csvOfPlatforms(), "user", "import", "-", "--format", "csv", "--data", folder)
	if status != 1 || !strings.Contains(out, "added 2, already there 0, bad rows 3: ") ||
		strings.Count(said, "the hash is too weak: ") != 3 || strings.Count(said, "; --weak-hashes takes it, until the first login replaces it\n") != 3 {
		t.Errorf("without the flag: status %d: %s%s", status, out, said)
	}
	if status, out, said := command(t, csvOfPlatforms(), "user", "import", "-", "--format", "csv", "--weak-hashes", "--data", folder); status != 0 ||
		!strings.Contains(out, "added 3, already there 2, bad rows 0: ") {
		t.Fatalf("with the flag: status %d: %s%s", status, out, said)
	}
	logIn(t, s)
}

// logIn logs each user of hashesOfPlatforms in.
func logIn(t *testing.T, s *server) {
	t.Helper()
	for name := range hashesOfPlatforms {
		right := "password"
		if name == "noop" {
			right = "correct horse"
		}
		for try, password := range []string{"wrong horse", right} {
			a := s.do(s.url+"/mobileApi/user/bind", fmt.Sprintf(`{"code":"%s-%d","username":"%s","password":"%s"}`, name, try, name, password))
			if (a["code"] == 1.0) != (password == right) || password != right && a["error"] != "invalid_credentials" {
				t.Errorf("%s, %s password: %v", name, []string{"a wrong", "the right"}[try], a)
			}
		}
	}
}

func TestHashesOfPlatformsGoToDynamoDB(t *testing.T) {
	endpoint := dynamotest.Endpoint(t)
	tables := dynamotest.NewTables(t, dynamotest.Client(endpoint))
	server := httptest.NewServer(cloudFormation("wxbind-dev", map[string]string{
		"BindingsTable": tables.Bindings, "SessionsTable": tables.Sessions,
		"UsersTable": tables.Users, "EphemeralTable": tables.Ephemeral,
	}))
	defer server.Close()
	setAWS(t, server.URL, endpoint)
	for _, want := range []string{"added 5, already there 0, bad rows 0: ", "added 0, already there 5, bad rows 0: "} {
		if status, out, said := command(t, csvOfPlatforms(), "user", "import", "-", "--format", "csv", "--weak-hashes", "--stack", "wxbind-dev"); status != 0 || !strings.Contains(out, want) {
			t.Fatalf("status %d: %s%s, want %s", status, out, said, want)
		}
	}
}

// A file that Excel has written in China, with a column too many, a row that is wrong, and rows in which nothing is.
func TestImportOfWhatExcelWrites(t *testing.T) {
	folder := data(t)
	const rows = "\xd3\xc3\xbb\xa7\xc3\xfb;\xd0\xd5\xc3\xfb;\xc3\xdc\xc2\xeb;\xb2\xbf\xc3\xc5\r\n" + // 用户名;姓名;密码;部门
		"alice;\xb0\xae\xc0\xf6\xcb\xbf;a good password;IT\r\n" + "bob;\xb1\xab;short;IT\r\n" + ";;;\r\n" + "carol;\xbf\xa8" // cut in a row
	file := fileOf(t, "users.csv", rows)
	status, out, said := command(t, "", "user", "import", file, "--data", folder)
	if want := `users.csv: unknown columns: "部门"; the columns are username, name, password, passwordHash, roles, phone, ` +
		`id, directory, disabled, registeredIn, createdAt, phoneVerifiedAt, temporaryUntil, ` +
		`avatar, nameGivenIn, nameGivenAt, avatarGivenIn, avatarGivenAt, phoneGivenIn; --ignore-unknown leaves others out` + "\n"; status != 1 ||
		out != "" || !strings.HasSuffix(said, want) {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	status, out, said = command(t, "", "user", "import", file, "--ignore-unknown", "--data", folder)
	if status != 1 || !strings.Contains(out, "added 1, already there 0, bad rows 2: 3 rows in") {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	for _, want := range []string{
		"left out: \"部门\"\n", "line 3 (bob): a password must have at least 8 characters\n",
		"line 5 (carol): the last row has 2 fields, but the first line names 4, and no line end; the file may be cut\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
	if _, out, _ := command(t, "", "user", "show", "alice", "--data", folder); !strings.Contains(out, "爱丽丝") {
		t.Errorf("alice is %s", out)
	}
	if status, _, said := command(t, "", "user", "import", file, "--encoding", "utf-8", "--data", folder); status != 1 || !strings.Contains(said, "line 1: the line is not UTF-8") {
		t.Errorf("as UTF-8: status %d: %s", status, said)
	}
}

// A bad row says whose it is, whatever is wrong with it, and what can be done.
func TestBadRowsNameTheirUsers(t *testing.T) {
	folder := data(t)
	for name, c := range map[string]struct {
		file, text string
		want       []string
	}{
		"GBK that is cut in a character": {"users.txt", "username,password,name\nalice,a good password,\xb0\xae\xc0\xf6\nbob,MARK MARK MARK,\xb0\xae\xc0", []string{
			"line 3 (bob): the line ends in the middle of a GBK character; the file may be cut\n"}},
		"odd quotes": {"users.csv", "username,password,name\nbob,MARK MARK MARK,\"b\ncarol,MARK MARK MARK,\"c\nd\"\n", []string{
			"line 2 (bob): unmatched quotes; a row must be one line\n", "line 3 (carol): a field contains a line break; a row must be one line\n"}},
		"JSON lines": {"users.jsonl", `{"username":"bob","password":"MARK MARK MARK","dept":"MARK"}` + "\n" + `{"username":"carol","roles":"MARK"}` + "\n", []string{
			`line 1 (bob): unknown columns: "dept"; --ignore-unknown leaves it out` + "\n", "line 2 (carol): roles must be a list of strings\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			status, _, said := command(t, "", "user", "import", fileOf(t, c.file, c.text), "--data", folder)
			for _, want := range c.want {
				if status != 1 || !strings.Contains(said, want) || strings.Contains(said, "MARK") {
					t.Errorf("status %d: it does not say %q: %s", status, want, said)
				}
			}
		})
	}
	if status, _, said := command(t, "", "--lang", "zh", "user", "import", fileOf(t, "a.jsonl", `{"username":"bob","dept":1}`), "--data", folder); status != 1 ||
		!strings.Contains(said, `第 1 行（bob）：未知的列："dept"；--ignore-unknown 会忽略它`) {
		t.Errorf("status %d: %s", status, said)
	}
}
