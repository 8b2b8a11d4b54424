package login

import "time"

// Phone is a user's phone number. The zero Phone is none.
type Phone struct {
	// Number is in the form of E.164: + and at most 15 digits, the country code first.
	Number string
	// Index is what the user is found by: see Secret.Index. At most one user has an index.
	Index string
	// VerifiedAt is when WeChat last said that the number is its owner's. It is zero for a number that an administrator has
	// set and that WeChat has never confirmed.
	VerifiedAt time.Time
}
