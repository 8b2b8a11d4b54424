package apigw

import (
	"regexp"
	"strings"
)

// maxDevice bounds a device's name, in bytes.
const maxDevice = 64

// An Android browser names its model before the build number:
// "Mozilla/5.0 (Linux; Android 14; 2211133C Build/UKQ1.230804.001; wv) …".
var androidModel = regexp.MustCompile(`\bAndroid [^;)]*; ([^;)]+?) Build/`)

// deviceOf names the device behind a User-Agent in a few printable ASCII words,
// or gives "" when it cannot.
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
		name = "Android"
		if m := androidModel.FindStringSubmatch(userAgent); m != nil {
			name = m[1]
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
