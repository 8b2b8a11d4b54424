package functions_test

import (
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
)

// With WXBIND_UNKNOWN_APP=default a built function takes an appId that is not configured for the default one, and its log says
// which one it was. Without the setting it refuses it: see events/.
func TestUnknownAppIsTheDefault(t *testing.T) {
	for name, code := range map[string]float64{"checkbind-app-unknown": 301, "bind-app-unknown": 1, "code2session-app-unknown": 1} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.settings["WXBIND_UNKNOWN_APP"] = "default"
			c, err := events.CaseNamed(name)
			if err != nil {
				t.Fatal(err)
			}
			p, event := s.cue(c)
			if a := s.invoke(p, event); a.StatusCode != 200 || a.fields["code"] != code {
				t.Errorf("got %d %s, want code %v", a.StatusCode, a.Body, code)
			}
			s.leave()
			if log := p.Log(); !strings.Contains(log, `"appId":"`+events.AppID+`"`) || !strings.Contains(log, `"unknownAppId":"wxffffffffffffffff"`) {
				t.Errorf("the log: %s", log)
			}
		})
	}
}
