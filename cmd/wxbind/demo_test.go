package main

import (
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestGreeting(t *testing.T) {
	both := []string{standInAppID, secondStandInAppID}
	standIn := farSide{apps: both, appID: standInAppID, base: "http://far", standIn: "http://far", standInApp: true}
	another := farSide{apps: both, appID: standInAppID, base: "http://far", standInApp: true}
	genuine := farSide{appID: "wxmine"}
	proxied := farSide{appID: "wxmine", base: "http://far"}
	several := farSide{apps: []string{"wxa", "wxmine"}, appID: "wxmine"}
	const tells = "alice is not bound"
	for name, c := range map[string]struct {
		far     farSide
		data    string
		demo    login.Hidden
		curls   int
		want    []string
		wantNot []string
	}{
		"first, stand-in":     {standIn, ".wxbind", "pw", 3, []string{tells, `"password":"pw"`, "only this once", "&appId=" + secondStandInAppID}, []string{"--data"}},
		"first, another's":    {another, ".wxbind", "pw", 3, []string{tells, `"password":"pw"`}, nil},
		"real":                {genuine, ".wxbind", "", 0, []string{"wx.login in the mini-program wxmine", "`wxbind user add NAME`"}, []string{"alice", "demo", "password", "default", "appId"}},
		"real by base":        {proxied, "/srv/a", "", 0, []string{"wx.login in the mini-program wxmine", "`wxbind user add NAME --data /srv/a`"}, []string{"alice", "demo"}},
		"several real":        {several, ".wxbind", "", 0, []string{"as wxa, wxmine (default wxmine)", "wx.login in the mini-program wxmine"}, []string{"alice", "demo"}},
		"later, stand-in":     {standIn, ".wxbind", "", 1, []string{"`wxbind user passwd demo`"}, []string{tells, "--data"}},
		"later, elsewhere":    {standIn, "/srv/a", "", 1, []string{"`wxbind user list --data /srv/a`", "`wxbind user passwd demo --data /srv/a`"}, nil},
		"a folder with blank": {standIn, "my data", "", 1, []string{"`wxbind user passwd demo --data 'my data'`"}, nil},
		"a folder with quote": {standIn, "it's", "", 1, []string{`--data 'it'\''s'`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			greet(&out, serveCmd{Data: c.data}, "http://here", &c.far, c.demo)
			got := out.String()
			if n := len(printedCurl.FindAllString(got, -1)); n != c.curls || strings.Count(got, "curl") != c.curls {
				t.Errorf("%d curl lines, want %d", n, c.curls)
			}
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %s", want)
				}
			}
			for _, unwanted := range c.wantNot {
				if strings.Contains(got, unwanted) {
					t.Errorf("it says %s", unwanted)
				}
			}
			if t.Failed() {
				t.Log(got)
			}
		})
	}
}
