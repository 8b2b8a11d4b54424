package apigw

import "strings"

// maxDevice bounds a device's name, in bytes.
const maxDevice = 64

// computers are the names of computers by what their User-Agents hold. WeChat on a computer may also call itself what it is
// not: on Linux WindowsWechat, in older releases for the Mac an iPhone. So the order matters, and they are looked for
// before the phones.
var computers = [...]struct{ mark, name string }{
	{"wechatdevtools", "WeChat DevTools"},
	{"(X11; Linux", "Linux"}, {"LinuxWechat", "Linux"}, {"MiniProgramEnv/Linux", "Linux"},
	{"MacWechat", "Mac"}, {"MiniProgramEnv/Mac", "Mac"},
	{"WindowsWechat", "Windows"}, {"MiniProgramEnv/Windows", "Windows"},
}

// deviceOf names the device behind a User-Agent in a few printable ASCII words, as its owner would recognize it: the model
// if it is told. It returns "" if it cannot tell, as for the Mozilla/4.0 of WeChat's gateway.
func deviceOf(userAgent string) string {
	for _, c := range computers {
		if strings.Contains(userAgent, c.mark) {
			return c.name
		}
	}
	switch {
	case strings.Contains(userAgent, "OpenHarmony"): // it may claim Android and Windows besides
		return harmonyDevice(userAgent)
	case strings.Contains(userAgent, "iPhone"):
		return "iPhone"
	case strings.Contains(userAgent, "iPad"):
		return "iPad"
	case strings.Contains(userAgent, "Android"):
		return androidDevice(userAgent)
	case strings.Contains(userAgent, "Windows"):
		return "Windows"
	case strings.Contains(userAgent, "Macintosh"):
		return "Mac"
	}
	return ""
}

// kinds are the names of a system's devices whose model is not told.
type kinds struct{ phone, tablet, pc, any string }

var (
	androids  = kinds{"Android phone", "Android tablet", "", "Android"}
	harmonies = kinds{"HarmonyOS phone", "HarmonyOS tablet", "HarmonyOS PC", "HarmonyOS"}
)

// harmonyDevice names a device with HarmonyOS NEXT, which tells its kind and no model:
// "Mozilla/5.0 (Phone; OpenHarmony 5.0) …".
func harmonyDevice(userAgent string) string {
	switch kind, _, _ := strings.Cut(commentFrom(userAgent, "("), ";"); kind {
	case "Phone":
		return harmonies.phone
	case "Tablet":
		return harmonies.tablet
	case "PC", "2in1":
		return harmonies.pc
	}
	return harmonies.any
}

// androidDevice names a device with Android, or with a HarmonyOS that was still built on it, by its model:
// "Mozilla/5.0 (Linux; Android 14; 2211133C Build/UKQ1.230804.001; wv) …", or without the build number. If there is none,
// by its kind: a browser of a phone says Mobile, that of a tablet does not.
func androidDevice(userAgent string) string {
	comment := commentFrom(userAgent, "Android")
	for part := range strings.SplitSeq(comment, ";") {
		model, _, built := strings.Cut(part, " Build/")
		if model = plainModel(model); built && model != "" {
			return model
		}
	}
	_, parts, _ := strings.Cut(comment, ";") // without the version
	for part := range strings.SplitSeq(parts, ";") {
		if model := plainModel(part); !aboutSoftware(model) {
			return model
		}
	}
	system := androids
	if strings.Contains(comment, "HarmonyOS") {
		system = harmonies
	}
	switch {
	case strings.Contains(userAgent, "Mobile"):
		return system.phone
	case strings.Contains(userAgent, "Tablet"), strings.Contains(userAgent, "Safari/"):
		return system.tablet
	}
	return system.any
}

// commentFrom returns what stands in a User-Agent from behind a mark to the bracket that closes the comment. A model may have
// brackets of its own.
func commentFrom(userAgent, mark string) string {
	_, rest, _ := strings.Cut(userAgent, mark)
	depth := 0
	for i := range len(rest) {
		switch rest[i] {
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return rest[:i]
			}
			depth--
		}
	}
	return rest
}

// software begins those parts of an Android browser's comment that are no model: the system, its services, the engine.
var software = [...]string{"HarmonyOS", "HMSCore", "GMSCore", "Build/", "rv:"}

// aboutSoftware says that a part of an Android browser's comment is no model. "K" stands for every model in Chrome since
// 2023, and two letters and a hyphen begin a language.
func aboutSoftware(part string) bool {
	switch part {
	case "", "K", "U", "wv", "Mobile", "Tablet":
		return true
	}
	for _, begin := range software {
		if strings.HasPrefix(part, begin) {
			return true
		}
	}
	return len(part) == len("zh-cn") && (part[2] == '-' || part[2] == '_') && strings.ToLower(part[:2]) == part[:2]
}

// plainModel makes a model's name printable ASCII, and short.
func plainModel(model string) string {
	model = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, model))
	return strings.TrimSpace(model[:min(len(model), maxDevice)])
}
