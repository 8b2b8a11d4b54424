// Package passwordpolicy decides which new passwords are good enough. It judges passwords when they are set, never when
// somebody logs in: a password that was set under other rules still works.
package passwordpolicy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/wxbind/wxbind/pkg/login"
)

// MinCharacters is the shortest password that a user can be given, in characters, that is Unicode code points (NIST SP
// 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, 6.2.1). login.CheckPassword has the greatest length.
const MinCharacters = 8

// Why a password is refused.
var (
	ErrTooShort = fmt.Errorf("a password must have at least %d characters", MinCharacters)
	ErrCommon   = errors.New("this password is one of the most common ones; choose another")
	ErrObvious  = errors.New("a password must not be the username, or the name of this service, with digits or punctuation around it; choose another")
)

// serviceWords are the words that everybody would try here first (OWASP ASVS 5.0, 6.1.2).
var serviceWords = []string{"wxbind", "wechat", "weixin", "微信", "小程序", "miniprogram", "login", "admin", "administrator"}

// Check says whether a user with this folded username may be given this password. Case and width do not count when it
// is compared with passwords that are refused.
//
// Errors: ErrTooShort, ErrCommon, ErrObvious; those of login.CheckPassword.
func Check(password login.Hidden, username string) error {
	if err := login.CheckPassword(password); err != nil {
		return err
	}
	if utf8.RuneCountInString(string(password)) < MinCharacters {
		return ErrTooShort
	}
	folded := fold(string(password))
	if common(folded) {
		return ErrCommon
	}
	if slices.ContainsFunc(append(slices.Clone(serviceWords), fold(username)), func(word string) bool { return decorated(folded, word) }) {
		return ErrObvious
	}
	return nil
}

// decorated says whether text is a word with only digits and punctuation around it. The word may have some at its own ends.
func decorated(text, word string) bool {
	before, after, found := strings.Cut(text, word)
	return found && word != "" && !strings.ContainsFunc(before+after, unicode.IsLetter)
}

// fold makes letters lower-case, and what NFKC (UAX #15) takes for a form of another character that one, as a folded
// username is: full-width letters, as a Chinese keyboard types them, become plain.
func fold(text string) string { return strings.ToLower(norm.NFKC.String(text)) }
