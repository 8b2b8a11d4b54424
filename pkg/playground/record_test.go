package playground_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

func kinds(steps []step) (all []string) {
	for _, s := range steps {
		all = append(all, s.Kind)
	}
	return all
}

// A request's steps come in the order in which they happen, under one flow.
func TestStepsOfARequest(t *testing.T) {
	w := newWorld(t)
	s := w.stream()
	for _, c := range []struct {
		name string
		send func() answer
		want []string
	}{
		{"not bound", func() answer { return w.get("/mobileApi/user/checkBind?code=alice-0") }, []string{"request", "wechat jscode2session", "store", "answer"}},
		{"a bind", func() answer { w.bind(); return answer{} }, []string{"request", "wechat jscode2session", "store", "answer"}},
		{"a phone number", func() answer {
			return w.post("/mobileApi/user/bindPhone", `{"code":"bob-1","phoneCode":"phone-bob-1"}`)
		}, []string{"request", "wechat jscode2session", "wechat stable_token", "wechat getuserphonenumber", "store", "answer"}},
		{"no route", func() answer { return w.get("/nothing") }, []string{"request", "answer"}},
		{"a code that is none", func() answer { return w.get("/mobileApi/user/checkBind?code=x") }, []string{"request", "wechat jscode2session", "store", "answer"}},
		{"a connection that WeChat resets", func() answer { return w.get("/mobileApi/user/checkBind?code=reset-alice-2") }, []string{"request", "wechat jscode2session", "store", "answer"}},
	} {
		c.send()
		all := s.until("answer")
		var got []string
		flows := map[string]bool{}
		for _, at := range all {
			kind := at.Kind
			if at.Kind == "wechat" {
				kind += " " + at.Detail["call"].(string)
			}
			got = append(got, kind)
			flows[at.Flow] = true
		}
		slices.Sort(got[1 : len(got)-1]) // the two calls for a phone number are made at the same time
		slices.Sort(c.want[1 : len(c.want)-1])
		if !slices.Equal(got, c.want) || len(flows) != 1 || flows[""] {
			t.Errorf("%s: %v in the flows %v, want %v", c.name, got, flows, c.want)
		}
	}
}

// The phone names the flow, the device and the mini-program.
func TestThePhonesHeaders(t *testing.T) {
	w := newWorld(t)
	s := w.stream()
	token := w.bind()
	s.until("answer")
	w.get("/mobileApi/user/checkBind?code=alice-2", "X-Phone-Device", "iPhone", "X-Phone-App", appID, "X-Phone-Flow", "flow-1")
	all := s.until("answer")
	for _, at := range all {
		if at.Flow != "flow-1" {
			t.Errorf("%s has the flow %q", at.Kind, at.Flow)
		}
	}
	headers, _ := all[0].Detail["headers"].(map[string]any)
	if headers["user-agent"] != "iPhone" || headers["referer"] != "https://servicewechat.com/"+appID+"/devtools/page-frame.html" {
		t.Errorf("the headers are %v", headers)
	}
	if list := w.get("/mobileApi/user/sessions", "X-Token", token).text; !strings.Contains(list, `"device":"iPhone"`) {
		t.Errorf("the sessions are %s", list)
	}
	s.until("answer")
	for name, headers := range map[string][]string{
		"a flow that is too long":     {"X-Phone-Flow", strings.Repeat("x", 65)},
		"a flow with another mark":    {"X-Phone-Flow", "a b"},
		"an app that is none":         {"X-Phone-App", "../x"},
		"a device that is no text":    {"X-Phone-Device", "caf\xc3\xa9"},
		"a device that is very long ": {"X-Phone-Device", strings.Repeat("x", 257)},
	} {
		w.get("/nothing", headers...)
		at := s.until("answer")[0]
		headers, _ := at.Detail["headers"].(map[string]any)
		if len(at.Flow) != 26 || headers["referer"] != nil || headers["user-agent"] == "café" || len(fmt.Sprint(headers)) > 200 {
			t.Errorf("%s: flow %s, headers %v", name, at.Flow, headers)
		}
	}
}

// What is no request of a client is no step.
func TestWhatIsNoStep(t *testing.T) {
	w := newWorld(t)
	s := w.stream()
	for _, path := range []string{"/", "/healthz", "/readyz", "/favicon.ico", "/playground/about", "/playground/store", "/playground/nothing"} {
		w.get(path)
	}
	w.send("OPTIONS", "/mobileApi/user/bind", "")
	w.get("/nothing")
	if at := s.step(); at.Title != "GET /nothing" {
		t.Errorf("the first step is %s", at.Title)
	}
}

// Every secret carries a mark, wherever a client may put it. No mark shows in any step, in the view of the store or in a line
// for curl, and no token that was given.
func TestNoSecretShows(t *testing.T) {
	w := newWorld(t)
	s := w.stream()
	token := w.bind()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("svc:"+serviceKey))
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	requests := []func() answer{
		func() answer { return w.get("/mobileApi/user/info", "Authorization", "Bearer "+token) },
		func() answer { return w.get("/mobileApi/user/info", "Authorization", token) },
		func() answer { return w.get("/mobileApi/user/info", "X-Token", token, "Cookie", "MARK") },
		func() answer { return w.get("/mobileApi/user/info?token=" + token) },
		func() answer {
			return w.get("/mobileApi/user/info", "Referer", "https://example.com/?"+token, "Origin", w.url)
		},
		func() answer {
			return w.get("/mobileApi/user/info", "Referer", "https://servicewechat.com/"+appID+"/1/page-frame.html?MARK#MARK")
		},
		func() answer {
			return w.get("/mobileApi/user/checkBind?code=alice-2&prefetchKey=MARK-prefetch-key-0123456789")
		},
		func() answer { return w.get("/mobileApi/user/checkBind?code=" + token) },
		func() answer { return w.get("/" + token) },
		func() answer { return w.get("/nothing?MARK&MARK=MARK&a=%zz") },
		func() answer {
			return w.post("/mobileApi/user/bind", `{"code":"bob-1","username":"demo","password":"MARKwrong","newPassword":"MARKnew"}`)
		},
		func() answer {
			return w.post("/mobileApi/user/bind", "code=bob-2&username=demo&password=MARKwrong&newPassword=MARKnew", form...)
		},
		func() answer { return w.post("/mobileApi/user/bind", "MARK", form...) },
		func() answer { return w.post("/mobileApi/user/bind", `"MARK"`) },
		func() answer { return w.post("/mobileApi/user/bind", `["MARK"]`) },
		func() answer { return w.post("/mobileApi/user/bind", `{"password":"MARK`) },
		func() answer {
			return w.post("/mobileApi/user/bind", `{"MARK":{"password":"MARK"},"userInfo":{"x":["MARK"],"token":"MARK"}}`)
		},
		func() answer {
			return w.post("/mobileApi/user/bind", `{"code":"c","password":"MARK`+strings.Repeat("x", 20_000)+`"}`)
		},
		func() answer {
			return w.post("/mobileApi/user/password", `{"code":"alice-3","password":"`+password+`","newPassword":"MARK-new-horse-battery"}`, "X-Token", token)
		},
		func() answer {
			return w.post("/api/login/introspect", "token="+token, append(form, "Authorization", basic)...)
		},
		func() answer {
			return w.post("/mobileApi/user/bindPhone", `{"code":"carol-1","phoneCode":"phone-carol-1","password":"MARK"}`)
		},
		func() answer { return w.post("/mobileApi/user/account/export", `{"code":"alice-4"}`, "X-Token", token) },
		func() answer { return w.get("/mobileApi/user/checkBind?code=html-alice-5") },
		func() answer { return w.get("/mobileApi/user/checkBind?code=alice-6", "X-Phone-Flow", "x") },
	}
	tokens := []string{token}
	for _, send := range requests {
		if a := send(); strings.HasPrefix(a.text, "{") {
			if given, _ := a.json(t)["token"].(string); given != "" {
				tokens = append(tokens, given)
			}
		}
	}
	if len(tokens) < 3 {
		t.Fatalf("%d logins", len(tokens))
	}
	marks := []string{"MARK", base64.StdEncoding.EncodeToString([]byte("svc:" + serviceKey)), "wxb_", "13800138000", "session_key", "stable-token-"}
	for _, given := range tokens {
		_, secret, _ := strings.Cut(given, ".")
		marks = append(marks, given, secret)
	}
	look := func(where, text string) {
		t.Helper()
		for _, mark := range marks {
			if i := strings.Index(text, mark); i >= 0 {
				t.Errorf("a secret in %s: …%s…", where, text[max(0, i-100):min(len(text), i+60)])
			}
		}
	}
	for range len(requests) + 1 {
		for _, at := range s.until("answer") {
			look("a step", at.text)
		}
	}
	look("the view", w.get("/playground/store").text)
	look("the page", w.get("/").text+w.get("/playground/about").text)
}

// A line for curl can be pasted into a shell, and does the same again: it sends a fresh code of the same person.
func TestCurlCanBePasted(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatal("the lines are tried with curl, which is not installed")
	}
	w := newWorld(t)
	s := w.stream()
	token := w.bind()
	s.until("answer")
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	for _, c := range []struct {
		name string
		send func() answer
		// real are what stands for the secrets, in their order.
		real []string
		want string
	}{
		{"a login", func() answer { return w.get("/mobileApi/user/checkBind?code=alice-2") }, nil, `"code":1,`},
		{"the phone's", func() answer {
			return w.get("/mobileApi/user/checkBind?code=alice-3", "X-Phone-Device", "Mozilla/5.0 (Linux; Android 14; It's Build/1)", "X-Phone-App", appID)
		}, nil, `"code":1,`},
		{"a bind in JSON", func() answer {
			return w.post("/mobileApi/user/bind", `{"code":"alice-4","username":"demo","password":"`+password+`"}`)
		}, []string{password}, `"code":1,`},
		{"a bind in a form", func() answer {
			return w.post("/mobileApi/user/bind", "code=alice-5&username=demo&password="+password, form...)
		}, []string{password}, `"code":1,`},
		{"a visit", func() answer { return w.get("/mobileApi/user/info", "Authorization", "Bearer "+token) }, []string{token}, `"username":"demo"`},
		{"a quote", func() answer { return w.get("/mobileApi/user/checkBind?code=it%27s") }, nil, `"code":0,`},
		{"a logout", func() answer { return w.send("POST", "/mobileApi/user/logout", "", "X-Token", token) }, []string{token}, `"error":"session_`},
	} {
		c.send()
		line := s.until("answer")[0].Curl
		for _, secret := range c.real {
			line = strings.Replace(line, "…", secret, 1)
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", line+" -s").Output()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %s gives %s, %v, want %s", c.name, line, out, err, c.want)
		}
		s.until("answer")
	}
}

// What cannot be shown whole has no line for curl.
func TestLargeBodiesAreNotShown(t *testing.T) {
	w := newWorld(t)
	s := w.stream()
	for name, body := range map[string]string{"large": `{"code":"` + strings.Repeat("x", 9000) + `"}`, "no JSON": "<xml/>"} {
		w.post("/mobileApi/user/bind", body)
		at := s.until("answer")[0]
		if want := fmt.Sprintf("(%d bytes)", len(body)); at.Detail["body"] != want || at.Curl != "" || len(at.text) > 2000 {
			t.Errorf("%s: %v, curl %q", name, at.Detail["body"], at.Curl)
		}
	}
	// The API still reads all of it.
	if a := w.post("/mobileApi/user/bind", `{"code":"alice-9","username":"demo","x":"`+strings.Repeat("x", 9000)+`","password":"`+password+`"}`).json(t); a["code"] != 1.0 {
		t.Errorf("a large bind: %v", a)
	}
}

// The devtools' constant code is a fresh one of one visitor each time, wherever it stands, and no other code is touched.
func TestMockCode(t *testing.T) {
	w := newWorld(t)
	s := w.stream()
	const mock = "the code is a mock one"
	devtools := []string{"Referer", "https://servicewechat.com/touristappid/devtools/page-frame.html"}
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	login := `"username":"demo","password":"` + password + `"`
	sent := map[string]bool{}
	var openID any
	for _, c := range []struct {
		name string
		send func() answer
		want float64
	}{
		{"in a query", func() answer { return w.get("/mobileApi/user/checkBind?code="+url.QueryEscape(mock), devtools...) }, 301},
		{"with %20", func() answer { return w.get("/mobileApi/user/checkBind?code="+url.PathEscape(mock), devtools...) }, 301},
		{"in JSON", func() answer { return w.post("/mobileApi/user/bind", `{"code":"`+mock+`",`+login+`}`, devtools...) }, 1},
		{"in a form", func() answer {
			return w.post("/mobileApi/user/bind", url.Values{"code": {mock}, "username": {"demo"}, "password": {password}}.Encode(), append(form, devtools...)...)
		}, 1},
		{"at once again", func() answer { return w.get("/mobileApi/user/checkBind?code="+url.QueryEscape(mock), devtools...) }, 1},
	} {
		a := c.send().json(t)
		if a["code"] != c.want {
			t.Errorf("%s: %v, want %v", c.name, a, c.want)
		}
		for _, at := range s.until("answer") {
			if at.Kind != "wechat" {
				continue
			}
			code, _ := at.Detail["code"].(string)
			if sent[code] || !strings.HasPrefix(code, "visitor-") || at.Detail["person"] != "visitor" || at.Detail["appId"] != appID {
				t.Errorf("%s: WeChat got %v", c.name, at.Detail)
			}
			if sent[code] = true; openID == nil {
				openID = at.Detail["openid"]
			}
			if at.Detail["openid"] != openID {
				t.Errorf("%s: another visitor", c.name)
			}
		}
	}
	if len(sent) != 5 {
		t.Errorf("WeChat got %v", sent)
	}
	for _, code := range []string{mock + " ", " " + mock, strings.ToUpper(mock), "a mock one"} {
		if a := w.get("/mobileApi/user/checkBind?code=" + url.QueryEscape(code)).json(t); a["code"] != 0.0 {
			t.Errorf("%q: %v", code, a)
		}
	}
}

// A step is there before the request is answered, and 100 requests at the same time keep their flows apart.
func TestFlowsOfManyRequests(t *testing.T) {
	w := newWorld(t)
	s := w.stream() // first, since a new stream gets only the last steps
	done := make(chan struct{})
	for i := range 100 {
		go func() {
			defer func() { done <- struct{}{} }()
			w.get(fmt.Sprintf("/mobileApi/user/checkBind?code=person%d-1", i), "X-Phone-Flow", fmt.Sprintf("f%d", i))
		}()
	}
	seen := map[string][]step{}
	for range 400 {
		at := s.step()
		seen[at.Flow] = append(seen[at.Flow], at)
	}
	for range 100 {
		<-done
	}
	for i := range 100 {
		all := seen[fmt.Sprintf("f%d", i)]
		if got := kinds(all); !slices.Equal(got, []string{"request", "wechat", "store", "answer"}) || all[1].Detail["person"] != fmt.Sprintf("person%d", i) {
			t.Fatalf("flow %d: %v", i, all)
		}
	}
	if at := seen["f0"][0].At; time.Since(time.UnixMilli(at)).Abs() > time.Minute {
		t.Errorf("it happened at %d", at)
	}
}
