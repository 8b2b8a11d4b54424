package playground

// request is the detail of a request, masked.
type request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	// Query has its fields by name, also where a name came more than once: then the last.
	Query map[string]string `json:"query"`
	// Headers are those that matter, in lower case.
	Headers map[string]string `json:"headers"`
	// Body is the JSON or the form, as JSON; or a sentence about a body that is not shown; null for none.
	Body any `json:"body"`
}

// wechatCall is the detail of a call to WeChat.
type wechatCall struct {
	Call    string  `json:"call"`
	AppID   string  `json:"appId"`
	Code    string  `json:"code,omitempty"`
	OpenID  string  `json:"openid,omitempty"`
	Person  string  `json:"person,omitempty"`
	Errcode int     `json:"errcode"`
	Errmsg  string  `json:"errmsg"`
	Fault   string  `json:"fault,omitempty"`
	MS      float64 `json:"ms"`
}

// stored is the detail of what a request did to the store and was logged as.
type stored struct {
	MS      float64  `json:"ms"`
	Route   string   `json:"route"`
	Outcome string   `json:"outcome"`
	UserID  string   `json:"userId,omitempty"`
	AppID   string   `json:"appId,omitempty"`
	Events  []string `json:"events"`
	// HashMS and TotalMS are how long passwords were hashed, and how long it took in all.
	HashMS  float64 `json:"hashMs,omitempty"`
	TotalMS float64 `json:"totalMs"`
	// Repeated says that the request was done under the ids of an identical one.
	Repeated bool `json:"repeated,omitempty"`
}

// answered is the detail of an answer.
type answered struct {
	Status int `json:"status"`
	// RetryAfter is the header.
	RetryAfter string `json:"retryAfter,omitempty"`
	// Body is as request's.
	Body any `json:"body"`
}

// acted is the detail of an act.
type acted struct {
	Do string `json:"do"`
	// Who is the username, or the id of a user who has none.
	Who       string `json:"who"`
	UserID    string `json:"userId"`
	AppID     string `json:"appId,omitempty"`
	SessionID string `json:"sessionId,omitempty"`
	// Error is why it failed.
	Error string `json:"error,omitempty"`
}

// pushed is the detail of what the page had WeChat push.
type pushed struct {
	// Push is WeChat's name of it.
	Push       string `json:"push"`
	RevokeInfo string `json:"revokeInfo,omitempty"`
	Person     string `json:"person"`
	AppID      string `json:"appId"`
	// Error is why nothing was pushed.
	Error string `json:"error,omitempty"`
}
