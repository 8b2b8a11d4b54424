package apigw

import (
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
