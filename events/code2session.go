package events

import "github.com/wxbind/wxbind/pkg/login"

// code2Session are the cases of POST /api/login/code2session.
var code2Session = []Case{
	{Name: "code2session-good", Status: 200, Code: 1, WeChat: 1},
	{Name: "code2session-good-base64", Status: 200, Code: 1, WeChat: 1},
	{Name: "code2session-good-form", Status: 200, Code: 1, WeChat: 1},
	{Name: "code2session-good-ipv6", Status: 200, Code: 1, WeChat: 1},
	{Name: "code2session-good-app-named", Status: 200, Code: 1, WeChat: 1},
	{Name: "code2session-bound", After: []string{"bind-good"}, Status: 200, Code: 1, WeChat: 1},
	{Name: "code2session-repeated-request", After: []string{"code2session-good"}, Status: 200, Code: 1, WeChat: 1},
	{Name: "code2session-code-of-another-route", After: []string{"checkbind-good"}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
	{Name: "code2session-used-code", After: []string{"code2session-good"}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
	{Name: "code2session-no-body", Status: 400, Error: login.CodeMissing},
	{Name: "code2session-missing-code", Status: 400, Error: login.CodeMissing},
	{Name: "code2session-missing-code-english", Status: 400, Error: login.CodeMissing},
	{Name: "code2session-empty-code", Status: 400, Error: login.CodeMissing},
	{Name: "code2session-code-in-query", Status: 400, Error: login.CodeMissing},
	{Name: "code2session-over-long-code", Status: 400, Error: login.CodeInvalid},
	{Name: "code2session-non-ascii-code", Status: 400, Error: login.CodeInvalid},
	{Name: "code2session-control-character-code", Status: 400, Error: login.CodeInvalid},
	{Name: "code2session-bad-json", Status: 400, Error: login.BodyMalformed},
	{Name: "code2session-two-json-values", Status: 400, Error: login.BodyTrailing},
	{Name: "code2session-deep-json", Status: 400, Error: login.BodyTooDeep},
	{Name: "code2session-wrong-type", Status: 400, Error: login.FieldWrongType},
	{Name: "code2session-repeated-field", Status: 400, Error: login.ParameterRepeated},
	{Name: "code2session-repeated-form-field", Status: 400, Error: login.ParameterRepeated},
	{Name: "code2session-wrong-content-type", Status: 400, Error: login.ContentTypeUnsupported},
	{Name: "code2session-too-large-body", Status: 413, Error: login.BodyTooLarge},
	{Name: "code2session-no-http-api-event", Status: 400, Error: login.EventMalformed},
	{Name: "code2session-wechat-busy", Status: 503, Error: login.WXBusy, WeChat: 2},
	{Name: "code2session-wechat-code-invalid", Status: 200, Error: login.WXCodeInvalid, WeChat: 1},
	{Name: "code2session-wechat-user-throttled", Status: 429, Error: login.WXThrottled, WeChat: 1},
	{Name: "code2session-wechat-app-invalid", Status: 500, Error: login.WXAppRejected, WeChat: 1},
	{Name: "code2session-wechat-secret-invalid", Status: 503, Error: login.WXSecretRejected, WeChat: 1},
	{Name: "code2session-wechat-html", Status: 503, Error: login.WXUnexpected, WeChat: 1},
}
