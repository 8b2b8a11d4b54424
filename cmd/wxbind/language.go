package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
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
	for _, part := range []map[string]string{zhHelp, zhSystem, zhServe, zhUser, zhStore, zhSecret} {
		maps.Copy(all, part)
	}
	return all
}()

// heard is a text of others: how it is recognized, and its Chinese.
type heard struct {
	text    *regexp.Regexp
	chinese string
}

// verb is a verb of a format.
var verb = regexp.MustCompile(`%#?[a-zA-Z]`)

// heardFrom recognizes texts by their formats, first by those with most words.
func heardFrom(tables ...map[string]string) func() []heard {
	return sync.OnceValue(func() (all []heard) {
		formats := map[string]string{}
		for _, table := range tables {
			maps.Copy(formats, table)
		}
		words := func(format string) int { return len(verb.ReplaceAllString(format, "")) }
		for _, format := range slices.SortedFunc(maps.Keys(formats), func(a, b string) int {
			return cmp.Or(words(b)-words(a), strings.Compare(a, b))
		}) {
			pattern := verb.ReplaceAllString(regexp.QuoteMeta(format), `(.+?)`)
			all = append(all, heard{regexp.MustCompile(`(?s)^` + pattern + `$`), formats[format]})
		}
		return all
	})
}

// heardFromKong and heardFromPackages know what kong and our packages say.
var heardFromKong, heardFromPackages = heardFrom(zhKong), heardFrom(zhOthers, zhDoctor)

// translate is the Chinese for a text of others, and for those within it; "" if there is none, and in English.
func translate(text string, from func() []heard) string {
	if !inChinese.Load() {
		return ""
	}
	for _, known := range from() {
		found := known.text.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		parts := make([]any, 0, len(found)-1)
		for _, part := range found[1:] {
			parts = append(parts, cmp.Or(translate(part, from), foreign(part)))
		}
		return fmt.Sprintf(known.chinese, parts...)
	}
	return ""
}

// ofOthers is the Chinese for a text of one of our packages, "" if there is none.
func ofOthers(text string) string { return translate(text, heardFromPackages) }

// foreign is a text of others in the language of its reader, or as it is.
func foreign(text string) string { return cmp.Or(ofOthers(text), text) }

// translated is an error of others likewise.
func translated(err error) error {
	if text := ofOthers(err.Error()); text != "" {
		return &plain{text: text, cause: err}
	}
	return err
}
