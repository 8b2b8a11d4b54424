package login_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestTokenOf(t *testing.T) {
	for name, c := range map[string]struct {
		authorization, xToken string
		want                  login.Hidden
	}{
		"Authorization":                     {"Bearer wxb_a.b", "", "wxb_a.b"},
		"the scheme in any case":            {"bEARER wxb_a.b", "", "wxb_a.b"},
		"more than one space":               {"  Bearer   wxb_a.b  ", "", "wxb_a.b"},
		"X-Token":                           {"", "wxb_a.b", "wxb_a.b"},
		"X-Token with spaces":               {"", " wxb_a.b ", "wxb_a.b"},
		"both: Authorization wins":          {"Bearer wxb_a.b", "wxb_c.d", "wxb_a.b"},
		"both: an empty Bearer wins, too":   {"Bearer", "wxb_c.d", ""},
		"both: another scheme does not":     {"Basic aWQ6a2V5", "wxb_c.d", "wxb_c.d"},
		"another scheme alone":              {"Basic aWQ6a2V5", "", ""},
		"a token without scheme":            {"wxb_a.b", "", ""},
		"a scheme that begins like Bearer":  {"BearerX wxb_a.b", "", ""},
		"a tab is no space":                 {"Bearer\twxb_a.b", "", ""},
		"neither":                           {"", "", ""},
		"two of a kind are none that lives": {"Bearer wxb_a.b,Bearer wxb_c.d", "", "wxb_a.b,Bearer wxb_c.d"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := login.TokenOf(c.authorization, c.xToken); got != c.want {
				t.Errorf("got %q, want %q", string(got), string(c.want))
			}
		})
	}
}
