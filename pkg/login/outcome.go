package login

// Outcome names what a request that did not fail came to. There are those below and no
// others: no other package can make one. nil is none.
type Outcome interface {
	// String gives the name, which is stable and stands in the log.
	String() string
	sealed()
}

type outcome uint8

// What a request with a code comes to.
const (
	// OutcomeLogin: a session was opened.
	OutcomeLogin outcome = iota
	// OutcomeUnbound: the identity is bound to nobody; or, of a request to unbind, not any more.
	OutcomeUnbound
	// OutcomeBound: the identity is bound. No session was opened.
	OutcomeBound

	// What a visit comes to, if not OutcomeUnbound.

	// OutcomeUserInfo: the user was shown.
	OutcomeUserInfo
	// OutcomeLogout: the session, or each of the user's, was ended.
	OutcomeLogout
	// OutcomeSessions: the user's sessions were listed.
	OutcomeSessions
	// OutcomeRevoked: another session was ended.
	OutcomeRevoked
	// OutcomeExported: what is held about the user was shown.
	OutcomeExported
	// OutcomeDeleted: the user was removed.
	OutcomeDeleted

	// What a question about a session comes to.

	// OutcomeActive and OutcomeInactive: a service was told whose token it is, or that it is nobody's.
	OutcomeActive
	OutcomeInactive
	// OutcomeAllowed: the authorizer let a request pass.
	OutcomeAllowed
	// OutcomeWhoAmI: a route behind the authorizer showed who asks.
	OutcomeWhoAmI

	outcomeEnd // behind the last
)

var outcomeNames = [outcomeEnd]string{
	OutcomeLogin: "login", OutcomeUnbound: "unbound", OutcomeBound: "bound",
	OutcomeUserInfo: "userinfo", OutcomeLogout: "logout", OutcomeSessions: "sessions", OutcomeRevoked: "revoked",
	OutcomeExported: "exported", OutcomeDeleted: "deleted",
	OutcomeActive: "active", OutcomeInactive: "inactive", OutcomeAllowed: "allowed", OutcomeWhoAmI: "whoami",
}

func (o outcome) String() string { return outcomeNames[o] }

func (outcome) sealed() {}

// Outcomes lists every outcome.
func Outcomes() []Outcome {
	var all []Outcome
	for o := range outcomeEnd {
		all = append(all, o)
	}
	return all
}
