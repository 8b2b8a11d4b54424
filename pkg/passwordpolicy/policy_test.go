package passwordpolicy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		password login.Hidden
		username string
		want     error
	}{
		"a phrase":                        {"correct horse", "bob", nil},
		"8 characters":                    {"kT9:mw2x", "bob", nil},
		"7 characters":                    {"kT9:mw2", "bob", ErrTooShort},
		"7 Chinese characters, 21 bytes":  {"我家的猫会爬树", "bob", ErrTooShort},
		"8 Chinese characters, 24 bytes":  {"我家的猫会爬大树", "bob", nil},
		"4 emoji, 16 bytes":               {"🐈🐕🐎🐖", "bob", ErrTooShort},
		"spaces count":                    {"a b c d e", "bob", nil},
		"256 bytes":                       {login.Hidden(strings.Repeat("kT9:mw2x", 32)), "bob", nil},
		"257 bytes":                       {login.Hidden(strings.Repeat("kT9:mw2x", 32) + "x"), "bob", login.PasswordInvalid},
		"nothing":                         {"", "bob", login.PasswordMissing},
		"a NUL":                           {"kT9:mw2x\x00", "bob", login.PasswordInvalid},
		"the commonest":                   {"password", "bob", ErrCommon},
		"the first of the list":           {"!qaz2wsx", "bob", ErrCommon},
		"the last of the list":            {"zzzzzzz1", "bob", ErrCommon},
		"common in other case":            {"PassWord", "bob", ErrCommon},
		"common in full width":            {"ｐａｓｓｗｏｒｄ", "bob", ErrCommon},
		"common digits":                   {"12345678", "bob", ErrCommon},
		"one digit repeated":              {"88888888", "bob", ErrCommon},
		"common in China":                 {"Woaini1314", "bob", ErrCommon},
		"common with more around it":      {"xx password xx", "bob", nil},
		"the username":                    {"bartholomew", "bartholomew", ErrObvious},
		"the username in other case":      {"Bartholomew", "bartholomew", ErrObvious},
		"the username in full width":      {"Ｂａｒｔｈｏｌｏｍｅｗ", "bartholomew", ErrObvious},
		"the username in half width":      {"ﾊﾞｰﾄﾛﾐｭｰ01", "バートロミュー", ErrObvious},
		"the username in circles":         {"ⓑⓞⓑ②⓪②⑥①②", "bob", ErrObvious},
		"the username and digits":         {"bob20261126", "bob", ErrObvious},
		"the username in punctuation":     {"!!bob2026!!", "bob", ErrObvious},
		"a username of digits":            {"13800138000", "13800138000", ErrObvious},
		"other digits":                    {"13800138001", "13800138000", nil},
		"a username of digits and more":   {"13800138000!", "13800138000", ErrObvious},
		"a username that ends in a digit": {"username5!!", "username5", ErrObvious},
		"a run downwards":                 {"87654321", "bob", ErrCommon},
		"a run of letters":                {"abcdefgh", "bob", ErrCommon},
		"three digits repeated":           {"123123123", "bob", ErrCommon},
		"the service's name and a year":   {"WxBind2026", "bob", ErrObvious},
		"the service's name in Chinese":   {"微信12345678", "bob", ErrObvious},
		"the username within another one": {"bobsleigh7x", "bob", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if err := Check(c.password, c.username); !errors.Is(err, c.want) {
				t.Errorf("Check = %v, want %v", err, c.want)
			}
		})
	}
}

// What bisection relies on, and what README.md and OWASP ASVS 5.0, 6.2.4 say of the lists.
func TestLists(t *testing.T) {
	for name, c := range map[string]struct {
		list string
		want int
	}{"zxcvbn.txt": {zxcvbnList, 10000}, "ours.txt": {ourList, 784}} {
		t.Run(name, func(t *testing.T) {
			lines := strings.Split(strings.TrimSuffix(c.list, "\n"), "\n")
			if len(lines) != c.want {
				t.Errorf("%d passwords, want %d", len(lines), c.want)
			}
			if !slices.IsSorted(lines) || len(slices.Compact(slices.Clone(lines))) != len(lines) {
				t.Error("the lines are not in order, or some are there twice")
			}
			for _, line := range lines {
				if fold(line) != line || utf8.RuneCountInString(line) < MinCharacters {
					t.Errorf("%q is not folded, or too short to be chosen anyway", line)
				}
				if err := Check(login.Hidden(line), "bob"); !errors.Is(err, ErrCommon) {
					t.Errorf("%q: %v", line, err)
				}
			}
		})
	}
}

func TestListed(t *testing.T) {
	for _, list := range []string{"", "b\n", "b\nd\n", "b\nd\nf\n", "b\nbb\nd\nff\n", "b\nd\nf"} {
		lines := strings.Fields(list)
		for _, line := range []string{"", "a", "b", "bb", "c", "d", "e", "f", "ff", "g"} {
			if got, want := listed(list, line), slices.Contains(lines, line); got != want {
				t.Errorf("%q in %q: %v", line, list, got)
			}
		}
	}
}
