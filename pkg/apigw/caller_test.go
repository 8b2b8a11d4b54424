package apigw

import (
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/origin"
)

func TestCallersAddress(t *testing.T) {
	for sourceIP, want := range map[string]string{
		"192.0.2.1":                        "192.0.2.1",
		"2001:db8:1:2:aaaa:bbbb:cccc:dddd": "2001:db8:1:2::/64",
		"2001:db8:1:2::1":                  "2001:db8:1:2::/64",
		"::ffff:192.0.2.1":                 "192.0.2.1",
		"fe80::1%eth0":                     "fe80::/64",
		"":                                 "",
		"10.0.0.1, 192.0.2.1":              "",
	} {
		if got := addressOf(new(origin.Finder).Find(sourceIP, nil).Address); got != want {
			t.Errorf("%s: got %q, want %q", sourceIP, got, want)
		}
	}
}

func TestCallersMiniProgram(t *testing.T) {
	for name, c := range map[string]struct{ referer, want string }{
		"as WeChat sends it":      {"https://servicewechat.com/wx0123456789abcdef/12/page-frame.html", "wx0123456789abcdef"},
		"of the developer tools":  {"https://servicewechat.com/wx0123456789abcdef/devtools/page-frame.html", "wx0123456789abcdef"},
		"another host":            {"https://example.com/wx0123456789abcdef/12/page-frame.html", ""},
		"a host that looks alike": {"https://servicewechat.com.example.com/wx1/12/page-frame.html", ""},
		"http":                    {"http://servicewechat.com/wx1/12/page-frame.html", ""},
		"no version":              {"https://servicewechat.com/wx1", ""},
	} {
		for _, header := range []string{"referer", "Referer"} {
			e := events.APIGatewayV2HTTPRequest{Headers: map[string]string{header: c.referer}}
			if got := callerOf(e, origin.Origin{}).RefererAppID; got != c.want {
				t.Errorf("%s in %s: got %q, want %q", name, header, got, c.want)
			}
		}
	}
}

func TestCallersDevice(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.49":            "iPhone",
		"Mozilla/5.0 (Linux; Android 14; 2211133C Build/UKQ1.230804.001; wv) AppleWebKit/537.36 MicroMessenger/8.0.49": "2211133C",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36":                                                           "Android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) wechatdevtools/1.06 MicroMessenger/8.0.5":                     "WeChat DevTools",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) MicroMessenger/7.0.20":                                              "Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) MicroMessenger/6.8":                                           "Mac",
		"curl/8.5.0": "",
		"":           "",
		"(Linux; Android 14; " + strings.Repeat("x", 100) + " Build/1": strings.Repeat("x", 64),
		"(Linux; Android 14; a\x1b[31m手机b Build/1":                     "a[31mb",
	} {
		if got := deviceOf(agent); got != want {
			t.Errorf("%q: got %q, want %q", agent, got, want)
		}
	}
}
