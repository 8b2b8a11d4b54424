package login

// Kind says what kind of failure a code is. A transport maps it to a status.
type Kind int

const (
	// KindInternal is our own fault, or the operator's.
	KindInternal Kind = iota
	// KindDecision is an answer: the request was understood, and refused.
	KindDecision
	// KindMalformed is a request that cannot be understood.
	KindMalformed
	// KindTooLarge is a request beyond a size limit.
	KindTooLarge
	// KindUnauthorized is a caller who may not call at all.
	KindUnauthorized
	// KindForbidden is a request that came a way that is closed.
	KindForbidden
	// KindThrottled is a caller who sends too many requests.
	KindThrottled
	// KindUnavailable means that WeChat, a store, the secret or the directory did not answer, or that there
	// is too much to do.
	KindUnavailable
	// KindSessionEnd says why a session is dead. On a visit it means that there is no
	// caller. On a request with a code it is a decision.
	KindSessionEnd
)

// Action tells a client program what to do about a failure.
type Action string

const (
	// ActionRelogin: call wx.login again and send its new code.
	ActionRelogin Action = "relogin"
	// ActionRetry: try again after the wait that the answer tells, with a new code.
	ActionRetry Action = "retry"
	// ActionWait: do not try again before that wait is over.
	ActionWait Action = "wait"
	// ActionFix: a developer or the operator must change something first.
	ActionFix Action = "fix"
	// ActionNone: show the message to the person. A program can do nothing.
	ActionNone Action = "none"
)

// Severity says whether a failure is the operator's business.
type Severity int

const (
	// SeverityNone happens every day.
	SeverityNone Severity = iota
	// SeverityCount is worth counting.
	SeverityCount
	// SeverityAlarm means that logins fail until somebody acts.
	SeverityAlarm
)

// Culprit says whose fault a failure is, for whoever counts failures.
type Culprit int

const (
	// CulpritNone: the client's fault, or nobody's.
	CulpritNone Culprit = iota
	// CulpritWeChat: WeChat did not answer, or refused us for a reason that concerns more than one person.
	CulpritWeChat
	// CulpritAppSecret: WeChat refused the AppSecret.
	CulpritAppSecret
	// CulpritStore: the store could not answer.
	CulpritStore
	// CulpritSecret: the secret could not be read, or does not have our form.
	CulpritSecret
	// CulpritDirectory: the platform's own directory could not answer.
	CulpritDirectory
	// CulpritLoad: more passwords came than can be hashed in time.
	CulpritLoad
	// CulpritOurs: a fault of our own.
	CulpritOurs
)

// Culprits lists every Culprit but CulpritNone.
func Culprits() []Culprit {
	var all []Culprit
	for c := CulpritNone + 1; c <= CulpritOurs; c++ {
		all = append(all, c)
	}
	return all
}
