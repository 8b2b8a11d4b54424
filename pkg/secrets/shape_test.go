package secrets_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

// What was pasted wrongly is told with its length, and an AppSecret is never shown.
func TestMistakesInTheMiniProgramAreNamed(t *testing.T) {
	const id, secret = "wx0123456789abcde0", "0123456789abcdef0123456789abcdef"
	for name, c := range map[string]struct {
		id, secret string
		fails      string
		doubts     []string
	}{
		"as WeChat's console shows them": {id: id, secret: secret},
		"a quoted AppID":                 {id: `"` + id + `"`, secret: secret, fails: "WX_APPID is in quotation marks"},
		"Chinese quotation marks":        {id: "“" + id + "”", secret: secret, fails: "WX_APPID is in quotation marks"},
		"a quoted AppSecret":             {id: id, secret: "'" + secret + "'", fails: "WX_APPSECRET is in quotation marks"},
		"a blank before the AppID":       {id: " " + id, secret: secret, fails: "WX_APPID begins or ends with a space"},
		"no AppID at all":                {id: "wx:" + id, secret: secret, fails: "WX_APPID is no AppID: it has 21 characters"},
		"an AppID cut short":             {id: id[:16], secret: secret, doubts: []string{"the AppID wx0123456789abcd has 16 characters; WeChat's have 18: wx and 16 of 0-9 a-f"}},
		"a mini-program's original id":   {id: "gh_0123456789ab", secret: secret, doubts: []string{"the AppID gh_0123456789ab has 15 characters; WeChat's have 18: wx and 16 of 0-9 a-f"}},
		"an AppSecret cut short":         {id: id, secret: secret[:31], doubts: []string{"the AppSecret of " + id + " has 31 characters; WeChat's have 32 of 0-9 a-f"}},
		"one quotation mark is its own":  {id: id, secret: secret[:31] + `"`, doubts: []string{"the AppSecret of " + id + " has other characters than WeChat's, which are 32 of 0-9 a-f"}},
		"an AppID in capitals":           {id: "wxABCDEF0123456789", secret: secret, doubts: []string{"the AppID wxABCDEF0123456789 has other characters than WeChat's, which are wx and 16 of 0-9 a-f"}},
		"exchanged":                      {id: secret, secret: id, fails: "WX_APPID looks like an AppSecret, 32 of 0-9 a-f: are the two exchanged?"},
		"exchanged, in capitals":         {id: strings.ToUpper(secret), secret: id, fails: "WX_APPID looks like an AppSecret"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{secrets.EnvAppID: c.id, secrets.EnvAppSecret: c.secret}
			static, err := secrets.FromEnv(func(name string) string { return env[name] }, login.SealKey{ID: "0", Key: login.Hidden(strings.Repeat("k", 43))})
			if c.fails != "" {
				if err == nil || !strings.HasPrefix(err.Error(), c.fails) || strings.Contains(strings.ToLower(err.Error()), secret) {
					t.Errorf("got %v, want %s", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s, err := static.Secret(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := secrets.Doubts(s); !slices.Equal(got, c.doubts) {
				t.Errorf("doubts %q, want %q", got, c.doubts)
			}
		})
	}
}

// An AppSecret where an AppID belongs is refused in every form of the secret: it would stand in logs, answers and the store.
func TestAppSecretIsNoAppID(t *testing.T) {
	const id, secret, key = "wx0123456789abcde0", "0123456789abcdef0123456789abcdef", "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
	for name, fails := range map[string]func() error{
		"long": func() error {
			_, err := secrets.Parse([]byte(`{"apps":{"` + secret + `":{"appSecret":"` + id + `"}},"sealKeys":[{"id":"0","key":"` + key + `"}]}`))
			return err
		},
		"short": func() error {
			_, err := secrets.Parse([]byte(`{"appId":"` + secret + `","appSecret":"` + id + `","sealKey":"` + key + `"}`))
			return err
		},
		"typed": func() error { return secrets.CheckApp(login.App{ID: secret, Secret: id}) },
	} {
		if err := fails(); err == nil || !strings.Contains(err.Error(), "looks like an AppSecret") || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
