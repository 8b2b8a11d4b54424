// Package needs names what a route may stand on. From what its routes need follows what
// a function is made of, which settings it must have, what it asks when it starts, what
// its IAM policy may touch, and which failures of others reach its callers.
package needs

import (
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// Set is a set of needs. The zero Set needs nothing.
type Set uint16

// The tables that a route reads or writes, by their names in dynamostore.Schema.
const (
	Bindings Set = 1 << iota
	Sessions
	Users
	Ephemeral
)

const (
	// Secret is the operator's secret.
	Secret Set = 1 << (iota + 4)
	// WeChat is asked whose a code is.
	WeChat
	// Directory is the platform's own users, where the operator has set one.
	Directory
	// Passwords are what lets a user in by name: a hasher and the form of usernames.
	Passwords
)

// What belongs together.
const (
	// Tables are all tables.
	Tables = Bindings | Sessions | Users | Ephemeral
	// Token is what verifying a token stands on.
	Token = Sessions | Users
	// Code is what turning a code into an identity stands on; Ephemeral remembers it for a repeat.
	Code = Secret | WeChat | Ephemeral
	// All is everything.
	All = Tables | Secret | WeChat | Directory | Passwords
)

// meaning is all that is fixed about one need.
type meaning struct {
	need Set
	name string
	// errors are what a caller is told of it, beside what a route decides.
	errors []login.Code
}

var meanings = []meaning{
	{Bindings, "Bindings", []login.Code{login.StoreUnavailable}},
	{Sessions, "Sessions", []login.Code{login.StoreUnavailable}},
	{Users, "Users", []login.Code{login.StoreUnavailable}},
	{Ephemeral, "Ephemeral", []login.Code{login.StoreUnavailable}},
	{Secret, "Secret", []login.Code{login.SecretUnavailable}},
	{WeChat, "WeChat", []login.Code{
		login.CodeInvalid, login.WXThrottled, login.WXUserBlocked, login.WXUserLimited, login.WXBusy, login.WXUnavailable,
		login.WXUnexpected, login.WXAppRejected, login.WXSecretRejected, login.WXSecretUnusable, login.WXRequestInvalid,
		login.WXAddressBlocked, login.WXQuotaSpent,
	}},
	{Directory, "Directory", []login.Code{login.DirectoryUnavailable}},
	{Passwords, "Passwords", []login.Code{
		login.UsernameMissing, login.UsernameInvalid, login.PasswordMissing, login.PasswordInvalid,
		login.InvalidCredentials, login.TooManyAttempts,
	}},
}

// Has says whether all of some are in s.
func (s Set) Has(some Set) bool { return s&some == some }

// Each lists the needs of s one by one, the tables first.
func (s Set) Each() []Set {
	var each []Set
	for _, m := range meanings {
		if s.Has(m.need) {
			each = append(each, m.need)
		}
	}
	return each
}

// Errors are what a caller is told when what s stands on fails or says no, in no order
// and perhaps more than once.
func (s Set) Errors() []login.Code {
	var codes []login.Code
	for _, m := range meanings {
		if s.Has(m.need) {
			codes = append(codes, m.errors...)
		}
	}
	return codes
}

// String names the needs, as in "Sessions, Users".
func (s Set) String() string {
	var names []string
	for _, m := range meanings {
		if s.Has(m.need) {
			names = append(names, m.name)
		}
	}
	return strings.Join(names, ", ")
}
