package main

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// heard is a text of others: how it is recognized, and its Chinese.
type heard struct {
	// words are the most that its format has between two verbs. A text without them need not be matched.
	words   string
	text    *regexp.Regexp
	chinese string
	// joint means that it only joins two texts, so it is known by them: they must be understood.
	joint bool
}

// verb is a verb of a format.
var verb = regexp.MustCompile(`%#?[a-zA-Z]`)

// What a verb stands for. A text that begins a format ends before ": ": what stands before that has said it of something else.
const anything, number, inQuotes, beforeColon = `(.+?)`, `(-?\d+)`, `("(?:[^"\\]|\\.)*")`, `((?:[^:(]|:[^ ]|\([^()]*\))+?)`

// joints join texts of different places, in the order in which they are looked for.
var joints = []struct {
	english, chinese string
	// alone means that what stands before is not joined itself.
	alone bool
}{{"%s; %s", "%s；%s", false}, {"%s: %s", "%s：%s", true}, {"%s, %s", "%s，%s", true}, {"%s (%s)", "%s（%s）", false}}

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
			all = append(all, heardAs(format, formats[format]))
		}
		return all
	})
}

// joined recognizes texts that are joined, too, if nothing else does.
func joined(from func() []heard) func() []heard {
	return sync.OnceValue(func() []heard {
		all := slices.Clone(from())
		for _, j := range joints {
			pattern := anything
			if j.alone {
				pattern = beforeColon
			}
			pattern += regexp.QuoteMeta(strings.TrimPrefix(j.english, "%s"))
			pattern = strings.ReplaceAll(pattern, "%s", anything)
			all = append(all, heard{words: verb.Split(j.english, -1)[1], text: regexp.MustCompile(`(?s)^` + pattern + `$`), chinese: j.chinese, joint: true})
		}
		return all
	})
}

// heardAs recognizes a text by its format.
func heardAs(format, chinese string) heard {
	most := slices.MaxFunc(verb.Split(format, -1), func(a, b string) int { return len(a) - len(b) })
	pattern := verb.ReplaceAllStringFunc(regexp.QuoteMeta(format), func(v string) string {
		switch v {
		case "%d", "%#o":
			return number
		case "%q":
			return inQuotes
		}
		return anything
	})
	if rest, begins := strings.CutPrefix(pattern, anything); begins {
		pattern = beforeColon + rest
	}
	return heard{words: most, text: regexp.MustCompile(`(?s)^` + pattern + `$`), chinese: chinese}
}

// heardFromKong, heardFromPackages and heardOfChecks know what kong and our packages say, and the names of doctor's checks.
// heardUnjoined are the sentences of our packages alone.
var (
	heardFromKong     = heardFrom(zhKong)
	heardUnjoined     = heardFrom(zhOthers, zhPasswords, zhSecrets, zhNetwork, zhErrno, zhSQLite, zhPeers, zhDoctor, zhStack)
	heardFromPackages = joined(heardUnjoined)
	heardOfChecks     = heardFrom(zhChecks)
)

// translate is the Chinese for a text of others, and for those within it; "" if there is none, and in English.
func translate(text string, from func() []heard) string {
	if !inChinese.Load() {
		return ""
	}
	for _, known := range from() {
		if !strings.Contains(text, known.words) {
			continue
		}
		found := known.text.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		parts, chinese, english := make([]any, 0, len(found)-1), false, false
		for _, part := range found[1:] {
			said := part
			if text := cmp.Or(translate(part, from), ofOthers(part)); text != "" {
				said, chinese = seam+text+seam, true
			}
			parts, english = append(parts, said), english || isEnglish(said)
			chinese = chinese || known.words == ": " && strings.ContainsFunc(said, isHan) // it was put there before
		}
		if chinese && !english || !known.joint {
			return strings.ReplaceAll(blankAtSeam.ReplaceAllString(fmt.Sprintf(known.chinese, parts...), "$1$2"), seam, "")
		}
	}
	return ""
}

// seam is around the Chinese for a part of a text. A format has blanks around what may be Latin, and Chinese has none in between.
const seam = "\uE001"

var blankAtSeam = regexp.MustCompile(`([\p{Han}）”])(?: ` + seam + `|` + seam + ` )([\p{Han}（“])`)

var (
	// quoted is what a text quotes: commands and names.
	quoted = regexp.MustCompile("`[^`]*`" + `|"[^"]*"`)
	// twoWords are two words of English.
	twoWords = regexp.MustCompile(`[a-z]{2,}(['’]s)? [a-z]{2,}`)
)

// isEnglish says whether a text has a sentence in English.
func isEnglish(text string) bool { return twoWords.MatchString(quoted.ReplaceAllString(text, "")) }

// isHan says whether a character is a Chinese one.
func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// itsPackage begins the errors of more packages, and stays in English, where programs may look for it.
var itsPackage = regexp.MustCompile(`^(password|userfile): `)

// ofOthers is the Chinese for a text of one of our packages, "" if there is none.
func ofOthers(text string) string {
	return translate(itsPackage.ReplaceAllString(packageNames.ReplaceAllString(text, ""), ""), heardFromPackages)
}

// foreign is a text of others in the language of its reader, or as it is.
func foreign(text string) string { return cmp.Or(ofOthers(text), text) }

// translated is an error of others likewise.
func translated(err error) error {
	if text := ofOthers(err.Error()); text != "" {
		return &plain{text: text, cause: err}
	}
	return err
}
