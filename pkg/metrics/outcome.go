package metrics

import "github.com/wxbind/wxbind/pkg/login"

// malformed is the outcome of every request that could not be understood: which of
// the many ways it is wrong in is for the log.
const malformed = "malformed"

// outcomeOf gives the outcome of a failure. Each that occurs costs money, so nothing
// that comes from outside becomes one.
func outcomeOf(code login.Code) string {
	if !code.Known() {
		return string(login.Internal)
	}
	switch code.Kind() {
	case login.KindMalformed, login.KindTooLarge:
		return malformed
	default:
		return string(code)
	}
}

// culpritOf gives the metric of whose failure a failure was; "" where it was the
// client's.
func culpritOf(code login.Code) string {
	switch code {
	case login.WXBusy, login.WXUnavailable, login.WXUnexpected, login.WXAppRejected,
		login.WXRequestInvalid, login.WXAddressBlocked, login.WXQuotaSpent:
		return WeChatFailures
	case login.WXSecretRejected, login.WXSecretUnusable:
		return AppSecretRejected
	case login.StoreUnavailable:
		return StoreFailures
	case login.SecretUnavailable:
		return SecretFailures
	case login.DirectoryUnavailable:
		return DirectoryFailures
	case login.Internal:
		return InternalFailures
	default:
		return ""
	}
}
