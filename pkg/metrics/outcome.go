package metrics

import "github.com/wxbind/wxbind/pkg/login"

// malformed is the outcome of every request that could not be understood: which of
// the many ways it is wrong in is for the log.
const malformed = "malformed"

// outcomes are all values that the dimension Outcome may have. Each of them that
// occurs costs money, so nothing that comes from outside becomes one.
var outcomes = func() map[login.Code]string {
	all := map[login.Code]string{}
	for _, code := range login.Codes() {
		switch code.Kind() {
		case login.KindMalformed, login.KindTooLarge:
			all[code] = malformed
		default:
			all[code] = string(code)
		}
	}
	return all
}()

// outcomeOf gives the outcome of a failure.
func outcomeOf(code login.Code) string {
	if outcome, ok := outcomes[code]; ok {
		return outcome
	}
	return string(login.Internal)
}

// culprits are the metrics of whose failure a failure was.
var culprits = map[login.Code]string{
	login.WXBusy:               WeChatFailures,
	login.WXUnavailable:        WeChatFailures,
	login.WXUnexpected:         WeChatFailures,
	login.WXAppRejected:        WeChatFailures,
	login.WXRequestInvalid:     WeChatFailures,
	login.WXAddressBlocked:     WeChatFailures,
	login.WXQuotaSpent:         WeChatFailures,
	login.WXSecretRejected:     AppSecretRejected,
	login.WXSecretUnusable:     AppSecretRejected,
	login.StoreUnavailable:     StoreFailures,
	login.SecretUnavailable:    SecretFailures,
	login.DirectoryUnavailable: DirectoryFailures,
	login.Internal:             InternalFailures,
}
