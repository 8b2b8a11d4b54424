package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
)

// TestMain runs the test binary as the command when it is asked to. So go test's cached
// results depend on the command, too.
func TestMain(m *testing.M) {
	if os.Getenv("WXBIND_RUN_AS_COMMAND") != "" {
		main()
	}
	os.Exit(m.Run())
}

func command(t *testing.T, arguments ...string) (stdout, stderr string, status int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out, complaint bytes.Buffer
	c := exec.CommandContext(t.Context(), program, arguments...)
	c.Env = append(os.Environ(), "WXBIND_RUN_AS_COMMAND=1")
	c.Stdout, c.Stderr = &out, &complaint
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), complaint.String(), c.ProcessState.ExitCode()
}

func TestCommand(t *testing.T) {
	t.Run("prints an event", func(t *testing.T) {
		for name, c := range map[string]struct {
			arguments []string
			holds     func(lambda.APIGatewayV2HTTPRequest) bool
		}{
			"as it is": {[]string{"checkbind-good"}, func(e lambda.APIGatewayV2HTTPRequest) bool {
				return e.RawQueryString == "code=alice-1" && e.RouteKey == "GET /mobileApi/user/checkBind"
			}},
			"with a code in the query": {[]string{"checkbind-good", "-code", "0a1b"}, func(e lambda.APIGatewayV2HTTPRequest) bool {
				return e.RawQueryString == "code=0a1b" && e.QueryStringParameters["code"] == "0a1b"
			}},
			"with a code in JSON": {[]string{"-code", "0a1b", "bind-good"}, func(e lambda.APIGatewayV2HTTPRequest) bool {
				return e.Body == `{"code":"0a1b","username":"demo","password":"demo-password"}` && e.Headers["content-length"] == "60"
			}},
			"with a code in base64": {[]string{"code2session-good-form", "-code", "0a1b"}, func(e lambda.APIGatewayV2HTTPRequest) bool {
				return e.Body == "Y29kZT0wYTFi" && e.IsBase64Encoded && e.Headers["content-length"] == "9"
			}},
			"with a token": {[]string{"userinfo-good", "-token", "wxb_a.b"}, func(e lambda.APIGatewayV2HTTPRequest) bool {
				return e.Headers["authorization"] == "Bearer wxb_a.b"
			}},
			"with a token in the body": {[]string{"introspect-good", "-token", "wxb_a.b"}, func(e lambda.APIGatewayV2HTTPRequest) bool {
				return e.Body == "token=wxb_a.b" && e.Headers["content-length"] == "13"
			}},
			"with a token and a session": {[]string{"sessions-revoke-good", "-token", "wxb_a.b", "-session", "s-1"}, func(e lambda.APIGatewayV2HTTPRequest) bool {
				return e.Headers["authorization"] == "Bearer wxb_a.b" && e.PathParameters["id"] == "s-1" && e.RawPath == "/mobileApi/user/sessions/s-1"
			}},
		} {
			stdout, stderr, status := command(t, c.arguments...)
			var event lambda.APIGatewayV2HTTPRequest
			if err := json.Unmarshal([]byte(stdout), &event); err != nil || stderr != "" || status != 0 {
				t.Errorf("%s: %d, %s, %v", name, status, stderr, err)
			}
			if !c.holds(event) {
				t.Errorf("%s: %s", name, stdout)
			}
		}
	})

	t.Run("says what is wrong", func(t *testing.T) {
		for says, arguments := range map[string][]string{
			`no case "bind-oops"; go run ./events/cmd lists them`:                 {"bind-oops"},
			"userinfo-good needs -token":                                          {"userinfo-good"},
			"sessions-revoke-good needs -session":                                 {"sessions-revoke-good", "-token", "wxb_a.b", "-session", ""},
			"bind-good takes no -token":                                           {"bind-good", "-token", "wxb_a.b"},
			"userinfo-good takes no -session":                                     {"userinfo-good", "-token", "wxb_a.b", "-session", "s-1"},
			"bind-wechat-busy has no code that can be replaced":                   {"bind-wechat-busy", "-code", "0a1b"},
			"checkbind-wechat-reset has no code that can be replaced":             {"checkbind-wechat-reset", "-code", "0a1b"},
			"logout-good has no code that can be replaced":                        {"logout-good", "-token", "wxb_a.b", "-code", "0a1b"},
			"-token is not a token: it may contain only letters, digits and -._~": {"userinfo-good", "-token", `wxb_"`},
			`give one name only: "userinfo-good" is a second one`:                 {"bind-good", "userinfo-good"},
			"flag provided but not defined: -oops":                                {"bind-good", "-oops"},
			"-code is not a code: it may contain only letters, digits and -._~":   {"bind-good", "-code", "a&b"},
			"account-no-http-api-event has no code that can be replaced":          {"account-no-http-api-event", "-code", "0a1b"},
			"account-delete-broken-base64 has no code that can be replaced":       {"account-delete-broken-base64", "-token", "wxb_a.b", "-code", "0a1b"},
		} {
			if stdout, stderr, status := command(t, arguments...); status != 2 || stdout != "" || stderr != says+"\n" {
				t.Errorf("%q: %d, %q, %q, want %q", arguments, status, stdout, stderr, says)
			}
		}
	})

	t.Run("lists the cases", func(t *testing.T) {
		stdout, stderr, status := command(t)
		lines := strings.Split(strings.TrimSpace(stdout), "\n")
		if status != 0 || stderr != "" || len(lines) != 1+len(events.Cases()) {
			t.Errorf("%d, %s: %d lines", status, stderr, len(lines))
		}
		listed := map[string]bool{}
		for _, line := range lines {
			listed[strings.Join(strings.Fields(line), " ")] = true
		}
		for _, want := range []string{
			"checkbind-good 200 code 301", "userinfo-revoked bind-good, logout-good 401 session_revoked",
			"userinfo-disabled bind-good, the user is disabled 401 user_disabled", `authorizer-good bind-good {"isAuthorized":true}`,
		} {
			if !listed[want] {
				t.Errorf("%q is not in the list: %s", want, stdout)
			}
		}
	})

	t.Run("helps", func(t *testing.T) {
		if stdout, _, status := command(t, "-h"); status != 0 || !strings.Contains(stdout, "go run ./events/cmd [NAME]") || !strings.Contains(stdout, "-session") {
			t.Errorf("%d, %s", status, stdout)
		}
	})
}
