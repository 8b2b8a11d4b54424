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

// tokenMeanings are those of stable_token, where they differ from code2Session's.
var tokenMeanings = map[int]login.Code{
	40001: login.WXSecretRejected, // AppSecret wrong, as getAccessToken calls it
	89501: login.WXAddressBlocked, // an administrator is being asked about our address
	89503: login.WXAddressBlocked, // an administrator must confirm our address
	89506: login.WXAddressBlocked, // refused by an administrator, for 24 hours
	89507: login.WXAddressBlocked, // refused by an administrator, for an hour
}

// phoneMeanings are those of getuserphonenumber, where they differ. It is given a token and no AppSecret.
var phoneMeanings = map[int]login.Code{
	busyErrcode: login.WXBusy,
	40029:       login.PhoneCodeInvalid, // bad, expired, used, or one of wx.login
	40013:       login.PhoneCodeInvalid, // another mini-program's
	40001:       login.WXTokenRejected,  // invalid credential
	40014:       login.WXTokenRejected,  // invalid access_token
	42001:       login.WXTokenRejected,  // access_token expired
	45009:       login.WXQuotaSpent,     // daily quota spent
	45011:       login.WXThrottled,      // too many in a minute
	40164:       login.WXAddressBlocked, // our address is not in the app's list
	89503:       login.WXAddressBlocked, // an administrator must confirm our address
	89506:       login.WXAddressBlocked, // refused by an administrator, for 24 hours
	89507:       login.WXAddressBlocked, // refused by an administrator, for an hour
	48001:       login.WXAppRejected,    // the mini-program may not call this: it is not verified, or a person's
	43002:       login.WXRequestInvalid, // no POST: something between has changed our request
	44002:       login.WXRequestInvalid, // the body is gone
	47001:       login.WXRequestInvalid, // the body is damaged
}

// checkMeanings are those of checksession, where they differ from getuserphonenumber's, which is given a token, too.
var checkMeanings = map[int]login.Code{
	87009: login.SessionKeyStale, // invalid signature: another session_key is in force
	87007: login.SessionKeyStale, // no session_key, or it has expired
	40003: login.SessionKeyStale, // the openid is not of this app
	40097: login.WXRequestInvalid,
}

// checkMeaningOf returns the code that an errcode of checksession means.
func checkMeaningOf(errcode int) login.Code {
	if code, ok := checkMeanings[errcode]; ok {
		return code
	}
	if code := phoneMeaningOf(errcode); code != login.PhoneCodeInvalid {
		return code
	}
	return login.WXUnexpected
}

// The errcodes of WeChat's API signing and encryption, which somebody has turned on for the call in the app's console.
const firstSigning, lastSigning = 40230, 40240

// tokenMeaningOf returns the code that an errcode of stable_token means.
func tokenMeaningOf(errcode int) login.Code {
	if code, ok := tokenMeanings[errcode]; ok {
		return code
	}
	return meaningOf(errcode)
}

// phoneMeaningOf returns the code that an errcode of getuserphonenumber means. Any other refuses the code: WeChat does not
// document by which one it does so if the code is not the openid's.
func phoneMeaningOf(errcode int) login.Code {
	if code, ok := phoneMeanings[errcode]; ok {
		return code
	}
	if firstSigning <= errcode && errcode <= lastSigning {
		return login.WXRequestInvalid
	}
	return login.PhoneCodeInvalid
}

// meaningOf returns the code that an errcode means.
func meaningOf(errcode int) login.Code {
	if code, ok := meanings[errcode]; ok {
		return code
	}
	return login.WXUnexpected
}

// KnownErrcode says whether an errcode is one that WeChat documents for our calls, as this package lists them.
func KnownErrcode(errcode int) bool {
	for _, known := range []map[int]login.Code{meanings, tokenMeanings, phoneMeanings, checkMeanings} {
		if _, ok := known[errcode]; ok {
			return true
		}
	}
	return firstSigning <= errcode && errcode <= lastSigning
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
