package wechat

import (
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// busyErrcode is WeChat's system error: the only errcode after which the same code may be sent once more.
const busyErrcode = -1

// meanings are the errcodes of WeChat's code2Session documentation and of its table of global return codes. Any other
// errcode means login.WXUnexpected.
var meanings = map[int]login.Code{
	busyErrcode: login.WXBusy,           // system error
	40029:       login.WXCodeInvalid,    // expired, of another app, or a phone-number code
	40163:       login.WXCodeUsed,       // code been used
	45011:       login.WXThrottled,      // over 100 a minute for this user
	40226:       login.WXUserBlocked,    // high-risk user
	50002:       login.WXUserLimited,    // user limited, frozen or gone
	40013:       login.WXAppRejected,    // invalid appid
	41002:       login.WXAppRejected,    // appid missing
	40125:       login.WXSecretRejected, // invalid AppSecret: perhaps just replaced
	41004:       login.WXSecretUnusable, // AppSecret missing
	40243:       login.WXSecretUnusable, // AppSecret frozen
	41008:       login.WXRequestInvalid, // code missing
	40164:       login.WXAddressBlocked, // our address is not in the app's list
	45009:       login.WXQuotaSpent,     // daily quota spent
}

// meaningOf returns the code that an errcode means.
func meaningOf(errcode int) login.Code {
	if code, ok := meanings[errcode]; ok {
		return code
	}
	return login.WXUnexpected
}

// maxQuotaWait bounds how long callers are told to wait when the quota is spent: an operator can have WeChat reset it
// before the day is over.
const maxQuotaWait = time.Hour

// beijing is the zone whose days WeChat's quotas follow. It has no summer time.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// quotaWait says when WeChat begins to count anew, at most maxQuotaWait.
func quotaWait(now time.Time) time.Duration {
	today := now.In(beijing)
	midnight := time.Date(today.Year(), today.Month(), today.Day()+1, 0, 0, 0, 0, beijing)
	return min(midnight.Sub(now), maxQuotaWait)
}
