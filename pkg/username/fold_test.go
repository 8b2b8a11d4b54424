package username_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/username"
)

func TestFold(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"what is folded already", "demo", "demo"},
		{"letters of ASCII", "Demo.User-1@Example.COM", "demo.user-1@example.com"},
		{"Chinese has no case", "张三", "张三"},
		{"a space within", "Anna Maria", "anna maria"},
		{"an ideographic space within", "张\u3000三", "张\u3000三"},
		{"a decomposed letter is composed", "Jose\u0301", "jos\u00e9"},
		{"decomposed Hangul is composed", "\u1100\u1161\u11a8", "각"},
		{"a letter that composes only when folded", "J\u030cX", "ǰx"},
		{"a mark that composes before it would fold to a letter", "Α\u0345", "ᾳ"},
		{"Kelvin and Angstrom signs are letters", "\u212a\u212b", "kå"},
		{"a compatibility ideograph is the ideograph", "\uf900", "豈"},
		{"final and medial sigma", "ΣΑΣ σας", "σασ σασ"},
		{"long s", "\u017f", "s"},
		{"ß does not become two letters", "Straße", "straße"},
		{"capital ß", "STRAẞE", "straße"},
		{"dotless i stays itself", "ıI", "ıi"},
		{"dotted capital I stays itself", "İ", "İ"},
		{"Cherokee folds upwards", "\uab70\u13f8", "\u13a0\u13f0"},
		{"full width stays full width", "Ｄ", "ｄ"},
		{"an emoji", "🐼", "🐼"},
		{"128 bytes", strings.Repeat("x", 128), strings.Repeat("x", 128)},
		{"128 bytes after composing", strings.Repeat("\u1fbe\u0308\u0301", 64), strings.Repeat("ΐ", 64)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := username.Fold(tt.raw)
			if got != tt.want || err != nil {
				t.Errorf("Fold(%+q) = %+q, %v; want %+q", tt.raw, got, err, tt.want)
			}
		})
	}
}

func TestFoldRefuses(t *testing.T) {
	tests := []struct {
		name, raw string
		want      login.Code
	}{
		{"nothing", "", login.UsernameMissing},
		{"only a space", " ", login.UsernameInvalid},
		{"a space before", " demo", login.UsernameInvalid},
		{"a space behind", "demo ", login.UsernameInvalid},
		{"an ideographic space behind", "demo\u3000", login.UsernameInvalid},
		{"a no-break space before", "\u00a0demo", login.UsernameInvalid},
		{"NUL", "de\x00mo", login.UsernameInvalid},
		{"a tab", "de\tmo", login.UsernameInvalid},
		{"a line break", "demo\n", login.UsernameInvalid},
		{"DEL", "demo\x7f", login.UsernameInvalid},
		{"a C1 control", "demo\u0085x", login.UsernameInvalid},
		{"a line separator", "de\u2028mo", login.UsernameInvalid},
		{"a paragraph separator", "de\u2029mo", login.UsernameInvalid},
		{"a replacement character", "de\ufffdmo", login.UsernameInvalid},
		{"not UTF-8", "de\xffmo", login.UsernameInvalid},
		{"a surrogate in UTF-8", "de\xed\xa0\x80mo", login.UsernameInvalid},
		{"right-to-left override", "de\u202emo", login.UsernameInvalid},
		{"a bidi isolate", "de\u2066mo", login.UsernameInvalid},
		{"a left-to-right mark", "demo\u200e", login.UsernameInvalid},
		{"a zero-width space", "de\u200bmo", login.UsernameInvalid},
		{"a zero-width joiner", "de\u200dmo", login.UsernameInvalid},
		{"a soft hyphen", "de\u00admo", login.UsernameInvalid},
		{"a byte order mark", "\ufeffdemo", login.UsernameInvalid},
		{"a combining grapheme joiner", "de\u034fmo", login.UsernameInvalid},
		{"a Hangul filler", "demo\u3164", login.UsernameInvalid},
		{"a variation selector", "demo\ufe0f", login.UsernameInvalid},
		{"a variation selector of the supplement", "demo\U000e0100", login.UsernameInvalid},
		{"a tag character", "demo\U000e0041", login.UsernameInvalid},
		{"private use", "demo\ue000", login.UsernameInvalid},
		{"a code point that is not assigned", "demo\u0378", login.UsernameInvalid},
		{"129 bytes", strings.Repeat("x", 129), login.UsernameInvalid},
		{"129 bytes after folding", strings.Repeat("é", 64) + "x", login.UsernameInvalid},
		{"a tower of marks", "e" + strings.Repeat("\u0301", 40), login.UsernameInvalid},
		{"far too long", strings.Repeat("x", 1<<20), login.UsernameInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := username.Fold(tt.raw)
			if got != "" || !errors.Is(err, tt.want) {
				t.Errorf("Fold(%+.20q) = %+q, %v; want %v", tt.raw, got, err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "demo") {
				t.Errorf("the error quotes the name: %v", err)
			}
		})
	}
}

// A name of a megabyte costs no more than one that is slightly too long: it is refused before it is normalized.
func TestAHugeNameIsRefusedWithoutWork(t *testing.T) {
	huge := strings.Repeat("E\u0301", 1<<19)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := username.Fold(huge)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, login.UsernameInvalid) {
		t.Errorf("got %v", err)
	}
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 64<<10 {
		t.Errorf("it took %d bytes of memory", bytes)
	}
}

// Each code point allowed in a name is compared with the full case folding of x/text, where that is a single character:
// simple folding is then the same. Han is left out; it has too many code points, and no case.
func TestFoldIsUnicodesSimpleCaseFolding(t *testing.T) {
	full := cases.Fold()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Han, r) {
			continue
		}
		got, err := username.Fold(string(r))
		if err != nil {
			continue // a space or a default-ignorable
		}
		want := full.String(norm.NFC.String(string(r)))
		if unicode.Is(unicode.Cherokee, r) {
			want = strings.ToUpper(want) // x/text folds it downwards, CaseFolding.txt upwards
		}
		if utf8.RuneCountInString(want) == 1 && got != norm.NFC.String(want) {
			t.Errorf("Fold(%U) = %+q; want %+q", r, got, want)
		}
		if again, err := username.Fold(got); again != got || err != nil {
			t.Errorf("Fold(%U) = %+q, which folds to %+q, %v", r, got, again, err)
		}
		if v := variant(got); mustFold(t, v) != got {
			t.Errorf("%+q and %+q differ in case only, but not when folded", got, v)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, raw := range []string{"Demo", "J\u030c", "STRAẞE", "ΑΙ\u0345", "\u1100\u1161\u11a8", "e\u0301\u0323", "\u212a", "a\u034fb"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name, err := username.Fold(raw)
		if err != nil {
			if name != "" || !errors.Is(err, login.UsernameInvalid) && !errors.Is(err, login.UsernameMissing) {
				t.Errorf("Fold = %+q, %v", name, err)
			}
			return
		}
		if name == "" || len(name) > username.MaxBytes || !utf8.ValidString(name) || !norm.NFC.IsNormalString(name) {
			t.Errorf("Fold(%+q) = %+q", raw, name)
		}
		if mustFold(t, name) != name {
			t.Errorf("%+q does not fold to itself", name)
		}
		if d := norm.NFD.String(raw); len(d) <= username.MaxBytes && mustFold(t, d) != name {
			t.Errorf("%+q and %+q are equivalent, but not when folded", raw, d)
		}
		if v := variant(name); mustFold(t, v) != name {
			t.Errorf("%+q and %+q differ in case only, but not when folded", name, v)
		}
	})
}

// variant changes the case of each character to the next that unicode.SimpleFold returns. U+0345 is left out: this mark
// folds to the letter iota only where it stands alone, which it does not in normalized text.
func variant(name string) string {
	return strings.Map(func(r rune) rune {
		if r = unicode.SimpleFold(r); r == '\u0345' {
			r = unicode.SimpleFold(r)
		}
		return r
	}, name)
}

func mustFold(t *testing.T, raw string) string {
	t.Helper()
	name, err := username.Fold(raw)
	if err != nil && len(raw) <= username.MaxBytes {
		t.Errorf("Fold(%+q): %v", raw, err)
	}
	return name
}
