package metrics

import "github.com/wxbind/wxbind/pkg/login"

// logins are the metrics of what a request with a code comes to.
var logins = map[login.Outcome]string{
	login.OutcomeLogin:   Logins,
	login.OutcomeUnbound: Unbound,
	login.OutcomeBound:   Bound,
}

// malformed is the outcome of every request that could not be understood: which of
// the many ways it is wrong in is for the log.
const malformed = "malformed"

// outcomeOf gives the outcome of a failure. Each that occurs costs money, so nothing
// that comes from outside becomes one.
func outcomeOf(code login.Code) string {
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

// culprits are the metrics of whose failure a failure was. The client's has none.
var culprits = map[login.Culprit]string{
	login.CulpritWeChat:    WeChatFailures,
	login.CulpritAppSecret: AppSecretRejected,
	login.CulpritStore:     StoreFailures,
	login.CulpritSecret:    SecretFailures,
	login.CulpritDirectory: DirectoryFailures,
	login.CulpritOurs:      InternalFailures,
}
