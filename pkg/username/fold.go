// Package username decides when two usernames are the same.
package username

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	// MaxBytes is the longest folded username, in bytes of UTF-8.
	MaxBytes = 128
	// maxRaw bounds the work on a username without the blanks around it. Folding leaves at least a quarter of its bytes,
	// as of 𝐝, which becomes d. At the other end, ﷺ grows to 11 times its 3 bytes: what is longer than MaxBytes is found
	// out after at most 6 KB.
	maxRaw = 4 * MaxBytes
	// maxRounds is far more than the one or two rounds that settling takes.
	maxRounds = 8
)

// Fold returns the form in which a username is stored and looked up. It trims what shows nothing at the ends
// (login.Trim), and then applies Normalization Form KC (UAX #15) and simple case folding (CaseFolding.txt, status C and
// S) until neither changes anything. So full-width letters and digits, half-width katakana, ligatures and circled digits
// become plain, while neither ß nor the Turkish ı becomes another letter. A folded username folds to itself.
//
// Fold accepts letters, marks, digits, punctuation, symbols and, within the name, spaces. It refuses a name that begins
// with a mark, or does so once ´ and its like are a space and a mark: it has nothing to stand on. Within the name it
// refuses what is invisible or reorders a line: control and format characters (with bidi controls and joiners), line
// separators, default-ignorable characters, U+FFFD. It also refuses private and unassigned code points, since a later
// Unicode may fold those differently.
//
// Errors: login.UsernameMissing if there is nothing but blanks, otherwise login.UsernameInvalid; the cause does not
// quote the name.
func Fold(raw string) (string, error) {
	if plain(raw) {
		return raw, nil
	}
	raw = login.Trim(raw)
	switch {
	case raw == "":
		return "", login.UsernameMissing
	case len(raw) > maxRaw:
		return "", invalid("is longer than %d bytes", MaxBytes)
	case !utf8.ValidString(raw):
		return "", invalid("is not UTF-8")
	}
	name, err := settle(raw)
	if err != nil {
		return "", err
	}
	if len(name) > MaxBytes {
		return "", invalid("is longer than %d bytes", MaxBytes)
	}
	for _, r := range name {
		if !visible(r) {
			return "", invalid("contains the character %U", r)
		}
	}
	if first, _ := utf8.DecodeRuneInString(name); unicode.IsMark(first) {
		return "", invalid("begins with the mark %U", first)
	}
	if login.Trim(name) != name {
		return "", invalid("begins or ends with a space once it is folded")
	}
	return name, nil
}

// plain says whether a name consists of what most names do, visible ASCII without upper case, which folds to itself.
func plain(raw string) bool {
	for i := range len(raw) {
		if c := raw[i]; c <= ' ' || c >= 0x7F || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return 0 < len(raw) && len(raw) <= MaxBytes
}

// settle normalizes and folds until neither changes anything: folding a composed character can produce one that
// composes further. It normalizes first, so that equivalent names become equal.
func settle(raw string) (string, error) {
	name := norm.NFKC.String(raw)
	for range maxRounds {
		next := norm.NFKC.String(strings.Map(foldRune, name))
		if next == name {
			return name, nil
		}
		name = next
	}
	return "", invalid("does not settle when folded")
}

// foldRune is simple case folding as in CaseFolding.txt: characters that unicode.SimpleFold treats as equal become
// their lower case, except for Cherokee, which becomes upper case.
func foldRune(r rune) rune {
	switch {
	case unicode.SimpleFold(r) == r:
		return r
	case unicode.Is(unicode.Cherokee, r):
		return unicode.ToUpper(r)
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// visible is unicode.IsGraphic without the characters that show nothing, other than spaces.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && r != utf8.RuneError && (unicode.Is(unicode.Zs, r) || !login.Blank(r))
}

func invalid(format string, args ...any) error {
	return login.Because(login.UsernameInvalid, fmt.Errorf("the username "+format, args...))
}
