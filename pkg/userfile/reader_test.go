package userfile_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/sheet"
	"github.com/wxbind/wxbind/pkg/userfile"
)

// read returns the rows and bad rows of a text, one per line, as "line username name password hash roles", with "tel phone" if there is one, or "line
// username! reason".
func read(t *testing.T, text string, format userfile.Format) ([]string, error) {
	t.Helper()
	r, err := userfile.New(strings.NewReader(text), format, sheet.Options{})
	if err != nil {
		return nil, err
	}
	got := []string{}
	for row, err := range r.Rows() {
		bad, isBad := errors.AsType[*admin.BadRow](err)
		switch {
		case isBad:
			got = append(got, strings.TrimRight(fmt.Sprintf("%d %s", bad.Line, bad.Username), " ")+fmt.Sprintf("! %v", bad.Cause))
		case err != nil:
			return got, err
		default:
			text := fmt.Sprintf("%d %s %s %s %s %v", row.Line, row.Username, row.Name,
				string(row.Password), string(row.PasswordHash), row.Roles)
			if row.Phone != "" {
				text += " tel " + row.Phone
			}
			got = append(got, text)
		}
	}
	return got, nil
}

const (
	quotes    = "unmatched quotes; a row must be one line"
	lineBreak = "a field contains a line break; a row must be one line"
	notRow    = "the line is not one JSON object with username, name, password, passwordHash, phone (strings) and roles (a list)"
)

// rowsFrom are n rows c,d, starting at a line.
func rowsFrom(line, n int) (rows []string) {
	for i := range n {
		rows = append(rows, fmt.Sprintf("%d c  d  []", line+i))
	}
	return rows
}

func TestRows(t *testing.T) {
	for name, c := range map[string]struct {
		format userfile.Format
		text   string
		want   []string
	}{
		"CSV": {userfile.CSV,
			"username,name,password,passwordHash,roles\nalice,爱丽丝,,\"$argon2id$m=1,t=2\",clerk;reader\nbob,,secret,,\n",
			[]string{"2 alice 爱丽丝  $argon2id$m=1,t=2 [clerk reader]", "3 bob  secret  []"}},
		"other columns in another order": {userfile.CSV,
			"passwordHash,username\n$2b$10$x,alice\n", []string{"2 alice   $2b$10$x []"}},
		"CSV as Excel writes it": {userfile.CSV,
			"\uFEFFusername,password\r\nalice,secret\r\n\r\n", []string{"2 alice  secret  []"}},
		"JSON lines as Notepad writes them": {userfile.JSONLines,
			"\uFEFF{\"username\":\"alice\",\"password\":\"secret\"}\r\n", []string{"1 alice  secret  []"}},
		"two marks": {userfile.CSV,
			"\uFEFF\uFEFFusername,password\r\nalice,secret\r\n", []string{"2 alice  secret  []"}},
		"no line end at the end": {userfile.CSV, "username,password\nalice,secret", []string{"2 alice  secret  []"}},
		"spaces around roles and none between": {userfile.CSV,
			"username,password,roles\na,b, clerk ;; reader;\n", []string{"2 a  b  [clerk reader]"}},
		"quotes within quotes": {userfile.CSV, "username,password\na,\"b\"\"c,d\"\n", []string{"2 a  b\"c,d  []"}},
		"a quote that is not closed takes only its own line": {userfile.CSV,
			"username,password\na,\"b\nc,d\ne,f\"g\nh,i\n", []string{"2 a! " + quotes, "3 c  d  []", "4 e! " + quotes, "5 h  i  []"}},
		"a name with a line that looks like a row": {userfile.CSV,
			"username,name,password,roles\na,\"A\nmallory,M,secret,admin\n\",b,\r\nc,C,d,\ne,\"E\r\nmallory,M,secret,admin\",f,",
			[]string{"2 a! " + lineBreak, "5 c C d  []", "6 e! " + lineBreak}},
		"a quote that is not closed for long": {userfile.CSV,
			"username,password\na,\"b\n" + strings.Repeat("c,d\n", 20000)[:4*20000-1] + "\"\n", // its lines are rows but for the last
			append(append([]string{"2 a! " + quotes}, rowsFrom(3, 19999)...), "20002 c! "+quotes)},
		"too few and too many fields": {userfile.CSV,
			"username,password,name\na,b\nb,c,d,e\ne,f,g,,\n",
			[]string{"2 a  b  []", "3 b! the row has 4 fields, but the first line names 3", "4 e g f  []"}},
		"a file that is cut in a row": {userfile.CSV, "username,password,name\na,b,c\nd,e",
			[]string{"2 a c b  []", "3 d! the last row has 2 fields, but the first line names 3, and no line end; the file may be cut"}},
		"blank lines count": {userfile.CSV, "\n\nusername,password\n\n \t\na,b\n", []string{"6 a  b  []"}},
		"GBK":               {userfile.CSV, "username,password\n\xc4\xe3,b\nc,d\n", []string{"2 你  b  []", "3 c  d  []"}},
		"GBK in JSON lines": {userfile.JSONLines, "{\"username\":\"a\",\"password\":\"p\",\"name\":\"\xc4\xe3\"}\n", []string{"1 a 你 p  []"}},
		"JSON lines as PowerShell writes them": {userfile.JSONLines,
			"\xff\xfe" + strings.Join(strings.Split("{\"username\":\"a\"}\r\n", ""), "\x00") + "\x00", []string{"1 a    []"}},
		"neither UTF-8 nor GBK": {userfile.CSV, "username,password\n\xff,b\nc,d\n", []string{"2! the line is neither UTF-8 nor GBK", "3 c  d  []"}},
		"headers in Chinese, blanks of all kinds": {userfile.CSV,
			" 用户名 ;\u3000姓名\u00a0;密码;角色;手机号;;\r\na;爱丽丝; p ;\"clerk; reader；king\";\u300013800138000\u00a0;;\r\n;;;;;;\r\n",
			[]string{"2 a 爱丽丝  p   [clerk reader king] tel 13800138000"}},
		"a hash that says that it is none": {userfile.CSV, "Username\tPassword Hash\tPASSWORD\na\t{noop}secret\t\nb\t{noop}secret\tother\n",
			[]string{"2 a  secret  []", "3 b  other {noop}secret []"}},
		"a line without end": {userfile.CSV,
			"username,password\n" + strings.Repeat("a", 300<<10) + ",b\nc,d\n", []string{"2! the line is too long", "3 c  d  []"}},
		"JSON lines": {userfile.JSONLines,
			"{\"username\":\"alice\",\"name\":\"A\",\"passwordHash\":\"h\",\"roles\":[\"clerk\",\"reader\"]}\n\n {\"username\":\"bob\",\"password\":\"p\"}",
			[]string{"1 alice A  h [clerk reader]", "3 bob  p  []"}},
		"what is no JSON line": {userfile.JSONLines,
			"[]\n{\"username\":1}\n{\"user\":\"a\"}\n{} {}\n{\"username\":\"a\"\n\"MARK\n{\"roles\":\"a;b\"}\n{\"username\":\"z\"}\n",
			[]string{"1! " + notRow, "2! username must be a string", "3! unknown columns: \"user\"", "4! " + notRow, "5 a! " + notRow, "6! " + notRow,
				"7! roles must be a list of strings", "8 z    []"}},
		"a bad JSON line of somebody": {userfile.JSONLines,
			"{\"username\":\"a\",\"roles\":[1]}\n{\"roles\":{},\"USERNAME\":\"b\"}\n{\"username\":\"c\",\"disabled\":\"MARK\"}\n{\"username\":\"d\",\"dept\":\"MARK\"}\n" +
				"{\"username\":\"e\"}{\"username\":\"MARK\"}\n{\"username\":\"f\",\"name\":\"\xff\"}\n{\"username\":\"g\",\"createdAt\":5,\"password\":\"MARK",
			[]string{"1 a! roles must be a list of strings", "2 b! roles must be a list of strings", "3 c! disabled must be true or false",
				"4 d! unknown columns: \"dept\"", "5 e! " + notRow, "6 f! the line is neither UTF-8 nor GBK", "7 g! " + notRow}},
		"phone numbers in CSV": {userfile.CSV,
			"username,password,phone\na,b,+86 138-0013-8000\nc,d,\n", []string{"2 a  b  [] tel +86 138-0013-8000", "3 c  d  []"}},
		"phone numbers in JSON lines": {userfile.JSONLines,
			"{\"username\":\"a\",\"password\":\"b\",\"phone\":\"13800138000\"}\n{\"username\":\"c\",\"password\":\"d\",\"phone\":13800138000}\n",
			[]string{"1 a  b  [] tel 13800138000", "2 c! phone must be a string"}},
		"no JSON lines": {userfile.JSONLines, "", []string{}},
		"no rows":       {userfile.CSV, "username,password\n", []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, c.text, c.format)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestWrongColumns(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"an empty file":         {"", "empty"},
		"only blank lines":      {"\n\n", "empty"},
		"an unknown column":     {"username,passwort\n", `unknown columns: "passwort"; the columns are username`},
		"one column twice":      {"username,password,username\n", "twice"},
		"no usernames":          {"name,password\n", "username is missing"},
		"no passwords":          {"username,roles\n", "both missing"},
		"rows and no header":    {"alice,MARK\nbob,MARK\n", "names none of the columns username"},
		"semicolons and commas": {"username;password,phone\n", "unknown columns: \"username;password\""},
		"no CSV":                {"\"username\n", "must name columns"},
		"no text":               {"\xff\xfeu\x00s\x00", "names none"},
		"JSON":                  {"{\"username\":\"MARK\"}\n", "column"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, c.text, userfile.CSV)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "MARK") {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := read(t, "", "xml"); err == nil {
		t.Error("there is a format xml")
	}
}

func TestFileThatBreaksOff(t *testing.T) {
	broken := errors.New("the disk is gone")
	r, err := userfile.New(io.MultiReader(strings.NewReader("username,password\na,b\nc"), iotest.ErrReader(broken)), userfile.CSV, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var errs []error
	rows := 0
	for _, err := range r.Rows() {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rows++
	}
	if rows != 1 || len(errs) != 1 || !errors.Is(errs[0], broken) {
		t.Errorf("%d rows, %v", rows, errs)
	}
}

// For any file: each line is one row, good or bad, and no reason quotes a line.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"alice,secret", "\"a", "a,\"b\nc,d\n\"\ne,f", "a,\"b\n\"", "a\"b,c", "\xff", "{\"username\":\"a\",\"password\":\"b\"}", "{\"roles\":[1]}", "a,b\r\n\r\nc,d", "\uFEFF",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, csv bool) {
		format, input := userfile.JSONLines, string(text)
		if csv {
			format, input = userfile.CSV, "username,password\n"+input
		}
		r, err := userfile.New(strings.NewReader(input), format, sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		last := 0
		for row, err := range r.Rows() {
			line := row.Line
			if bad, ok := errors.AsType[*admin.BadRow](err); ok {
				line = bad.Line
				if cause := bad.Cause.Error(); len(cause) > 120 {
					t.Fatalf("a reason of %d bytes", len(cause))
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if line <= last || line > strings.Count(input, "\n")+1 {
				t.Fatalf("line %d after line %d", line, last)
			}
			last = line
		}
	})
}
