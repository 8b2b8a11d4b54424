package secrets_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

var key0 = login.SealKey{ID: "0", Key: sealKey}

func TestStaticGivesWhatItWasMadeOf(t *testing.T) {
	env := map[string]string{"WX_APPID": appID, "WX_APPSECRET": appSecret}
	fromEnv, err := secrets.FromEnv(func(name string) string { return env[name] }, key0)
	if err != nil {
		t.Fatal(err)
	}
	fromApp, err := secrets.FromApp(appID, appSecret, key0)
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []get{fromEnv.Secret, fromEnv.Refetch, fromApp.Secret, fromApp.Refetch} {
		wantApp(t, call, appSecret)
		s, _ := call(t.Context())
		if s.DefaultApp != appID || len(s.SealKeys) != 1 || s.SealKeys[0] != key0 {
			t.Errorf("secret = %+v; want the app as the default, and its seal key", s)
		}
	}
}

func TestFromEnvNamesWhatIsWrong(t *testing.T) {
	tests := []struct {
		name, id, secret string
		key              login.SealKey
		want             string
	}{
		{"no AppSecret", appID, "", key0, "WX_APPSECRET is empty"},
		{"no appid", "", appSecret, key0, "WX_APPID is empty"},
		{"an AppSecret with a line end", appID, appSecret + "\n", key0, "WX_APPSECRET begins or ends"},
		{"a placeholder", appID, "REPLACE_ME", key0, "WX_APPSECRET is still the placeholder"},
		{"an appid that is none", "S3CRET/", appSecret, key0, "no appid"},
		{"a short seal key", appID, appSecret, login.SealKey{ID: "0", Key: "S3CRET"}, "sealKeys[0].key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := map[string]string{"WX_APPID": tt.id, "WX_APPSECRET": tt.secret}
			s, err := secrets.FromEnv(func(name string) string { return env[name] }, tt.key)
			if s != nil || err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "S3CRET") {
				t.Errorf("FromEnv = %v, %v; want an error that says %q and no value", s, err, tt.want)
			}
		})
	}
}

func TestFromEnvWithoutAnything(t *testing.T) {
	if _, err := secrets.FromEnv(func(string) string { return "" }, key0); !errors.Is(err, secrets.ErrNotSet) {
		t.Errorf("err = %v; want ErrNotSet", err)
	}
}

func TestFromAppNamesWhatIsWrong(t *testing.T) {
	if _, err := secrets.FromApp(appID, "", key0); err == nil || !strings.Contains(err.Error(), "appSecret is empty") {
		t.Errorf("err = %v; want one that names appSecret", err)
	}
}
