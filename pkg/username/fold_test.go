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
		{"an ideographic space within", "张\u3000三", "张 三"},
		{"a no-break space within", "Anna\u00a0Maria", "anna maria"},
		{"spaces before and behind", " DEMO  ", "demo"},
		{"tabs and line breaks around", "\t\r\n\v\fdemo\u0085\u2028\u2029\n", "demo"},
		{"no-break spaces around", "\u00a0demo\u202f", "demo"},
		{"ideographic spaces around", "\u3000demo\u3000", "demo"},
		{"zero-width characters around", "\u200b\u200c\u200ddemo\u2060\u180e", "demo"},
		{"byte order marks around", "\ufeffdemo\ufeff", "demo"},
		{"marks of direction around", "\u200edemo\u200f\u061c", "demo"},
		{"a phone number copied from the contacts", "\u202a13800000000\u202c", "13800000000"},
		{"an isolate copied from the contacts", "\u2066+86 138 0000 0000\u2069", "+86 138 0000 0000"},
		{"soft hyphens around", "\u00addemo\u00ad", "demo"},
		{"Hangul fillers around", "\u3164demo\uffa0\u115f\u1160", "demo"},
		{"empty Braille patterns around", "\u2800demo\u2800", "demo"},
		{"the heart of a phone, with its variation selector", "I❤\ufe0f", "i❤"},
		{"blanks of many kinds, far longer than a name", strings.Repeat(" \u3000\ufeff", 1000) + "demo" + strings.Repeat("\u200b\t", 1000), "demo"},
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
		{"full-width letters", "ＤＥＭＯ＠Example。ｃｏｍ", "demo@example。com"},
		{"full-width digits", "１３８００００００００", "13800000000"},
		{"full-width punctuation", "李四（财务）", "李四(财务)"},
		{"half-width katakana with its marks", "ﾃﾞﾓ", "デモ"},
		{"half-width Hangul", "\uffbe\uffc2", "하"},
		{"Arabic presentation forms", "\ufee3\ufea4\ufee4\ufeaa", "محمد"},
		{"ligatures", "ﬁona ﬅ", "fiona st"},
		{"circled digits and letters", "①⓪Ⓐ", "10a"},
		{"Roman numerals, superscripts, fractions", "Ⅳ²½", "iv21⁄2"},
		{"mathematical letters", "𝐃𝑒𝖒𝟘", "dem0"},
		{"units and signs of several letters", "㎒℡™", "mhzteltm"},
		{"a radical is the ideograph", "⼈", "人"},
		{"´ within is a space and a mark", "o´brien", "o \u0301brien"},
		{"´ behind likewise", "demo´", "demo \u0301"},
		{"an emoji", "🐼", "🐼"},
		{"128 bytes", strings.Repeat("x", 128), strings.Repeat("x", 128)},
		{"128 bytes after composing", strings.Repeat("\u1fbe\u0308\u0301", 64), strings.Repeat("ΐ", 64)},
		{"128 bytes after composing, from four times as many", strings.Repeat("𝛊\u0308\u0301", 64), strings.Repeat("ΐ", 64)},
		{"128 bytes after folding, from four times as many", strings.Repeat("𝐗", 128), strings.Repeat("x", 128)},
		{"what grows most", strings.Repeat("ﷺ", 3), strings.Repeat("صلى الله عليه وسلم", 3)},
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
		{"only a space", " ", login.UsernameMissing},
		{"only blanks", "\u3000\u00a0\t\ufeff\u200b", login.UsernameMissing},
		{"64 KiB of blanks", strings.Repeat("\u3000\r\n ", 64<<10/6), login.UsernameMissing},
		{"only a Hangul filler", "\u3164", login.UsernameMissing},
		{"only an empty Braille pattern", "\u2800", login.UsernameMissing},
		{"only a mark", "\u0301", login.UsernameInvalid},
		{"a mark before", "\u0301demo", login.UsernameInvalid},
		{"a mark before, on a space", " \u0301demo", login.UsernameInvalid},
		{"only marks on spaces", "´¨", login.UsernameInvalid},
		{"what becomes a space and a mark", "´demo", login.UsernameInvalid},
		{"what becomes a space and a letter", "\u037ademo", login.UsernameInvalid},
		{"a half-width mark before", "ﾞﾃ", login.UsernameInvalid},
		{"an enclosing circle before", "\u20dddemo", login.UsernameInvalid},
		{"NUL", "de\x00mo", login.UsernameInvalid},
		{"a tab", "de\tmo", login.UsernameInvalid},
		{"NUL behind", "demo\x00", login.UsernameInvalid},
		{"an escape before", "\x1bdemo", login.UsernameInvalid},
		{"a line break", "de\nmo", login.UsernameInvalid},
		{"DEL", "demo\x7f", login.UsernameInvalid},
		{"a C1 control", "demo\u0085x", login.UsernameInvalid},
		{"a line separator", "de\u2028mo", login.UsernameInvalid},
		{"a paragraph separator", "de\u2029mo", login.UsernameInvalid},
		{"a replacement character", "de\ufffdmo", login.UsernameInvalid},
		{"not UTF-8", "de\xffmo", login.UsernameInvalid},
		{"a surrogate in UTF-8", "de\xed\xa0\x80mo", login.UsernameInvalid},
		{"right-to-left override", "de\u202emo", login.UsernameInvalid},
		{"a bidi isolate", "de\u2066mo", login.UsernameInvalid},
		{"a left-to-right mark", "de\u200emo", login.UsernameInvalid},
		{"a zero-width space", "de\u200bmo", login.UsernameInvalid},
		{"a zero-width joiner", "de\u200dmo", login.UsernameInvalid},
		{"a soft hyphen", "de\u00admo", login.UsernameInvalid},
		{"a byte order mark", "de\ufeffmo", login.UsernameInvalid},
		{"a combining grapheme joiner", "de\u034fmo", login.UsernameInvalid},
		{"a Hangul filler", "de\u3164mo", login.UsernameInvalid},
		{"an empty Braille pattern", "de\u2800mo", login.UsernameInvalid},
		{"a variation selector", "de\ufe0fmo", login.UsernameInvalid},
		{"a variation selector of the supplement", "de\U000e0100mo", login.UsernameInvalid},
		{"an Arabic number sign, which shows", "\u0600demo", login.UsernameInvalid},
		{"a tag character", "demo\U000e0041", login.UsernameInvalid},
		{"private use", "demo\ue000", login.UsernameInvalid},
		{"a code point that is not assigned", "demo\u0378", login.UsernameInvalid},
		{"129 bytes", strings.Repeat("x", 129), login.UsernameInvalid},
		{"129 bytes after folding", strings.Repeat("é", 64) + "x", login.UsernameInvalid},
		{"what grows beyond 128 bytes", strings.Repeat("ﷺ", 4), login.UsernameInvalid},
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

// What folds to itself costs no memory, and neither do blanks around it.
func TestAnOrdinaryNameCostsNoMemory(t *testing.T) {
	for _, raw := range []string{"demo", "a.name@example.com", "13800000000", " demo ", "\u3000demo\ufeff", "张三", strings.Repeat("x", 128)} {
		if n := testing.AllocsPerRun(100, func() { username.Fold(raw) }); n != 0 {
			t.Errorf("Fold(%+q) allocates %v times", raw, n)
		}
	}
}

// What is refused for its length before it is folded would be too long afterwards too: no character that a folded name
// contains is spelled with more than four times its bytes.
func TestFoldingLeavesAQuarter(t *testing.T) {
	longest := map[string]int{} // the longest spelling of what decomposes no further, in bytes
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.IsGraphic(r) {
			continue
		}
		if folded, err := username.Fold("#" + string(r)); err == nil && len(folded) > 1 { // # composes with nothing
			part := norm.NFKD.String(folded[1:])
			longest[part] = max(longest[part], utf8.RuneLen(r))
		}
	}
	for whole := range longest {
		spelled := 0
		for _, r := range whole {
			spelled += max(longest[string(r)], utf8.RuneLen(r))
		}
		if n := len(norm.NFKC.String(whole)); max(spelled, longest[whole]) > 4*n {
			t.Errorf("%+q has %d bytes, and is spelled with %d", whole, n, spelled)
		}
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
		want := full.String(norm.NFKC.String(string(r)))
		if unicode.Is(unicode.Cherokee, r) {
			want = strings.ToUpper(want) // x/text folds it downwards, CaseFolding.txt upwards
		}
		if utf8.RuneCountInString(want) == 1 && got != norm.NFKC.String(want) {
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
	for _, raw := range []string{"Demo", "J\u030c", "STRAẞE", "ΑΙ\u0345", "\u1100\u1161\u11a8", "e\u0301\u0323", "\u212a", "a\u034fb", " ＤＥＭＯ\u3000", "ﾃﾞﾓ", "o´brien", "ﷺ", "\u202a1\u202c", "ㅎㅏㄴ"} {
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
		if name == "" || len(name) > username.MaxBytes || !utf8.ValidString(name) || !norm.NFKC.IsNormalString(name) || login.Trim(name) != name {
			t.Errorf("Fold(%+q) = %+q", raw, name)
		}
		if mustFold(t, name) != name {
			t.Errorf("%+q does not fold to itself", name)
		}
		for _, form := range []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD} {
			if d := form.String(raw); len(d) <= username.MaxBytes && mustFold(t, d) != name {
				t.Errorf("%+q and %+q are equivalent, but not when folded", raw, d)
			}
		}
		if around := " \u200e" + raw + "\u3000\ufeff"; len(raw) <= username.MaxBytes && mustFold(t, around) != name {
			t.Errorf("%+q folds differently with blanks around", raw)
		}
		dotted := strings.Contains(norm.NFD.String(name), "\u0307") // I and a dot are İ, which stays itself
		if v := variant(name); !dotted && mustFold(t, v) != name {
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
