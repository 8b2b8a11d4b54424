package functions_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/lambdatest"
	"github.com/wxbind/wxbind/pkg/login"
)

// Every event of events/, answered by the built bootstrap of its function, on
// DynamoDB and the stand-in.
func TestEvents(t *testing.T) {
	for _, c := range events.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			cloud := newCloud(t)
			cloud.demoUser()
			processes := map[string]*lambdatest.Process{}
			play := func(c events.Case) answer {
				event, err := c.Event()
				if err != nil {
					t.Fatal(err)
				}
				p, ok := processes[c.Function()]
				if !ok {
					p = cloud.start(c.Function())
					processes[c.Function()] = p
				}
				return cloud.invoke(p, event)
			}
			for _, name := range c.After {
				earlier, err := events.CaseNamed(name)
				if err != nil {
					t.Fatal(err)
				}
				play(earlier)
			}
			before := cloud.wechat.Calls()
			a := play(c)

			if a.StatusCode != c.Status || a.fields["code"] != float64(c.Code) {
				t.Errorf("got %d %s, want %d and code %d", a.StatusCode, a.Body, c.Status, c.Code)
			}
			if told, _ := a.fields["error"].(string); login.Code(told) != c.Error {
				t.Errorf("got %s, want %q", a.Body, c.Error)
			}
			if wait := a.Headers["retry-after"]; (wait != "") != (c.Status == 429 || c.Status == 503) {
				t.Errorf("status %d with retry-after %q", c.Status, wait)
			}
			if calls := cloud.wechat.Calls() - before; calls != c.WeChat {
				t.Errorf("%d calls to WeChat, want %d", calls, c.WeChat)
			}
			for _, p := range processes {
				p.Stop()
				cloud.noSecretIn(p.Log())
			}
		})
	}
}

// noSecretIn looks for the secrets that every case has.
func (c *cloud) noSecretIn(log string) {
	c.Helper()
	if !strings.Contains(log, `"outcome"`) {
		c.Errorf("there is no line of the request: %s", log)
	}
	for name, secret := range map[string]string{
		"AppSecret": appSecret, "seal key": sealKey, "password": events.Password, "token": "wxb_",
		"password in base64": base64.StdEncoding.EncodeToString([]byte(events.Password))[:12], "code": "alice-",
	} {
		if strings.Contains(log, secret) {
			c.Errorf("the %s is in the log: %s", name, log)
		}
	}
}
