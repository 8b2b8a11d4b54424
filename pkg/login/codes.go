package login

import "time"

// Code names a failure. The name is stable and meant for programs; it is the
// `error` field of the answer. A Code is an error, so that errors.Is finds it.
type Code string

// These say what is wrong with a request that cannot be understood.
const (
	EventMalformed         Code = "event_malformed"
	QueryMalformed         Code = "query_malformed"
	ParameterRepeated      Code = "parameter_repeated"
	BodyTooLarge           Code = "body_too_large"
	BodyMalformed          Code = "body_malformed"
	BodyTooDeep            Code = "body_too_deep"
	BodyTrailing           Code = "body_trailing_data"
	FieldWrongType         Code = "field_wrong_type"
	ContentTypeUnsupported Code = "content_type_unsupported"
	CodeMissing            Code = "code_missing"
	CodeInvalid            Code = "code_invalid"
	AppIDUnknown           Code = "app_id_unknown"
	OpenIDInvalid          Code = "open_id_invalid"
	UsernameMissing        Code = "username_missing"
	UsernameInvalid        Code = "username_invalid"
	PasswordMissing        Code = "password_missing"
	PasswordInvalid        Code = "password_invalid"
	TokenMissing           Code = "token_missing"
	PhoneCodeMissing       Code = "phone_code_missing"
	PhoneInvalid           Code = "phone_invalid"
	DataMissing            Code = "encrypted_data_missing"
	DataMalformed          Code = "encrypted_data_invalid"
	ProfileMissing         Code = "profile_missing"
	NameInvalid            Code = "name_invalid"
	AvatarInvalid          Code = "avatar_invalid"
)

// These are decisions about a request that was understood.
const (
	BindProofRequired  Code = "bind_proof_required"
	IdentityMismatch   Code = "identity_mismatch"
	InvalidCredentials Code = "invalid_credentials"
	UserDisabled       Code = "user_disabled"
	IdentityBound      Code = "identity_bound"
	UserBound          Code = "user_bound"
	TooManyAttempts    Code = "too_many_attempts"
	TooManyCodes       Code = "too_many_codes"
	ReauthRequired     Code = "reauth_required"
	LastBinding        Code = "last_binding"
	NoSuchSession      Code = "session_not_found"
	InvalidClient      Code = "invalid_client"
	OriginKeyRequired  Code = "origin_key_required"
	SessionKeyStale    Code = "session_key_stale"
	PushRejected       Code = "push_rejected"
	PushOff            Code = "push_off"
)

// These are decisions about who is let in without a username.
const (
	PhoneOff             Code = "phone_off"
	PhoneUnknown         Code = "phone_unknown"
	PhoneStale           Code = "phone_stale"
	PhoneTaken           Code = "phone_taken"
	PasswordRequired     Code = "password_required"
	RegisteredElsewhere  Code = "registered_elsewhere"
	RegisterClosed       Code = "register_closed"
	RebindClosed         Code = "rebind_closed"
	RebindTooSoon        Code = "rebind_too_soon"
	RecentlyReplaced     Code = "recently_replaced"
	UsernameTaken        Code = "username_taken"
	TooManyRegistrations Code = "too_many_registrations"
	DirectoryCannot      Code = "directory_cannot"
)

// These are decisions about passwords that are to be set.
const (
	PasswordTooWeak        Code = "password_too_weak"
	PasswordChangeRequired Code = "password_change_required"
	PasswordExpired        Code = "password_expired"
	PasswordNotTemporary   Code = "password_not_temporary"
	PasswordNotHere        Code = "password_not_here"
)

// These say why a session is dead.
const (
	SessionInvalid  Code = "session_invalid"
	SessionExpired  Code = "session_expired"
	SessionRevoked  Code = "session_revoked"
	SessionReplaced Code = "session_replaced"
	BindingRemoved  Code = "binding_removed"
)

// These are WeChat's answers to our calls. pkg/wechat has the errcodes.
const (
	WXCodeInvalid    Code = "wx_code_invalid"
	WXCodeUsed       Code = "wx_code_used"
	WXThrottled      Code = "wx_throttled"
	WXUserBlocked    Code = "wx_user_blocked"
	WXUserLimited    Code = "wx_user_limited"
	WXBusy           Code = "wx_busy"
	WXUnavailable    Code = "wx_unavailable"
	WXUnexpected     Code = "wx_unexpected"
	WXAppRejected    Code = "wx_app_rejected"
	WXSecretRejected Code = "wx_secret_rejected"
	WXSecretUnusable Code = "wx_secret_unusable"
	WXRequestInvalid Code = "wx_request_invalid"
	WXAddressBlocked Code = "wx_address_blocked"
	WXQuotaSpent     Code = "wx_quota_spent"
	// WXTokenRejected is about our access_token. A caller fetches the token anew and repeats the call once.
	WXTokenRejected Code = "wx_token_rejected"
	// PhoneCodeInvalid is about a phone code. Only another tap of the person gives a new one.
	PhoneCodeInvalid Code = "phone_code_invalid"
)

// These are failures on our side.
const (
	StoreUnavailable     Code = "store_unavailable"
	SecretUnavailable    Code = "secret_unavailable"
	DirectoryUnavailable Code = "directory_unavailable"
	Overloaded           Code = "overloaded"
	Internal             Code = "internal"
)

// meaning is everything that is fixed about a code. The zh sentence is for the person
// who uses the mini-program. The en sentence says the same.
type meaning struct {
	kind     Kind
	action   Action
	severity Severity
	culprit  Culprit
	// wait is the time after which another attempt may succeed, unless an Error knows better. 0
	// means that time alone changes nothing, or that only the Error knows.
	wait   time.Duration
	zh, en string
}

const (
	zhDeveloper = "小程序请求有误，请联系开发者"
	zhOperator  = "登录服务配置有误，请联系管理员"
	zhBusy      = "服务繁忙，请稍后再试"
	zhLogin     = "登录已失效，请重新登录"
	enDeveloper = "The mini-program sent a bad request: "
	enOperator  = "The login service is misconfigured; please tell its operator."
	enBusy      = "The service is busy; please try again in a moment."
	enLogin     = "Please log in again."
)

// developer is the meaning of a bad request: a developer must change the client.
func developer(kind Kind, en string) meaning {
	return meaning{kind, ActionFix, SeverityNone, CulpritNone, 0, zhDeveloper, enDeveloper + en}
}

// operator is the meaning of a failure that lasts until the operator changes something.
func operator(culprit Culprit) meaning {
	return meaning{KindInternal, ActionFix, SeverityAlarm, culprit, 0, zhOperator, enOperator}
}

// busy is the meaning of a failure that may pass while the client waits.
func busy(culprit Culprit, wait time.Duration) meaning {
	return meaning{KindUnavailable, ActionRetry, SeverityAlarm, culprit, wait, zhBusy, enBusy}
}

var meanings = map[Code]meaning{
	EventMalformed:         developer(KindMalformed, "the function was not called by an HTTP API with payload format 2.0."),
	QueryMalformed:         developer(KindMalformed, "the query string cannot be read."),
	ParameterRepeated:      developer(KindMalformed, "a parameter is given twice."),
	BodyTooLarge:           developer(KindTooLarge, "the body is larger than 64 KiB."),
	BodyMalformed:          developer(KindMalformed, "the body cannot be read."),
	BodyTooDeep:            developer(KindMalformed, "the body is nested too deeply."),
	BodyTrailing:           developer(KindMalformed, "the body holds more than one JSON value."),
	FieldWrongType:         developer(KindMalformed, "a field has the wrong type."),
	ContentTypeUnsupported: developer(KindMalformed, "send application/json or application/x-www-form-urlencoded, in UTF-8."),
	CodeMissing:            developer(KindMalformed, "code is missing."),
	CodeInvalid:            developer(KindMalformed, "code is not one that wx.login gives."),
	AppIDUnknown:           developer(KindMalformed, "the mini-program of this appId is not configured here."),
	OpenIDInvalid:          developer(KindMalformed, "openId is not one that WeChat gives."),
	UsernameMissing:        {KindMalformed, ActionNone, SeverityNone, CulpritNone, 0, "请输入用户名", "Please enter a username."},
	UsernameInvalid:        {KindMalformed, ActionNone, SeverityNone, CulpritNone, 0, "用户名格式不正确", "That is not a valid username."},
	PasswordMissing:        {KindMalformed, ActionNone, SeverityNone, CulpritNone, 0, "请输入密码", "Please enter a password."},
	PasswordInvalid:        {KindMalformed, ActionNone, SeverityNone, CulpritNone, 0, "密码格式不正确", "That is not a valid password."},
	TokenMissing:           developer(KindMalformed, "token is missing."),

	PhoneCodeMissing: developer(KindMalformed, "phoneCode is missing."),
	PhoneInvalid:     {KindMalformed, ActionNone, SeverityNone, CulpritNone, 0, "手机号格式不正确", "That is not a phone number."},

	DataMissing:    developer(KindMalformed, "encryptedData or iv is missing."),
	DataMalformed:  developer(KindMalformed, "encryptedData, iv, rawData or signature is not what WeChat gives."),
	ProfileMissing: developer(KindMalformed, "name and avatar are missing."),
	NameInvalid:    {KindMalformed, ActionNone, SeverityNone, CulpritNone, 0, "昵称格式不正确", "That is not a valid name."},
	AvatarInvalid:  {KindMalformed, ActionNone, SeverityNone, CulpritNone, 0, "头像地址不正确", "That is not an address that a picture may have."},

	BindProofRequired:  {KindDecision, ActionRelogin, SeverityNone, CulpritNone, 0, "请重新进入小程序后再绑定", "Binding needs a fresh code of wx.login; an openId proves nothing."},
	IdentityMismatch:   {KindDecision, ActionRelogin, SeverityNone, CulpritNone, 0, "微信身份已变化，请重新登录", "The openId is not that of the code."},
	InvalidCredentials: {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "用户名或密码错误", "Wrong username or password."},
	UserDisabled:       {KindSessionEnd, ActionNone, SeverityNone, CulpritNone, 0, "账号已被停用", "This account is disabled."},
	IdentityBound:      {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "该微信已绑定其他账号", "This WeChat is bound to another account."},
	UserBound:          {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "该账号已绑定其他微信", "This account is bound to another WeChat."},
	TooManyAttempts:    {KindThrottled, ActionWait, SeverityCount, CulpritNone, 0, "尝试次数过多，请稍后再试", "Too many attempts; please wait."},
	TooManyCodes:       {KindThrottled, ActionWait, SeverityCount, CulpritNone, 0, "操作过于频繁，请稍后再试", "Too many codes that are not valid; please wait."},
	ReauthRequired:     {KindDecision, ActionRelogin, SeverityNone, CulpritNone, 0, "请重新验证微信身份后再试", "This needs a fresh code of the WeChat that is logged in."},
	LastBinding:        {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "这是该账号唯一的登录方式", "This is the account's only way to log in."},
	NoSuchSession:      {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "未找到该登录设备", "There is no such session."},
	InvalidClient:      {KindUnauthorized, ActionFix, SeverityCount, CulpritNone, 0, zhDeveloper, "The service credential is missing or wrong."},
	OriginKeyRequired:  developer(KindForbidden, "it must go through the proxy in front of this service, under its domain name."),
	SessionKeyStale:    {KindDecision, ActionRelogin, SeverityNone, CulpritNone, 0, "授权信息已过期，请重试", "The data could not be opened; please try again with a new code."},
	PushRejected:       {KindForbidden, ActionFix, SeverityCount, CulpritNone, 0, zhDeveloper, "This is not a push of WeChat's for this mini-program, or its Token or EncodingAESKey differs from WeChat's console."},
	PushOff:            {KindForbidden, ActionFix, SeverityNone, CulpritNone, 0, zhDeveloper, "No Token is set for this mini-program."},

	PhoneOff:             {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "暂不支持手机号登录，请使用其他方式", "Logging in by phone number is not possible here; please use another way."},
	PhoneUnknown:         {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "该手机号尚未登记，请使用账号密码登录", "Nobody has this phone number; please log in with username and password."},
	PhoneStale:           {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "该手机号长期未验证，请联系管理员", "This phone number was not confirmed for long; please ask your administrator."},
	PhoneTaken:           {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "该手机号已被其他账号使用", "Another account has this phone number."},
	PasswordRequired:     {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "请输入账号密码完成验证", "Please enter the account's password, too."},
	RegisteredElsewhere:  {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "该账号不能在此小程序登录", "This account cannot log in to this mini-program."},
	RegisterClosed:       {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "暂不开放注册", "Registration is closed."},
	RebindClosed:         {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "暂不支持更换绑定的微信，请联系管理员", "Another WeChat cannot take the place of the bound one here; please ask your administrator."},
	RebindTooSoon:        {KindThrottled, ActionWait, SeverityCount, CulpritNone, 0, "更换微信过于频繁，请明天再试", "The WeChat of this account was changed less than a day ago; please wait."},
	RecentlyReplaced:     {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "更换微信后 7 天内不能进行此操作", "This cannot be done within seven days of a change of WeChat."},
	UsernameTaken:        {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "用户名已被使用", "This username is taken."},
	TooManyRegistrations: {KindThrottled, ActionWait, SeverityCount, CulpritNone, 0, "注册人数过多，请稍后再试", "Too many people are registering; please wait."},
	DirectoryCannot:      {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "请使用账号密码登录", "Please log in with username and password."},

	PasswordTooWeak:        {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "新密码过于简单，请换一个至少 8 个字符的密码", "The new password is too easily guessed; please choose another, of at least 8 characters."},
	PasswordChangeRequired: {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "请设置新密码", "Please choose a new password."},
	PasswordExpired:        {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "临时密码已过期，请联系管理员重新设置", "The temporary password has expired; please ask your administrator for a new one."},
	PasswordNotTemporary:   {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "该密码不是临时密码，请直接登录", "This password is not temporary; please log in without choosing a new one."},
	PasswordNotHere:        {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "密码由平台管理，请到平台修改", "Your platform keeps this password; please change it there."},

	SessionInvalid:  {KindSessionEnd, ActionRelogin, SeverityNone, CulpritNone, 0, zhLogin, enLogin},
	SessionExpired:  {KindSessionEnd, ActionRelogin, SeverityNone, CulpritNone, 0, zhLogin, enLogin},
	SessionRevoked:  {KindSessionEnd, ActionRelogin, SeverityNone, CulpritNone, 0, "您已退出登录，请重新登录", "You are logged out; please log in again."},
	SessionReplaced: {KindSessionEnd, ActionRelogin, SeverityNone, CulpritNone, 0, "本次登录已被新的登录取代，请重新登录", "Newer logins have taken the place of this one; please log in again."},
	BindingRemoved:  {KindSessionEnd, ActionRelogin, SeverityNone, CulpritNone, 0, "该微信已解除绑定，请重新登录", "This WeChat is no longer bound; please log in again."},

	WXCodeInvalid:    {KindDecision, ActionRelogin, SeverityNone, CulpritNone, 0, "登录凭证无效，请重试", "The code is not valid; please try again."},
	WXCodeUsed:       {KindDecision, ActionRelogin, SeverityNone, CulpritNone, 0, "登录凭证已使用，请重试", "The code has been used; please try again."},
	WXThrottled:      {KindThrottled, ActionWait, SeverityCount, CulpritNone, time.Minute, "操作过于频繁，请一分钟后再试", "Too many logins; please wait a minute."},
	WXUserBlocked:    {KindDecision, ActionNone, SeverityCount, CulpritNone, 0, "微信限制了该账号登录", "WeChat has blocked this login."},
	WXUserLimited:    {KindDecision, ActionNone, SeverityCount, CulpritNone, 0, "该微信账号状态异常", "This WeChat account is limited."},
	WXBusy:           {KindUnavailable, ActionRetry, SeverityCount, CulpritWeChat, time.Second, "微信繁忙，请稍后再试", "WeChat is busy; please try again in a moment."},
	WXUnavailable:    {KindUnavailable, ActionRetry, SeverityCount, CulpritWeChat, time.Second, "微信暂时无法访问，请稍后再试", "WeChat cannot be reached; please try again in a moment."},
	WXUnexpected:     {KindUnavailable, ActionRetry, SeverityAlarm, CulpritWeChat, time.Second, "微信返回异常，请稍后再试", "WeChat gave an unexpected answer; please try again in a moment."},
	WXAppRejected:    operator(CulpritWeChat),
	WXSecretRejected: busy(CulpritAppSecret, 2*time.Second), // the secret is fetched anew at most that often
	WXSecretUnusable: operator(CulpritAppSecret),
	WXRequestInvalid: operator(CulpritWeChat),
	WXAddressBlocked: operator(CulpritWeChat),
	WXTokenRejected:  busy(CulpritWeChat, 2*time.Second),
	// Not relogin: a client that does that by itself would send the same phone code again, for ever.
	PhoneCodeInvalid: {KindDecision, ActionNone, SeverityNone, CulpritNone, 0, "手机号授权已失效，请重新点击按钮获取", "The phone number could not be had; please tap the button again."},
	WXQuotaSpent:     {KindUnavailable, ActionWait, SeverityAlarm, CulpritWeChat, 0, "今日登录次数已达上限，请稍后再试", "The daily quota at WeChat is spent; please wait."},

	StoreUnavailable:     busy(CulpritStore, time.Second),
	DirectoryUnavailable: busy(CulpritDirectory, 2*time.Second),
	SecretUnavailable:    busy(CulpritSecret, 2*time.Second),
	Overloaded:           {KindUnavailable, ActionRetry, SeverityCount, CulpritLoad, 2 * time.Second, zhBusy, enBusy},
	Internal:             {KindInternal, ActionRetry, SeverityAlarm, CulpritOurs, 0, "服务出错，请稍后再试", "Something went wrong; please try again."},
}

// Codes lists every code, in no order.
func Codes() []Code {
	all := make([]Code, 0, len(meanings))
	for c := range meanings {
		all = append(all, c)
	}
	return all
}

// Error makes a Code an error.
func (c Code) Error() string { return string(c) }

// Known says whether c is one of Codes.
func (c Code) Known() bool { _, ok := meanings[c]; return ok }

// Kind says what kind of failure c is.
func (c Code) Kind() Kind { return meanings[c].kind }

// Action tells a client program what to do about c.
func (c Code) Action() Action { return meanings[c].action }

// Severity says whether c is the operator's business.
func (c Code) Severity() Severity { return meanings[c].severity }

// Culprit says whose fault c is.
func (c Code) Culprit() Culprit { return meanings[c].culprit }

// EndsSession says whether c is a reason why a session is dead.
func (c Code) EndsSession() bool { return c.Kind() == KindSessionEnd }

// Message is the sentence for the person: in English if lang is "en", else in Chinese.
func (c Code) Message(lang string) string {
	if lang == "en" {
		return meanings[c].en
	}
	return meanings[c].zh
}
