package login

import (
	"strings"
	"time"
)

// Phone is a user's phone number. The zero Phone is none.
type Phone struct {
	// Number is in the form of E.164: see ParsePhone.
	Number string
	// Index is what the user is found by: see Secret.Index. At most one user has an index.
	Index string
	// VerifiedAt is when WeChat last said that the number is its owner's. It is zero for a number that an administrator has
	// set and that WeChat has never confirmed.
	VerifiedAt time.Time
	// AppID is the mini-program in which the person has given the number. It is "" for one that an administrator has set, also
	// when WeChat confirms that later. It stays when the same number is verified again.
	AppID string
}

// PhoneOf makes a phone of a number in the form of E.164.
func (s *Secret) PhoneOf(number string) Phone {
	return Phone{Number: number, Index: s.Index("phone", number)}
}

// Lengths of a number, in digits with the country code: ITU-T E.164 allows 15, and none is shorter than 7.
const (
	minPhone = 7
	maxPhone = 15
)

// ParsePhone returns a phone number in the form of E.164: + and digits, the country code first. Blanks, hyphens and brackets
// between the digits do not count, nor does 00 for the +. Eleven digits are a mobile number of mainland China. A number of the
// countries +86 and +1 has only one spelling: WeChat would never tell of a user by another one.
//
// Errors: PhoneInvalid.
func ParsePhone(text string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -().\u00a0\u3000", r) {
			return -1
		}
		return r
	}, Trim(text))
	switch {
	case strings.HasPrefix(digits, "+"):
		digits = digits[1:]
	case strings.HasPrefix(digits, "00"):
		digits = digits[2:]
	case len(digits) == 11:
		digits = "86" + digits
	default:
		return "", PhoneInvalid
	}
	if len(digits) < minPhone || len(digits) > maxPhone || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
		return "", PhoneInvalid
	}
	if !ownSpelling(digits) {
		return "", PhoneInvalid
	}
	return "+" + digits, nil
}

// ownSpelling says whether digits, which begin with the country code, are those of a mobile number, where it is known how these
// look: a 0 before the number, or a country code given twice, is the most frequent other spelling.
func ownSpelling(digits string) bool {
	if number, china := strings.CutPrefix(digits, "86"); china {
		return len(number) == 11 && number[0] == '1' && number[1] >= '3'
	}
	if number, america := strings.CutPrefix(digits, "1"); america {
		return len(number) == 10 && number[0] >= '2'
	}
	return true
}

// Masked shows who knows the number which one it is, and nobody else: +86138****8000.
func (p Phone) Masked() string {
	if p.Number == "" {
		return ""
	}
	const end = 4
	begin := max(len(p.Number)-end-4, 1)
	return p.Number[:begin] + strings.Repeat("*", len(p.Number)-end-begin) + p.Number[len(p.Number)-end:]
}

// Logged is what the log shows of a number: the beginning of its Index, and its last two digits.
func (p Phone) Logged() string {
	if p.Index == "" {
		return ""
	}
	return p.Index[:16] + ":" + p.Number[len(p.Number)-2:]
}
