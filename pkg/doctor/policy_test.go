package doctor_test

import (
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
)

// A mini-program that lets in whoever registered somewhere else is as open as that.
func TestPolicyWarnings(t *testing.T) {
	const staff, customers = appID, appID2
	type words = []login.Registration
	for name, row := range map[string]struct {
		own, other words
		accepts    bool
		want       string // "" if there is nothing to warn of
	}{
		"a staff's app, and one where anybody can ask":     {nil, words{"ask"}, true, staff + " accepts whoever registered in " + customers + " (ask), and there anybody can"},
		"a staff's app, and one that registers at launch":  {nil, words{"phone", "launch"}, true, "(phone, launch), and there anybody can"},
		"a staff's app, and one that wants a phone number": {nil, words{"phone"}, true, "(phone), and there anybody can"},
		"by phone here, by asking there":                   {words{"phone"}, words{"ask"}, true, "(ask), and there anybody can"},
		"two of customers":                                 {words{"phone"}, words{"phone"}, true, ""},
		"by asking here, at launch there":                  {words{"ask"}, words{"launch"}, true, ""},
		"two of staff":                                     {nil, nil, true, ""},
		"not accepted":                                     {nil, words{"ask"}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			own, other := app(staff, appSecret), app(customers, appSecret)
			own.Policy.Register, other.Policy.Register = row.own, row.other
			if row.accepts {
				own.Policy.AcceptFrom = []string{customers}
			}
			found := doctor.PolicyWarnings(secretOf(own, other))
			switch {
			case row.want == "" && len(found) != 0:
				t.Errorf("got %+v", found)
			case row.want != "" && (len(found) != 1 || found[0].Status != doctor.Warn || !strings.HasSuffix(found[0].Says, row.want) || !strings.Contains(found[0].Do, staff+" --accept-from none")):
				t.Errorf("got %+v, want %q", found, row.want)
			}
		})
	}
	open := []login.App{app("wx1", appSecret), app("wx2", appSecret), app("wx3", appSecret), app("wx4", appSecret)}
	open[0].Policy.Register, open[1].Policy.Register = words{"ask"}, words{"phone"}
	open[2].Policy.AcceptFrom, open[3].Policy.AcceptFrom = []string{"wx1", "wx2"}, []string{"wx1"}
	if found := doctor.PolicyWarnings(secretOf(open...)); len(found) != 2 || found[0].Check != "policy wx3" || found[1].Check != "policy wx4" ||
		!strings.Contains(found[0].Says, "wx1 (ask) and wx2 (phone)") {
		t.Errorf("several: %+v", found)
	}
	keyless := secretOf(app(staff, appSecret))
	keyless.IndexKey = ""
	if found := doctor.PolicyWarnings(keyless); len(found) != 1 || !strings.HasPrefix(found[0].Says, "there is no index key") {
		t.Errorf("got %+v", found)
	}
}
