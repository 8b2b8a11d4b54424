package wechattest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

const (
	// phonePrefix begins every phone code, and no js_code.
	phonePrefix = "phone-"
	// otherPrefix begins, behind phonePrefix, the phone codes of a mini-program that is none of ours.
	otherPrefix = "other-"
)

// PhoneNumber is a person's phone number, in the form of E.164. It is the same in all apps and in every process.
func PhoneNumber(person string) string {
	sum := sha256.Sum256([]byte("phone " + person))
	return fmt.Sprintf("+86139%08d", binary.BigEndian.Uint32(sum[:])%100_000_000)
}

var aNumber = regexp.MustCompile(`^\+?[1-9][0-9]{6,14}$`)

// parsePhoneCode parses a phone code. ok is false for a code that WeChat has not issued, and for a js_code.
func parsePhoneCode(sent string) (c code, ok bool) {
	rest, isPhone := strings.CutPrefix(sent, phonePrefix)
	if !isPhone || len(sent) > maxCode {
		return code{}, false
	}
	if c, ok = parse(rest); !ok || c.errcode != 0 {
		return c, ok
	}
	switch {
	case strings.HasPrefix(c.person, otherPrefix):
		return code{errcode: invalidAppID}, true
	case aNumber.MatchString(c.person) && c.person[0] == '+':
		c.number, c.person = c.person, ""
	case aNumber.MatchString(c.person):
		c.number, c.person = "+86"+c.person, ""
	case c.person[0] == '+':
		return code{}, false
	default:
		c.number = PhoneNumber(c.person)
	}
	c.plain = phonePrefix + c.plain
	return c, true
}

// phoneNumber answers getuserphonenumber.
func (s *Server) phoneNumber(w http.ResponseWriter, r *http.Request) {
	var call struct{ Code, OpenID string }
	body, errcode := s.post(w, r)
	appID := ""
	if errcode == 0 {
		appID, errcode = s.appOfToken(r.URL.Query().Get("access_token"))
	}
	if errcode == 0 {
		body, errcode = s.unsealed(r, appID, body)
	}
	if errcode == 0 {
		w = s.sealing(w, r, appID)
	}
	if errcode == 0 && json.Unmarshal(body, &call) != nil {
		errcode = invalidJSON
	}
	s.countPhone(call.Code)
	seen := callOf(r)
	seen.AppID, seen.Code = appID, call.Code[:min(len(call.Code), maxCode)]
	if errcode != 0 {
		s.refuse(w, r, http.StatusOK, errcode)
		return
	}
	code, ok := parsePhoneCode(call.Code)
	switch {
	case !ok:
		s.refuse(w, r, http.StatusOK, invalidCode)
	case code.errcode != 0:
		s.refuse(w, r, http.StatusOK, code.errcode)
	case call.OpenID != "" && code.person != "" && call.OpenID != OpenID(appID, code.person):
		s.refuse(w, r, http.StatusOK, invalidOpenID)
	case code.fault != nil && s.first(appID, call.Code):
		seen.Fault = code.faultName
		code.fault(s, w, r, appID, code)
	default:
		s.exchange(appID, code)(w, r)
	}
}

// phoneAnswer is WeChat's answer to a good phone code.
type phoneAnswer struct {
	Errcode   int       `json:"errcode"`
	Errmsg    string    `json:"errmsg"`
	PhoneInfo phoneInfo `json:"phone_info"`
}

type phoneInfo struct {
	PhoneNumber     string    `json:"phoneNumber"`
	PurePhoneNumber string    `json:"purePhoneNumber"`
	CountryCode     any       `json:"countryCode"`
	Watermark       watermark `json:"watermark"`
}

type watermark struct {
	Timestamp int64  `json:"timestamp"`
	AppID     string `json:"appid"`
}

// phone is the answer for a number. WeChat sends the country code now as a string, now as a number: here it is a number if
// the number is a foreign one.
func (s *Server) phone(appID, number string) phoneAnswer {
	country, pure := splitNumber(number)
	info := phoneInfo{PhoneNumber: pure, PurePhoneNumber: pure, CountryCode: country, Watermark: watermark{s.now().Unix(), appID}}
	if country != "86" {
		info.PhoneNumber = country + pure
		info.CountryCode, _ = strconv.Atoi(country)
	}
	return phoneAnswer{0, "ok", info}
}

// shortCountries are the country codes of fewer than three digits.
var shortCountries = regexp.MustCompile(`^(1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])`)

// splitNumber splits a number in the form of E.164 after its country code.
func splitNumber(number string) (country, pure string) {
	digits := number[1:]
	if country = shortCountries.FindString(digits); country == "" {
		country = digits[:3]
	}
	return country, digits[len(country):]
}
