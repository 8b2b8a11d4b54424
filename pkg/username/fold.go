// Package username says when two usernames are the same.
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
	// MaxBytes is how long a folded username may be, in bytes of UTF-8.
	MaxBytes = 128
	// maxRaw bounds the work on a raw one. Folding leaves at least a quarter of a
	// text's bytes: ΐ from U+1FBE, with two marks, is the worst with 7 to 2.
	maxRaw = 4 * MaxBytes
	// maxRounds is far beyond the one or two rounds that it takes to settle.
	maxRounds = 8
)

// Fold gives the form of a username by which it is stored and looked up: in
// Unicode's simple case folding (CaseFolding.txt, status C and S: no character
// becomes several, and neither ß nor the Turkish ı becomes another letter) and in
// Normalization Form C (UAX #15). A folded username folds to itself.
//
// It takes letters, marks, digits, punctuation, symbols and, within the name,
// spaces. What nobody sees or what reorders a line is refused: control and format
// characters (with bidi controls and joiners), line separators, default-ignorable
// characters, U+FFFD. So are private and unassigned code points, since a later
// Unicode may fold those otherwise.
//
// Errors: login.UsernameMissing for "", else login.UsernameInvalid; the cause does
// not quote the name.
func Fold(raw string) (string, error) {
	if raw == "" {
		return "", login.UsernameMissing
	}
	if len(raw) > maxRaw {
		return "", invalid("is over %d bytes long", MaxBytes)
	}
	if !utf8.ValidString(raw) {
		return "", invalid("is not UTF-8")
	}
	name, err := settle(raw)
	if err != nil {
		return "", err
	}
	if len(name) > MaxBytes {
		return "", invalid("is over %d bytes long", MaxBytes)
	}
	for _, r := range name {
		if !visible(r) {
			return "", invalid("has the character %U", r)
		}
	}
	if strings.TrimSpace(name) != name {
		return "", invalid("begins or ends with a space")
	}
	return name, nil
}

// settle normalizes and folds until neither changes anything: folding a composed
// character can give one that composes further. Normalization comes first, so
// that canonically equivalent names meet.
func settle(raw string) (string, error) {
	name := norm.NFC.String(raw)
	for range maxRounds {
		next := norm.NFC.String(strings.Map(foldRune, name))
		if next == name {
			return name, nil
		}
		name = next
	}
	return "", invalid("does not settle when folded")
}

// foldRune is simple case folding as CaseFolding.txt has it: what unicode.SimpleFold
// holds for the same becomes its lower case, but Cherokee its upper case.
func foldRune(r rune) rune {
	switch {
	case unicode.SimpleFold(r) == r:
		return r
	case unicode.Is(unicode.Cherokee, r):
		return unicode.ToUpper(r)
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// visible is unicode.IsGraphic without the characters that show nothing.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && r != utf8.RuneError &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func invalid(format string, args ...any) error {
	return login.Because(login.UsernameInvalid, fmt.Errorf("the username "+format, args...))
}
