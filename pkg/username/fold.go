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
	// maxRaw bounds the work on a raw username. Folding leaves at least a quarter of a text's bytes. The worst case is
	// ΐ from U+1FBE with two marks, 7 bytes to 2.
	maxRaw = 4 * MaxBytes
	// maxRounds is far more than the one or two rounds that settling takes.
	maxRounds = 8
)

// Fold returns the form in which a username is stored and looked up: Unicode's simple case folding (CaseFolding.txt,
// status C and S), then Normalization Form C (UAX #15). No character becomes several, and neither ß nor the Turkish ı
// becomes another letter. A folded username folds to itself.
//
// Fold accepts letters, marks, digits, punctuation, symbols and, within the name, spaces. It refuses what is invisible
// or reorders a line: control and format characters (with bidi controls and joiners), line separators,
// default-ignorable characters, U+FFFD. It also refuses private and unassigned code points, since a later Unicode may
// fold those differently.
//
// Errors: login.UsernameMissing for "", otherwise login.UsernameInvalid; the cause does not quote the name.
func Fold(raw string) (string, error) {
	if raw == "" {
		return "", login.UsernameMissing
	}
	if len(raw) > maxRaw {
		return "", invalid("is longer than %d bytes", MaxBytes)
	}
	if !utf8.ValidString(raw) {
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
	if strings.TrimSpace(name) != name {
		return "", invalid("begins or ends with a space")
	}
	return name, nil
}

// settle normalizes and folds until neither changes anything: folding a composed character can produce one that
// composes further. It normalizes first, so that canonically equivalent names become equal.
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

// visible is unicode.IsGraphic without the characters that show nothing.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && r != utf8.RuneError &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func invalid(format string, args ...any) error {
	return login.Because(login.UsernameInvalid, fmt.Errorf("the username "+format, args...))
}
