// Package needs names what a route may stand on. What the routes of a function need
// decides what the function is made of, which settings it must have, what it reads when
// it starts, what its IAM policy allows, and which failures of others reach its callers.
package needs

import (
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// Set is a set of needs. The zero Set needs nothing.
type Set uint16

// These are what a route may stand on. The first five are the tables that it reads or writes, by
// their names in dynamostore.Schema.
const (
	Bindings Set = 1 << iota
	Sessions
	Users
	Ephemeral
	// Outbox keeps the notices of what the route changes. An operator may do without.
	Outbox
	// Secret is the operator's secret.
	Secret
	// WeChat says whose a code is.
	WeChat
	// Directory has the platform's own users, if the operator has set one.
	Directory
	// Passwords let a user show or set a password: a hasher, the form of usernames, and what a new password must be.
	Passwords
	// Services are the keys of the platform's services that may introspect tokens. They are a secret of their own.
	Services
	// Pushes read what WeChat pushes.
	Pushes
	// Data opens what WeChat encrypts with a session_key.
	Data
	// Avatars are the hosts of which a user's picture may be.
	Avatars
)

// These are needs that belong together.
const (
	// Tables are all tables.
	Tables = Bindings | Sessions | Users | Ephemeral | Outbox
	// Token is what it takes to verify a token.
	Token = Sessions | Users
	// Code is what an exchange takes. Ephemeral remembers the identity for a repeat.
	Code = Secret | WeChat | Ephemeral
	// All is everything.
	All = Tables | Secret | WeChat | Directory | Passwords | Services | Pushes | Data | Avatars
)

// meaning is everything that is fixed about one need.
type meaning struct {
	need Set
	name string
	// errors lists what a caller may be told because of it, besides the route's own refusals.
	errors []login.Code
}

var meanings = []meaning{
	{Bindings, "Bindings", []login.Code{login.StoreUnavailable}},
	{Sessions, "Sessions", []login.Code{login.StoreUnavailable}},
	{Users, "Users", []login.Code{login.StoreUnavailable}},
	{Ephemeral, "Ephemeral", []login.Code{login.StoreUnavailable}},
	{Outbox, "Outbox", []login.Code{login.StoreUnavailable}},
	{Secret, "Secret", []login.Code{login.SecretUnavailable}},
	{WeChat, "WeChat", []login.Code{
		login.CodeInvalid, login.AppIDUnknown, login.WXThrottled, login.WXUserBlocked, login.WXUserLimited, login.WXBusy, login.WXUnavailable,
		login.WXUnexpected, login.WXAppRejected, login.WXSecretRejected, login.WXSecretUnusable, login.WXRequestInvalid,
		login.WXAddressBlocked, login.WXQuotaSpent, login.TooManyCodes,
	}},
	{Directory, "Directory", []login.Code{login.DirectoryUnavailable}},
	{Passwords, "Passwords", []login.Code{
		login.PasswordInvalid, login.InvalidCredentials, login.TooManyAttempts, login.Overloaded,
	}},
	{Services, "Services", []login.Code{login.SecretUnavailable}},
	{Pushes, "Pushes", nil}, // what it refuses, the guard refuses
	{Data, "Data", nil},
	{Avatars, "Avatars", nil},
}

// Has says whether s contains all of some.
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

// Errors lists what a caller may be told when something in s fails or refuses. The order
// is not defined, and a code may occur more than once.
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
