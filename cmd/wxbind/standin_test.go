package main

import (
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/origin"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

func TestStandInOnlyWhereItIsSafe(t *testing.T) {
	const loopback, everywhere = "127.0.0.1", "0.0.0.0"
	proxied := &origin.Finder{Rules: origin.Rules{Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}
	genuine, standIn := farSide{apps: []string{"wxmine"}}, farSide{apps: []string{standInAppID, secondStandInAppID}, standInApp: true, origin: &origin.Finder{}}
	behind := standIn
	behind.origin = proxied
	for name, c := range map[string]struct {
		addr, flag string
		far        farSide
		served     []string
		want       string
	}{
		"the stand-in on loopback":                      {loopback, "", standIn, nil, ""},
		"the stand-in on IPv6's loopback":               {"::1", "", standIn, nil, ""},
		"the stand-in on every address":                 {everywhere, "", standIn, nil, "--stand-in"},
		"the stand-in on every address of IPv6":         {"::", "", standIn, nil, "--stand-in"},
		"the stand-in in a network":                     {"192.0.2.1", "", standIn, nil, "--stand-in"},
		"the stand-in behind a proxy on loopback":       {loopback, "", behind, nil, "--stand-in"},
		"the stand-in by name":                          {everywhere, "127.0.0.1:0", standIn, nil, ""},
		"the stand-in again":                            {loopback, "", standIn, []string{standInAppID}, ""},
		"the stand-in after a real one":                 {loopback, "", standIn, []string{"wxmine"}, "has served the mini-program wxmine"},
		"the stand-in by name after a real one":         {loopback, "127.0.0.1:0", standIn, []string{standInAppID, "wxmine"}, "has served the mini-program wxmine"},
		"the stand-in's own mini-program after another": {loopback, "", farSide{apps: []string{standInAppID}}, []string{"wxmine"}, "has served the mini-program wxmine"},
		"the stand-in's second one after another":       {loopback, "", farSide{apps: []string{secondStandInAppID}}, []string{"wxmine"}, "has served the mini-program wxmine"},
		"the stand-in's after the second of two":        {loopback, "", standIn, []string{secondStandInAppID, "wxmine", "wxother"}, "has served the mini-program wxmine"},
		"two real ones":                                 {everywhere, "", farSide{apps: []string{"wxmine", "wxother"}}, []string{"wxmine"}, ""},
		"a real one on every address":                   {everywhere, "", genuine, nil, ""},
		"a real one after the stand-in":                 {everywhere, "", genuine, []string{standInAppID}, ""},
		"a real one after another":                      {loopback, "", genuine, []string{"wxother"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "wxbind.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			for _, appID := range c.served {
				if err := store.AddServedApp(t.Context(), appID); err != nil {
					t.Fatal(err)
				}
			}
			err = serveCmd{StandIn: c.flag, Data: "/srv/data"}.checkStandIn(t.Context(), store, &c.far, &net.TCPAddr{IP: net.ParseIP(c.addr)})
			if (err != nil) != (c.want != "") || err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "WX_APPID and WX_APPSECRET")) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			served, errServed := store.ServedApps(t.Context())
			for _, appID := range c.far.apps {
				if errServed != nil || slices.Contains(served, appID) != (err == nil || slices.Contains(c.served, appID)) {
					t.Errorf("the store has served %v, %v", served, errServed)
				}
			}
		})
	}
}

// A folder that has served a real mini-program stays closed when its settings are forgotten, and has no user whom
// nobody made.
func TestForgottenSettingsOpenNothing(t *testing.T) {
	far := httptest.NewServer(wechattest.New(wechattest.Config{Apps: map[string]string{"wxmine": "my secret"}}))
	defer far.Close()
	data := filepath.Join(t.TempDir(), "data")
	s := startServer(t, data, "WECHAT_API_BASE="+far.URL, "WX_APPID=wxmine", "WX_APPSECRET=my secret")
	if strings.Contains(s.greeting, "password") || strings.Contains(s.greeting, "demo") || !strings.Contains(s.greeting, "wxbind user add NAME --data") {
		t.Errorf("it greets with\n%s", s.greeting)
	}
	if a := s.check("alice-1"); a["code"] != 301.0 {
		t.Errorf("got %v", a)
	}
	s.interrupt()
	if !regexp.MustCompile(`"msg":"request","route":"checkbind",.*"address":"127.0.0.1"`).MatchString(s.log.String()) {
		t.Errorf("no address in the request's line: %s", s.log)
	}
	if status, out, errors := command(t, "", "user", "list", "--json", "--data", data); status != 0 || strings.Contains(out, "demo") {
		t.Errorf("the users: %s%s", out, errors)
	}
	for _, args := range [][]string{{"--addr", "127.0.0.1:0"}, {"--addr", "0.0.0.0:0", "--stand-in", "127.0.0.1:0"}} {
		status, out, errors := command(t, "", append([]string{"serve", "--data", data}, args...)...)
		if status != 1 || out != "" || !strings.Contains(errors, "has served the mini-program wxmine") || strings.Count(errors, "\n") != 1 {
			t.Errorf("%v: status %d: %s%s", args, status, out, errors)
		}
	}
	if _, lines := examined(t, "--data", data); lines["settings"].Status != "FAIL" || !strings.Contains(lines["settings"].Says, "wxmine") {
		t.Errorf("doctor says %+v", lines["settings"])
	}
}

func TestServeOpenToAllNeedsAMiniProgram(t *testing.T) {
	for name, env := range map[string]string{"without settings": "", "with somebody's stand-in": "http://127.0.0.1:1"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("WECHAT_API_BASE", env)
			status, out, errors := command(t, "", "serve", "--addr", "0.0.0.0:0", "--data", t.TempDir())
			if status != 1 || out != "" || !strings.Contains(errors, "WX_APPID and WX_APPSECRET are not set") || strings.Count(errors, "\n") != 1 {
				t.Errorf("status %d: %s%s", status, out, errors)
			}
		})
	}
}

// What doctor says of the files' permissions, serve says when it starts; and whom it takes over from the stand-in.
func TestServeWarnsAtItsStart(t *testing.T) {
	far := httptest.NewServer(wechattest.New(wechattest.Config{Apps: map[string]string{"wxmine": "my secret"}}))
	defer far.Close()
	data := filepath.Join(t.TempDir(), "data")
	tried := startServer(t, data)
	tried.interrupt()
	if strings.Contains(tried.log.String(), "WARN") {
		t.Errorf("a start in order warns: %s", tried.log)
	}
	for path, mode := range map[string]os.FileMode{sealKeyIn(data): 0o644, databaseIn(data): 0o640, data: 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	s := startServer(t, data, "WECHAT_API_BASE="+far.URL, "WX_APPID=wxmine", "WX_APPSECRET=my secret")
	s.interrupt()
	for _, want := range []string{
		sealKeyIn(data) + " has the mode 0644", databaseIn(data) + " has the mode 0640", data + " has the mode 0777",
		"chmod 600 " + sealKeyIn(data), "chmod 700 " + data, "has served the stand-in",
	} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("no %q in %s", want, s.log)
		}
	}
}

// Containers reach the stand-in at an address that is not loopback: see docs/sam-local.md.
func TestStandInForOtherMachinesServesThisOneToo(t *testing.T) {
	s := startServerWith(t, []string{"--data", t.TempDir(), "--stand-in", "0.0.0.0:0"})
	if a := s.check("alice-1"); a["code"] != 301.0 {
		t.Errorf("checkBind: %v", a)
	}
	port := regexp.MustCompile(`a stand-in at http://\S+:(\d+):`).FindStringSubmatch(s.greeting)
	if port == nil {
		t.Fatalf("it does not say where the stand-in is:\n%s", s.greeting)
	}
	answer := s.text("http://127.0.0.1:"+port[1]+"/sns/jscode2session?appid="+standInAppID+"&secret="+standInAppSecret+"&js_code=alice-2&grant_type=authorization_code", "")
	if !strings.Contains(answer, `"openid"`) {
		t.Errorf("the stand-in answers %s", answer)
	}
	s.interrupt()
}
