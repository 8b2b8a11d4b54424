package bom_test

import (
	"bytes"
	"testing"

	"github.com/wxbind/wxbind/pkg/bom"
)

func TestTrim(t *testing.T) {
	for name, row := range map[string]struct{ text, want string }{
		"no mark":             {`{"a":1}`, `{"a":1}`},
		"a mark":              {"\uFEFF{}", "{}"},
		"two marks":           {"\uFEFF\uFEFF{}", "{}"},
		"blanks around marks": {" \r\n\uFEFF\t\n\uFEFF {} ", "{} "},
		"nothing else":        {"\uFEFF\r\n", ""},
		"nothing":             {"", ""},
		"a mark within":       {"a\uFEFFb\uFEFF", "a\uFEFFb\uFEFF"},
		"half a mark":         {"\xEF\xBB{}", "\xEF\xBB{}"},
		"UTF-16's mark":       {"\xFF\xFE{\x00", "\xFF\xFE{\x00"},
		"other blanks":        {"\u00A0{}", "\u00A0{}"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := bom.Trim([]byte(row.text)); string(got) != row.want || got == nil {
				t.Errorf("got %q, nil: %v", got, got == nil)
			}
		})
	}
}

// FuzzTrim checks that Trim takes nothing but marks and blanks, and only from the front, and leaves none there.
func FuzzTrim(f *testing.F) {
	for _, seed := range []string{"", "\uFEFF{}", " \uFEFF \uFEFF", "\xEF\xBB", "\xEF\xBB\xBF\xEF"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rest := bom.Trim(text)
		front, ok := bytes.CutSuffix(text, rest)
		front = bytes.ReplaceAll(front, []byte("\uFEFF"), nil)
		if !ok || len(bytes.Trim(front, " \t\r\n")) > 0 || !bytes.Equal(bom.Trim(rest), rest) {
			t.Errorf("%q became %q", text, rest)
		}
	})
}
