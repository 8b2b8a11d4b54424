package apigw

import "strings"

// maxDevice bounds a device's name, in bytes.
const maxDevice = 64

// androidModel returns the model that an Android browser names before its build number:
// "Mozilla/5.0 (Linux; Android 14; 2211133C Build/UKQ1.230804.001; wv) …".
func androidModel(userAgent string) string {
	_, rest, _ := strings.Cut(userAgent, "Android ")
	comment, _, _ := strings.Cut(rest, ")")
	for part := range strings.SplitSeq(comment, ";") {
		if model, _, found := strings.Cut(part, " Build/"); found {
			return strings.TrimSpace(model)
		}
	}
	return ""
}

// deviceOf names the device behind a User-Agent in a few printable ASCII words.
// It returns "" if it cannot tell.
func deviceOf(userAgent string) string {
	name := ""
	switch {
	case strings.Contains(userAgent, "wechatdevtools"):
		name = "WeChat DevTools"
	case strings.Contains(userAgent, "iPhone"):
		name = "iPhone"
	case strings.Contains(userAgent, "iPad"):
		name = "iPad"
	case strings.Contains(userAgent, "Android"):
		if name = androidModel(userAgent); name == "" {
			name = "Android"
		}
	case strings.Contains(userAgent, "Windows"):
		name = "Windows"
	case strings.Contains(userAgent, "Macintosh"):
		name = "Mac"
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, name)
	return name[:min(len(name), maxDevice)]
}
