package functions_test

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// The built bootstrap of each function answers every event of events/, on DynamoDB and the
// stand-in. Events that change nothing share a stage. Each other event has its own.
func TestEvents(t *testing.T) {
	plays := map[string][]events.Case{}
	for _, c := range events.Cases() {
		name := c.Name
		if c.WeChat == 0 && c.Meanwhile == events.NoChange && (c.Error != "" || len(c.After) == 0) {
			name = strings.Join(append([]string{c.Function()}, c.After...), " after ")
		}
		plays[name] = append(plays[name], c)
	}
	for name, cases := range plays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.playBefore(cases[0])
			p := s.process(cases[0].Function()) // which must outlive the first case
			for _, c := range cases {
				t.Run(c.Name, func(t *testing.T) {
					s.TB = t
					s.act(c)
				})
			}
			s.TB = t
			s.leave()
			if lines := strings.Count(p.Log(), `"outcome"`); lines < len(cases) {
				t.Errorf("%d lines of %d requests: %s", lines, len(cases), p.Log())
			}
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

// perform plays a case, and before it everything that it comes after.
func (s *stage) perform(c events.Case) {
	s.Helper()
	s.playBefore(c)
	s.act(c)
	s.leave()
}

// playBefore brings about the state that a case begins with.
func (s *stage) playBefore(c events.Case) {
	s.Helper()
	for _, name := range c.After {
		earlier, err := events.CaseNamed(name)
		if err != nil {
			s.Fatal(err)
		}
		if err := earlier.Meanwhile.Make(s.Context(), s.store); err != nil {
			s.Fatal(err)
		}
		s.play(earlier)
	}
	if err := c.Meanwhile.Make(s.Context(), s.store); err != nil {
		s.Fatal(err)
	}
}

// act plays a case, and compares the answer.
func (s *stage) act(c events.Case) {
	s.Helper()
	before, numbers := s.wechat.Calls(), s.wechat.PhoneCalls()
	if c.Function() == events.Authorizer {
		s.authorize(c)
	} else {
		s.compare(c, s.play(c))
	}
	if calls := s.wechat.Calls() - before; calls != c.WeChat {
		s.Errorf("%d codes sent to WeChat, want %d", calls, c.WeChat)
	}
	if calls := s.wechat.PhoneCalls() - numbers; calls != c.PhoneCodes {
		s.Errorf("%d phone codes sent to WeChat, want %d", calls, c.PhoneCodes)
	}
}

// leave stops the functions, and checks that their logs contain no secret.
func (s *stage) leave() {
	s.Helper()
	for _, p := range s.processes {
		p.Stop()
		s.noSecretIn(p.Log())
	}
}

// cue returns the event of a case, and the process that it is for.
func (s *stage) cue(c events.Case) (instance, []byte) {
	s.Helper()
	event, err := s.scene.Event(c)
	if err != nil {
		s.Fatal(err)
	}
	return s.process(c.Function()), event
}

// process returns the process of a function, and starts it the first time.
func (s *stage) process(function string) instance {
	s.Helper()
	p, ok := s.processes[function]
	if !ok {
		if s.launch != nil {
			p = s.launch(function)
		} else {
			p = s.start(function)
		}
		s.processes[function] = p
	}
	return p
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
		if !reflect.DeepEqual(a.fields[name], want) {
			s.Errorf("got %s, want %s to be %v", a.Body, name, want)
		}
	}
	if wait, action := a.Headers["retry-after"], c.Error.Action(); (wait != "") != (action == login.ActionRetry || action == login.ActionWait) {
		s.Errorf("%s with retry-after %q", a.Body, wait)
	} else if told, _ := a.fields["retryAfter"].(float64); (wait != "") != (told >= 1) || wait != "" && wait != strconv.Itoa(int(told)) {
		s.Errorf("retry-after %q, and the body says %s", wait, a.Body)
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

// noSecretIn checks that a log contains none of the secrets that every case has.
func (c *cloud) noSecretIn(log string) {
	c.Helper()
	if !strings.Contains(log, `"outcome"`) {
		c.Errorf("there is no line of the request: %s", log)
	}
	for name, secret := range map[string]string{
		"AppSecret": appSecret, "seal key": sealKey, "password": events.Password, "token": "wxb_", "service key": events.ServiceKey,
		"phone code": "phone-alice", "phone number": events.Phone[1:], "number of alice": wechattest.PhoneNumber("alice")[1:], "index key": events.IndexKey,
		"pre-fetch key":      events.PrefetchKey,
		"password in base64": base64.StdEncoding.EncodeToString([]byte(events.Password))[:12], "code": "alice-",
	} {
		if strings.Contains(log, secret) {
			c.Errorf("the %s is in the log: %s", name, log)
		}
	}
}
