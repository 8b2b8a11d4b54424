package metrics

import "github.com/wxbind/wxbind/pkg/login"

// logins maps the outcomes of a request with a code to their metrics.
var logins = map[login.Outcome]string{
	login.OutcomeLogin:   Logins,
	login.OutcomeUnbound: Unbound,
	login.OutcomeBound:   Bound,
}

// malformed is the error of every request that could not be understood. The line's outcome says what was wrong with it.
const malformed = "malformed"

// errorOf returns the value of the dimension Error for a failure. Each value that occurs costs money, so
// nothing that comes from outside may become one.
func errorOf(code login.Code) string {
	if !code.Known() {
		return string(login.Internal)
	}
	switch code.Kind() {
	case login.KindMalformed, login.KindTooLarge:
		return malformed
	default:
		return string(code)
	}
}

// untimed says whether a request was turned away before anybody was asked. Its time says nothing, and in a flood of
// them the share of the others that fail would vanish.
func untimed(failure login.Code) bool {
	return failure != "" && errorOf(failure) == malformed || failure == login.TooManyCodes || failure == login.OriginKeyRequired
}

// culprits maps whose fault a failure was to its metric. A client's fault has none.
var culprits = map[login.Culprit]string{
	login.CulpritWeChat:    WeChatFailures,
	login.CulpritAppSecret: AppSecretRejected,
	login.CulpritStore:     StoreFailures,
	login.CulpritSecret:    SecretFailures,
	login.CulpritDirectory: DirectoryFailures,
	login.CulpritLoad:      Overloads,
	login.CulpritOurs:      InternalFailures,
}
