package secrets_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

const (
	appID  = "wx0123456789abcdef"
	appID2 = "wxfedcba9876543210"
	// Values of secrets carry a mark that no error may show.
	appSecret = "S3CRETa0123456789abcdef012345678"
	sealKey   = "S3CRETk-0123456789-0123456789-0123456789-key"
	sealKey2  = "S3CRETj 0123456789!0123456789\\0123456789 key"

	serviceKey   = "S3CRETs-0123456789-0123456789-0123456789-key"
	directoryKey = "S3CRETd-0123456789-0123456789-0123456789-key"
	indexKey     = "S3CRETi-0123456789-0123456789-0123456789-key"

	extras = `"directoryKey":"` + directoryKey + `"`

	servicesSecret = `{"services":[{"id":"orders","key":"` + serviceKey + `"},{"id":"stock-2","key":"` + serviceKey + `2"}]}`

	shortSecret = `{"appId":"` + appID + `","appSecret":"` + appSecret + `","sealKey":"` + sealKey + `"}`
	longSecret  = `{"defaultApp":"` + appID2 + `","apps":{"` + appID + `":{"appSecret":"` + appSecret + `"},"` + appID2 + `":{"appSecret":"` + appSecret + `2"}},` +
		`"sealKeys":[{"id":"2","key":"` + sealKey + `"},{"id":"1","key":"S3CRETj 0123456789!0123456789\\0123456789 key"}]}`
)

// app is a mini-program whose entry has nothing but its AppSecret.
func app(id string, secret login.Hidden) login.App {
	return login.App{ID: id, Secret: secret, Policy: login.Policy{PhoneTrust: 60 * 24 * time.Hour}}
}

func TestParse(t *testing.T) {
	one := &login.Secret{
		DefaultApp: appID,
		Apps:       map[string]login.App{appID: app(appID, appSecret)},
		SealKeys:   []login.SealKey{{ID: "0", Key: sealKey}},
	}
	two := &login.Secret{
		DefaultApp: appID2,
		Apps:       map[string]login.App{appID: app(appID, appSecret), appID2: app(appID2, appSecret+"2")},
		SealKeys:   []login.SealKey{{ID: "2", Key: sealKey}, {ID: "1", Key: sealKey2}},
	}
	with := func(s *login.Secret) *login.Secret {
		return &login.Secret{DefaultApp: s.DefaultApp, Apps: s.Apps, SealKeys: s.SealKeys, DirectoryKey: directoryKey}
	}
	tests := []struct {
		name, raw string
		want      *login.Secret
	}{
		{"short form", shortSecret, one},
		{"long form, newest key first", longSecret, two},
		{"the only app is the default", `{"apps":{"` + appID + `":{"appSecret":"` + appSecret + `"}},"sealKeys":[{"id":"0","key":"` + sealKey + `"}]}`, one},
		{"unknown fields are ignored", strings.Replace(shortSecret, "{", `{"comment":{"a":[1,null]},"appsecret":"other",`, 1), one},
		{"a directory key, short form", strings.Replace(shortSecret, "{", "{"+extras+",", 1), with(one)},
		{"a directory key, long form", strings.Replace(longSecret, "{", "{"+extras+",", 1), with(two)},
		{"as Notepad writes it", "\uFEFF" + shortSecret + "\r\n", one},
		{"blanks and two marks", " \r\n\uFEFF\uFEFF" + longSecret, two},
		{"white space", "\n " + strings.ReplaceAll(shortSecret, ",", " ,\t\n") + "\r\n", one},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := secrets.Parse([]byte(tt.raw))
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Parse = %+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

// swap returns a valid secret with one part replaced.
func swap(t *testing.T, raw, old, replacement string) string {
	t.Helper()
	if strings.Count(raw, old) != 1 {
		t.Fatalf("%q does not stand in %q once", old, raw)
	}
	return strings.Replace(raw, old, replacement, 1)
}

func TestParseRefuses(t *testing.T) {
	short := func(old, replacement string) string { return swap(t, shortSecret, old, replacement) }
	long := func(old, replacement string) string { return swap(t, longSecret, old, replacement) }
	extra := func(old, replacement string) string {
		return strings.Replace(shortSecret, "{", "{"+swap(t, extras, old, replacement)+",", 1)
	}
	quoted := func(s string) string { return `"` + s + `"` }
	tests := map[string]struct{ raw, want string }{
		"nothing":                        {"", "the secret is not a JSON object"},
		"a bare AppSecret":               {appSecret, "the secret is not a JSON object"},
		"a JSON string":                  {quoted(appSecret), "the secret is not a JSON object"},
		"a list":                         {"[" + shortSecret + "]", "the secret is not a JSON object"},
		"null":                           {"null", "the secret is not a JSON object"},
		"an empty object":                {"{}", "neither appId"},
		"single quotes":                  {strings.ReplaceAll(shortSecret, `"`, "'"), "the secret is not valid JSON"},
		"a value without quotes":         {short(quoted(appSecret), appSecret), "the secret is not valid JSON"},
		"a name without quotes":          {`{` + appSecret + `:1}`, "the secret is not valid JSON"},
		"an end too early":               {shortSecret[:len(shortSecret)-1], "the secret is not valid JSON"},
		"a comma too many":               {short(sealKey+`"`, sealKey+`",`), "the secret is not valid JSON"},
		"two values":                     {shortSecret + shortSecret, "the secret is followed by extra data"},
		"a tail":                         {shortSecret + appSecret, "the secret is followed by extra data"},
		"not UTF-8":                      {short(appSecret, appSecret+"\xff"), "not UTF-8"},
		"over 64 KiB":                    {shortSecret + strings.Repeat(" ", 64<<10), "65536 bytes"},
		"a field twice":                  {short("{", `{"appSecret":"S3CRET",`), "the secret has a duplicate field"},
		"a field twice, once escaped":    {short("{", `{"app\u0053ecret":"S3CRET",`), "the secret has a duplicate field"},
		"both forms":                     {short("{", `{"sealKeys":[],`), "mixes its two forms"},
		"no appId":                       {short("appId", "appid"), "appId is missing"},
		"no appSecret":                   {short("appSecret", "AppSecret"), "appSecret is missing"},
		"no sealKey":                     {short("sealKey", "key"), "sealKey is missing"},
		"an AppSecret that is a number":  {short(quoted(appSecret), "12345"), "appSecret is not a string"},
		"an AppSecret that is null":      {short(quoted(appSecret), "null"), "appSecret is not a string"},
		"an AppSecret in a list":         {short(quoted(appSecret), "["+quoted(appSecret)+"]"), "appSecret is not a string"},
		"an empty AppSecret":             {short(appSecret, ""), "appSecret is empty"},
		"the placeholder":                {short(appSecret, "REPLACE_ME"), "appSecret is still the placeholder REPLACE_ME"},
		"a placeholder of one's own":     {short(appSecret, "<replace_me>"), "appSecret is still the placeholder REPLACE_ME"},
		"a placeholder as the appid":     {short(appID, "REPLACE_ME"), "appId is still the placeholder"},
		"an AppSecret with a line end":   {short(appSecret, appSecret+`\n`), "appSecret begins or ends with a space"},
		"an AppSecret with a NUL":        {short(appSecret, `S3CRET\u0000a`), "appSecret contains a damaged"},
		"an AppSecret with half a rune":  {short(appSecret, `S3CRET\ud800a`), "appSecret contains a damaged"},
		"an appid that is none":          {short(appID, "wx/S3CRET"), "no appid"},
		"appid and AppSecret exchanged":  {short(appID, "S3CRET exchanged"), "no appid"},
		"a short seal key":               {short(sealKey, "S3CRETk"), "sealKeys[0].key must be at least 43"},
		"apps in a list":                 {`{"apps":[],"sealKeys":[]}`, "apps is not a JSON object"},
		"no apps":                        {long(`"apps"`, `"Apps"`), "apps is missing"},
		"apps empty":                     {`{"apps":{},"sealKeys":[{"id":"1","key":"` + sealKey + `"}]}`, "apps is empty"},
		"an app twice":                   {long(`"`+appID2+`":{`, `"`+appID+`":{`), "apps has a duplicate field"},
		"an app that is a string":        {long(`{"appSecret":"`+appSecret+`"}`, quoted(appSecret)), "apps." + appID + " is not a JSON object"},
		"an app without AppSecret":       {long(`{"appSecret":"`+appSecret+`"}`, `{}`), "apps." + appID + ": appSecret is missing"},
		"an AppSecret as the appid":      {long(`"`+appID+`":{"appSecret":"`+appSecret+`"}`, quoted(appSecret)+`:{}`), "an app of apps: appSecret is missing"},
		"two apps, no default":           {long(`"defaultApp":"`+appID2+`",`, ""), "defaultApp is missing"},
		"a default that is no app":       {long(`"defaultApp":"`+appID2, `"defaultApp":"S3CRET`), "defaultApp is not one of apps"},
		"a default that is null":         {long(`"defaultApp":"`+appID2+`"`, `"defaultApp":null`), "defaultApp is not a string"},
		"no seal keys":                   {long(`"sealKeys"`, `"keys"`), "sealKeys must be a list"},
		"seal keys null":                 {`{"apps":{"` + appID + `":{"appSecret":"` + appSecret + `"}},"sealKeys":null}`, "sealKeys must be a list"},
		"seal keys empty":                {`{"apps":{"` + appID + `":{"appSecret":"` + appSecret + `"}},"sealKeys":[]}`, "sealKeys is empty"},
		"seal keys that are strings":     {`{"apps":{"` + appID + `":{"appSecret":"` + appSecret + `"}},"sealKeys":["` + sealKey + `"]}`, "sealKeys[0] is not a JSON object"},
		"a seal key without id":          {long(`"id":"1",`, ""), "sealKeys[1].id is missing"},
		"a seal key's id twice":          {long(`"id":"1"`, `"id":"2"`), "sealKeys[1].id is given twice"},
		"a seal key's id with a dot":     {long(`"id":"1"`, `"id":"S3.CRET"`), "sealKeys[1].id must be"},
		"a seal key id that is a number": {long(`"id":"1"`, `"id":1`), "sealKeys[1].id is not a string"},
	}
	for name, c := range map[string]struct{ raw, want string }{
		"a short directory key":          {extra(directoryKey, "S3CRETd"), "directoryKey must be at least 43"},
		"an empty directory key":         {extra(directoryKey, ""), "directoryKey is empty"},
		"a directory key that is null":   {extra(quoted(directoryKey), "null"), "directoryKey is not a string"},
		"a directory key's placeholder":  {extra(directoryKey, "REPLACE_ME"), "directoryKey is still the placeholder"},
		"a directory key with a newline": {extra(directoryKey, directoryKey+`\n`), "directoryKey begins or ends with a space"},
	} {
		tests[name] = c
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		tt := tests[name]
		t.Run(name, func(t *testing.T) {
			got, err := secrets.Parse([]byte(tt.raw))
			if got != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Parse = %v, %v; want an error with %q", got, err, tt.want)
			}
			if strings.Contains(err.Error(), "S3C") || strings.Contains(err.Error(), "CRET") || strings.ContainsAny(err.Error(), "'\n") {
				t.Errorf("the error shows a value, or more than one line: %v", err)
			}
		})
	}
}

// For any bytes: Parse does not panic, returns only what the domain accepts, and quotes nothing.
func FuzzParse(f *testing.F) {
	f.Add([]byte(shortSecret))
	f.Add([]byte(longSecret))
	f.Add([]byte(strings.Replace(shortSecret, "{", "{"+extras+",", 1)))
	f.Add([]byte(policySecret))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := secrets.Parse(raw)
		switch {
		case err == nil:
			if err := s.Validate(); err != nil {
				t.Errorf("Parse gives a secret that is not valid: %v", err)
			}
		case s != nil:
			t.Errorf("Parse gives a secret and the error %v", err)
		case strings.Contains(err.Error(), "S3CRET"):
			t.Errorf("the error shows a value: %v", err)
		}
	})
}
