package main

import (
	"unicode"

	"golang.org/x/text/width"
)

// columns is how many columns of a terminal a text takes: two for each wide character, such as a Chinese one, and none for
// what is drawn over the character before it.
func columns(text string) (n int) {
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
