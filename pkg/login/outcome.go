package login

// Outcome names how a request ended that did not fail. No other package can make one, so
// there are only those below. nil means no outcome.
type Outcome interface {
	// String returns the name. It is stable and appears in the log.
	String() string
	sealed()
}

type outcome uint8

// The outcomes: first those of a request with a code, then those of a visit, then those of a
// question about a session, then those of a push.
const (
	// OutcomeLogin: a session was opened.
	OutcomeLogin outcome = iota
	// OutcomeUnbound: the identity is bound to nobody. After a request to unbind: no longer.
	OutcomeUnbound
	// OutcomeBound: the identity is bound. No session was opened.
	OutcomeBound

	// OutcomeUserInfo: the user was shown.
	OutcomeUserInfo
	// OutcomeLogout: the session was ended, or all sessions of the user.
	OutcomeLogout
	// OutcomeSessions: the user's sessions were listed.
	OutcomeSessions
	// OutcomeRevoked: one of the user's sessions was ended.
	OutcomeRevoked
	// OutcomePassword: the user's password was changed.
	OutcomePassword
	// OutcomePhone: the user's phone number was set.
	OutcomePhone
	// OutcomeProfile: the user's name or avatar was set.
	OutcomeProfile
	// OutcomeDecrypted: what WeChat had encrypted was opened.
	OutcomeDecrypted
	// OutcomeExported: what is held about the user was shown.
	OutcomeExported
	// OutcomeDeleted: the user was removed.
	OutcomeDeleted

	// OutcomeActive and OutcomeInactive: a service was told whose token it is, or that it has no live session.
	OutcomeActive
	OutcomeInactive
	// OutcomeAllowed: the authorizer let a request pass.
	OutcomeAllowed
	// OutcomeWhoAmI: a route behind the authorizer said who the caller is.
	OutcomeWhoAmI

	// OutcomePushURL: WeChat has verified the address to which it pushes.
	OutcomePushURL
	// OutcomePushDone: what WeChat has pushed was done.
	OutcomePushDone
	// OutcomePushNothing: there was nothing to do. Nobody is bound to the identity, the binding is newer than the push, or it was
	// done before.
	OutcomePushNothing
	// OutcomePushUnproved: a push asked to remove something, and nothing proves that it is WeChat's.
	OutcomePushUnproved
	// OutcomePushPunished: WeChat has punished the mini-program, or warned of it.
	OutcomePushPunished
	// OutcomePushOther: a push that nothing is done about.
	OutcomePushOther

	outcomeEnd // one past the last
)

var outcomeNames = [outcomeEnd]string{
	OutcomeLogin: "login", OutcomeUnbound: "unbound", OutcomeBound: "bound",
	OutcomeUserInfo: "userinfo", OutcomeLogout: "logout", OutcomeSessions: "sessions", OutcomeRevoked: "revoked",
	OutcomePassword: "password", OutcomePhone: "phone", OutcomeProfile: "profile", OutcomeDecrypted: "decrypted", OutcomeExported: "exported", OutcomeDeleted: "deleted",
	OutcomeActive: "active", OutcomeInactive: "inactive", OutcomeAllowed: "allowed", OutcomeWhoAmI: "whoami",
	OutcomePushURL: "push_url", OutcomePushDone: "push_done", OutcomePushNothing: "push_nothing", OutcomePushUnproved: "push_unproved",
	OutcomePushPunished: "push_punished", OutcomePushOther: "push_other",
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
