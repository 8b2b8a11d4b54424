package apigw_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// A body that says nothing is no body, whatever it is called.
func TestBodiesThatSayNothing(t *testing.T) {
	for name, body := range map[string]string{
		"null":                 `null`,
		"an empty string":      `""`,
		"a string of blanks":   `"  \t\u3000"`,
		"an empty array":       `[ ]`,
		"an empty object":      `{ }`,
		"blanks":               " \r\n\t ",
		"wide blanks":          "\u3000\u00A0",
		"64 KiB of blanks":     strings.Repeat(" ", 64<<10),
		"a byte order mark":    "\uFEFF",
		"marks of direction":   "\u202A[\u200E]\u202C",
		"two, and null":        "\uFEFF\uFEFF null\n",
		"undefined":            `undefined`,
		"a number that is not": `NaN`,
		"null in quotes":       `"null"`,
		"an object in quotes":  `"{}"`,
	} {
		for what, contentType := range map[string]string{"JSON": "application/json", "form": form, "text": "text/plain", "nothing": ""} {
			t.Run(name+" as "+what, func(t *testing.T) {
				w := newWorld(t)
				for _, e := range []events.APIGatewayV2HTTPRequest{post(contentType, body), inBase64(post(contentType, body))} {
					v := w.login("alice")
					v.ask(apigw.Unbind, e).refused(t, login.LastBinding)
					v.ask(apigw.Logout, e).done(t, "已退出登录")
					v.denied(login.SessionRevoked)
				}
			})
		}
	}
}

// The account is deleted by the code in the query, whatever body some library adds to a DELETE.
func TestBodyWithoutACodeHidesNoCode(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, body string
		says              string
	}{
		"an empty object":   {"application/json", `{}`, "账号已注销"},
		"another field":     {"application/json", `{"lang":"en"}`, "The account is deleted."},
		"a form":            {form, "lang=en", "The account is deleted."},
		"a null code":       {"application/json", `{"code":null}`, "账号已注销"},
		"an empty code":     {form, "code=", "账号已注销"},
		"an undefined code": {"application/json", `{"code":"undefined"}`, "账号已注销"},
		"a lost code":       {form, "code=[object Object]", "账号已注销"},
		"null":              {"application/json", `null`, "账号已注销"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // a deleted account is swept for a while
			w := newWorld(t)
			w.login("alice").ask(apigw.DeleteAccount, withQuery(post(c.contentType, c.body), "code="+w.code("alice"))).done(t, c.says)
		})
	}
}

// A code in the body counts, whatever the query says.
func TestBodyCountsBeforeTheQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.login("alice")
	bobs := withQuery(post("application/json", `{"code":"`+w.code("bob")+`"}`), "code="+w.code("alice"))
	v.ask(apigw.DeleteAccount, bobs).refused(t, login.ReauthRequired)
	good := withQuery(post("application/json", `{"code":"`+w.code("alice")+`"}`), "code=undefined")
	v.ask(apigw.DeleteAccount, good).done(t, "账号已注销")
}

// Whoever shows JavaScript's word for nothing in the place of a fresh code is not sent to wx.login, from where
// the client would come back with the same.
func TestWordsForNothingAreNoFreshCode(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	calls := w.wechat.Calls()
	for _, word := range []string{"undefined", "null", "NaN", "[object Object]"} {
		for what, a := range map[string]answer{
			"export":        v.ask(apigw.Export, get("code="+strings.ReplaceAll(word, " ", "+"))),
			"delete":        v.ask(apigw.DeleteAccount, post("application/json", `{"code":"`+word+`"}`)),
			"forced unbind": v.ask(apigw.Unbind, post(form, "force=true&code="+word)),
			"password":      v.ask(apigw.Password, post(form, "code="+word+"&password="+password+"&newPassword=another-password")),
		} {
			if a.status != 400 || a.body["error"] != string(login.CodeInvalid) || a.body["action"] != "fix" {
				t.Errorf("%s with %s: %d %s", what, word, a.status, a.text)
			}
		}
	}
	if asked := w.wechat.Calls() - calls; asked != 0 {
		t.Errorf("WeChat was asked %d times", asked)
	}
	v.admitted()
}

// Fields that a client may leave out are left out if they hold JavaScript's word for nothing.
func TestWordsForNothingAreAbsent(t *testing.T) {
	for _, word := range []string{"undefined", "null", "NaN", "[object Object]", "[object Undefined]"} {
		t.Run(word, func(t *testing.T) {
			w := newWorld(t)
			said := strings.Replace(bindBody, "{", `{"openId":"`+word+`","appId":"`+word+`","newPassword":"`+word+`","lang":"`+word+`",`, 1)
			a := w.invoke(t.Context(), apigw.Bind, withQuery(post("application/json", said), "lang=en&appid="+secondAppID))
			if a.body["code"] != 1.0 || a.body["msg"] != "Bound." || w.lastLine()["appId"] != secondAppID {
				t.Errorf("got %d %s", a.status, a.text)
			}
		})
	}
	t.Run("an object of JSON", func(t *testing.T) { // a form has it as [object Object]
		w := newWorld(t)
		said := strings.Replace(bindBody, "{", `{"openId":{},"appId":{"id":"`+secondAppID+`"},"newPassword":{ },"lang":{},`, 1)
		if a := w.invoke(t.Context(), apigw.Bind, withQuery(post("application/json", said), "lang=en")); a.body["code"] != 1.0 || a.body["msg"] != "Bound." || w.lastLine()["appId"] != appID {
			t.Errorf("got %d %s", a.status, a.text)
		}
	})
	w := newWorld(t)
	a := w.login("alice").ask(apigw.Password, post(form, "code="+w.code("alice")+"&password="+password+"&newPassword=undefined"))
	if a.status != 400 || a.body["error"] != string(login.PasswordMissing) {
		t.Errorf("as the new password: %d %s", a.status, a.text)
	}
}

// Somebody may be called null. It is no word for nothing where a person has typed it.
func TestUsernameMayBeAWordForNothing(t *testing.T) {
	w := newWorld(t)
	if err := w.store.AddUser(t.Context(), login.User{ID: "u2", Username: "null", Apps: map[string]login.UserApp{}}, login.NewPassword("undefined")); err != nil {
		t.Fatal(err)
	}
	a := w.invoke(t.Context(), apigw.Bind, post("application/json", `{"code":"alice-1","username":"null","password":"undefined"}`))
	if a.body["code"] != 1.0 {
		t.Errorf("got %d %s", a.status, a.text)
	}
}

// The mini-program is found under both names, in the body and in the query of every route.
func TestMiniProgramIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		route apigw.Route
		event any
	}{
		"in the query":               {apigw.CheckBind, get("code=alice-1&appId=" + secondAppID)},
		"as pre-fetch names it":      {apigw.CheckBind, get("code=alice-1&appid=" + secondAppID)},
		"under both names":           {apigw.CheckBind, get("code=alice-1&appid=" + secondAppID + "&appId=" + secondAppID)},
		"one name is null":           {apigw.CheckBind, get("code=alice-1&appid=" + secondAppID + "&appId=null")},
		"in the body":                {apigw.Code2Session, post("application/json", `{"code":"alice-1","appid":"`+secondAppID+`"}`)},
		"in the query of a POST":     {apigw.Code2Session, withQuery(post("application/json", `{"code":"alice-1"}`), "appId="+secondAppID)},
		"beside null in the body":    {apigw.Code2Session, withQuery(post("application/json", `{"code":"alice-1","appId":null}`), "appid="+secondAppID)},
		"beside another in the body": {apigw.Code2Session, withQuery(post(form, "code=alice-1&appid="+secondAppID), "appId="+appID)},
		"in the query of a bind":     {apigw.Bind, withQuery(post("application/json", bindBody), "appId="+secondAppID)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if a := w.invoke(t.Context(), c.route, c.event); a.status != 200 || w.lastLine()["appId"] != secondAppID {
				t.Errorf("got %d %s in %v", a.status, a.text, w.lastLine()["appId"])
			}
		})
	}
}

// What nobody knows is ignored, however often it comes and whatever it holds. Of a request with a body, that is
// also what the query has besides the language and the mini-program.
func TestWhatNobodyKnowsIsIgnored(t *testing.T) {
	for name, query := range map[string]string{
		"twice":                  "_t=1&_t=1",
		"a list":                 "ids[]=1&ids[]=2",
		"a broken escape":        "_t=100%",
		"a name that is broken":  "%zz=1&%=&%e=",
		"a semicolon":            "q=a;b",
		"a name with one":        "a;b=c",
		"no value":               "x&y&&=&=1",
		"a name in another case": "CODE=alice-8&Code=%zz",
		"of another route":       "token=1&token=2&force=x&username=a&username=b&password=a;b&openId=%zz",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, q := range []string{query + "&code=alice-1", "code=alice-3&" + query} {
				if a := w.invoke(t.Context(), apigw.CheckBind, get(q)); a.body["code"] != 301.0 {
					t.Errorf("%s: %d %s", q, a.status, a.text)
				}
			}
			if a := w.invoke(t.Context(), apigw.Bind, withQuery(post("application/json", bindBody), query+"&code=1&code=%zz&password=x;y")); a.body["code"] != 1.0 {
				t.Errorf("beside a body: %d %s", a.status, a.text)
			}
		})
	}
}

// What a route reads comes once, whatever it says.
func TestKnownFieldsTwice(t *testing.T) {
	named := "appId=" + secondAppID
	for name, c := range map[string]struct {
		route apigw.Route
		event any
	}{
		"a code":               {apigw.CheckBind, get("code=alice-1&code=alice-1")},
		"a language":           {apigw.CheckBind, get("code=alice-1&lang=en&lang=en")},
		"one of them empty":    {apigw.CheckBind, get("code=alice-1&lang=en&lang=")},
		"escaped":              {apigw.CheckBind, get("code=alice-1&%63ode=%61lice-1")},
		"in a form":            {apigw.Code2Session, post(form, "code=alice-1&code=alice-1")},
		"in JSON":              {apigw.Code2Session, post("application/json", `{"code":"alice-1","code":"alice-1"}`)},
		"in JSON and null":     {apigw.Code2Session, post("application/json", `{"code":null,"code":"alice-1"}`)},
		"in a query of a POST": {apigw.Code2Session, withQuery(post(form, "code=alice-1"), named+"&"+named)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if a := w.invoke(t.Context(), c.route, c.event); a.status != 400 || a.body["error"] != "parameter_repeated" {
				t.Errorf("got %d %s", a.status, a.text)
			}
		})
	}
	w := newWorld(t)
	if a := w.invoke(t.Context(), apigw.CheckBind, get("code=alice-1&"+named+"&appid="+secondAppID)); a.status != 200 || w.lastLine()["appId"] != secondAppID {
		t.Errorf("under both of its names: %d %s in %v", a.status, a.text, w.lastLine()["appId"])
	}
}

// A route without fields in a body does not look at one.
func TestBodiesThatAreNotLookedAt(t *testing.T) {
	w := newWorld(t)
	v := w.login("alice")
	for _, body := range []string{`null`, `{"lang":"en"`, `[object Object]`, strings.Repeat(" ", 64<<10+1)} {
		v.ask(apigw.UserInfo, post("application/json", body)).done(t, "获取成功")
		v.ask(apigw.Sessions, post("text/xml", body)).done(t, "获取成功")
		a := v.ask(apigw.RevokeSession, post("application/json", body))
		a.refused(t, login.NoSuchSession)
	}
}
