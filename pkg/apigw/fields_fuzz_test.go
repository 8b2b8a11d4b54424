package apigw

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
)

// Whatever the fields hold, a request is read the same in every form that it may take.
func FuzzFormsOfOneRequest(f *testing.F) {
	for _, value := range []string{"", "alice-1", "undefined", "[object Object]", "a;b", "100%", "\uFEFF", "{", `"`, "用户", "\x00", "a&code=b", "=", "+ "} {
		f.Add(value, "demo", "p", "", "")
		f.Add("alice-1", value, value, value, value)
	}
	f.Fuzz(func(t *testing.T, code, username, password, appID, lang string) {
		values := map[string]string{"code": code, "username": username, "password": password, "appId": appID, "lang": lang, "x": code}
		for _, value := range values {
			if !utf8.ValidString(value) {
				t.Skip("JSON cannot hold it")
			}
		}
		object, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		pairs := url.Values{}
		for name, value := range values {
			pairs.Set(name, value)
		}
		renamed := url.Values{"code": {code}, "username": {username}, "password": {password}, "appid": {appID}, "lang": {lang}, "ids[]": {"1", "2"}}
		want, wantErr := readBody(asJSON, string(object), "")
		for name, sent := range map[string]struct{ contentType, body, query string }{
			"a form":               {asForm, pairs.Encode(), ""},
			"a form called JSON":   {asJSON, pairs.Encode(), ""},
			"a form called text":   {"text/plain;charset=UTF-8", pairs.Encode(), ""},
			"with appid":           {asForm, renamed.Encode(), ""},
			"JSON behind a BOM":    {"", "\uFEFF" + string(object), ""},
			"JSON called a form":   {asForm, string(object) + "\n", ""},
			"JSON, doubled":        {"application/json;charset=UTF-8,application/json", string(object), ""},
			"with a query to pass": {asJSON, string(object), "code=x&code=y&username=%zz&_t=100%&_t=1"},
		} {
			got, err := readBody(sent.contentType, sent.body, sent.query)
			if got.caller.Request != want.caller.Request || got.lang != want.lang || login.AsError(err).Code != login.AsError(wantErr).Code {
				t.Errorf("%s is read as %v, %v; want %v, %v", name, got.fields, err, want.fields, wantErr)
			}
		}
	})
}

// readBody reads a request to bind, whose body API Gateway hands over in base64.
func readBody(contentType, body, query string) (*request, error) {
	r := &request{event: events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawQueryString: query, IsBase64Encoded: true, Body: base64.StdEncoding.EncodeToString([]byte(body)),
		Headers: map[string]string{"content-type": contentType},
	}}
	return r, New(Config{}, Bind).read(context.Background(), r)
}

// Whatever a body and its label are, it is read, or refused as one that cannot be read.
func FuzzBody(f *testing.F) {
	for _, body := range []string{"", "null", `""`, `"\u0020"`, "[ ]", "{}", "undefined", "[object Object]", body, "code=a&code=b", "code=%zz;", "\uFEFF{", "\xff\xfe{\x00", "<a/>", `"`, "[", "=", "&"} {
		for _, contentType := range []string{"", asJSON, asForm, "text/plain", "*/*", asJSON + "; utf-8", asJSON + ";charset=gbk," + asForm, ";,=:/\""} {
			f.Add(contentType, body)
		}
	}
	f.Fuzz(func(t *testing.T, contentType, body string) {
		r, err := readBody(contentType, body, "")
		if err == nil {
			return
		}
		switch code := login.AsError(err).Code; code {
		case login.BodyMalformed, login.BodyTooDeep, login.BodyTrailing, login.BodyTooLarge, login.ContentTypeUnsupported, login.ParameterRepeated, login.FieldWrongType:
		default:
			t.Errorf("got %s", code)
		}
		if len(r.fields) != 0 {
			t.Errorf("it is refused, and has %v", r.fields)
		}
	})
}
