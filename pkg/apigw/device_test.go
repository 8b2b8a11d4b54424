package apigw

import (
	"strings"
	"testing"
)

// These are User-Agents as devices in the field send them.
var devices = map[string]struct{ userAgent, want string }{
	"iPhone": {
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x18003135) NetType/WIFI Language/zh_CN",
		"iPhone",
	},
	"iPad": {
		"Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.38(0x1800262f) NetType/WIFI Language/zh_CN",
		"iPad",
	},
	"Android phone": {
		"Mozilla/5.0 (Linux; Android 14; 2211133C Build/UKQ1.230705.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/111.0.5563.116 Mobile Safari/537.36 XWEB/1110017 MMWEBSDK/20230805 MMWEBID/525 MicroMessenger/8.0.42.2460(0x28002A35) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64 MiniProgramEnv/android",
		"2211133C",
	},
	"Android phone, with its language": {
		"Mozilla/5.0 (Linux; U; Android 4.4.4; zh-cn; HTC D820mu Build/KTU84P) AppleWebKit/533.1 (KHTML, like Gecko)Version/4.0 MQQBrowser/5.4 TBS/025410 Mobile Safari/533.1 MicroMessenger/6.1.0.66_r1062275.542 NetType/WIFI",
		"HTC D820mu",
	},
	"Android phone without a build number": {
		"Mozilla/5.0 (Linux; Android 12; SM-G9980) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.40.2420(0x2800283B) NetType/WIFI MiniProgramEnv/Android",
		"SM-G9980",
	},
	"Android phone whose model has brackets": {
		"Mozilla/5.0 (Linux; Android 10; moto g(7) power Build/QPOS30.52-29-7; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/87.0.4280.101 Mobile Safari/537.36",
		"moto g(7) power",
	},
	"Android phone whose model is not told": {
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
		"Android phone",
	},
	"Android phone, Firefox":     {"Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/118.0 Firefox/118.0", "Android phone"},
	"Android phone, no comment":  {"Mozilla/5.0 (Linux; U; Android 9; zh-cn) AppleWebKit/537.36 Version/4.0 Mobile Safari/537.36", "Android phone"},
	"Android tablet":             {"Mozilla/5.0 (Linux; Android 15; SM-X816B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "SM-X816B"},
	"Android tablet, no model":   {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", "Android tablet"},
	"Android tablet, Firefox":    {"Mozilla/5.0 (Android 13; Tablet; rv:109.0) Gecko/118.0 Firefox/118.0", "Android tablet"},
	"Android, and nothing about": {"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36", "Android"},
	"HarmonyOS on Android": {
		"Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00; HMSCore 6.13.0.302) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/14.0.6.302 Mobile Safari/537.36",
		"NOH-AN00",
	},
	"HarmonyOS on Android, WeChat": {
		"Mozilla/5.0 (Linux; Android 10; YAL-AL10 Build/HUAWEIYAL-AL10; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/86.0.4240.99 XWEB/3185 MMWEBSDK/20220105 Mobile Safari/537.36 MMWEBID/553 MicroMessenger/8.0.19.2080(0x28001368) Process/toolsmp WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64",
		"YAL-AL10",
	},
	"HarmonyOS on Android, a tablet": {
		"Mozilla/5.0 (Linux; Android 12; HarmonyOS; AGS5-L09; HMSCore 6.16.2.342) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/17.0.6.313 Safari/537.36",
		"AGS5-L09",
	},
	"HarmonyOS on Android, no model": {"Mozilla/5.0 (Linux; Android 12; HarmonyOS 4.0) AppleWebKit/537.36 Chrome/99.0 Mobile Safari/537.36", "HarmonyOS phone"},
	"HarmonyOS NEXT, WeChat": {
		"Mozilla/5.0 (Phone; OpenHarmony 5.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36  ArkWeb/4.1.6.1 Mobile MicroMessenger/8.0.9.39(0xf3100927) Weixin NetType/WIFI Language/zh_CN MMWEBID/2777 MMWEBSDK/202507060011 XWEB/1140307",
		"HarmonyOS phone",
	},
	"HarmonyOS NEXT, like Android": {
		"Mozilla/5.0 (Phone; OpenHarmony 6.1; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36ArkWeb/6.1.0.120 Mobile HuaweiBrowser/6.1.6.310",
		"HarmonyOS phone",
	},
	"HarmonyOS NEXT, a tablet": {
		"Mozilla/5.0 (Tablet; OpenHarmony 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36ArkWeb/6.1.0.120 MQQBrowser/4.6",
		"HarmonyOS tablet",
	},
	"HarmonyOS NEXT, a PC like Windows": {
		"Mozilla/5.0 (PC; OpenHarmony 6.1; Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 ArkWeb/6.1.0.100 HuaweiBrowser/6.1.3.321",
		"HarmonyOS PC",
	},
	"HarmonyOS NEXT, no kind": {"Mozilla/5.0 (OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1.6.1 Mobile", "HarmonyOS"},
	"Windows": {
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Windows WindowsWechat/WMPF WindowsWechat(0x63090a13) UnifiedPCWindowsWechat(0xf254160a) XWEB/18055",
		"Windows",
	},
	"Windows, a browser": {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36", "Windows"},
	"Mac": {
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Mac MacWechat/WMPF MacWechat/3.8.7(0x13080712) UnifiedPCMacWechat(0xf2641210) XWEB/16816",
		"Mac",
	},
	"Mac that calls itself an iPhone": {
		"Mozilla/5.0 (iPhone; CPU iPhone OS 11_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E217 MicroMessenger/6.8.0(0x16080000) NetType/WIFI Language/en Branch/Br_trunk MiniProgramEnv/Mac",
		"Mac",
	},
	"Mac, a browser": {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15", "Mac"},
	"Linux that calls itself Windows": {
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Windows WindowsWechat/WMPF WindowsWechat(0x63090a13) UnifiedPCLinuxWechat(0xf2741104) XWEB/14910",
		"Linux",
	},
	"Linux, an embedded page": {"MicroMessenger/7.0.20.1781(0x6700143B) WindowsWechat(0x63090a13) UnifiedPCLinuxWechat(0xf2741108)", "Linux"},
	"developer tools": {
		"Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.0 Mobile/15E148 Safari/604.1 wechatdevtools/1.06.2504010 MicroMessenger/8.0.5 Language/zh_CN webview/ sessionid/3",
		"WeChat DevTools",
	},
	"WeChat's gateway":           {"Mozilla/4.0", ""},
	"a command":                  {"curl/8.5.0", ""},
	"nothing":                    {"", ""},
	"a model without end":        {"(Linux; Android 14; " + strings.Repeat("x", 100) + " Build/1", strings.Repeat("x", 64)},
	"a model beyond ASCII":       {"(Linux; Android 14; a\x1b[31m手机b Build/1", "a[31mb"},
	"a model of Chinese letters": {"(Linux; Android 14; 手机 Build/1; wv) Mobile", "Android phone"},
}

func TestCallersDevice(t *testing.T) {
	for name, c := range devices {
		if got := deviceOf(c.userAgent); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// The name is a part of the User-Agent, or a constant.
func TestDeviceOfAPhoneAllocatesNothing(t *testing.T) {
	for name, c := range devices {
		if name == "a model beyond ASCII" || name == "a model of Chinese letters" {
			continue
		}
		if n := testing.AllocsPerRun(10, func() { deviceOf(c.userAgent) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Whatever a client calls itself, its device has a short name in printable ASCII.
func FuzzDevice(f *testing.F) {
	for _, c := range devices {
		f.Add(c.userAgent)
	}
	f.Fuzz(func(t *testing.T, userAgent string) {
		name := deviceOf(userAgent)
		odd := strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r > '~' })
		if len(name) > maxDevice || odd >= 0 || strings.TrimSpace(name) != name {
			t.Errorf("%q is called %q", userAgent, name)
		}
	})
}
