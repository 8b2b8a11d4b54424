package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/doctor"
)

// What is wrong about the proxy is named at start, by the flag or the variable that it came from.
func TestServeNamesWrongProxySettings(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		env  [2]string
		want string
	}{
		"a flag without a CIDR":   {[]string{"--trusted-proxy", "nginx"}, [2]string{}, "settings: --trusted-proxy (network 1 of 1 is no CIDR)"},
		"an empty flag":           {[]string{"--trusted-proxy", ""}, [2]string{}, "--trusted-proxy (is empty"},
		"a list with a hole":      {[]string{"--trusted-proxy", "10.0.0.0/8,,127.0.0.0/8"}, [2]string{}, "--trusted-proxy (network 2 of 3 is empty)"},
		"a header without proxy":  {[]string{"--client-address-header", "X-Real-IP"}, [2]string{}, "--client-address-header (needs"},
		"a variable with a hole":  {nil, [2]string{"WXBIND_TRUSTED_PROXIES", ","}, "WXBIND_TRUSTED_PROXIES (network 1 of 2 is empty)"},
		"a key that is too short": {nil, [2]string{"WXBIND_ORIGIN_KEY_HASHES", "abc"}, "WXBIND_ORIGIN_KEY_HASHES (hash 1 of 1"},
		"a key that is required":  {nil, [2]string{"WXBIND_REQUIRE_ORIGIN_KEY", "true"}, "WXBIND_REQUIRE_ORIGIN_KEY (needs"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.env[0] != "" {
				t.Setenv(c.env[0], c.env[1])
			}
			args := append([]string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, c.args...)
			if status, _, errors := command(t, "", args...); status == 0 || !strings.Contains(errors, c.want) {
				t.Errorf("status %d: %s", status, errors)
			}
		})
	}
}

// Two flags are one list, and a flag goes before the variable.
func TestTrustedProxyFlags(t *testing.T) {
	getenv := func(name string) string {
		return map[string]string{"WXBIND_TRUSTED_PROXIES": "192.0.2.0/24", "WXBIND_CLIENT_ADDRESS_HEADER": "X-Real-IP"}[name]
	}
	for want, flags := range map[string]proxyFlags{
		"proxies at 192.0.2.0/24 name the caller in x-real-ip":                {},
		"proxies at 10.0.0.0/8, 127.0.0.0/8 name the caller in x-real-ip":     {TrustedProxy: []string{"10.0.0.0/8", "127.0.0.0/8"}},
		"proxies at 192.0.2.0/24 name the caller in x-client-ip":              {ClientAddressHeader: "X-Client-IP"},
		"no proxy stands in front: the caller is the peer":                    {TrustedProxy: []string{"none"}},
		"proxies at ::1/128, 192.0.2.0/28 name the caller in x-forwarded-for": {[]string{"::1/128,192.0.2.0/28"}, "x-forwarded-for"},
	} {
		finder, err := flags.finder(getenv)
		if err != nil || finder.Rules.String() != want {
			t.Errorf("got %v, %v; want %s", finder, err, want)
		}
	}
}

// proxied are the flags that serve the stand-in behind a proxy: it must be asked for.
func proxied(t *testing.T) []string {
	return []string{"--data", t.TempDir(), "--stand-in", "127.0.0.1:0"}
}

// Behind a trusted proxy the audit has the callers' addresses.
func TestServeBehindAProxy(t *testing.T) {
	s := startServerWith(t, proxied(t), "WXBIND_TRUSTED_PROXIES=127.0.0.0/8")
	for _, caller := range []string{"192.0.2.1", "2001:db8::1"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/mobileApi/user/bind",
			strings.NewReader(`{"code":"alice-1`+strings.Repeat("0", len(caller))+`","username":"nobody","password":"wrong"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Add("X-Forwarded-For", "10.9.9.9")
		r.Header.Add("X-Forwarded-For", caller)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	s.interrupt()
	for _, address := range []string{"192.0.2.1", "2001:db8::/64"} {
		if !strings.Contains(s.log.String(), `"event":"wrong_password"`) || !strings.Contains(s.log.String(), `"address":"`+address+`"`) {
			t.Errorf("%s is not in the audit: %s", address, s.log)
		}
	}
}

// A request without the key that is required is refused, whatever the route. Health is not.
func TestServeRequiresTheOriginKey(t *testing.T) {
	key := "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	s := startServerWith(t, proxied(t), fmt.Sprintf("WXBIND_ORIGIN_KEY_HASHES=%x", sha256.Sum256([]byte(key))), "WXBIND_REQUIRE_ORIGIN_KEY=true")
	for name, c := range map[string]struct {
		path, key string
		want      int
	}{
		"health":        {"/healthz", "", 200},
		"without a key": {"/mobileApi/user/checkBind?code=alice-1", "", 403},
		"a wrong key":   {"/mobileApi/user/checkBind?code=alice-2", key + "x", 403},
		"the key":       {"/mobileApi/user/checkBind?code=alice-3", key, 200},
		"the sample":    {"/api/sample/whoami", "", 403},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.key != "" {
			r.Header.Set("X-Origin-Verify", c.key)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, response.StatusCode, c.want)
		}
	}
	s.interrupt()
	if strings.Contains(s.log.String(), key) {
		t.Error("the key is in the log")
	}
}

func TestDoctorSaysWhoIsTrusted(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	for name, c := range map[string]struct {
		env  map[string]string
		want doctor.Status
		says string
	}{
		"nothing is set":      {nil, doctor.OK, "no proxy is trusted"},
		"a network":           {map[string]string{"WXBIND_TRUSTED_PROXIES": "10.0.0.0/8"}, doctor.OK, "proxies at 10.0.0.0/8"},
		"a key that may lack": {map[string]string{"WXBIND_ORIGIN_KEY_HASHES": hash}, doctor.Warn, "go round the proxy are served"},
		"a key that may not":  {map[string]string{"WXBIND_ORIGIN_KEY_HASHES": hash, "WXBIND_REQUIRE_ORIGIN_KEY": "true"}, doctor.OK, "are refused"},
		"a network that is no": {map[string]string{"WXBIND_TRUSTED_PROXIES": "10.0.0.0"}, doctor.Fail,
			"WXBIND_TRUSTED_PROXIES"},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range c.env {
				t.Setenv(variable, value)
			}
			_, lines := examined(t, "--data", t.TempDir())
			if f := lines["proxy"]; f.Status != c.want || !strings.Contains(f.Says, c.says) || (f.Do == "") != (c.want == doctor.OK) || strings.Contains(f.Says, hash) {
				t.Errorf("%+v", f)
			}
		})
	}
}
