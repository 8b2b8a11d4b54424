package main

import (
	"cmp"
	"maps"
	"regexp"
	"strings"
	"sync/atomic"
)

// langFlag is read by chooseLanguage, before kong says anything.
type langFlag struct {
	Lang string `help:"The language of help, messages and errors: en or zh; by default that of LC_ALL, LC_MESSAGES or LANG. --json is always English." enum:"en,zh," default:"" placeholder:"LANGUAGE"`
}

// chineseLocale is a locale, or a value of --lang. What is printed is UTF-8, so a locale of another encoding is not served.
var chineseLocale = regexp.MustCompile(`(?i)^zh([_-][a-z]+)*(\.utf-?8)?(@.*)?$`)

// inChinese is chosen once, at the start.
var inChinese atomic.Bool

// chooseLanguage chooses what people read: the flag's language, else that of the locale as POSIX has it. What programs read is
// English, and so is all that is said with --json.
func chooseLanguage(args []string, getenv func(string) string) {
	locale := cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"))
	json := false
	for i, arg := range args {
		name, value, given := strings.Cut(arg, "=")
		switch {
		case name == "--json":
			json = value != "false"
		case name == "--lang" && given:
			locale = value
		case name == "--lang" && i+1 < len(args):
			locale = args[i+1]
		}
	}
	inChinese.Store(chineseLocale.MatchString(locale) && !json)
}

// chinese has the Chinese of every English format and text of the command.
var chinese = func() map[string]string {
	all := map[string]string{}
	for _, part := range []map[string]string{zhHelp, zhSystem, zhServe, zhUser, zhTables, zhStore, zhSecret, zhOutbox} {
		maps.Copy(all, part)
	}
	return all
}()
