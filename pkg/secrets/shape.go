package secrets

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/login"
)

// What WeChat's console shows. WeChat promises neither form, so another is only doubtful.
var (
	usualAppID     = regexp.MustCompile("^wx[0-9a-f]{16}$")
	usualAppSecret = regexp.MustCompile("^[0-9a-f]{32}$")
)

// looksLikeAppSecret is usualAppSecret in any case.
var looksLikeAppSecret = regexp.MustCompile("^[0-9a-fA-F]{32}$")

// CheckApp says what is wrong with a mini-program as somebody has pasted it, never a value.
func CheckApp(app login.App) error {
	return cmp.Or(checkText(app.ID, "appId"), checkAppID(app.ID, "appId"), checkText(string(app.Secret), "appSecret"))
}

// checkAppID says what is wrong with an appid. What looks like an AppSecret is refused and not shown: an appid stands in logs, in
// answers and in the store.
func checkAppID(id, at string) error {
	switch {
	case looksLikeAppSecret.MatchString(id):
		return fmt.Errorf("%s looks like an AppSecret, 32 of 0-9 a-f: are the two exchanged?", at)
	case login.ValidAppID(id):
		return nil
	}
	return fmt.Errorf("%s is no AppID: it has %d characters and not only letters and digits; WeChat's have 18, wx and 16 of 0-9 a-f", at, utf8.RuneCountInString(id))
}

// quoted says whether a text is in quotation marks, as in a file for docker's --env-file, which takes them for part of it.
func quoted(s string) bool {
	for _, marks := range [][2]string{{`"`, `"`}, {"'", "'"}, {"“", "”"}, {"‘", "’"}} {
		if inner, ok := strings.CutPrefix(s, marks[0]); ok && strings.HasSuffix(inner, marks[1]) {
			return true
		}
	}
	return false
}

// Doubts says which mini-programs of a secret have an AppID or an AppSecret that does not look like one of WeChat's, a
// sentence each. It never shows an AppSecret.
func Doubts(s *login.Secret) (doubts []string) {
	for _, id := range slices.Sorted(maps.Keys(s.Apps)) {
		doubts = append(doubts, DoubtsOf(s.Apps[id])...)
	}
	return doubts
}

// DoubtsOf are the Doubts about one mini-program.
func DoubtsOf(app login.App) (doubts []string) {
	const idLength, secretLength = 18, 32
	id, secret := utf8.RuneCountInString(app.ID), utf8.RuneCountInString(string(app.Secret))
	switch {
	case usualAppID.MatchString(app.ID):
	case id == idLength:
		doubts = append(doubts, fmt.Sprintf("the AppID %s has other characters than WeChat's, which are wx and 16 of 0-9 a-f", app.ID))
	default:
		doubts = append(doubts, fmt.Sprintf("the AppID %s has %d characters; WeChat's have 18: wx and 16 of 0-9 a-f", app.ID, id))
	}
	switch {
	case usualAppSecret.MatchString(string(app.Secret)):
	case secret == secretLength:
		doubts = append(doubts, fmt.Sprintf("the AppSecret of %s has other characters than WeChat's, which are 32 of 0-9 a-f", app.ID))
	default:
		doubts = append(doubts, fmt.Sprintf("the AppSecret of %s has %d characters; WeChat's have 32 of 0-9 a-f", app.ID, secret))
	}
	return doubts
}
