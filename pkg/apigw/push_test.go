package apigw_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

var pushKeys = login.PushSettings{Token: "MARKtoken", EncodingAESKey: login.Hidden(strings.Repeat("MARKkey", 7)[:43])}

// pushTo sends a request to the push route, and returns the answer and the line of the log.
func pushTo(t *testing.T, method, query, body string, headers map[string]string) (events.APIGatewayV2HTTPResponse, string) {
	t.Helper()
	w := logintest.NewWorld(t)
	app := w.Vault.Held.Apps[logintest.AppID]
	app.Push = pushKeys
	w.Vault.Held.Apps[logintest.AppID] = app
	w.Bound("alice-1", "alice")
	var log bytes.Buffer
	handler := apigw.New(apigw.Config{Service: w.Service, Log: requestlog.New(requestlog.Config{Output: &log}), LogAddress: true}, apigw.VerifyPushURL, apigw.Push)
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: method + " " + apigw.Push.Path, RawQueryString: query, Body: body, Headers: headers,
		PathParameters: map[string]string{"appId": logintest.AppID},
	}
	e.RequestContext.HTTP.SourceIP = "203.0.113.20"
	return handler.Answer(t.Context(), e), log.String()
}

// encryptedPush is the query and the body of a push in secure mode.
func encryptedPush(t *testing.T, message string) (query, body string) {
	t.Helper()
	encrypted, err := wechattest.EncryptPush(string(pushKeys.EncodingAESKey), logintest.AppID, []byte(message), [16]byte{})
	if err != nil {
		t.Fatal(err)
	}
	signature := wechattest.SignPush(string(pushKeys.Token), "1", "2", encrypted)
	return "signature=0&timestamp=1&nonce=2&openid=o-alice&encrypt_type=aes&msg_signature=" + signature, `{"Encrypt":"` + encrypted + `"}`
}

// The openid and the keys stand in no line, whatever the push is; WeChat gets plain text.
func TestPushLeavesNoOpenIDInTheLog(t *testing.T) {
	for name, row := range map[string]struct {
		message string
		spoil   func(query, body string) (string, string)
		status  int
		line    []string
	}{
		"done":                        {`{"Event":"user_authorization_cancellation","OpenID":"o-alice","CreateTime":4102444800}`, nil, 200, []string{`"outcome":"push_done"`, `"push":"user_authorization_cancellation"`, `"openIdHash":"`, `"event":"unbind"`}},
		"nothing":                     {`{"Event":"user_info_modified","OpenID":"o-alice","CreateTime":1}`, nil, 200, []string{`"outcome":"push_nothing"`, `"userId":"u-alice"`}},
		"of no interest":              {`{"Event":"o-alice","OpenID":"o-alice"}`, nil, 200, []string{`"outcome":"push_other"`, `"push":"other"`}},
		"punished":                    {`{"Event":"wxa_punish_event","event_type":4}`, nil, 200, []string{`"outcome":"push_punished"`, `"punishment":"4"`, `"severity":"ERROR"`}},
		"punished anew":               {`{"Event":"wxa_punish_event","event_type":"o-alice"}`, nil, 200, []string{`"punishment":"other"`, `"severity":"ERROR"`}},
		"forged":                      {`{}`, func(query, body string) (string, string) { return query + "0", body }, 403, []string{`"outcome":"push_rejected"`, `"event":"push_rejected"`, `"severity":"WARN"`, `"cause":"`}},
		"plain":                       {`{}`, func(query, _ string) (string, string) { return query, `{"OpenID":"o-alice"}` }, 403, []string{`"outcome":"push_rejected"`}},
		"a query that cannot be read": {`{}`, func(query, body string) (string, string) { return query + "&nonce=3", body }, 400, []string{`"outcome":"parameter_repeated"`}},
	} {
		t.Run(name, func(t *testing.T) {
			query, body := encryptedPush(t, row.message)
			if row.spoil != nil {
				query, body = row.spoil(query, body)
			}
			answer, line := pushTo(t, "POST", query, body, map[string]string{"content-type": "application/octet-stream; charset=GBK"})
			if answer.StatusCode != row.status || row.status == 200 && (answer.Body != "success" || answer.Headers["content-type"] != "text/plain; charset=utf-8") {
				t.Errorf("got %d %q %v", answer.StatusCode, answer.Body, answer.Headers)
			}
			for _, want := range row.line {
				if !strings.Contains(line, want) {
					t.Errorf("the line lacks %s: %s", want, line)
				}
			}
			if strings.Contains(line+answer.Body, "o-alice") || strings.Contains(line+answer.Body, "MARK") {
				t.Errorf("it shows: %s", line)
			}
		})
	}
}

// What is answered to a verification is only what WeChat may have sent.
func TestEcho(t *testing.T) {
	signed := fmt.Sprintf("signature=%s&timestamp=1&nonce=2&echostr=", wechattest.SignPush(string(pushKeys.Token), "1", "2"))
	for name, row := range map[string]struct {
		query, want string
		status      int
	}{
		"good":              {signed + "4375120948345356249", "4375120948345356249", 200},
		"escaped":           {signed + "%61%2Bb", "a+b", 200},
		"as long as may be": {signed + strings.Repeat("1", 128), strings.Repeat("1", 128), 200},
		"too long":          {signed + strings.Repeat("1", 129), "", 400},
		"a line break":      {signed + "1%0A2", "", 400},
		"not ASCII":         {signed + "%E4%B8%AD", "", 400},
		"none":              {signed, "", 400},
		"a wrong signature": {"signature=0&timestamp=1&nonce=2&echostr=1", "", 403},
	} {
		t.Run(name, func(t *testing.T) {
			answer, _ := pushTo(t, "GET", row.query, "", nil)
			if answer.StatusCode != row.status || row.status == 200 && answer.Body != row.want {
				t.Errorf("got %d %q", answer.StatusCode, answer.Body)
			}
			if row.status == 200 && (answer.Headers["content-type"] != "text/plain; charset=utf-8" || answer.Headers["x-content-type-options"] != "nosniff") {
				t.Errorf("its headers are %v", answer.Headers)
			}
		})
	}
}
