package functions_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

const (
	// instances are how many processes of a function share the load.
	instances = 3
	// logins are how many people log in at the same time.
	logins = 12
)

// fleet is several instances of checkBind under load.
type fleet struct {
	*cloud
	processes []*lambdatest.Process
}

func newFleet(t *testing.T) *fleet {
	f := &fleet{cloud: newCloud(t)}
	for i := range instances {
		f.processes = append(f.processes, f.start("checkbind"))
		f.invoke(f.processes[i], checkBind(fmt.Sprintf("warm%d-1", i)))
	}
	return f
}

// login sends a code to an instance. The answer must be the person's identity, or a refusal;
// refused is then its Retry-After. Any other answer is an error.
func (f *fleet) login(instance int, code, person string) (refused time.Duration, err error) {
	out, err := f.output(f.processes[instance%instances], checkBind(code))
	if err != nil {
		return 0, err
	}
	var a answer
	if err := json.Unmarshal(out, &a.APIGatewayV2HTTPResponse); err != nil {
		return 0, err
	}
	if err := json.Unmarshal([]byte(a.Body), &a.fields); err != nil {
		return 0, err
	}
	switch {
	case a.StatusCode == 200 && a.fields["openId"] == wechattest.OpenID(events.AppID, person):
		return 0, nil
	case a.StatusCode == 503 && a.fields["error"] == string(login.WXSecretRejected) && a.fields["action"] == "retry":
		seconds, err := strconv.Atoi(a.Headers["retry-after"])
		return time.Duration(seconds) * time.Second, err
	default:
		return 0, fmt.Errorf("%s gets %d %s", person, a.StatusCode, a.Body)
	}
}

// expect is login for a request that must be refused, or must not.
func (f *fleet) expect(instance int, code, person string, refusal bool) error {
	refused, err := f.login(instance, code, person)
	if err == nil && (refused > 0) != refusal {
		err = fmt.Errorf("%s is told to wait %v", code, refused)
	}
	return err
}

// each lets every person do something at the same time.
func (f *fleet) each(what func(i int, person string) error) {
	f.Helper()
	var all sync.WaitGroup
	for i := range logins {
		all.Go(func() {
			if err := what(i, fmt.Sprintf("person%d", i)); err != nil {
				f.Error(err)
			}
		})
	}
	all.Wait()
}

// An AppSecret is reset at WeChat, and stored in the secret a moment later. Between the two,
// everybody is told to retry. After that nobody has to retry more than once, though all
// instances still have the old AppSecret and have just fetched the secret in vain.
func TestAppSecretIsReplacedUnderLoad(t *testing.T) {
	const replacement = "the-next-appsecret-that-must-not-show"
	f := newFleet(t)
	f.each(func(i int, person string) error {
		return f.expect(i, person+"-1", person, false)
	})
	f.wechat.SetSecret(events.AppID, replacement)
	f.each(func(i int, person string) error {
		return f.expect(i, person+"-2", person, true)
	})
	f.secrets.Put("wxbind", strings.Replace(f.secrets.Value("wxbind"), appSecret, replacement, 1))
	f.each(func(i int, person string) error {
		refused, err := f.login(i, person+"-3", person)
		if err != nil || refused == 0 {
			return err
		}
		time.Sleep(refused)
		return f.expect(i+1, person+"-4", person, false)
	})
	f.silent(replacement)
}

// When few people log in, a retry may reach an instance that has had no request since the
// AppSecret was reset, and the next retry another one. None of them makes a person wait.
func TestAppSecretIsReplacedInAQuietHour(t *testing.T) {
	const replacement = "the-next-appsecret-that-must-not-show"
	f := newFleet(t)
	f.wechat.SetSecret(events.AppID, replacement)
	refused, err := f.login(0, "alice-1", "alice")
	if err != nil || refused == 0 {
		t.Fatalf("before it is stored: told to wait %v, %v", refused, err)
	}
	f.secrets.Put("wxbind", strings.Replace(f.secrets.Value("wxbind"), appSecret, replacement, 1))
	time.Sleep(refused)
	for i := range instances {
		instance := instances - 1 - i // the one that has looked in vain comes last
		if err := f.expect(instance, fmt.Sprintf("alice-%d", i+2), "alice", false); err != nil {
			t.Errorf("instance %d: %v", instance, err)
		}
	}
	f.silent(replacement)
}

// Secrets Manager is down just when an instance looks for the new AppSecret. The client is
// told to retry, and the retry succeeds.
func TestAppSecretIsReplacedDuringAnOutage(t *testing.T) {
	const replacement = "the-next-appsecret-that-must-not-show"
	f := newFleet(t)
	f.wechat.SetSecret(events.AppID, replacement)
	f.secrets.Put("wxbind", strings.Replace(f.secrets.Value("wxbind"), appSecret, replacement, 1))
	f.secrets.Fail(500, "InternalServiceError")
	refused, err := f.login(0, "alice-1", "alice")
	if err != nil || refused == 0 {
		t.Fatalf("during the outage: told to wait %v, %v", refused, err)
	}
	f.secrets.Fail(0, "")
	time.Sleep(refused)
	if err := f.expect(0, "alice-2", "alice", false); err != nil {
		t.Error(err)
	}
	f.silent(replacement)
}

// A seal key is added while instances run that do not know it. Old and new instances open
// what the others sealed. Each person's code reaches an old and a new instance, so the
// second opens what the first sealed.
func TestSealKeyIsAddedUnderLoad(t *testing.T) {
	const next = "the-next-seal-key-that-must-not-show-0123456789"
	old := newFleet(t)
	old.secrets.Put("wxbind", fmt.Sprintf(`{"defaultApp":%q,"apps":{%q:{"appSecret":%q}},"sealKeys":[{"id":"1","key":%q},{"id":"0","key":%q}]}`,
		events.AppID, events.AppID, appSecret, next, sealKey))
	young := &fleet{cloud: old.cloud}
	for i := range instances {
		young.processes = append(young.processes, old.start("checkbind"))
		young.invoke(young.processes[i], checkBind(fmt.Sprintf("young%d-1", i)))
	}
	for round := range 2 {
		old.each(func(i int, person string) error {
			first, second := old, young
			if round == 1 {
				first, second = young, old
			}
			code := fmt.Sprintf("%s-%d", person, round+1)
			if _, err := first.login(i, code, person); err != nil {
				return fmt.Errorf("first: %w", err)
			}
			if _, err := second.login(i, code, person); err != nil {
				return fmt.Errorf("second: %w", err)
			}
			return nil
		})
	}
	old.silent(next)
	young.silent(next)
}

// silent stops the instances, and checks that their logs contain none of the cloud's secrets
// and not this one.
func (f *fleet) silent(secret string) {
	f.Helper()
	for _, p := range f.processes {
		p.Stop()
		f.noSecretIn(p.Log())
		if strings.Contains(p.Log(), secret) {
			f.Errorf("a replacement is in the log: %s", p.Log())
		}
	}
}
