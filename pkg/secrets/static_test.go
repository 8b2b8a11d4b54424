package secrets_test

import (
	"errors"
	"reflect"
	"slices"
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
		{"an appid that is none", "S3CRET/", appSecret, key0, "WX_APPID is no AppID: it has 7 characters"},
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

// On one machine the key of notices comes from the seal key, unless one is set: a receiver that knows it still does after an update.
func TestWebhookKeyOfOneMachine(t *testing.T) {
	static, err := secrets.FromApp(appID, appSecret, key0)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := static.Secret(t.Context())
	if err := s.Validate(); err != nil || s.WebhookKey != key0.WebhookKey() || s.WebhookKey == s.IndexKey || len(s.WebhookKey) != 43 {
		t.Errorf("the derived key is no good key: %v", err)
	}
	with, err := static.WithEnv(func(name string) string { return map[string]string{"WXBIND_WEBHOOK_KEY": directoryKey}[name] })
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := with.Secret(t.Context()); s.WebhookKey != directoryKey || s.DirectoryKey != "" {
		t.Error("the key that is set does not count, or counts for the directory")
	}
	if _, err := static.WithEnv(func(name string) string { return map[string]string{"WXBIND_WEBHOOK_KEY": "S3CRET"}[name] }); err == nil ||
		!strings.Contains(err.Error(), "WXBIND_WEBHOOK_KEY: webhookKey must be at least") {
		t.Errorf("a short key: %v", err)
	}
}

func TestWithEnvAddsServicesAndADirectoryKey(t *testing.T) {
	env := map[string]string{
		"WX_APPID": appID, "WX_APPSECRET": appSecret,
		"WX_SERVICES":      "orders=" + serviceKey + ",stock-2=" + serviceKey + "=2",
		"WX_DIRECTORY_KEY": directoryKey,
	}
	getenv := func(name string) string { return env[name] }
	fromEnv, err := secrets.FromEnv(getenv, key0)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := secrets.FromApp(appID, appSecret, key0)
	if err != nil {
		t.Fatal(err)
	}
	fromApp, err := plain.WithEnv(getenv)
	if err != nil {
		t.Fatal(err)
	}
	want := login.ServiceKeys{{ID: "orders", Key: serviceKey}, {ID: "stock-2", Key: serviceKey + "=2"}}
	for _, static := range []*secrets.Static{fromEnv, fromApp} {
		s, err := static.Secret(t.Context())
		services, errServices := static.ServiceKeys(t.Context())
		if err != nil || errServices != nil || !slices.Equal(services, want) || s.DirectoryKey != directoryKey || s.DefaultApp != appID {
			t.Errorf("Secret = %+v, %v; want both services and the directory key", s, err)
		}
	}
	services, _ := plain.ServiceKeys(t.Context())
	if s, _ := plain.Secret(t.Context()); services != nil || s.DirectoryKey != "" {
		t.Error("WithEnv changed what it was called on")
	}
}

// The environment adds, and takes nothing away.
func TestWithEnvKeepsTheRest(t *testing.T) {
	plain, err := secrets.FromApp(appID, appSecret, key0)
	if err != nil {
		t.Fatal(err)
	}
	with, err := plain.WithEnv(func(name string) string { return map[string]string{"WX_DIRECTORY_KEY": directoryKey}[name] })
	if err != nil {
		t.Fatal(err)
	}
	before, _ := plain.Secret(t.Context())
	after, _ := with.Secret(t.Context())
	for i, field := range reflect.VisibleFields(reflect.TypeFor[login.Secret]()) {
		if !field.IsExported() || field.Name == "DirectoryKey" {
			continue
		}
		was, is := reflect.ValueOf(before).Elem().Field(i), reflect.ValueOf(after).Elem().Field(i)
		if was.IsZero() || !reflect.DeepEqual(was.Interface(), is.Interface()) {
			t.Errorf("%s is %v, and was %v", field.Name, is, was)
		}
	}
}

// On one machine the index key comes from the seal key, for ever: what is stored under it outlives a version of the program.
func TestIndexKeyOfOneMachine(t *testing.T) {
	static, err := secrets.FromApp(appID, appSecret, key0)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := static.Secret(t.Context())
	if got := s.Index("phone", "+8613800138000"); got != "--5xFVGQnC--FJY2VCHwb1PGVVjplg3g" {
		t.Errorf("got %s", got)
	}
	if err := s.Validate(); err != nil || strings.Contains(string(s.IndexKey), sealKey) {
		t.Errorf("it is no good key: %v", err)
	}
	if s.Apps[appID].Policy.PhoneTrust != login.DefaultPhoneTrust {
		t.Errorf("the policy is %+v, want the default", s.Apps[appID].Policy)
	}
	other, err := secrets.FromApp(appID, appSecret, login.SealKey{ID: "0", Key: sealKey2})
	if err != nil {
		t.Fatal(err)
	}
	if o, _ := other.Secret(t.Context()); o.IndexKey == s.IndexKey {
		t.Error("two machines have one")
	}
}

func TestWithEnvNamesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ services, directory, want string }{
		"a service without key":          {"orders", "", "WX_SERVICES: entry 1 is not id=key"},
		"a service with an empty key":    {"orders=", "", "WX_SERVICES: entry 1: key is empty"},
		"a service with an empty id":     {"=" + serviceKey, "", "WX_SERVICES: entry 1: id is empty"},
		"an id in the place of a key":    {"S3CRETs=orders", "", "WX_SERVICES: services[0].key must be at least 43"},
		"a comma at the end":             {"orders=" + serviceKey + ",", "", "WX_SERVICES: entry 2 is not id=key"},
		"a space behind the comma":       {"orders=" + serviceKey + ", stock=" + serviceKey, "", "WX_SERVICES: entry 2: id begins or ends with a space"},
		"a service twice":                {"orders=" + serviceKey + ",orders=" + serviceKey, "", "WX_SERVICES: services[1].id is given twice"},
		"a service key in Chinese":       {"orders=密" + serviceKey, "", "WX_SERVICES: services[0].key must be visible ASCII"},
		"a service key's placeholder":    {"orders=REPLACE_ME", "", "WX_SERVICES: entry 1: key is still the placeholder"},
		"a short directory key":          {"", "S3CRETd", "WX_DIRECTORY_KEY: directoryKey must be at least 43"},
		"a directory key's placeholder":  {"", "REPLACE_ME", "WX_DIRECTORY_KEY is still the placeholder"},
		"a directory key with a newline": {"", directoryKey + "\n", "WX_DIRECTORY_KEY begins or ends with a space"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"WX_APPID": appID, "WX_APPSECRET": appSecret, "WX_SERVICES": c.services, "WX_DIRECTORY_KEY": c.directory}
			s, err := secrets.FromEnv(func(name string) string { return env[name] }, key0)
			if s != nil || err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "S3CRET") {
				t.Errorf("FromEnv = %v, %v; want an error that says %q and no value", s, err, c.want)
			}
		})
	}
}
