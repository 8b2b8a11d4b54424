package events

import (
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	android = "Mozilla/5.0 (Linux; Android 14; 2211133C Build/UKQ1.230804.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49.2600(0x28003133) WeChat/arm64 Language/zh_CN"
	ipv6    = "2001:db8:1:2:aaaa:bbbb:cccc:dddd"
	// elsewhere is an address that is in none of the files.
	elsewhere = "198.51.100.7"
)

// checkBind holds the cases of GET /mobileApi/user/checkBind.
var checkBind = slices.Concat(
	on("checkbind-good", []Case{
		{Name: "checkbind-good", Status: 200, Code: 301, Holds: ways("password", "phone", "register"), WeChat: 1},
		{Name: "checkbind-good-android", but: edits{userAgent(android)}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-english", but: edits{query("code=alice-1&lang=en")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-ipv6", but: edits{sourceIP(ipv6)}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-app-named", but: edits{query("appId=" + AppID + "&code=alice-1")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-referer-unknown", but: edits{
			header("referer", "https://servicewechat.com/wxeeeeeeeeeeeeeeee/12/page-frame.html"),
		}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-ways-of-staff", but: edits{query("appId=" + StaffAppID + "&code=alice-1")}, Status: 200, Code: 301, Holds: ways("password", "phone"), WeChat: 1},
		{Name: "checkbind-good-created", but: edits{query("appId=" + LaunchAppID + "&code=alice-1")}, Status: 200, Code: 1, Holds: made, WeChat: 1},
		{Name: "checkbind-good-linked", After: []string{"register-good"}, but: edits{query("appId=" + LaunchAppID + "&code=alice-2")},
			Status: 200, Code: 1, Holds: map[string]any{"linked": true}, WeChat: 1},
		{Name: "checkbind-repeated-created", After: []string{"checkbind-good-created"}, but: edits{query("appId=" + LaunchAppID + "&code=alice-1")},
			Status: 200, Code: 1, Holds: made, WeChat: 1},
		{Name: "checkbind-repeated-linked", After: []string{"register-good", "checkbind-good-linked"}, but: edits{query("appId=" + LaunchAppID + "&code=alice-2")},
			Status: 200, Code: 1, Holds: map[string]any{"linked": true}, WeChat: 1},
		{Name: "checkbind-after-unbinding", After: []string{"register-good", "checkbind-good-linked", "unbind-force-good-linked"}, but: edits{query("appId=" + LaunchAppID + "&code=alice-4")},
			Status: 200, Code: 301, Holds: ways("password"), WeChat: 1},
		{Name: "checkbind-known", After: []string{"bindphone-good"}, but: edits{code("alice-2")}, Status: 200, Code: 1, WeChat: 1},
		{Name: "checkbind-app-unknown", but: edits{query("appId=wxffffffffffffffff&code=alice-1")}, Status: 400, Error: login.AppIDUnknown},
		{Name: "checkbind-app-unknown-english", but: edits{query("appId=touristappid&code=alice-1&lang=en")}, Status: 400, Error: login.AppIDUnknown},
		{Name: "checkbind-parameters-twice-alike", but: edits{query("code=alice-1&lang=en&lang=en")}, Status: 400, Error: login.ParameterRepeated},
		{Name: "checkbind-good-fields-of-bind", but: edits{query("username=a&username=b&openId=x&openId=y&password=a;b&code=alice-1")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-escaped-code", but: edits{query("code=%61lice%2D1")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-unknown-parameter", but: edits{query("_t=1773303360000&code=alice-1")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-unknown-parameters-twice", but: edits{query("ids[]=1&ids[]=2&_t=1&code=alice-1&_t=1")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-unknown-parameters-malformed", but: edits{query("_t=100%&q=a;b&%zz=1&code=alice-1")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-prefetch", but: edits{query("appid=" + AppID +
			"&code=alice-1&timestamp=1773303360&path=pages%2Findex%2Findex&query=from%3Dcard%26code%3D7&scene=1001&customMiniprogramVersion=1"), noReferer},
			Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-prefetch-and-app-named", but: edits{query("appid=" + AppID + "&code=alice-1&appId=" + AppID)}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-good-app-undefined", but: edits{query("appId=undefined&code=alice-1&lang=null")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-repeated-in-another-form", After: []string{"checkbind-good-app-named"},
			but: edits{query("code=alice-1&appid=" + AppID + "&lang=undefined&_t=2")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-prefetch-with-token-only", but: edits{query("appid=" + AppID + "&token=abc&timestamp=1773303360"), noReferer}, Status: 400, Error: login.CodeMissing},
		{Name: "checkbind-good-prefetch-by-wechat", but: prefetch("alice-1", PrefetchKey), Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-prefetched", After: afterBind, but: prefetch("alice-20", PrefetchKey), Status: 200, Code: 1, WeChat: 1},
		{Name: "checkbind-prefetched-with-another-key", After: afterBind, but: prefetch("alice-20", "x"+PrefetchKey), Status: 200, Code: 1, WeChat: 1},
		{Name: "checkbind-prefetched-with-another-key-again", After: []string{"bind-good", "checkbind-prefetched-with-another-key"},
			but: prefetch("alice-21", "x"+PrefetchKey), Status: 200, Code: 1, WeChat: 1},
		{Name: "checkbind-prefetched-again", After: []string{"bind-good", "checkbind-prefetched"}, but: prefetch("alice-21", PrefetchKey),
			Status: 200, Code: 1, WeChat: 1},
		// What is repeated is judged anew, so it tells which sessions live: that of the launch before, but not the first one of
		// two that were pre-fetched. With another key it was nobody's.
		{Name: "checkbind-prefetched-then-repeated", After: []string{"bind-good", "checkbind-prefetched", "checkbind-prefetched-again"}, but: prefetch("alice-20", PrefetchKey),
			Status: 200, Error: login.SessionReplaced, WeChat: 1},
		{Name: "checkbind-prefetched-in-vain-then-repeated", After: []string{"bind-good", "checkbind-prefetched-with-another-key", "checkbind-prefetched-with-another-key-again"},
			but: prefetch("alice-20", "x"+PrefetchKey), Status: 200, Code: 1, WeChat: 1},
		{Name: "checkbind-repeated-after-prefetches", from: "checkbind-bound",
			After: []string{"bind-good", "checkbind-bound", "checkbind-prefetched", "checkbind-prefetched-again"}, Status: 200, Code: 1, WeChat: 1},
		{Name: "checkbind-prefetch-key-twice", but: edits{query("prefetchKey=a&prefetchKey=b&code=alice-1")}, Status: 400, Error: login.ParameterRepeated},
		{Name: "checkbind-prefetch-by-wechat-with-token-only", but: append(prefetch("alice-1", PrefetchKey),
			query("prefetchKey="+PrefetchKey+"&appid="+AppID+"&token=abc&timestamp=1773303360000")), Status: 400, Error: login.CodeMissing},
		{Name: "checkbind-byte-order-marks-in-query", but: edits{query(strings.Repeat("%EF%BB%BF", 9))}, Status: 400, Error: login.CodeMissing},
		{Name: "checkbind-good-wechat-bom", but: edits{code("bom-alice-1")}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-bound", from: "checkbind-bound", After: afterBind, Status: 200, Code: 1, WeChat: 1},
		{Name: "checkbind-repeated-request", After: []string{"checkbind-good"}, Status: 200, Code: 301, WeChat: 1},
		{Name: "checkbind-repeated-too-often", After: []string{
			"checkbind-good", "checkbind-repeated-request", "checkbind-repeated-request",
		}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
		{Name: "checkbind-repeated-bound", from: "checkbind-bound", After: []string{"bind-good", "checkbind-bound"}, Status: 200, Code: 1, WeChat: 1},
		{Name: "checkbind-repeated-when-replaced", from: "checkbind-bound", After: []string{"bind-good", "checkbind-bound"},
			Meanwhile: Replaced, Status: 200, Error: login.SessionReplaced, WeChat: 1},
		{Name: "checkbind-used-code-with-another-field", After: []string{"checkbind-good"}, but: edits{query("code=alice-1&lang=en")},
			Status: 200, Error: login.WXCodeUsed, WeChat: 1},
		{Name: "checkbind-used-code-with-a-token", After: []string{"checkbind-good"}, but: edits{token("wxb_other")},
			Status: 200, Error: login.WXCodeUsed, WeChat: 1},
		{Name: "checkbind-used-code", After: []string{"checkbind-good"}, but: edits{sourceIP(elsewhere)}, Status: 200, Error: login.WXCodeUsed, WeChat: 1},
		{Name: "checkbind-missing-code", but: edits{query("")}, Status: 400, Error: login.CodeMissing},
		{Name: "checkbind-missing-code-english", but: edits{query("lang=en")}, Status: 400, Error: login.CodeMissing},
		{Name: "checkbind-longest-code", but: edits{code(strings.Repeat("a", 256))}, Status: 200, Error: login.WXCodeInvalid, WeChat: 1},
		{Name: "checkbind-space-in-code", but: edits{code("alice 1")}, Status: 400, Error: login.CodeInvalid},
		{Name: "checkbind-repeated-code", but: edits{query("code=alice-1&code=alice-2")}, Status: 400, Error: login.ParameterRepeated},
		{Name: "checkbind-two-apps", but: edits{query("code=alice-1&appId=" + AppID + "&appid=wxfedcba9876543210")}, Status: 400, Error: login.ParameterRepeated},
		{Name: "checkbind-malformed-query", but: edits{query("code=alice%2-1")}, Status: 400, Error: login.QueryMalformed},
		{Name: "checkbind-semicolon-in-query", but: edits{query("code=alice-1;lang=en")}, Status: 400, Error: login.QueryMalformed},
		{Name: "checkbind-over-long-query", but: edits{query("code=alice-1&scene=" + strings.Repeat("s", 8<<10))}, Status: 400, Error: login.QueryMalformed},
		{Name: "checkbind-payload-format-1", but: edits{set("version", "1.0")}, Status: 400, Error: login.EventMalformed},
	}),
	slices.Concat(badCodes, wordCodes, weChat, notHTTP).of("checkbind", "checkbind-good"),
)

// ways are what a page offers somebody who is not bound.
func ways(some ...any) map[string]any { return map[string]any{"ways": some} }

func init() { declare(checkBind) }
