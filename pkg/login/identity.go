package login

// Identity is a person as one mini-program sees them: the openid is unique
// within the app, the unionid (where WeChat gives one) across the apps of one
// Open Platform account. An openid is case-sensitive, and WeChat promises no
// length for it.
type Identity struct {
	AppID   string
	OpenID  string
	UnionID string
}

// WeChatSession is WeChat's answer to a one-time code.
type WeChatSession struct {
	OpenID  string
	UnionID string
	// SessionKey decrypts what the mini-program sends encrypted. It never leaves
	// the service and is stored only sealed.
	SessionKey Hidden
}

// Caller is what is known of a request beside its own fields.
type Caller struct {
	// AppID is the mini-program that the request names, or "".
	AppID string
	// RefererAppID is the mini-program in WeChat's Referer header, or "". It is a
	// hint, not a proof: others can forge it.
	RefererAppID string
	// Address is the source address that the gateway saw, an IPv6 one as its /64.
	Address string
	// Device is the caller's device in a few words, for the list of sessions.
	Device string
}
