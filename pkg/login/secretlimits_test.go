package login_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// Each limit of a secret is met exactly: the longest or shortest that is taken, and the
// first that is not.
func TestSecretLimitsAreExact(t *testing.T) {
	long := func(n int) string { return strings.Repeat("k", n) }
	key := login.Hidden(long(43))
	app := func(id string) func(s *login.Secret) {
		return func(s *login.Secret) { s.Apps[id] = login.App{ID: id, Secret: "x"} }
	}
	trust := func(d time.Duration) func(s *login.Secret) {
		return func(s *login.Secret) {
			s.Apps["wxtwo"] = login.App{ID: "wxtwo", Secret: "x", Policy: login.Policy{PhoneTrust: d}}
		}
	}
	for name, c := range map[string]struct {
		change func(s *login.Secret)
		want   string // "" for a good one
	}{
		"an appid of 64":              {app(long(64)), ""},
		"an appid of 65":              {app(long(65)), "apps has"},
		"an empty appid":              {app(""), "apps has"},
		"every character of an appid": {app("azAZ09_-"), ""},
		"an appid under another's":    {func(s *login.Secret) { s.Apps["wxtwo"] = login.App{ID: appID, Secret: "x"} }, "apps has"},
		"a seal key of 43":            {func(s *login.Secret) { s.SealKeys[0].Key = key }, ""},
		"a seal key of 42":            {func(s *login.Secret) { s.SealKeys[0].Key = key[1:] }, "sealKeys[0].key"},
		"a seal key beyond ASCII":     {func(s *login.Secret) { s.SealKeys[0].Key = "钥" + key }, ""}, // it travels nowhere
		"a seal key's id of 32":       {func(s *login.Secret) { s.SealKeys[0].ID = long(32) }, ""},
		"a seal key's id of 33":       {func(s *login.Secret) { s.SealKeys[0].ID = long(33) }, "sealKeys[0].id"},
		"a directory's key of 43":     {func(s *login.Secret) { s.DirectoryKey = key }, ""},
		"a directory's key of 42":     {func(s *login.Secret) { s.DirectoryKey = key[1:] }, "directoryKey"},
		"an index key of 43":          {func(s *login.Secret) { s.IndexKey = key }, ""},
		"an index key of 42":          {func(s *login.Secret) { s.IndexKey = key[1:] }, "indexKey"},
		"no index key":                {func(s *login.Secret) { s.IndexKey = "" }, ""},
		"no trust in numbers":         {trust(0), ""},
		"trust for ten years":         {trust(3650 * 24 * time.Hour), ""},
		"trust for longer":            {trust(3651 * 24 * time.Hour), "an app of apps: phoneTrustDays"},
		"trust for half a day":        {trust(12 * time.Hour), "an app of apps: phoneTrustDays"},
		"trust for less than nothing": {trust(-24 * time.Hour), "an app of apps: phoneTrustDays"},
	} {
		t.Run(name, func(t *testing.T) {
			s := logintest.SecretWith("2", "1")
			c.change(s)
			if err := s.Validate(); (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want+" ") {
				t.Errorf("got %v, want one about %q", err, c.want)
			}
		})
	}
}

func TestServiceKeyLimitsAreExact(t *testing.T) {
	long := func(n int) string { return strings.Repeat("k", n) }
	key := login.Hidden(long(43))
	for name, c := range map[string]struct {
		keys login.ServiceKeys
		want string // "" for good ones
	}{
		"none":             {nil, ""},
		"two":              {login.ServiceKeys{{ID: long(32), Key: key}, {ID: "b", Key: key}}, ""},
		"an id of 33":      {login.ServiceKeys{{ID: long(33), Key: key}}, "services[0].id"},
		"an id twice":      {login.ServiceKeys{{ID: "a", Key: key}, {ID: "a", Key: key}}, "services[1].id"},
		"a key of 42":      {login.ServiceKeys{{ID: "a", Key: key[1:]}}, "services[0].key"},
		"a key not ASCII":  {login.ServiceKeys{{ID: "a", Key: "钥" + key}}, "services[0].key"}, // it travels in a header
		"a space in a key": {login.ServiceKeys{{ID: "a", Key: " " + key}}, "services[0].key"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.keys.Validate(); (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want+" ") {
				t.Errorf("got %v, want one about %q", err, c.want)
			}
		})
	}
}
