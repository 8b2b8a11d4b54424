package wechat

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// PhoneNumber exchanges a one-time phone code, as login.WeChat says. WeChat is told whose code it should be, and refuses
// another's. The Cause of its errors is an *Error.
// With the keys of API security the call is encrypted and signed.
// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html
func (c *Client) PhoneNumber(ctx context.Context, token login.Hidden, app login.App, phoneCode, openID string) (string, error) {
	var number string
	security, err := app.API.Security()
	if err != nil { // a secret with such keys is not read
		return "", login.Because(login.Internal, err)
	}
	failed := c.post(ctx, post{
		path: []string{"wxa", "business", "getuserphonenumber"}, query: url.Values{"access_token": {string(token)}},
		payload:  map[string]any{"code": phoneCode, "openid": openID},
		security: security, appID: app.ID,
		decode: func(body []byte) (failed *Error) {
			number, failed = decodePhone(body, app.ID)
			return failed
		},
	})
	if failed != nil {
		return "", failed.failureOf(phoneMeaningOf, c.now())
	}
	return number, nil
}

// decodePhone reads the answer to getuserphonenumber. It refuses a number that is not as documented, or another app's:
// somebody is logged in by it.
func decodePhone(body []byte, appID string) (string, *Error) {
	if _, failed := read(body, "getuserphonenumber"); failed != nil {
		return "", failed
	}
	var country, pure, owner string
	info, noInfo := within(body, "phone_info")
	mark, noMark := upstream.Object(info["watermark"])
	detail := ""
	switch {
	case noInfo != nil:
		detail = "no phone_info"
	case noMark != nil || json.Unmarshal(mark["appid"], &owner) != nil || owner != appID:
		detail = "no watermark of the app"
	case json.Unmarshal(info["purePhoneNumber"], &pure) != nil:
		detail = "no purePhoneNumber"
	default:
		country = string(info["countryCode"])
		if quoted := ""; json.Unmarshal(info["countryCode"], &quoted) == nil { // it comes as a string or as a number
			country = quoted
		}
		if !e164(country, country+pure) {
			detail = "no phone number in the form of E.164"
		}
	}
	if detail != "" {
		return "", &Error{Fault: BadReply, Detail: detail}
	}
	return "+" + country + pure, nil
}

// within returns the members of an object in an object.
func within(body []byte, name string) (map[string]json.RawMessage, error) {
	outer, err := upstream.Object(body)
	if err != nil {
		return nil, err
	}
	return upstream.Object(outer[name])
}

// The digits of a number in the form of E.164, with those of its country code. The ITU sets no minimum; no country has
// numbers that are shorter.
const (
	minDigits, maxDigits = 7, 15
	maxCountry           = 3
)

// e164 says whether these are the digits of a phone number in the form of E.164, and of the country code that it begins
// with.
func e164(country, number string) bool {
	return digits(country) && len(country) <= maxCountry && country[0] != '0' &&
		digits(number) && minDigits <= len(number) && len(number) <= maxDigits
}

// digits says whether s is one or more of 0 to 9.
func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
