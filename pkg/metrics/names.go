package metrics

// The names are stable: alarms and dashboards are built on them.
const (
	// Namespace holds all metrics.
	Namespace = "wxbind"
	// Stack is the dimension of every metric: the name of the stack. Two stacks in one
	// account do not mix.
	Stack = "Stack"
	// Error is a second dimension, of LoginFailures only. No name here is one of the line's fields in other letters: some
	// who read lines of JSON do not tell them apart.
	Error = "Error"
)

// These say how logins go. Here a login is a request with a code of wx.login for
// checkBind, bind or code2session.
const (
	// Logins: a session was opened.
	Logins = "Logins"
	// Binds: as Logins, and a WeChat account was bound to a user.
	Binds = "Binds"
	// Unbound: the WeChat account is bound to nobody yet, so its owner is sent to the login page.
	Unbound = "Unbound"
	// Bound: code2session said that the WeChat account is bound. No session was opened.
	Bound = "Bound"
	// LoginFailures: any other answer. It is written by Stack, and by Stack and Error.
	LoginFailures = "LoginFailures"
)

// These say how visits go. A visit is a request with the token of a session. Requests
// to the authorizer and to introspection are visits, too.
const (
	// Visits: the visit was let in and did what it asked for, or introspection got its answer.
	Visits = "Visits"
	// VisitFailures: any other visit.
	VisitFailures = "VisitFailures"
)

// These say how pushes go: the requests of WeChat's own servers.
const (
	// Pushes: the push was answered with success, whatever it asked for, or the address was verified.
	Pushes = "Pushes"
	// PushFailures: any other push. WeChat repeats it, if it is WeChat's.
	PushFailures = "PushFailures"
	// Punishments: WeChat has told that it has punished the mini-program, or warns of it.
	Punishments = "Punishments"
)

// These say whose fault a failure was, of logins and visits alike.
const (
	// WeChatFailures: WeChat did not answer, or refused us for a reason that concerns more than one person.
	WeChatFailures = "WeChatFailures"
	// AppSecretRejected: WeChat refused the AppSecret.
	AppSecretRejected = "AppSecretRejected"
	// StoreFailures: DynamoDB could not answer.
	StoreFailures = "StoreFailures"
	// SecretFailures: Secrets Manager could not answer, or what it holds is not a secret of our form.
	SecretFailures = "SecretFailures"
	// DirectoryFailures: the platform's own directory could not answer.
	DirectoryFailures = "DirectoryFailures"
	// Overloads: more passwords came than could be hashed in time.
	Overloads = "Overloads"
	// InternalFailures: a fault of our own.
	InternalFailures = "InternalFailures"
	// Lapses: failures that a request survived.
	Lapses = "Lapses"
)

// These say how long requests took, in milliseconds. Requests that could not be
// understood are left out: a flood of them would make everything look fast.
const (
	// LoginLatency is the whole time of a login.
	LoginLatency = "LoginLatency"
	// These are the times that a login waited for WeChat, the store, a hash and the directory.
	WeChatLatency    = "WeChatLatency"
	StoreLatency     = "StoreLatency"
	HashingLatency   = "HashingLatency"
	DirectoryLatency = "DirectoryLatency"
	// VisitLatency is the whole time of a visit.
	VisitLatency = "VisitLatency"
)
