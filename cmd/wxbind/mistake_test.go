package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// goWords are what Go and the system say, which nobody should have to read.
var goWords = []string{
	"no such file or directory", "permission denied", "not a directory", "stat ", "lstat", "mkdir ", "open /", "listen tcp", "dial tcp",
	"missing port", "unknown port", "lookup ", "invalid character", "unexpected end of JSON", "cannot unmarshal", " json: ", "time:", "strconv",
	"context ", "deadline", "EOF", "EOL", "<nil>", "operation error", "RequestID",
}

// Each mistake is told in a sentence that says what to do, and how the command at hand is used.
func TestMistakesAreExplained(t *testing.T) {
	folder := data(t)
	there := filepath.Dir(folder)
	t.Chdir(there)
	for name, text := range map[string]string{
		"cut.json": `{"roles":[`, "number.json": `{"roles":5}`, "word.json": "roles", "menu.json": `{"roles":[{"name":"r","menu":[]}]}`, "file": "x",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		args   string
		status int
		want   string // all that is printed, but for "wxbind: " and the line end
	}{
		"no command":               {"", 2, "say which: serve, user, binding, session, role, secret, outbox, export, backup, restore, doctor, probe, version, help; run `wxbind --help`"},
		"an unknown command":       {"foo", 2, "unexpected argument foo; run `wxbind --help`"},
		"half a command":           {"role", 2, "say which: set, list, delete; run `wxbind role --help`"},
		"a command mistyped":       {"user lst", 2, `unexpected argument lst, did you mean one of "set", "list"? Run ` + "`wxbind user --help`"},
		"a flag mistyped":          {"user list --limt 3", 2, `unknown flag --limt, did you mean "--limit"? Run ` + "`wxbind user list --help`"},
		"help of nothing":          {"help user lst", 2, `unexpected argument lst, did you mean one of "set", "list"? Run ` + "`wxbind user --help`"},
		"no username":              {"user passwd", 2, "expected <username>; run `wxbind user passwd --help`"},
		"no flags":                 {"binding migrate", 2, "missing flags: --from=APPID, --to=APPID; run `wxbind binding migrate --help`"},
		"nothing to set":           {"user set demo", 2, "user set: say what to set: --name, --roles or --phone; run `wxbind user set --help`"},
		"a flag without its value": {"user list --limit", 2, "--limit: must not be empty; run `wxbind user list --help`"},
		"no number":                {"user list --limit x", 2, `--limit: "x" is no whole number; run ` + "`wxbind user list --help`"},
		"a page of nobody":         {"user list --limit 0", 2, "user list: --limit must be 1 at least; run `wxbind user list --help`"},
		"no duration":              {"user add bob --temporary --valid-for 3x", 2, `--valid-for: "3x" is no duration: write it as 24h or 90m; run ` + "`wxbind user add --help`"},
		"neither true nor false":   {"user list --json=x", 2, `--json: "x" is neither true nor false; run ` + "`wxbind user list --help`"},
		"not one of the list":      {"user import x --format xml", 2, `--format must be one of "csv","jsonl", and is "xml"; run ` + "`wxbind user import --help`"},
		"two stores":               {"user list --data a --stack b", 2, "--data and --stack can't be used together; run `wxbind user list --help`"},

		"a port without a host":     {"serve --addr 80", 1, `--addr must be HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000, and is "80"`},
		"a port that is none":       {"serve --addr 127.0.0.1:80x", 1, `--addr 127.0.0.1:80x: the port must be a number up to 65535, and is "80x"`},
		"a port that is too large":  {"serve --addr :99999", 1, `--addr :99999: the port must be a number up to 65535, and is "99999"`},
		"an address cut short":      {"serve --addr [::1", 1, `--addr must be HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000, and is "[::1"`},
		"an address of another":     {"serve --addr 192.0.2.1:3000", 1, "--addr 192.0.2.1:3000: this machine does not have that address"},
		"the stand-in's address":    {"serve --addr 127.0.0.1:0 --stand-in 80x", 1, `--stand-in must be HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000, and is "80x"`},
		"a file for a folder":       {"serve --data file --addr 127.0.0.1:0", 1, "file cannot be made: a file is where a folder should be"},
		"a secret that is missing":  {"serve --data fresh --addr 127.0.0.1:0 --secret-file nope", 1, "--secret-file: the file cannot be opened: there is no such file or folder"},
		"no store":                  {"user list --data nope", 1, "there is no store in nope; `wxbind serve --data nope` makes one"},
		"no such user":              {"user show nobody", 1, "no such user"},
		"nobody to go on after":     {"user list --after nobody", 1, "no such user"},
		"no such role":              {"user set demo --roles demo,king", 1, `no such role: "king"`},
		"a comma too many":          {"user set demo --roles demo,", 1, `no such role: ""`},
		"a role that is in use":     {"role delete demo", 1, ""},
		"a role that is not there":  {"role delete king", 1, `no such role: "king"`},
		"a role file missing":       {"role set nope.json", 1, "nope.json cannot be opened: there is no such file or folder"},
		"a folder for a file":       {"role set .", 1, ". cannot be read: it is a folder"},
		"JSON cut short":            {"role set cut.json", 1, "cut.json: line 1: the JSON ends too early"},
		"JSON of another kind":      {"role set number.json", 1, `number.json: line 1: "roles" is a JSON number, and something else belongs there`},
		"no JSON":                   {"role set word.json", 1, "word.json: line 1: that is not JSON"},
		"an unknown field":          {"role set menu.json", 1, `menu.json: line 1: the field "menu" is unknown`},
		"an import of nothing":      {"user import nope.csv", 1, "nope.csv cannot be opened: there is no such file or folder"},
		"a backup to nowhere":       {"backup nope/file", 1, ""},
		"a backup of nothing":       {"restore nope --data fresh", 1, "nope cannot be opened: there is no such file or folder"},
		"a folder that cannot be":   {"restore cut.json --data file/x", 1, ""},
		"a stack without a region":  {"user list --stack x", 1, "no AWS region; set AWS_REGION or `aws configure`"},
		"a stack that nobody hears": {"user list --stack y", 1, "stack y in us-east-1: AWS does not answer: 127.0.0.1:1 cannot be asked: no connection to 127.0.0.1:1: nobody listens there"},
	} {
		t.Run(name, func(t *testing.T) {
			region := "us-east-1"
			if strings.Contains(name, "without a region") {
				region = ""
			}
			setAWS(t, "http://127.0.0.1:1", "http://127.0.0.1:1")
			t.Setenv("AWS_REGION", region)
			args := strings.Fields(c.args)
			if c.status == 1 && !strings.Contains(c.args, "--data") && !strings.Contains(c.args, "--stack") {
				args = append(args, "--data", folder)
			}
			status, out, errors := command(t, "", args...)
			if status != c.status || out != "" || strings.Count(errors, "\n") != 1 || !strings.HasPrefix(errors, "wxbind: ") {
				t.Errorf("status %d: %s%s", status, out, errors)
			}
			if said := strings.TrimSuffix(strings.TrimPrefix(errors, "wxbind: "), "\n"); c.want != "" && said != c.want {
				t.Errorf("it says\n%s, want\n%s", said, c.want)
			}
			for _, word := range goWords {
				if strings.Contains(errors, word) {
					t.Errorf("it says %q: %s", word, errors)
				}
			}
		})
	}
}

// Who may not read a file is told so. Root may read everything.
func TestFileOfAnotherIsNamed(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read every file")
	}
	file := filepath.Join(t.TempDir(), "roles.json")
	if err := os.WriteFile(file, []byte("{}"), 0); err != nil {
		t.Fatal(err)
	}
	if status, _, said := command(t, "", "role", "set", file); status != 1 || !strings.Contains(said, file+" cannot be opened: this user (") {
		t.Errorf("status %d: %s", status, said)
	}
}

// A mini-program that was pasted wrongly is named at the start, with its length and without its AppSecret.
func TestServeNamesAMiniProgramThatIsPastedWrongly(t *testing.T) {
	const id, secret = "wx0123456789abcde0", "0123456789abcdef0123456789abcdef"
	for name, c := range map[string]struct{ id, secret, want string }{
		"quoted":        {`"` + id + `"`, secret, "wxbind: WX_APPID is in quotation marks, which belong to it here: leave them out\n"},
		"with a blank":  {id + " ", secret, "wxbind: WX_APPID begins or ends with a space or a line break\n"},
		"no AppID":      {"wx-小程序", secret, "wxbind: WX_APPID is no AppID: it has 6 characters and not only letters and digits; WeChat's have 18, wx and 16 of 0-9 a-f\n"},
		"quoted secret": {id, `"` + secret + `"`, "wxbind: WX_APPSECRET is in quotation marks, which belong to it here: leave them out\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("WX_APPID", c.id)
			t.Setenv("WX_APPSECRET", c.secret)
			status, out, said := command(t, "", "serve", "--addr", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"))
			if status != 1 || out != "" || said != c.want {
				t.Errorf("status %d: %s%s", status, out, said)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	for args, want := range map[string]string{
		"help":                      "Commands:",
		"help user set":             "--roles=ROLE,…",
		"user set --help":           "--roles=ROLE,…",
		"help help":                 "wxbind help user set",
		"--lang en help user set":   "--roles=ROLE,…",
		"--lang=en help user set":   "--roles=ROLE,…",
		"--log json --lang en help": "Commands:",
		"help --lang en user set":   "--roles=ROLE,…",
		"help serve":                "The address to listen on (default 127.0.0.1:3000).",
		"help user list":            "The folder of the embedded store (default .wxbind).",
		"--version":                 "built with go",
		"version":                   "built with go",
		"user list --version":       "built with go",
	} {
		if status, out, said := command(t, "", strings.Fields(args)...); status != 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), want) || said != "" {
			t.Errorf("wxbind %s: status %d: %s%s", args, status, out, said)
		}
	}
}
