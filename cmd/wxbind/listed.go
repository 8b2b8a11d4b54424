package main

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/wxbind/wxbind/pkg/login"
)

func listedOf(u login.User) listed {
	return listed{
		ID: u.ID, Username: u.Username, Name: u.Name, Roles: append([]string{}, u.Roles...),
		Apps: append([]string{}, slices.Sorted(maps.Keys(u.Apps))...), Disabled: u.Disabled, CreatedAt: u.CreatedAt,
	}
}

// printable keeps what a terminal would act on out of a table.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
