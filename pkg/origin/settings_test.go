package origin_test

import (
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/origin"
)

func TestSettingsNameWhatIsWrong(t *testing.T) {
	hash := hashOf(key)
	for name, c := range map[string]struct{ setting, value, want string }{
		"no CIDR":                     {origin.EnvTrustedProxies, "proxy.example.com", "network 1 of 1 is no CIDR"},
		"an address":                  {origin.EnvTrustedProxies, "10.0.0.1", `"10.0.0.1" is no CIDR: write 10.0.0.1/32`},
		"an IPv6 address":             {origin.EnvTrustedProxies, "2001:db8::1", "write 2001:db8::1/128"},
		"a hole":                      {origin.EnvTrustedProxies, "10.0.0.0/8,,192.0.2.0/24", "network 2 of 3 is empty"},
		"a comma at the end":          {origin.EnvTrustedProxies, "10.0.0.0/8,", "network 2 of 2 is empty"},
		"a mask that is too long":     {origin.EnvTrustedProxies, "10.0.0.0/33", "network 1 of 1 is no CIDR"},
		"a machine":                   {origin.EnvTrustedProxies, "10.0.0.1/8", "write 10.0.0.0/8"},
		"IPv4 as IPv6":                {origin.EnvTrustedProxies, "::ffff:10.0.0.0/104", "must be written as an IPv4 network"},
		"everybody":                   {origin.EnvTrustedProxies, "0.0.0.0/0", "trusts everybody"},
		"everybody in IPv6":           {origin.EnvTrustedProxies, "::/0", "trusts everybody"},
		"none among others":           {origin.EnvTrustedProxies, "10.0.0.0/8,none", "network 2 of 2 is no CIDR"},
		"65 networks":                 {origin.EnvTrustedProxies, strings.Repeat("10.0.0.0/8,", 64) + "10.0.0.0/8", "at most 64"},
		"a hash that is too short":    {origin.EnvKeyHashes, hash[:62], "hash 1 of 1 must be a SHA-256 in hex, 64 characters"},
		"a hash that is too long":     {origin.EnvKeyHashes, hash + "00", "hash 1 of 1 must be"},
		"the key itself":              {origin.EnvKeyHashes, "MARK", "hash 1 of 1 must be"},
		"a hole among hashes":         {origin.EnvKeyHashes, hash + ",", "hash 2 of 2 must be"},
		"three hashes":                {origin.EnvKeyHashes, hash + "," + hashOf("2") + "," + hashOf("3"), "at most 2 hashes"},
		"a hash twice":                {origin.EnvKeyHashes, hash + ", " + strings.ToUpper(hash), "hash 2 of 2 is given twice"},
		"the hash of nothing":         {origin.EnvKeyHashes, hashOf(""), "hash 1 of 1 is that of an empty key"},
		"a header that is none":       {origin.EnvHeader, "X-Forwarded-For:", "must be the name of a header"},
		"RFC 7239's header":           {origin.EnvHeader, "Forwarded", "cannot be Forwarded"},
		"the key's header":            {origin.EnvHeader, "X-Origin-Verify", "cannot be the header of the origin key"},
		"a header without a proxy":    {origin.EnvHeader, "X-Real-IP", "needs WXBIND_TRUSTED_PROXIES or WXBIND_ORIGIN_KEY_HASHES"},
		"a key required, and none":    {origin.EnvRequireKey, "true", "needs WXBIND_ORIGIN_KEY_HASHES"},
		"neither true nor false":      {origin.EnvRequireKey, "yes", "must be true or false"},
		"a header of a thousand dots": {origin.EnvHeader, strings.Repeat("x", 1000), "must be the name of a header"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := origin.RulesFrom(func(name string) string {
				if name == c.setting {
					return c.value
				}
				return ""
			})
			if err == nil || !strings.HasPrefix(err.Error(), c.setting+" (") || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(err.Error(), "MARK") || strings.Contains(err.Error(), hash[:20]) {
				t.Errorf("it shows a key or a hash: %v", err)
			}
		})
	}
}

// All that is wrong is named at once.
func TestSettingsNameAllThatIsWrong(t *testing.T) {
	_, err := origin.RulesFrom(func(string) string { return "?" })
	if err == nil || strings.Count(err.Error(), "WXBIND_") != 4 {
		t.Errorf("got %v", err)
	}
}

// doctor prints the rules.
func TestRulesInWords(t *testing.T) {
	for want, settings := range map[string][]string{
		"no proxy is trusted: the caller is the peer":                       nil,
		"no proxy stands in front: the caller is the peer":                  {"TRUSTED_PROXIES=none"},
		"proxies at 10.0.0.0/8, 2001:db8::/32 name the caller in x-real-ip": {"TRUSTED_PROXIES=10.0.0.0/8,2001:db8::/32", "CLIENT_ADDRESS_HEADER=X-Real-IP"},
		"proxies with one of 1 origin keys name the caller in x-forwarded-for; requests without an origin key are refused": {
			"ORIGIN_KEY_HASHES=" + hashOf(key), "REQUIRE_ORIGIN_KEY=true",
		},
		"proxies at 10.0.0.0/8 and proxies with one of 2 origin keys name the caller in x-forwarded-for": {
			"TRUSTED_PROXIES=10.0.0.0/8", "ORIGIN_KEY_HASHES=" + hashOf(key) + "," + hashOf(otherKey), "REQUIRE_ORIGIN_KEY=false",
		},
	} {
		if got := rules(t, settings...).String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
