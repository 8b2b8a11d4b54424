package login_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestTokenRoundTrip(t *testing.T) {
	for _, userID := range []string{"u1", "用户", strings.Repeat("x", 256)} {
		token := login.NewToken(userID)
		got, err := login.ParseToken(string(token.Text()))
		if err != nil || got.UserID != userID || got.Hash() != token.Hash() {
			t.Errorf("user %q: got %+v, %v", userID, got, err)
		}
	}
}

func TestTokenForm(t *testing.T) {
	token := login.NewToken("u1")
	form := regexp.MustCompile(`^wxb_dTE\.[A-Za-z0-9_-]{43}$`)
	if !form.MatchString(string(token.Text())) {
		t.Errorf("a token does not have the documented form")
	}
	if strings.Contains(string(token.Text()), token.Hash()) {
		t.Errorf("the stored hash is the token")
	}
	if login.NewToken("u1").Hash() == token.Hash() {
		t.Errorf("two tokens are the same")
	}
}

func TestParseTokenRefuses(t *testing.T) {
	good := string(login.NewToken("u1").Text())
	for name, text := range map[string]string{
		"nothing":                    "",
		"no prefix":                  strings.TrimPrefix(good, "wxb_"),
		"a JWT":                      "eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo",
		"an md5 of an older backend": "5f4dcc3b5aa765d61d8327deb882cf99",
		"no secret":                  "wxb_dTE.",
		"no user":                    "wxb_." + strings.Repeat("A", 43),
		"a short secret":             good[:len(good)-1],
		"a long secret":              good + "A",
		"padding":                    good + "=",
		"a line break":               good[:20] + "\n" + good[20:],
		"bits behind the end":        "wxb_dTF." + strings.Repeat("A", 42) + "B",
		"a user id too long":         "wxb_" + strings.Repeat("A", 4*100) + "." + strings.Repeat("A", 43),
		"a user id that is no UTF-8": "wxb__w." + strings.Repeat("A", 43),
		"standard base64":            "wxb_dTE." + strings.Repeat("+", 43),
		"a second point":             good + ".x",
		"spaces around":              " " + good,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := login.ParseToken(text); !errors.Is(err, login.SessionInvalid) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A token that is read is exactly one that Text writes: there are no two
// spellings of a session.
func FuzzParseToken(f *testing.F) {
	f.Add("wxb_dTE." + strings.Repeat("A", 43))
	f.Add("wxb_." + strings.Repeat("A", 43))
	f.Add("wxb_dTE\n." + strings.Repeat("A", 43))
	f.Fuzz(func(t *testing.T, text string) {
		token, err := login.ParseToken(text)
		if err == nil && string(token.Text()) != text {
			t.Errorf("%q is read as another token", text)
		}
		if err != nil && !errors.Is(err, login.SessionInvalid) {
			t.Errorf("%v", err)
		}
	})
}
