// Package bom removes what some programs put before a text: the byte order mark, U+FEFF. Notepad and Excel write it at the
// beginning of files, and PHP sends one for each of its source files that has one, so there may be several.
package bom

import "bytes"

// Trim returns text without the marks and blanks before its first other character. In what it is used for, JSON, CSV and
// keys, none of these means anything there. Blanks are those of JSON: space, tab, carriage return and line feed.
func Trim(text []byte) []byte {
	rest := bytes.TrimLeft(text, "\uFEFF \t\r\n")
	return text[len(text)-len(rest):] // an empty rest would be nil, which some take for an absent text
}
