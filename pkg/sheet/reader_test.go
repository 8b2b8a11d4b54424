package sheet_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/wxbind/wxbind/pkg/sheet"
)

var columns = []sheet.Column{
	{Name: "username", Also: []string{"用户名"}},
	{Name: "name", Also: []string{"姓名"}},
	{Name: "password", Also: []string{"密码"}, Exact: true},
}

// read returns the rows of a table as "line|username|name|password", with "! reason" after it if the row is bad.
func read(in io.Reader, o sheet.Options) (rows []string, err error) {
	r, err := sheet.Open(in, columns, o)
	if err != nil {
		return nil, err
	}
	for row, err := range r.Rows() {
		text := fmt.Sprintf("%d|%s|%s|%s", row.Line, row.Value("username"), row.Value("name"), row.Value("password"))
		if bad, ok := errors.AsType[*sheet.BadRow](err); ok {
			text += "! " + bad.Cause.Error()
		} else if err != nil {
			return rows, err
		}
		rows = append(rows, text)
	}
	return rows, nil
}

func encoded(e encoding.Encoding, text string) string {
	raw, err := e.NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return raw
}

var (
	gbk   = simplifiedchinese.GBK
	le    = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	be    = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	table = "用户名,姓名,密码\r\nalice,爱丽丝,correct horse\r\nbob,鲍勃 李,\"a \"\"b\"\", c\"\r\n"
	rows  = []string{"2|alice|爱丽丝|correct horse", `3|bob|鲍勃 李|a "b", c`}
)

const oddQuotes = "unmatched quotes; a row must be one line"

// What a program of a user's writes as bytes, whether the file can be read twice or is a stream.
func TestTablesAsProgramsWriteThem(t *testing.T) {
	tabs := strings.NewReplacer("\"a \"\"b\"\", c\"", "\"a \"\"b\"\", c\"", ",姓名", "\t姓名", ",密码", "\t密码", ",爱", "\t爱", ",correct", "\tcorrect", ",鲍", "\t鲍", ",\"a", "\t\"a").Replace(table)
	semicolons := strings.ReplaceAll(tabs, "\t", ";")
	for name, text := range map[string]string{
		"Excel, CSV UTF-8":                              "\uFEFF" + table,
		"Excel, CSV in China":                           encoded(gbk, table),
		"Excel, Unicode text":                           "\xff\xfe" + encoded(le, tabs),
		"Excel where the list separator is ;":           encoded(gbk, semicolons),
		"Excel, with the line sep=":                     "\uFEFFsep=;\r\n" + semicolons,
		"the line sep= in GBK":                          encoded(gbk, "SEP=\t\r\n"+tabs),
		"UTF-16, big endian":                            "\xfe\xff" + encoded(be, table),
		"UTF-16 without a mark":                         encoded(le, table),
		"UTF-16, big endian, without a mark":            encoded(be, table),
		"LibreOffice on Linux":                          strings.ReplaceAll(table, "\r\n", "\n"),
		"no line end at the end":                        strings.TrimSuffix(table, "\r\n"),
		"GBK, no line end at the end":                   strings.TrimSuffix(encoded(gbk, table), "\r\n"),
		"trailing rows and columns in which nothing is": strings.ReplaceAll(table, "\r\n", ",,\r\n") + ",,,,\r\n\r\n ,\u3000,,\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			want := rows
			if strings.Contains(text, "sep=") || strings.Contains(text, "SEP=") {
				want = []string{"3" + rows[0][1:], "4" + rows[1][1:]}
			}
			for of, in := range map[string]io.Reader{"file": strings.NewReader(text), "stream": io.MultiReader(strings.NewReader(text))} {
				if got, err := read(in, sheet.Options{}); err != nil || !slices.Equal(got, want) {
					t.Errorf("%s: got %q, %v", of, got, err)
				}
			}
		})
	}
}

func TestRows(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"blanks around values, but for exact ones": {"username,name,password\n a\u00a0,\u3000爱 丽\t, p \n", []string{"2|a|爱 丽| p "}},
		"blanks around quoted values":              {"username,name\n\" a \",\" b \"\n", []string{"2|a|b|"}},
		"a row of fewer fields":                    {"username,name,password\na\nb,c\n", []string{"2|a||", "3|b|c|"}},
		"a row of more fields":                     {"username,name\na,b,c\nd,e,, \n", []string{"2|a|b|! the row has 3 fields, but the first line names 2", "3|d|e|"}},
		"a row that is cut":                        {"username,name\na,b\nc", []string{"2|a|b|", "3|c||! the last row has 1 fields, but the first line names 2, and no line end; the file may be cut"}},
		"a file cut in a character of GBK": {encoded(gbk, "username,name\na,爱丽丝\nb,鲍勃")[:len("username,name\na,xxxxxx\nb,xxx")],
			[]string{"2|a|爱丽丝|", "3|b||! the line ends in the middle of a GBK character; the file may be cut"}},
		"a damaged line of GBK": {encoded(gbk, "用户名,姓名\na,爱\n") + "b,\xb0\n" + encoded(gbk, "c,丝\n"),
			[]string{"2|a|爱|", "3|b||! the line ends in the middle of a GBK character; the file may be cut", "4|c|丝|"}},
		"a damaged line of UTF-8": {"用户名,姓名\na,爱\nb,\xe4\xb8\nc,丝\n",
			[]string{"2|a|爱|", "3|b||! the line is not UTF-8, as the rest of the file is", "4|c|丝|"}},
		"a line of GBK that is UTF-8 by chance": {encoded(gbk, "用户名,姓名\na,爱\nb,") + "\xc2\xa5\xc4\xaa\n" + encoded(gbk, "c,丝\n"),
			[]string{"2|a|爱|", "3|b|楼莫|", "4|c|丝|"}},
		"half a character of UTF-16": {"\xff\xfe" + encoded(le, "username,name\na,b\nc,d")[:len("username,name\na,b\nc,d")*2-1],
			[]string{"2|a|b|", "3|c||! the line is not valid UTF-16"}},
		"a line break in a quoted field of a short row": {"username,name,password\na,\"A\nmallory,M,secret\n\"\nb,B,p\n",
			[]string{"2|a||! a field contains a line break; a row must be one line", "5|b|B|p"}},
		"what stands before odd quotes": {"username,name,password\n\"a,\"\"a\",A,\"p\nb\"b,B,p\n\"c\"c,C,p\nd,,\"p\n",
			[]string{"2|a,\"a|A|! " + oddQuotes, "3|||! " + oddQuotes, "4|||! " + oddQuotes, "5|d||! " + oddQuotes}},
		"what stands before a line's limit": {"username,name,password\na,爱," + strings.Repeat("丝", 30<<10) + "\nb,丝,p\n",
			[]string{"2|a|爱|! the line is too long", "3|b|丝|p"}},
		"damage in the first field":                    {"username,name\n\xff,MARK\nMARK\xff,b\n", []string{"2|||! the line is neither UTF-8 nor GBK", "3|||! the line is neither UTF-8 nor GBK"}},
		"headers in any case":                          {" USER_NAME ,\u3000Name\u00a0,Pass-Word\na,b,c\n", []string{"2|a|b|c"}},
		"a character that GB18030 has and GBK has not": {encoded(simplifiedchinese.GB18030, "username,name\na,𠮷\n"), []string{"2|a|𠮷|"}},
		"the euro of Windows":                          {"username,name\na,\x80" + encoded(gbk, "爱") + "\n", []string{"2|a|€爱|"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(strings.NewReader(c.text), sheet.Options{})
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	ignoring := sheet.Options{IgnoreUnknown: true}
	for name, c := range map[string]struct {
		text    string
		options sheet.Options
		want    string // the first row, or what the error says
	}{
		"unknown":               {"username,部门,,name,工号\na,b,c,d,e\n", sheet.Options{}, `unknown columns: "部门", column 3, which has no name, "工号"; the columns are username, name, password`},
		"unknown, ignored":      {"username,部门,,name,工号\na,b,c,d,e\n", ignoring, "2|a|d|"},
		"none known":            {"MARK,MARK\na,b\n", ignoring, "the first line names none of the columns username, name, password"},
		"one twice":             {"username,用户名\na,b\n", ignoring, "the column username appears twice"},
		"nothing":               {"\r\n\r\n", sheet.Options{}, "the file is empty"},
		"nothing but sep=":      {"sep=;\r\n", sheet.Options{}, "the file is empty"},
		"a quote that is odd":   {"\"username\n", sheet.Options{}, "the first line must name columns among username"},
		"a long name":           {"username," + strings.Repeat("x", 100) + "\n", sheet.Options{}, strings.Repeat("x", 40) + `…"`},
		"lines that end in CR":  {"username,password\rMARK,MARK\rb,MARK\r", ignoring, "the lines end in CR alone"},
		"the same, and one LF":  {"username,password\rMARK,\"MARK\nMARK\"\r", ignoring, "the lines end in CR alone"},
		"the same, in UTF-16":   {"\xff\xfe" + encoded(le, "username,password\rMARK,MARK\r"), ignoring, "the lines end in CR alone"},
		"the same, and long":    {strings.Repeat("username,MARK\r", 8<<10), ignoring, "the lines end in CR alone"},
		"a workbook":            {"PK\x03\x04\x14\x00\x06\x00MARK", ignoring, "the file is a workbook"},
		"an old workbook":       {"\xd0\xcf\x11\xe0" + strings.Repeat("\x00", 600) + "MARK", ignoring, "the file is a workbook"},
		"GBK, said to be":       {encoded(gbk, "用户名\na\n"), sheet.Options{Encoding: sheet.GBK}, "2|a||"},
		"GBK, said to be UTF-8": {encoded(gbk, "用户名\na\n"), sheet.Options{Encoding: sheet.UTF8}, "line 1: the line is not UTF-8"},
		"UTF-16, said to be":    {encoded(be, "用户名\na\n"), sheet.Options{Encoding: sheet.UTF16BE}, "2|a||"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(strings.NewReader(c.text), c.options)
			if err != nil {
				got = []string{err.Error()}
			}
			if len(got) == 0 || !strings.Contains(got[0], c.want) || strings.Contains(got[0], "MARK") {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestWhatIsKnownOfATable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte("\xff\xfe"+encoded(le, "username,部门\r\na,b\r\nc,d")), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := sheet.Open(file, columns, sheet.Options{IgnoreUnknown: true})
	if err != nil {
		t.Fatal(err)
	}
	if r.Total() != 2 || !r.Has("username") || r.Has("name") || r.Has("部门") || !slices.Equal(r.Ignored(), []string{`"部门"`}) {
		t.Errorf("%d rows, without %q", r.Total(), r.Ignored())
	}
	stream, err := sheet.Open(io.MultiReader(strings.NewReader("username\na\n")), columns, sheet.Options{})
	if err != nil || stream.Total() != -1 {
		t.Errorf("a stream has %d rows, %v", stream.Total(), err)
	}
}

// A stream is read as it comes: the first row is there while the rest is not.
func TestStreamIsNotAwaited(t *testing.T) {
	in, out := io.Pipe()
	go func() { _, _ = out.Write([]byte(encoded(gbk, "用户名,姓名\na,爱\n"))) }()
	r, err := sheet.Open(in, columns, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range r.Rows() {
		if err != nil || row.Value("name") != "爱" {
			t.Errorf("got %q, %v", row.Value("name"), err)
		}
		break
	}
	in.Close()
}

// For any file: each line is one row, good or bad; values are UTF-8 if the row is good; and a stream without bytes beyond ASCII
// reads as the file does.
func FuzzTable(f *testing.F) {
	for _, seed := range []string{
		table, encoded(gbk, table), "\xff\xfe" + encoded(le, table), encoded(be, table), "sep=;\nusername;name\na;b", "username\n\"a\nb\"\n", "username,name\na,\xb0",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := read(strings.NewReader(string(text)), sheet.Options{IgnoreUnknown: true})
		if len(got) > strings.Count(string(text), "\n")+1 {
			t.Fatalf("%d rows of %q", len(got), text)
		}
		last := 0
		for _, row := range got {
			var line int
			if _, err := fmt.Sscanf(row, "%d|", &line); err != nil || line <= last {
				t.Fatalf("%q after line %d", row, last)
			}
			if last = line; strings.ToValidUTF8(row, "") != row {
				t.Fatalf("%q is not UTF-8", row)
			}
		}
		if strings.IndexFunc(string(text), func(r rune) bool { return r >= 0x80 || r == 0 }) >= 0 {
			return
		}
		stream, failed := read(io.MultiReader(strings.NewReader(string(text))), sheet.Options{IgnoreUnknown: true})
		if !slices.Equal(got, stream) || (err == nil) != (failed == nil) {
			t.Fatalf("a file is %q, %v, and a stream %q, %v", got, err, stream, failed)
		}
	})
}
