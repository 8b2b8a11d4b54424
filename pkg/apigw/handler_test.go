package apigw_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

const bindBody = `{"code":"alice-2","username":"demo","password":"` + password + `"}`

// Clients in the field read these fields and values, so they never change.
func TestLogin(t *testing.T) {
	w := newWorld(t)
	unbound := w.invoke(t.Context(), apigw.CheckBind, get("code=alice-1"))
	openID, _ := unbound.body["openId"].(string)
	if unbound.status != 200 || unbound.body["code"] != 301.0 || unbound.body["msg"] != "未登录" || openID == "" {
		t.Fatalf("not bound: %s", unbound.text)
	}
	bound := w.invoke(t.Context(), apigw.Bind, post("application/json", bindBody))
	if bound.status != 200 || bound.body["code"] != 1.0 || bound.body["msg"] != "绑定成功" {
		t.Fatalf("bind: %s", bound.text)
	}
	again := w.invoke(t.Context(), apigw.CheckBind, get("code=alice-3"))
	if again.status != 200 || again.body["code"] != 1.0 || again.body["msg"] != "已经登录" {
		t.Fatalf("bound: %s", again.text)
	}
	for _, a := range []answer{bound, again} {
		user, _ := a.body["userInfo"].(map[string]any)
		token, _ := a.body["token"].(string)
		expires, _ := a.body["expiresAt"].(float64)
		menus, isList := a.body["menuList"].([]any)
		if user["id"] != "u1" || user["username"] != "demo" || user["name"] != "Demo" || !isList || len(menus) != 0 {
			t.Errorf("got %s", a.text)
		}
		if _, err := login.ParseToken(token); err != nil {
			t.Errorf("the token is none")
		}
		if in := time.Until(time.Unix(int64(expires), 0)); in < 6*24*time.Hour || in > 7*24*time.Hour {
			t.Errorf("the token expires in %v, want 7 days", in)
		}
	}
	identity := w.invoke(t.Context(), apigw.Code2Session, post("application/json", `{"code":"alice-4"}`))
	if identity.body["code"] != 1.0 || identity.body["openId"] != openID || identity.body["unionId"] == "" || identity.body["bound"] != true {
		t.Errorf("code2session: %s", identity.text)
	}
}

func TestAnswerHeaders(t *testing.T) {
	w := newWorld(t)
	a := w.invoke(t.Context(), apigw.CheckBind, get("code=alice-1"))
	for name, want := range map[string]string{
		"content-type": "application/json; charset=utf-8", "cache-control": "no-store", "x-content-type-options": "nosniff",
	} {
		if a.header[name] != want {
			t.Errorf("%s is %q, want %q", name, a.header[name], want)
		}
	}
}

func TestBodiesThatAreRead(t *testing.T) {
	pairs := "code=alice-2&username=demo&password=" + password
	for name, c := range map[string]struct {
		contentType, body string
		base64            bool
	}{
		"JSON":                        {"application/json", bindBody, false},
		"JSON with a charset":         {"application/json;charset=UTF-8", bindBody, false},
		"a charset as often misspelt": {"application/json; charset=utf8", bindBody, false},
		"JSON in base64":              {"application/json", bindBody, true},
		"a form":                      {form, pairs, false},
		"a form in base64":            {form, pairs, true},
		"unknown fields are ignored":  {"application/json", strings.Replace(bindBody, "{", `{"x":[{"y":1}],"Code":7,`, 1), false},
		"null is absent":              {"application/json", strings.Replace(bindBody, "{", `{"openId":null,`, 1), false},
		"brackets in a string":        {"application/json", strings.Replace(bindBody, "{", `{"x":"\"`+strings.Repeat("[", 99)+`",`, 1), false},
		"an upper-case content type":  {"Application/JSON", bindBody, false},
		"unknown fields twice":        {"application/json", strings.Replace(bindBody, "{", `{"x":1,"x":[2],`, 1), false},
		"unknown form fields twice":   {form, "ids[]=1&ids[]=2&_t=100%&q=a;b&%zz=1&" + pairs, false},
		"JSON behind a BOM":           {"application/json", "\uFEFF" + bindBody, false},
		"that in base64":              {"application/json", "\uFEFF" + bindBody, true},
		"a form behind a BOM":         {form, "\uFEFF" + pairs, true},
		"JSON called a form":          {form, bindBody, false},
		"JSON called text":            {"text/plain;charset=UTF-8", bindBody, false},
		"JSON called anything":        {"*/*", bindBody, true},
		"JSON called parts":           {"multipart/form-data; boundary=x", bindBody, true},
		"JSON called nothing":         {"", bindBody, true},
		"a form called JSON":          {"application/json", pairs, false},
		"a form called text":          {"text/plain;charset=UTF-8", pairs, false},
		"a form called nothing":       {"", pairs, true},
		"a charset without its name":  {"application/json; utf-8", bindBody, true},
		"a name without its charset":  {"application/json; charset", bindBody, true},
		"a charset behind a colon":    {"application/json; charset:utf-8", strings.Replace(bindBody, "{", `{"x":"用户",`, 1), true},
		"a doubled type":              {"application/json, application/json", bindBody, true},
		"a doubled charset":           {"application/json;charset=UTF-8,application/json", strings.Replace(bindBody, "{", `{"x":"用户",`, 1), true},
		"a doubled form":              {form + ", " + form, pairs, true},
		"a form of two minds":         {"application/json, " + form, pairs, true},
		"a charset in quotes":         {`application/json; charset="utf-8"`, strings.Replace(bindBody, "{", `{"x":"用户",`, 1), false},
		"ASCII in another charset":    {"application/json; charset=gbk", strings.Replace(bindBody, "{", `{"x":"100%E4",`, 1), false},
		"a form in Latin-1 and ASCII": {form + "; charset=ISO-8859-1", pairs, false},
		"a body of exactly 64 KiB":    {"application/json", bindBody + strings.Repeat(" ", 64<<10-len(bindBody)), false},
		"64 KiB in base64":            {"application/json", bindBody + strings.Repeat(" ", 64<<10-len(bindBody)), true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			e := post(c.contentType, c.body)
			if c.base64 {
				e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(c.body)), true
			}
			if a := w.invoke(t.Context(), apigw.Bind, e); a.body["code"] != 1.0 {
				t.Errorf("got %d %s", a.status, a.text)
			}
		})
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		route  apigw.Route
		event  any
		status int
		want   login.Code
	}{
		"no event":                    {apigw.CheckBind, map[string]any{}, 400, login.EventMalformed},
		"an event of payload 1.0":     {apigw.CheckBind, map[string]any{"version": "1.0"}, 400, login.EventMalformed},
		"not even an object":          {apigw.CheckBind, "hello", 400, login.EventMalformed},
		"no code":                     {apigw.CheckBind, get(""), 400, login.CodeMissing},
		"an empty code":               {apigw.CheckBind, get("code="), 400, login.CodeMissing},
		"a code too long":             {apigw.CheckBind, get("code=" + strings.Repeat("a", 257)), 400, login.CodeInvalid},
		"a code beyond ASCII":         {apigw.CheckBind, get("code=%E7%88%B1"), 400, login.CodeInvalid},
		"a control character":         {apigw.CheckBind, get("code=alice%00-1"), 400, login.CodeInvalid},
		"a code twice":                {apigw.CheckBind, get("code=alice-1&code=alice-2"), 400, login.ParameterRepeated},
		"a code twice, one undefined": {apigw.CheckBind, get("code=alice-1&code=undefined"), 400, login.ParameterRepeated},
		"two mini-programs":           {apigw.CheckBind, get("code=alice-1&appId=" + appID + "&appid=" + secondAppID), 400, login.ParameterRepeated},
		"two mini-programs in a body": {apigw.Code2Session, post("application/json", `{"code":"alice-1","appId":"`+appID+`","appid":"`+secondAppID+`"}`), 400, login.ParameterRepeated},
		"an undefined code":           {apigw.CheckBind, get("code=undefined"), 400, login.CodeInvalid},
		"a null code":                 {apigw.Code2Session, post(form, "code=null"), 400, login.CodeInvalid},
		"a code that is no number":    {apigw.CheckBind, get("code=NaN"), 400, login.CodeInvalid},
		"a lost object for a code":    {apigw.CheckBind, get("code=[object%20Object]"), 400, login.CodeInvalid},
		"an undefined code to bind":   {apigw.Bind, post("application/json", `{"code":"undefined","openId":"o1","username":"demo","password":"x"}`), 400, login.CodeInvalid},
		"a broken escape":             {apigw.CheckBind, get("code=%zz"), 400, login.QueryMalformed},
		"a semicolon":                 {apigw.CheckBind, get("code=alice-1;x"), 400, login.QueryMalformed},
		"a query of byte order marks": {apigw.CheckBind, get(strings.Repeat("%EF%BB%BF", 99)), 400, login.CodeMissing},
		"a query beyond 8 KiB":        {apigw.CheckBind, get("code=alice-1&x=" + strings.Repeat("x", 8<<10)), 400, login.QueryMalformed},
		"no body":                     {apigw.Bind, post("application/json", ""), 400, login.CodeMissing},
		"broken JSON":                 {apigw.Bind, post("application/json", `{"code":`), 400, login.BodyMalformed},
		"JSON that ends early":        {apigw.Bind, post("application/json", `{"code":"alice-1"`), 400, login.BodyMalformed},
		"an array":                    {apigw.Bind, post("application/json", `["alice-1"]`), 400, login.BodyMalformed},
		"null":                        {apigw.Bind, post("application/json", `null`), 400, login.CodeMissing},
		"an object that was lost":     {apigw.Bind, post("application/json", `[object Object]`), 400, login.BodyMalformed},
		"one that was lost in a form": {apigw.Bind, post(form, `[object Object]`), 400, login.BodyMalformed},
		"one that was lost untyped":   {apigw.Bind, post("", ` [object Promise] `), 400, login.BodyMalformed},
		"an array as a form":          {apigw.Bind, post(form, `[`+bindBody+`]`), 400, login.BodyMalformed},
		"XML":                         {apigw.Bind, post("text/xml", `<code a="b">alice-1</code>`), 400, login.ContentTypeUnsupported},
		"XML as a form":               {apigw.Bind, post(form, `<xml a="code">alice-1</xml>`), 400, login.BodyMalformed},
		"XML as JSON":                 {apigw.Bind, post("application/json", `<code>alice-1</code>`), 400, login.BodyMalformed},
		"parts":                       {apigw.Bind, post("multipart/form-data; boundary=x", parts), 400, login.ContentTypeUnsupported},
		"parts as JSON":               {apigw.Bind, post("application/json", parts), 400, login.BodyMalformed},
		"UTF-16":                      {apigw.Bind, inBase64(post("application/json", utf16(bindBody))), 400, login.BodyMalformed},
		"UTF-16 that says so":         {apigw.Bind, inBase64(post("application/json; charset=utf-16", utf16(bindBody))), 400, login.ContentTypeUnsupported},
		"UTF-16 without a mark":       {apigw.Bind, inBase64(post("application/json", utf16(bindBody)[2:])), 400, login.BodyMalformed},
		"UTF-16 as a form":            {apigw.Bind, inBase64(post(form, utf16("code=alice-1"))), 400, login.BodyMalformed},
		"a number as a body":          {apigw.Bind, post("application/json", `7`), 400, login.BodyMalformed},
		"pairs that nobody knows":     {apigw.Bind, post("text/plain", `a=1&b=2`), 400, login.ContentTypeUnsupported},
		"pairs and something else":    {apigw.Bind, post("application/json", `code=alice-1&b`), 400, login.BodyMalformed},
		"pairs of two minds":          {apigw.Bind, post("application/json, "+form, `code=alice-1 &b=2`), 400, login.BodyMalformed},
		"pairs with a blank":          {apigw.Bind, post("text/plain", `code=alice-1 &b=2`), 400, login.ContentTypeUnsupported},
		"a broken form without type":  {apigw.Bind, post("", `code=%zz&username=demo`), 400, login.BodyMalformed},
		"a semicolon in a form":       {apigw.Bind, post(form, `code=alice-1;username=demo`), 400, login.BodyMalformed},
		"64 KiB of blanks":            {apigw.Bind, post("application/json", strings.Repeat(" ", 64<<10)), 400, login.CodeMissing},
		"a blank more":                {apigw.Bind, post("application/json", strings.Repeat(" ", 64<<10+1)), 413, login.BodyTooLarge},
		"two values":                  {apigw.Bind, post("application/json", bindBody+bindBody), 400, login.BodyTrailing},
		"something behind":            {apigw.Bind, post("application/json", bindBody+"x"), 400, login.BodyTrailing},
		"a number for a string":       {apigw.Bind, post("application/json", `{"code":1}`), 400, login.FieldWrongType},
		"an object for a code":        {apigw.Bind, post("application/json", `{"code":{},"username":"demo","password":"x"}`), 400, login.FieldWrongType},
		"a list for what may lack":    {apigw.Bind, post("application/json", strings.Replace(bindBody, "{", `{"openId":["o1"],`, 1)), 400, login.FieldWrongType},
		"an object for a string":      {apigw.Bind, post("application/json", `{"code":"alice-1","username":{"$ne":""}}`), 400, login.FieldWrongType},
		"a field twice":               {apigw.Bind, post("application/json", `{"code":"alice-1","code":"alice-2"}`), 400, login.ParameterRepeated},
		"deep nesting":                {apigw.Bind, post("application/json", `{"x":`+strings.Repeat("[", 10000)+strings.Repeat("]", 10000)+`}`), 400, login.BodyTooDeep},
		"a form field twice":          {apigw.Bind, post("application/x-www-form-urlencoded", "code=a&code=b"), 400, login.ParameterRepeated},
		"a broken form":               {apigw.Bind, post("application/x-www-form-urlencoded", "code=%zz"), 400, login.BodyMalformed},
		"plain text":                  {apigw.Bind, post("text/plain", "alice-1"), 400, login.ContentTypeUnsupported},
		"no content type":             {apigw.Bind, post("", "alice-1"), 400, login.ContentTypeUnsupported},
		"another charset":             {apigw.Bind, post("application/json; charset=gbk", strings.Replace(bindBody, "demo", "用户", 1)), 400, login.ContentTypeUnsupported},
		"one without its name":        {apigw.Bind, post("application/json; gbk", strings.Replace(bindBody, "demo", "用户", 1)), 400, login.ContentTypeUnsupported},
		"another charset of a form":   {apigw.Bind, post(form+"; charset=gbk", "code=alice-1&username=%D3%C3&password=x"), 400, login.ContentTypeUnsupported},
		"a body over 64 KiB":          {apigw.Bind, post("application/json", bindBody+strings.Repeat(" ", 64<<10)), 413, login.BodyTooLarge},
		"over 64 KiB in base64":       {apigw.Bind, inBase64(post("application/json", bindBody+strings.Repeat(" ", 64<<10))), 413, login.BodyTooLarge},
		"one byte over, in base64":    {apigw.Bind, inBase64(post("application/json", bindBody+strings.Repeat(" ", 64<<10+1-len(bindBody)))), 413, login.BodyTooLarge},
		"broken base64":               {apigw.Bind, broken(post("application/json", "%%%")), 400, login.BodyMalformed},
		"an openId without a code":    {apigw.Bind, post("application/json", `{"openId":"o1","username":"demo","password":"x"}`), 200, login.BindProofRequired},
		"credentials in the query":    {apigw.Bind, inQuery("code=alice-1&username=demo&password=" + password), 400, login.CodeMissing},
		"a password that is no UTF-8": {apigw.Bind, post("application/json", "{\"code\":\"alice-1\",\"username\":\"demo\",\"password\":\"a\\ud800\"}"), 400, login.PasswordInvalid},
		"another's openId":            {apigw.Bind, post("application/json", strings.Replace(bindBody, "{", `{"openId":"o1",`, 1)), 200, login.IdentityMismatch},
		"a wrong password":            {apigw.Bind, post("application/json", `{"code":"alice-1","username":"demo","password":"x"}`), 200, login.InvalidCredentials},
		"a code that WeChat refuses":  {apigw.CheckBind, get("code=err40029-x"), 200, login.WXCodeInvalid},
		"a code in the body of a GET": {apigw.CheckBind, post("application/json", `{"code":"alice-1"}`), 400, login.CodeMissing},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.invoke(t.Context(), c.route, c.event)
			if a.status != c.status || a.body["error"] != string(c.want) {
				t.Errorf("got %d %s, want %d %s", a.status, a.text, c.status, c.want)
			}
			if a.body["code"] != 0.0 || a.body["msg"] != c.want.Message("") || a.body["action"] != string(c.want.Action()) {
				t.Errorf("the envelope: %s", a.text)
			}
			if c.status != 200 && w.wechat.Calls() != 0 {
				t.Errorf("it cost a call to WeChat")
			}
			if line := w.lastLine(); line["outcome"] != string(c.want) || line["status"] != float64(c.status) {
				t.Errorf("the log says %v", line)
			}
			// It changed nothing.
			if again := w.invoke(t.Context(), apigw.CheckBind, get("code=alice-9")); again.body["code"] != 301.0 {
				t.Errorf("afterwards: %s", again.text)
			}
		})
	}
}

func TestWaits(t *testing.T) {
	for name, c := range map[string]struct {
		code      string
		status    int
		want      login.Code
		wantRetry string
	}{
		"a user too fast":  {"err45011-x", 429, login.WXThrottled, "60"},
		"WeChat is down":   {"http500-x-1", 503, login.WXUnavailable, ""},
		"a secret refused": {"err40125-x", 503, login.WXSecretRejected, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.invoke(t.Context(), apigw.CheckBind, get("code="+c.code))
			if a.status != c.status || a.body["error"] != string(c.want) {
				t.Fatalf("got %d %s", a.status, a.text)
			}
			if retry := a.header["retry-after"]; retry == "" || retry == "0" || c.wantRetry != "" && retry != c.wantRetry {
				t.Errorf("retry-after is %q, want %q", retry, c.wantRetry)
			}
		})
	}
}

func TestEnglishOnRequest(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		route apigw.Route
		event any
		want  string
	}{
		"a decision":         {apigw.CheckBind, get("code=alice-1&lang=en"), "Not logged in."},
		"a failure":          {apigw.CheckBind, get("lang=en"), login.CodeMissing.Message("en")},
		"in the body":        {apigw.Bind, post("application/json", `{"lang":"en"}`), login.CodeMissing.Message("en")},
		"another is Chinese": {apigw.CheckBind, get("code=alice-2&lang=fr"), "未登录"},
		"both":               {apigw.Bind, withQuery(post("application/json", `{"lang":"en"}`), "lang=zh"), login.CodeMissing.Message("en")},
		"a body without it":  {apigw.Bind, withQuery(post("application/json", `{"lang":"undefined"}`), "lang=en"), login.CodeMissing.Message("en")},
		"before a bad body":  {apigw.Bind, withQuery(post("application/json", `{`), "lang=en"), login.BodyMalformed.Message("en")},
	} {
		if a := w.invoke(t.Context(), c.route, c.event); a.body["msg"] != c.want {
			t.Errorf("%s: got %q, want %q", name, a.body["msg"], c.want)
		}
	}
}

func TestRequestIDIsAPIGatewaysOrNone(t *testing.T) {
	w := newWorld(t)
	for sent, want := range map[string]string{
		"JKJaXmPLvHcESHA=":       "JKJaXmPLvHcESHA=",
		"<script>":               "",
		strings.Repeat("a", 129): "",
	} {
		e := get("")
		e.RequestContext.RequestID = sent
		if a := w.invoke(t.Context(), apigw.CheckBind, e); a.body["requestId"] != want {
			t.Errorf("sent %q, got %q", sent, a.body["requestId"])
		}
	}
}

// A function whose time is nearly up answers before Lambda kills it.
func TestDeadlineIsAnswered(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if a := w.invoke(ctx, apigw.CheckBind, get("code=slow20s-alice-1")); a.status != 503 || a.body["error"] != string(login.WXUnavailable) {
		t.Errorf("got %d %s", a.status, a.text)
	}
	var given time.Time
	w.service.WeChat = asked{say: func(ctx context.Context) error {
		given, _ = ctx.Deadline()
		return login.WXBusy
	}}
	w.invoke(ctx, apigw.CheckBind, get("code=alice-1"))
	deadline, _ := ctx.Deadline()
	if kept := deadline.Sub(given); kept != 250*time.Millisecond {
		t.Errorf("%v are kept for the answer, want 250ms", kept)
	}
}

func TestRetryAfterIsNeverZero(t *testing.T) {
	for wait, want := range map[time.Duration]string{0: "1", time.Millisecond: "1", time.Second: "1", 1001 * time.Millisecond: "2"} {
		w := newWorld(t)
		w.service.WeChat = asked{say: func(context.Context) error { return &login.Error{Code: login.WXBusy, RetryAfter: wait} }}
		if a := w.invoke(t.Context(), apigw.CheckBind, get("code=alice-1")); a.header["retry-after"] != want {
			t.Errorf("a wait of %v: retry-after %q, want %q", wait, a.header["retry-after"], want)
		}
	}
}

// asked is a WeChat that refuses every code.
type asked struct {
	login.WeChat
	say func(context.Context) error
}

func (a asked) Code2Session(ctx context.Context, _ login.App, _ string) (login.WeChatSession, error) {
	return login.WeChatSession{}, a.say(ctx)
}

func TestPanicIsAnswered(t *testing.T) {
	w := newWorld(t)
	w.service.WeChat = asked{say: panicking}
	a := w.invoke(t.Context(), apigw.CheckBind, get("code=alice-1"))
	if a.status != 500 || a.body["error"] != string(login.Internal) {
		t.Errorf("got %d %s", a.status, a.text)
	}
	if strings.Contains(w.log.String(), "MARK") || !strings.Contains(w.log.String(), "panicking") {
		t.Errorf("the log must have the stack and not the value: %s", w.log)
	}
}

func panicking(context.Context) error { panic("MARK-of-a-value") }

// A panic in another goroutine is answered, too.
func TestPanicBesideIsAnswered(t *testing.T) {
	w := newWorld(t)
	w.service.Store = panickingBeside{w.store}
	a := w.invoke(t.Context(), apigw.CheckBind, get("code=alice-1"))
	if a.status != 500 || a.body["error"] != string(login.Internal) {
		t.Errorf("got %d %s", a.status, a.text)
	}
	if strings.Contains(w.log.String(), "MARK") || !strings.Contains(w.log.String(), "panickingBeside") {
		t.Errorf("the log must have the stack and not the value: %s", w.log)
	}
}

type panickingBeside struct{ login.Store }

func (panickingBeside) SwapRecord(context.Context, string, string, login.Record) (login.Record, error) {
	panic("MARK-of-a-value")
}

// A login that succeeded in spite of a lapse logs a warning.
func TestLapsesAreWarnedOf(t *testing.T) {
	w := newWorld(t)
	w.service = w.serviceOn("http://127.0.0.1:1", &breaking{w.store, "SwapRecord"})
	w.service.WeChat = anyone{}
	a := w.invoke(t.Context(), apigw.CheckBind, get("code=alice-1"))
	if line := w.lastLine(); a.body["code"] != 301.0 || line["severity"] != "WARN" || line["lapse"] == nil {
		t.Errorf("got %s, logged %v", a.text, line)
	}
}

// anyone accepts every code.
type anyone struct{ login.WeChat }

func (anyone) Code2Session(context.Context, login.App, string) (login.WeChatSession, error) {
	return login.WeChatSession{OpenID: "o1"}, nil
}

func TestLogLine(t *testing.T) {
	w := newWorld(t)
	w.invoke(t.Context(), apigw.Bind, post("application/json", bindBody))
	line := w.lastLine()
	for _, key := range []string{"requestId", "route", "outcome", "status", "appId", "openIdHash", "userId", "WeChatLatency", "StoreLatency", "totalMs"} {
		if line[key] == nil {
			t.Errorf("no %s in %v", key, line)
		}
	}
	if line["severity"] != "INFO" || line["outcome"] != "login" || line["route"] != "bind" {
		t.Errorf("got %v", line)
	}
	w.invoke(t.Context(), apigw.CheckBind, get("code=err40164-x"))
	line = w.lastLine()
	details, _ := line["wechat"].(map[string]any)
	if line["severity"] != "ERROR" || details["errcode"] != 40164.0 || details["rid"] == "" || details["rid"] == nil {
		t.Errorf("an alarm: %v", line)
	}
	w.invoke(t.Context(), apigw.CheckBind, get("code=err-1-x"))
	if line = w.lastLine(); line["severity"] != "WARN" {
		t.Errorf("what is worth a graph: %v", line)
	}
	if text, err := json.Marshal(line); err != nil || strings.Contains(string(text), "err-1-x") {
		t.Errorf("the code is in the log: %s", text)
	}
}
