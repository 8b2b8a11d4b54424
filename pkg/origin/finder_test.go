package origin_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/origin"
)

const (
	key      = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	otherKey = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
)

func hashOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// rules reads rules from settings, as "NAME=value" with the names without WXBIND_.
func rules(t testing.TB, settings ...string) origin.Rules {
	t.Helper()
	r, err := origin.RulesFrom(func(name string) string {
		for _, s := range settings {
			if short, value, _ := strings.Cut(s, "="); "WXBIND_"+short == name {
				return value
			}
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// found is what a Finder says: the address, and after it what else is true of the origin.
func found(o origin.Origin) string {
	says := "unknown"
	if o.Address.IsValid() {
		says = o.Address.String()
	}
	if o.Shared {
		says += " shared"
	}
	if o.Refused {
		says += " refused"
	}
	return says
}

func TestWithoutSettingsThePeerIsTheCaller(t *testing.T) {
	for name, c := range map[string]struct {
		peer    string
		headers map[string]string
		want    string
		warns   bool
	}{
		"no header":                        {"192.0.2.1", nil, "192.0.2.1", false},
		"the header of API Gateway":        {"192.0.2.1", map[string]string{"x-forwarded-for": "192.0.2.1"}, "192.0.2.1", false},
		"the same, in IPv6":                {"2001:db8::1", map[string]string{"x-forwarded-for": "2001:DB8:0::1"}, "2001:db8::1", false},
		"a forged header":                  {"192.0.2.1", map[string]string{"x-forwarded-for": "203.0.113.9"}, "192.0.2.1 shared", true},
		"a forged header at API Gateway":   {"192.0.2.1", map[string]string{"x-forwarded-for": "203.0.113.9, 192.0.2.1"}, "192.0.2.1 shared", true},
		"in capitals":                      {"192.0.2.1", map[string]string{"X-Forwarded-For": "203.0.113.9"}, "192.0.2.1 shared", true},
		"RFC 7239":                         {"192.0.2.1", map[string]string{"forwarded": "for=203.0.113.9"}, "192.0.2.1 shared", true},
		"nginx's other header":             {"192.0.2.1", map[string]string{"x-real-ip": "203.0.113.9"}, "192.0.2.1 shared", true},
		"WeChat's gateway":                 {"192.0.2.1", map[string]string{"x-wx-client-ip": "203.0.113.9"}, "192.0.2.1 shared", true},
		"a key that nobody has told us of": {"192.0.2.1", map[string]string{"x-origin-verify": key}, "192.0.2.1", false},
		"an IPv4 peer written as IPv6":     {"::ffff:192.0.2.1", nil, "192.0.2.1", false},
		"a link-local peer":                {"fe80::1%eth0", nil, "fe80::1", false},
		"no peer":                          {"", nil, "unknown", false},
		"a peer that is no address":        {"unix:@", map[string]string{"x-forwarded-for": "203.0.113.9"}, "unknown shared", true},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			f := &origin.Finder{Logger: slog.New(slog.NewTextHandler(&log, nil))}
			if got := found(f.Find(c.peer, c.headers)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if warned := strings.Contains(log.String(), "level=WARN"); warned != c.warns {
				t.Errorf("the log is %q", log.String())
			}
		})
	}
}

// The operator has said that nothing stands in front: the header is forged, and no reason to warn.
func TestNoProxy(t *testing.T) {
	var log bytes.Buffer
	f := &origin.Finder{Rules: rules(t, "TRUSTED_PROXIES=none"), Logger: slog.New(slog.NewTextHandler(&log, nil))}
	got := found(f.Find("192.0.2.1", map[string]string{"x-forwarded-for": "203.0.113.9"}))
	if got != "192.0.2.1" || log.Len() > 0 {
		t.Errorf("got %s, and in the log %q", got, log.String())
	}
}

// The proxies are trusted by their addresses.
func TestTrustedPeer(t *testing.T) {
	for name, c := range map[string]struct {
		peer, header, want string
	}{
		"one hop":                                {"10.0.0.1", "203.0.113.9", "203.0.113.9"},
		"a hop that the caller has made up":      {"10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		"a trusted hop that it has made up":      {"10.0.0.1", "10.0.0.7, 203.0.113.9", "203.0.113.9"},
		"a loopback hop that it has made up":     {"10.0.0.1", "127.0.0.1,203.0.113.9", "203.0.113.9"},
		"two proxies":                            {"10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"},
		"three proxies, and lies":                {"10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.3, 10.0.0.2", "203.0.113.9"},
		"API Gateway names the peer":             {"10.0.0.1", "203.0.113.9, 10.0.0.1", "203.0.113.9"},
		"several headers, as one":                {"10.0.0.1", "198.51.100.1,203.0.113.9", "203.0.113.9"},
		"a port":                                 {"10.0.0.1", "203.0.113.9:51234", "203.0.113.9"},
		"IPv6":                                   {"10.0.0.1", "2001:db8:1::9", "2001:db8:1::9"},
		"IPv6 in brackets":                       {"10.0.0.1", "[2001:db8:1::9]", "2001:db8:1::9"},
		"IPv6 with a port":                       {"10.0.0.1", "[2001:db8:1::9]:443", "2001:db8:1::9"},
		"IPv6 in quotes":                         {"10.0.0.1", `"[2001:db8:1::9]:443"`, "2001:db8:1::9"},
		"IPv4 as IPv6":                           {"10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"},
		"a trusted hop as IPv6":                  {"10.0.0.1", "203.0.113.9, ::ffff:10.0.0.2", "203.0.113.9"},
		"a zone":                                 {"10.0.0.1", "fe80::9%eth0", "fe80::9"},
		"an IPv6 peer":                           {"2001:db8:ffff::1", "203.0.113.9", "203.0.113.9"},
		"a peer as IPv6":                         {"::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"},
		"blanks and tabs":                        {"10.0.0.1", " \t203.0.113.9 \t", "203.0.113.9"},
		"empty elements":                         {"10.0.0.1", ", 203.0.113.9, ,,", "203.0.113.9"},
		"garbage before the caller":              {"10.0.0.1", "<script>, \x00, 203.0.113.9", "203.0.113.9"},
		"an obfuscated hop before the caller":    {"10.0.0.1", "_secret, unknown, 203.0.113.9", "203.0.113.9"},
		"200 hops before the caller":             {"10.0.0.1", strings.Repeat("198.51.100.1, ", 200) + "203.0.113.9", "203.0.113.9"},
		"10 KB before the caller":                {"10.0.0.1", strings.Repeat("x", 10<<10) + ", 203.0.113.9", "203.0.113.9"},
		"an untrusted peer":                      {"192.0.2.1", "203.0.113.9", "192.0.2.1"},
		"an untrusted peer that names a trusted": {"192.0.2.1", "203.0.113.9, 10.0.0.1", "192.0.2.1"},
		"the peer's neighbour":                   {"11.0.0.1", "203.0.113.9", "11.0.0.1"},

		// What follows names nobody. Then it is the last proxy that is known.
		"no header":                        {"10.0.0.1", "", "10.0.0.1 shared"},
		"only commas":                      {"10.0.0.1", " , ,", "10.0.0.1 shared"},
		"unknown":                          {"10.0.0.1", "203.0.113.9, unknown", "10.0.0.1 shared"},
		"obfuscated":                       {"10.0.0.1", "203.0.113.9, _hidden", "10.0.0.1 shared"},
		"obfuscated behind a proxy":        {"10.0.0.1", "203.0.113.9, _hidden, 10.0.0.2", "10.0.0.2 shared"},
		"an obfuscated port":               {"10.0.0.1", "203.0.113.9:_x", "10.0.0.1 shared"},
		"all trusted":                      {"10.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.9 shared"},
		"200 trusted hops":                 {"10.0.0.1", strings.Repeat("10.0.0.2, ", 200) + "10.0.0.2", "10.0.0.2 shared"},
		"beyond 32 hops":                   {"10.0.0.1", "203.0.113.9" + strings.Repeat(", 10.0.0.2", 32), "10.0.0.2 shared"},
		"a zone of 10 KB":                  {"10.0.0.1", "fe80::9%" + strings.Repeat("x", 10<<10), "10.0.0.1 shared"},
		"NUL":                              {"10.0.0.1", "203.0.113.9\x00", "10.0.0.1 shared"},
		"a hop of 10 KB":                   {"10.0.0.1", strings.Repeat("1", 10<<10), "10.0.0.1 shared"},
		"a name":                           {"10.0.0.1", "localhost", "10.0.0.1 shared"},
		"leading zeros":                    {"10.0.0.1", "203.0.113.009", "10.0.0.1 shared"},
		"a number":                         {"10.0.0.1", "3405803785", "10.0.0.1 shared"},
		"a network":                        {"10.0.0.1", "203.0.113.0/24", "10.0.0.1 shared"},
		"an open bracket":                  {"10.0.0.1", "[2001:db8:1::9", "10.0.0.1 shared"},
		"IPv4 in brackets":                 {"10.0.0.1", "[203.0.113.9]", "10.0.0.1 shared"},
		"more behind the bracket":          {"10.0.0.1", "[2001:db8:1::9]x", "10.0.0.1 shared"},
		"an open quote":                    {"10.0.0.1", `"203.0.113.9`, "10.0.0.1 shared"},
		"a port without number":            {"10.0.0.1", "203.0.113.9:", "10.0.0.1 shared"},
		"a port that is too long":          {"10.0.0.1", "203.0.113.9:123456", "10.0.0.1 shared"},
		"everybody":                        {"10.0.0.1", "0.0.0.0", "10.0.0.1 shared"},
		"a multicast address, as IPv6":     {"10.0.0.1", "::ffff:224.0.0.1", "10.0.0.1 shared"},
		"an element of RFC 7239":           {"10.0.0.1", "for=203.0.113.9", "10.0.0.1 shared"},
		"two addresses without a comma":    {"10.0.0.1", "203.0.113.9 10.0.0.2", "10.0.0.1 shared"},
		"two addresses in one pair quotes": {"10.0.0.1", `"203.0.113.9, 198.51.100.1"`, "10.0.0.1 shared"},
	} {
		t.Run(name, func(t *testing.T) {
			f := finder(rules(t, "TRUSTED_PROXIES=10.0.0.0/8, 2001:db8:ffff::/48"))
			if got := found(f.Find(c.peer, map[string]string{"x-forwarded-for": c.header})); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// The proxy is trusted by the key that it sends: its addresses change, as CloudFront's do.
func TestOriginKey(t *testing.T) {
	const edge, caller = "192.0.2.77", "203.0.113.9"
	both := "ORIGIN_KEY_HASHES=" + hashOf(key) + "," + hashOf(otherKey)
	for name, c := range map[string]struct {
		key, header string
		settings    []string
		want        string
	}{
		"API Gateway has appended the peer":       {key, caller + ", " + edge, nil, caller},
		"the peer is not named":                   {key, caller, nil, caller},
		"a hop that the caller has made up":       {key, "198.51.100.1, " + caller + ", " + edge, nil, caller},
		"the peer's address, made up":             {key, edge + ", " + caller + ", " + edge, nil, caller},
		"the peer is skipped only once":           {key, caller + ", " + edge + ", " + edge, nil, edge},
		"the second key":                          {otherKey, caller + ", " + edge, nil, caller},
		"a trusted proxy behind it":               {key, caller + ", 10.0.0.2, " + edge, []string{"TRUSTED_PROXIES=10.0.0.0/8"}, caller},
		"a header of another name":                {key, "198.51.100.1", []string{"CLIENT_ADDRESS_HEADER=X-Client"}, "203.0.113.1"},
		"no header":                               {key, "", nil, edge + " shared"},
		"only the peer":                           {key, edge, nil, edge + " shared"},
		"an obfuscated caller":                    {key, "_hidden, " + edge, nil, edge + " shared"},
		"a wrong key":                             {key + "x", caller + ", " + edge, nil, edge},
		"a key in capitals":                       {strings.ToUpper(key), caller + ", " + edge, nil, edge},
		"both keys at once":                       {key + "," + otherKey, caller + ", " + edge, nil, edge},
		"the hash as the key":                     {hashOf(key), caller + ", " + edge, nil, edge},
		"no key":                                  {"", caller + ", " + edge, nil, edge},
		"no key, but a trusted peer":              {"", caller, []string{"TRUSTED_PROXIES=192.0.2.0/24"}, caller},
		"required, and there":                     {key, caller, []string{"REQUIRE_ORIGIN_KEY=true"}, caller},
		"required, and wrong":                     {"x", caller, []string{"REQUIRE_ORIGIN_KEY=true"}, edge + " refused"},
		"required, and missing":                   {"", caller, []string{"REQUIRE_ORIGIN_KEY=true"}, edge + " refused"},
		"required, and missing at a trusted peer": {"", caller, []string{"REQUIRE_ORIGIN_KEY=true", "TRUSTED_PROXIES=192.0.2.0/24"}, caller + " refused"},
		"required of a peer, though none stands":  {"", caller, []string{"REQUIRE_ORIGIN_KEY=true", "TRUSTED_PROXIES=none"}, edge + " refused"},
	} {
		t.Run(name, func(t *testing.T) {
			f := finder(rules(t, append(c.settings, both)...))
			headers := map[string]string{"x-forwarded-for": c.header, "x-client": "203.0.113.1"}
			if c.key != "" {
				headers["X-Origin-Verify"] = c.key
			}
			if got := found(f.Find(edge, headers)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func finder(r origin.Rules) *origin.Finder {
	return &origin.Finder{Rules: r, Logger: slog.New(slog.DiscardHandler)}
}

// Each thing that does not fit is logged once, however often it comes. The log has no key.
func TestWarnsOnce(t *testing.T) {
	for name, c := range map[string]struct {
		settings []string
		peer     string
		headers  map[string]string
		want     string
	}{
		"no proxy is trusted":   {nil, "192.0.2.1", map[string]string{"x-forwarded-for": strings.Repeat("203.0.113.9,", 200)}, "no proxy is trusted"},
		"an untrusted peer":     {[]string{"TRUSTED_PROXIES=10.0.0.0/8"}, "192.0.2.1", map[string]string{"x-forwarded-for": "203.0.113.9"}, "not trusted, and is ignored"},
		"NUL":                   {[]string{"TRUSTED_PROXIES=10.0.0.0/8"}, "10.0.0.1", map[string]string{"x-forwarded-for": "\x00"}, "does not name the caller"},
		"10 KB":                 {[]string{"TRUSTED_PROXIES=10.0.0.0/8"}, "10.0.0.1", map[string]string{"x-forwarded-for": strings.Repeat("MARK", 2500)}, "does not name the caller"},
		"no hop":                {[]string{"TRUSTED_PROXIES=10.0.0.0/8"}, "10.0.0.1", nil, "does not name the caller"},
		"a key that is unknown": {[]string{"ORIGIN_KEY_HASHES=" + hashOf(key)}, "192.0.2.1", map[string]string{"x-origin-verify": "MARK"}, "wrong origin key"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			f := &origin.Finder{Rules: rules(t, c.settings...), Logger: slog.New(slog.NewJSONHandler(&log, nil))}
			for range 3 {
				f.Find(c.peer, c.headers)
			}
			if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), c.want) || !strings.Contains(log.String(), c.peer) {
				t.Errorf("%d lines: %s", n, log.String())
			}
			if strings.Contains(log.String(), "MARK") || log.Len() > 1000 {
				t.Errorf("the log quotes the header: %s", log.String())
			}
		})
	}
}

// Whatever comes before it, the caller is the hop that the trusted proxy has appended. Without that hop no header
// leads to an address that is neither the peer nor a proxy.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{"", "203.0.113.9", `"[::1]:1"`, "_x, unknown", "10.0.0.1,,\x00", "[", ":", "::ffff:10.0.0.1", strings.Repeat("10.0.0.9,", 40)} {
		f.Add(seed)
	}
	trusted := netip.MustParsePrefix("10.0.0.0/8")
	byAddress, byKey := finder(rules(f, "TRUSTED_PROXIES=10.0.0.0/8")), finder(rules(f, "ORIGIN_KEY_HASHES="+hashOf(key)))
	stranger := netip.MustParseAddr("192.0.2.1")
	f.Fuzz(func(t *testing.T, forged string) {
		appended := map[string]string{"x-forwarded-for": forged + ", 203.0.113.9", "x-origin-verify": key}
		for _, f := range []*origin.Finder{byAddress, byKey} {
			if got := found(f.Find("10.0.0.1", appended)); got != "203.0.113.9" {
				t.Errorf("the caller is %s", got)
			}
		}
		only := map[string]string{"x-forwarded-for": forged}
		if got := byAddress.Find("10.0.0.1", only); !got.Address.IsValid() || got.Shared && !trusted.Contains(got.Address) {
			t.Errorf("the caller is %s", found(got))
		}
		if got := byAddress.Find(stranger.String(), only); got.Address != stranger || got.Shared {
			t.Errorf("the caller is %s", found(got))
		}
		if got := new(origin.Finder).Find(stranger.String(), only); got.Address != stranger {
			t.Errorf("the caller is %s", found(got))
		}
	})
}
