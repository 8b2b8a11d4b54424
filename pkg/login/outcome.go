package login

// Outcome names what a request that did not fail came to. The names are stable and
// stand in the log. No other package can make one.
type Outcome struct{ name string }

// String gives the name.
func (o Outcome) String() string { return o.name }

// What a request with a code comes to.
var (
	// OutcomeLogin: a session was opened.
	OutcomeLogin = newOutcome("login")
	// OutcomeUnbound: the identity is bound to nobody; or, of a request to unbind, not any more.
	OutcomeUnbound = newOutcome("unbound")
	// OutcomeBound: the identity is bound. No session was opened.
	OutcomeBound = newOutcome("bound")
)

// What a request with a session comes to, if not OutcomeUnbound.
var (
	// OutcomeUserInfo: the user was shown.
	OutcomeUserInfo = newOutcome("userinfo")
	// OutcomeLogout: the session, or each of the user's, was ended.
	OutcomeLogout = newOutcome("logout")
	// OutcomeSessions: the user's sessions were listed.
	OutcomeSessions = newOutcome("sessions")
	// OutcomeRevoked: another session was ended.
	OutcomeRevoked = newOutcome("revoked")
	// OutcomeExported: what is held about the user was shown.
	OutcomeExported = newOutcome("exported")
	// OutcomeDeleted: the user was removed.
	OutcomeDeleted = newOutcome("deleted")
)

// What a question about a session comes to.
var (
	// OutcomeActive and OutcomeInactive: a service was told whose token it is, or that it is nobody's.
	OutcomeActive   = newOutcome("active")
	OutcomeInactive = newOutcome("inactive")
	// OutcomeAllowed: the authorizer let a request pass.
	OutcomeAllowed = newOutcome("allowed")
	// OutcomeWhoAmI: a route behind the authorizer showed who asks.
	OutcomeWhoAmI = newOutcome("whoami")
)

// outcomes are all that newOutcome has made.
var outcomes []Outcome

func newOutcome(name string) Outcome {
	o := Outcome{name}
	outcomes = append(outcomes, o)
	return o
}

// Outcomes lists every outcome.
func Outcomes() []Outcome { return append([]Outcome{}, outcomes...) }
