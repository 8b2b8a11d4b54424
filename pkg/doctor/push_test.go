package doctor_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

func TestPushes(t *testing.T) {
	w := client(t, wechattest.New(wechattest.Config{Apps: map[string]string{appID: string(appSecret), appID2: string(appSecret)}}))
	plain, none := app(appID, appSecret), app(appID2, appSecret)
	plain.Push.EncodingAESKey, none.Push = "", login.PushSettings{}
	wantLines(t, []doctor.Check{doctor.Secret(reading(secretOf(plain, none), nil), "", w)},
		"ok secret",
		"warn pushes: WeChat pushes in plain mode, which proves nothing, so nothing is deleted: "+appID+" -> choose the secure mode",
		"warn pushes: WeChat cannot tell when somebody withdraws a consent or closes their WeChat account, so nothing is deleted then: "+appID2+" -> set up the pushes",
		"ok WeChat "+appID, "ok WeChat "+appID2)
}

func TestDescribePolicySaysWhatIsDoneAboutPushes(t *testing.T) {
	for name, row := range map[string]struct {
		push  login.PushSettings
		value string
	}{
		"off":     {login.PushSettings{}, "off"},
		"plain":   {login.PushSettings{Token: "abc"}, "plain"},
		"default": {login.PushSettings{Token: "abc", EncodingAESKey: "k"}, "registered"},
		"all":     {login.PushSettings{Token: "abc", EncodingAESKey: "k", Closed: login.ClosedAll}, "all"},
		"nobody":  {login.PushSettings{Token: "abc", EncodingAESKey: "k", Closed: login.ClosedNone}, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			is := app(appID, appSecret)
			is.Push = row.push
			lines := doctor.DescribePolicy(secretOf(is), is)
			last := lines[len(lines)-1]
			if last.Name != "push" || last.Value != row.value || last.Says == "" {
				t.Errorf("got %+v", last)
			}
		})
	}
}
