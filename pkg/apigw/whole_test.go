package apigw

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/login"
)

// sent is a request to bind, of which a case changes something.
type sent struct{ contentType, query, body, authorization, xToken string }

func (s sent) caller(t *testing.T) login.Caller {
	t.Helper()
	r := &request{event: events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawQueryString: s.query, Body: s.body,
		Headers: map[string]string{"content-type": s.contentType, "authorization": s.authorization, "x-token": s.xToken},
	}}
	if err := New(Config{}, Bind).read(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r.caller
}

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
	body   = `{"code":"c","username":"u","password":"p"}`
)

func TestWholeRequest(t *testing.T) {
	original := sent{asJSON, "", body, "Bearer wxb_a", ""}.caller(t).Request
	for name, c := range map[string]struct {
		sent
		same bool
	}{
		"the same":                     {sent{asJSON, "", body, "Bearer wxb_a", ""}, true},
		"its fields in another order":  {sent{asJSON, "", `{"password":"p","username":"u","code":"c"}`, "Bearer wxb_a", ""}, true},
		"as a form":                    {sent{asForm, "", "code=c&username=u&password=p", "Bearer wxb_a", ""}, true},
		"a field that is not known":    {sent{asJSON, "", `{"x":1,` + body[1:], "Bearer wxb_a", ""}, true},
		"an empty field":               {sent{asJSON, "", `{"openId":"",` + body[1:], "Bearer wxb_a", ""}, true},
		"the token in another header":  {sent{asJSON, "", body, "", "wxb_a"}, true},
		"a field that is undefined":    {sent{asJSON, "", `{"openId":"undefined",` + body[1:], "Bearer wxb_a", ""}, true},
		"a field of the query only":    {sent{asJSON, "code=x&password=%zz&force=1", body, "Bearer wxb_a", ""}, true},
		"a language of null":           {sent{asJSON, "lang=null", body, "Bearer wxb_a", ""}, true},
		"behind a byte order mark":     {sent{"text/plain", "", "\uFEFF" + body, "Bearer wxb_a", ""}, true},
		"another password":             {sent{asJSON, "", `{"code":"c","username":"u","password":"P"}`, "Bearer wxb_a", ""}, false},
		"another username":             {sent{asJSON, "", `{"code":"c","username":"U","password":"p"}`, "Bearer wxb_a", ""}, false},
		"one field more":               {sent{asJSON, "", `{"openId":"o",` + body[1:], "Bearer wxb_a", ""}, false},
		"an appId":                     {sent{asJSON, "", `{"appId":"a",` + body[1:], "Bearer wxb_a", ""}, false},
		"another language":             {sent{asJSON, "lang=en", body, "Bearer wxb_a", ""}, false},
		"another token":                {sent{asJSON, "", body, "Bearer wxb_b", ""}, false},
		"no token":                     {sent{asJSON, "", body, "", ""}, false},
		"username and password change": {sent{asJSON, "", `{"code":"c","username":"p","password":"u"}`, "Bearer wxb_a", ""}, false},
		"a value that holds the next":  {sent{asJSON, "", `{"code":"c","username":"u","password":"p\u0008username"}`, "Bearer wxb_a", ""}, false},
		"a value that swallows one":    {sent{asJSON, "", `{"code":"c","password":"pusernameu"}`, "Bearer wxb_a", ""}, false},
		"other bytes that are no text": {sent{asForm, "", "code=c&username=u&password=%FF", "Bearer wxb_a", ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.caller(t).Request; (got == original) != c.same {
				t.Errorf("it is the same: %t, want %t", got == original, c.same)
			}
		})
	}
	named := sent{asJSON, "", `{"appId":"a",` + body[1:], "", ""}.caller(t).Request
	for name, s := range map[string]sent{
		"appid":               {asJSON, "", `{"appid":"a",` + body[1:], "", ""},
		"appid in the query":  {asJSON, "appid=a", body, "", ""},
		"both names":          {asForm, "", "appid=a&appId=a&code=c&username=u&password=p", "", ""},
		"one of them is null": {asForm, "", "appid=null&appId=a&code=c&username=u&password=p", "", ""},
	} {
		if s.caller(t).Request != named {
			t.Errorf("%s is not appId", name)
		}
	}
	invalid := sent{asForm, "", "code=c&username=u&password=%FF", "", ""}.caller(t).Request
	if invalid == (sent{asForm, "", "code=c&username=u&password=%FE", "", ""}).caller(t).Request {
		t.Error("two bytes that are no text look alike")
	}
}

// A caller goes far into the domain, with the password.
func TestCallerShowsNoRequest(t *testing.T) {
	caller := sent{asJSON, "", `{"code":"MARK","username":"MARK","password":"MARK"}`, "Bearer MARK", ""}.caller(t)
	if !strings.Contains(string(caller.Request), "MARK") {
		t.Fatal("the request is not in it")
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "caller", caller)
	marshalled, err := json.Marshal(caller)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprintf("%v", caller), fmt.Sprintf("%+v", caller), fmt.Sprintf("%#v", caller), log.String(), string(marshalled)} {
		if strings.Contains(shown, "MARK") {
			t.Errorf("it shows: %s", shown)
		}
	}
}
