package wechat

import (
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestTokenReplies(t *testing.T) {
	for name, row := range map[string]struct {
		body string
		life time.Duration
	}{
		"as documented":       {`{"access_token":"T","expires_in":7200}`, 2 * time.Hour},
		"the shortest life":   {`{"access_token":"T","expires_in":1}`, time.Second},
		"a life in quotes":    {`{"access_token":"T","expires_in":"300"}`, 5 * time.Minute},
		"errcode 0":           {`{"errcode":0,"access_token":"T","expires_in":300}`, 5 * time.Minute},
		"the longest token":   {`{"access_token":"` + strings.Repeat("T", 512) + `","expires_in":300}`, 5 * time.Minute},
		"too long":            {`{"access_token":"` + strings.Repeat("T", 513) + `","expires_in":300}`, 0},
		"no token":            {`{"expires_in":7200}`, 0},
		"an empty token":      {`{"access_token":"","expires_in":7200}`, 0},
		"null":                {`{"access_token":null,"expires_in":7200}`, 0},
		"a list":              {`{"access_token":["T"],"expires_in":7200}`, 0},
		"a blank":             {`{"access_token":"T T","expires_in":7200}`, 0},
		"a line break":        {`{"access_token":"T\n","expires_in":7200}`, 0},
		"not ASCII":           {`{"access_token":"é","expires_in":7200}`, 0},
		"no life":             {`{"access_token":"T"}`, 0},
		"a life of null":      {`{"access_token":"T","expires_in":null}`, 0},
		"a life of 0":         {`{"access_token":"T","expires_in":0}`, 0},
		"a life before now":   {`{"access_token":"T","expires_in":-1}`, 0},
		"a life of a day":     {`{"access_token":"T","expires_in":86400}`, 0},
		"just over two hours": {`{"access_token":"T","expires_in":7201}`, 0},
		"half a second":       {`{"access_token":"T","expires_in":0.5}`, 0},
		"another name":        {`{"accessToken":"T","expires_in":7200}`, 0},
		"a page":              {`<html>`, 0},
		"nothing":             {``, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, failed := decodeToken([]byte(row.body))
			if (failed == nil) != (row.life > 0) || got.Life != row.life || (got.Value == "") != (row.life == 0) {
				t.Errorf("got a life of %v, %v", got.Life, failed)
			}
		})
	}
}

// phoneReply is a good answer, with these parts.
func phoneReply(pure, country, appID string) string {
	return `{"errcode":0,"errmsg":"ok","phone_info":{"phoneNumber":"x","purePhoneNumber":` + pure + `,"countryCode":` + country +
		`,"watermark":{"timestamp":1637744274,"appid":` + appID + `}}}`
}

func TestPhoneReplies(t *testing.T) {
	const mine = `"wx1"`
	for name, row := range map[string]struct{ body, want string }{
		"a country in quotes":       {phoneReply(`"13800138000"`, `"86"`, mine), "+8613800138000"},
		"a country as a number":     {phoneReply(`"13800138000"`, `86`, mine), "+8613800138000"},
		"another country":           {phoneReply(`"4155550100"`, `1`, mine), "+14155550100"},
		"a long country":            {phoneReply(`"12345678"`, `"353"`, mine), "+35312345678"},
		"the shortest":              {phoneReply(`"1234"`, `"290"`, mine), "+2901234"},
		"the longest":               {phoneReply(`"123456789012"`, `"353"`, mine), "+353123456789012"},
		"a 0 that belongs to it":    {phoneReply(`"0612345678"`, `"39"`, mine), "+390612345678"},
		"too short":                 {phoneReply(`"123"`, `"290"`, mine), ""},
		"too long":                  {phoneReply(`"1234567890123"`, `"353"`, mine), ""},
		"a country of 4 digits":     {phoneReply(`"123456789"`, `"1234"`, mine), ""},
		"a country of 0":            {phoneReply(`"13800138000"`, `0`, mine), ""},
		"a country that begins so":  {phoneReply(`"13800138000"`, `"086"`, mine), ""},
		"a country with a plus":     {phoneReply(`"13800138000"`, `"+86"`, mine), ""},
		"a country below 0":         {phoneReply(`"13800138000"`, `-86`, mine), ""},
		"a country of 8.6e1":        {phoneReply(`"13800138000"`, `8.6e1`, mine), ""},
		"a country of 86.0":         {phoneReply(`"13800138000"`, `86.0`, mine), ""},
		"no country":                {phoneReply(`"13800138000"`, `""`, mine), ""},
		"null as a country":         {phoneReply(`"13800138000"`, `null`, mine), ""},
		"a list as a country":       {phoneReply(`"13800138000"`, `["86"]`, mine), ""},
		"quotes in quotes":          {phoneReply(`"13800138000"`, `"\"86\""`, mine), ""},
		"no number":                 {phoneReply(`""`, `"86"`, mine), ""},
		"null as a number":          {phoneReply(`null`, `"86"`, mine), ""},
		"a number that is a number": {phoneReply(`13800138000`, `"86"`, mine), ""},
		"stars":                     {phoneReply(`"138****8000"`, `"86"`, mine), ""},
		"a blank":                   {phoneReply(`"138 00138000"`, `"86"`, mine), ""},
		"a plus":                    {phoneReply(`"+8613800138000"`, `"86"`, mine), ""},
		"full width":                {phoneReply(`"１３８００１３８０００"`, `"86"`, mine), ""},
		"another app's":             {phoneReply(`"13800138000"`, `"86"`, `"wx2"`), ""},
		"nobody's":                  {phoneReply(`"13800138000"`, `"86"`, `""`), ""},
		"an app of null":            {phoneReply(`"13800138000"`, `"86"`, `null`), ""},
		"no watermark":              {`{"phone_info":{"purePhoneNumber":"13800138000","countryCode":"86"}}`, ""},
		"no phone_info":             {`{"errcode":0,"errmsg":"ok"}`, ""},
		"phone_info of null":        {`{"phone_info":null}`, ""},
		"at the wrong place":        {`{"purePhoneNumber":"13800138000","countryCode":"86","watermark":{"appid":"wx1"}}`, ""},
		"names in other cases":      {strings.Replace(phoneReply(`"13800138000"`, `"86"`, mine), "pureP", "PureP", 1), ""},
		"a number twice":            {strings.Replace(phoneReply(`"13800138000"`, `"86"`, mine), `"phoneNumber"`, `"purePhoneNumber"`, 1), ""},
		"an errcode wins":           {strings.Replace(phoneReply(`"13800138000"`, `"86"`, mine), `:0`, `:40029`, 1), ""},
		"nothing":                   {``, ""},
		"a page":                    {`<html>`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, failed := decodePhone([]byte(row.body), "wx1")
			if got != row.want || (failed == nil) != (row.want != "") {
				t.Errorf("got %q, %v", got, failed)
			}
			if failed != nil && strings.Contains(failed.Error(), "138") {
				t.Errorf("the number shows in %v", failed)
			}
		})
	}
}

// FuzzPhoneReply checks what decodePhone promises for any body.
func FuzzPhoneReply(f *testing.F) {
	for _, seed := range []string{
		"", "null", "<html>", phoneReply(`"13800138000"`, `"86"`, `"wx1"`), phoneReply(`"4155550100"`, `1`, `"wx1"`),
		phoneReply(`"1"`, `"86"`, `"wx2"`), `{"errcode":40029,"errmsg":"invalid code, rid: 61725984-6126f6f9-040f19c4"}`, `{"phone_info":{"watermark":null}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		number, failed := decodePhone(body, "wx1")
		if failed != nil {
			if number != "" {
				t.Error("both a number and an error")
			}
			if text := failed.Error(); len(text) > 200 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
				t.Errorf("the error is %q", text)
			}
			if code := failed.failureOf(phoneMeaningOf, time.Now()).Code; !code.Known() || code == login.WXCodeInvalid {
				t.Errorf("means %s", code)
			}
			return
		}
		if digits := strings.TrimPrefix(number, "+"); len(digits) != len(number)-1 || len(digits) < 7 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" || digits[0] == '0' {
			t.Errorf("the number is %q", number)
		}
	})
}
