package login

// Identity is a person as one mini-program sees them. The openid is unique within the app. The unionid,
// where WeChat gives one, is unique across the apps of one Open Platform account. An openid is
// case-sensitive, and WeChat promises no length for it.
type Identity struct {
	AppID   string
	OpenID  string
	UnionID string
}

// WeChatSession is WeChat's answer to a one-time code.
type WeChatSession struct {
	OpenID  string
	UnionID string
	// SessionKey decrypts what WeChat encrypts for the mini-program. It never leaves the service, and is
	// stored only sealed.
	SessionKey Hidden
}

// Caller is what is known of a request apart from its own fields.
type Caller struct {
	// AppID is the mini-program that the request names, or "". It need not be configured.
	AppID string
	// RefererAppID is the mini-program in WeChat's Referer header, or "". It is a
	// hint, not a proof: others can forge it.
	RefererAppID string
	// Address is where the request came from. An IPv6 address is cut to its /64.
	Address string
	// SharedAddress says that Address may be a proxy's, so that all its callers have the same one.
	SharedAddress bool
	// Token is the one that the request shows, "" if none. A launch replaces its session.
	Token Hidden
	// PrefetchKey is the key by which WeChat's pre-fetch is known, "" if the request has none; see App.PrefetchKey.
	PrefetchKey Hidden
	// Device names the caller's device in a few words, for the list of sessions.
	Device string
	// Request is everything else that the answer to the request depends on: every field and the token that
	// was shown, in a form that is equal only for equal requests. It has passwords.
	Request Hidden
}

// ValidOpenID says whether s can be an openid or a unionid: at most 512 visible ASCII characters. WeChat promises no form.
func ValidOpenID(s string) bool { return len(s) <= maxOpenID && printableASCII(s) }
