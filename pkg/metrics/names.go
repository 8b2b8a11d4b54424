package metrics

// The names are stable: alarms and dashboards are built upon them.
const (
	// Namespace holds all metrics.
	Namespace = "wxbind"
	// Stack is the dimension of every metric: the deployment. Two of them in one
	// account do not mix.
	Stack = "Stack"
	// Outcome is a second dimension that LoginFailures has as well, and nothing else.
	Outcome = "Outcome"
)

// How logins go. A login is a request with a code of wx.login for checkBind, bind
// or code2session.
const (
	// Logins: a session was opened.
	Logins = "Logins"
	// Binds: those of Logins that bound a WeChat to a user.
	Binds = "Binds"
	// Unbound: the WeChat is bound to nobody yet, so its user is sent to the login page.
	Unbound = "Unbound"
	// Bound: code2session said that the WeChat is bound. It opens no session.
	Bound = "Bound"
	// LoginFailures: any other answer. It is there by Stack, and by Stack and Outcome.
	LoginFailures = "LoginFailures"
)

// How visits go. A visit is a request with the token of a session, the
// authorizer's and introspection's included.
const (
	// Visits: it was let in, or introspection had its answer.
	Visits = "Visits"
	// VisitFailures: it was not, or what it asked for was not done.
	VisitFailures = "VisitFailures"
)

// Whose failure it was, of logins and visits alike.
const (
	// WeChatFailures: WeChat did not answer, or refused us for what is no single person's business.
	WeChatFailures = "WeChatFailures"
	// AppSecretRejected: WeChat refused the AppSecret.
	AppSecretRejected = "AppSecretRejected"
	// StoreFailures: DynamoDB could not answer.
	StoreFailures = "StoreFailures"
	// SecretFailures: Secrets Manager could not answer, or what it holds is no secret of ours.
	SecretFailures = "SecretFailures"
	// DirectoryFailures: the platform's own directory could not answer.
	DirectoryFailures = "DirectoryFailures"
	// InternalFailures: a fault of our own.
	InternalFailures = "InternalFailures"
	// Lapses: failures that a request survived.
	Lapses = "Lapses"
)

// How long it took, in milliseconds. Requests that could not be understood are left
// out: a flood of them would make everything look fast.
const (
	// LoginLatency is all of a login.
	LoginLatency = "LoginLatency"
	// What a login waited for, if it did.
	WeChatLatency    = "WeChatLatency"
	StoreLatency     = "StoreLatency"
	HashingLatency   = "HashingLatency"
	DirectoryLatency = "DirectoryLatency"
	// VisitLatency is all of a visit.
	VisitLatency = "VisitLatency"
)
