package login_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestTrim(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"nothing to trim", "Anna Maria", "Anna Maria"},
		{"only blanks", " \u3000\u200b\ufeff", ""},
		{"white space", "\t\r\n \u0085\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000demo\v\f", "demo"},
		{"zero-width characters", "\u200b\u200c\u200d\u2060demo\ufeff\u180e", "demo"},
		{"marks of direction", "\u200e\u200f\u061c\u202a\u202b\u202d\u202edemo\u2066\u2067\u2068\u2069\u202c", "demo"},
		{"what is ignored where it cannot be displayed", "\u00ad\u034f\u115f\u17b4\u3164demo\uffa0\ufe0f\u180b\U000e0100\U0001d173", "demo"},
		{"symbols that are empty", "\u2800\U0001d159demo\U00016fe4", "demo"},
		{"what is within stays", "de \u200b\ufe0fmo", "de \u200b\ufe0fmo"},
		{"controls stay", "\x00demo\x1b", "\x00demo\x1b"},
		{"the tags of a flag stay", "🏴\U000e0067\U000e007f", "🏴\U000e0067\U000e007f"},
		{"format characters that show something stay", "\u0600demo\ufffb", "\u0600demo\ufffb"},
		{"what is not UTF-8 stays", "\xe3\x80demo\xff", "\xe3\x80demo\xff"},
		{"U+FFFD stays", "\ufffddemo", "\ufffddemo"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := login.Trim(tt.text); got != tt.want {
				t.Errorf("Trim(%+q) = %+q, want %+q", tt.text, got, tt.want)
			}
		})
	}
}
