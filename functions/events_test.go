package functions_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
)

// Every event of events/, answered by the built bootstrap of its function, on
// DynamoDB and the stand-in.
func TestEvents(t *testing.T) {
	for _, c := range events.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			newStage(t).perform(c)
		})
	}
}

// stage is where cases are played.
type stage struct {
	*cloud
	scene     events.Scene
	processes map[string]instance
	// launch starts a function; nil means cloud.start.
	launch func(function string) instance
}

func newStage(t *testing.T) *stage {
	s := &stage{cloud: newCloud(t), processes: map[string]instance{}}
	s.addUsers()
	return s
}

// perform plays a case with all that comes before it, and compares what is answered.
func (s *stage) perform(c events.Case) {
	s.Helper()
	for _, name := range c.After {
		earlier, err := events.CaseNamed(name)
		if err != nil {
			s.Fatal(err)
		}
		s.play(earlier)
	}
	if err := c.Meanwhile.Make(s.Context(), s.store); err != nil {
		s.Fatal(err)
	}
	before := s.wechat.Calls()
	if c.Function() == events.Authorizer {
		s.authorize(c)
	} else {
		s.compare(c, s.play(c))
	}
	if calls := s.wechat.Calls() - before; calls != c.WeChat {
		s.Errorf("%d calls to WeChat, want %d", calls, c.WeChat)
	}
	for _, p := range s.processes {
		p.Stop()
		s.noSecretIn(p.Log())
	}
}

// cue gives the event of a case and the process that it is for.
func (s *stage) cue(c events.Case) (instance, []byte) {
	s.Helper()
	event, err := s.scene.Event(c)
	if err != nil {
		s.Fatal(err)
	}
	p, ok := s.processes[c.Function()]
	if !ok {
		if s.launch != nil {
			p = s.launch(c.Function())
		} else {
			p = s.start(c.Function())
		}
		s.processes[c.Function()] = p
	}
	return p, event
}

func (s *stage) play(c events.Case) answer {
	s.Helper()
	a := s.invoke(s.cue(c))
	if err := s.scene.Saw([]byte(a.Body)); err != nil {
		s.Fatal(err)
	}
	return a
}

func (s *stage) compare(c events.Case, a answer) {
	s.Helper()
	code, _ := a.fields["code"].(float64)
	if a.StatusCode != c.Status || int(code) != c.Code {
		s.Errorf("got %d %s, want %d and code %d", a.StatusCode, a.Body, c.Status, c.Code)
	}
	if told, _ := a.fields["error"].(string); login.Code(told) != c.Error {
		s.Errorf("got %s, want %q", a.Body, c.Error)
	}
	for name, want := range c.Holds {
		if a.fields[name] != want {
			s.Errorf("got %s, want %s to be %v", a.Body, name, want)
		}
	}
	if wait := a.Headers["retry-after"]; (wait != "") != (c.Status == 429 || c.Status == 503) {
		s.Errorf("status %d with retry-after %q", c.Status, wait)
	}
	if challenge := a.Headers["www-authenticate"]; (challenge != "") != (c.Status == 401) {
		s.Errorf("status %d with www-authenticate %q", c.Status, challenge)
	}
}

func (s *stage) authorize(c events.Case) {
	s.Helper()
	out, err := s.output(s.cue(c))
	if c.Error != "" {
		if err == nil || !strings.Contains(err.Error(), string(c.Error)) {
			s.Errorf("got %s and %v, want %s", out, err, c.Error)
		}
		return
	}
	var word struct {
		IsAuthorized bool
		Context      struct{ UserID, AppID, OpenIDHash string }
	}
	if err != nil || json.Unmarshal(out, &word) != nil || word.IsAuthorized != c.Holds["isAuthorized"] {
		s.Fatalf("got %s and %v, want %v", out, err, c.Holds)
	}
	if who := word.Context; word.IsAuthorized && (who.UserID != events.UserID || who.AppID != events.AppID || who.OpenIDHash == "") {
		s.Errorf("the authorizer says %s", out)
	}
}

// noSecretIn looks for the secrets that every case has.
func (c *cloud) noSecretIn(log string) {
	c.Helper()
	if !strings.Contains(log, `"outcome"`) {
		c.Errorf("there is no line of the request: %s", log)
	}
	for name, secret := range map[string]string{
		"AppSecret": appSecret, "seal key": sealKey, "password": events.Password, "token": "wxb_", "service key": events.ServiceKey,
		"password in base64": base64.StdEncoding.EncodeToString([]byte(events.Password))[:12], "code": "alice-",
	} {
		if strings.Contains(log, secret) {
			c.Errorf("the %s is in the log: %s", name, log)
		}
	}
}
