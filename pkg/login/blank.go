package login

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Trim removes what shows nothing at the ends of a text that somebody typed or copied: see Blank.
func Trim(text string) string { return strings.TrimFunc(text, Blank) }

// Blank says whether a character shows nothing at the end of a text. These are Unicode's White_Space, what it says to
// ignore where it cannot be displayed (Default_Ignorable_Code_Point), and three symbols that are empty. So they include
// the zero-width characters and the byte order mark, the marks of direction that phones put around what is copied from
// the contacts, the soft hyphen and the variation selectors.
//
// Control characters that are not White_Space are not blank: no keyboard types a NUL. Nor are tags: they make one flag
// of another.
func Blank(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r == ' ' || '\t' <= r && r <= '\r'
	case unicode.IsSpace(r):
		return true
	case r == '\u2800', r == '\U00016FE4', r == '\U0001D159': // the empty Braille pattern, Khitan filler and note head
		return true
	case isTag(r):
		return false
	case 0xFFF9 <= r && r <= 0xFFFB, 0x13430 <= r && r <= 0x1345F, unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false // format characters that show something, or arrange what does
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isTag says whether a character is one of Unicode's tags.
func isTag(r rune) bool { return 0xE0000 <= r && r < 0xE0100 }
