package contract_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// company has three mini-programs with one policy, and two processes on one store.
type company struct {
	*testing.T
	store     login.AdminStore
	secrets   *logintest.Secrets
	processes [2]*login.Service
}

var companyApps = []string{"wxone", "wxtwo", "wxthree"}

// secretOf is the company's secret with seal keys of these ids, newest first.
func secretOf(p login.Policy, sealKeys ...string) *login.Secret {
	s := logintest.SecretWith(sealKeys...)
	s.DefaultApp, s.Apps = companyApps[0], map[string]login.App{}
	for i, id := range companyApps {
		own := p
		own.AcceptFrom = append(append([]string{}, companyApps[:i]...), companyApps[i+1:]...)
		s.Apps[id] = login.App{ID: id, Secret: appSecret, Policy: own}
	}
	return s
}

func newCompany(t *testing.T, store login.AdminStore, p login.Policy) *company {
	t.Helper()
	apps := map[string]string{}
	for _, id := range companyApps {
		apps[id] = appSecret
	}
	base := httptest.NewServer(wechattest.New(wechattest.Config{Apps: apps}))
	t.Cleanup(base.Close)
	client, err := wechat.New(wechat.Config{Base: base.URL})
	if err != nil {
		t.Fatal(err)
	}
	c := &company{T: t, store: store, secrets: &logintest.Secrets{Held: secretOf(p, "1")}}
	for i := range c.processes {
		config := logintest.Config(store)
		config.WeChat, config.Secrets = client, c.secrets
		c.processes[i] = login.New(config)
	}
	return c
}

// callerOf is who sends the nth request in a mini-program. Each comes from an address of its own.
func callerOf(n int, app string) login.Caller {
	return login.Caller{AppID: app, Address: fmt.Sprintf("198.51.100.%d", n), Device: "iPhone"}
}

// tap is the nth tap.
func (c *company) tap(n int, code, phoneCode string) (*login.Login, error) {
	return c.processes[n%2].BindPhone(c.Context(), callerOf(n, companyApps[0]), login.PhoneRequest{Code: code, PhoneCode: phoneCode})
}

// onlyUser is the only user there is.
func (c *company) onlyUser() login.User {
	c.Helper()
	all, err := c.store.ListUsers(c.Context(), "", 100)
	if err != nil || len(all) != 1 {
		c.Fatalf("%d users, want 1: %v", len(all), err)
	}
	return all[0]
}

var byPhone = login.Policy{Register: []login.Registration{login.RegisterPhone}, PhoneTrust: login.DefaultPhoneTrust}

// 50 people tap with one number, or one person 50 times, and it is one user's from the first moment.
func TestFiftyFirstTapsAtOnceAreOneUser(t *testing.T) {
	for name, open := range shelves {
		for crowd, codes := range map[string]func(n int) (code, phoneCode string){
			"one person":             func(n int) (string, string) { return fmt.Sprintf("alice-%d", n), fmt.Sprintf("phone-alice-%d", n) },
			"one tap, sent 50 times": func(n int) (string, string) { return fmt.Sprintf("alice-%d", n), "phone-alice-1" },
			"one number, 50 people": func(n int) (string, string) {
				return fmt.Sprintf("hand%d-1", n), fmt.Sprintf("phone-13800138000-%d", n)
			},
		} {
			t.Run(name+", "+crowd, func(t *testing.T) {
				t.Parallel()
				c := newCompany(t, open(t).store, byPhone)
				var wg sync.WaitGroup
				users, created := make([]string, 50), make([]bool, 50)
				for n := range users {
					wg.Go(func() {
						code, phoneCode := codes(n)
						l, err := c.tap(n, code, phoneCode)
						switch {
						case err == nil:
							users[n], created[n] = l.User.ID, l.Created
						case crowd == "one number, 50 people" && errors.Is(err, login.UserBound):
						default:
							t.Errorf("tap %d: %v", n, err)
						}
					})
				}
				wg.Wait()
				user, made := c.onlyUser(), 0
				for n, id := range users {
					if id != "" && id != user.ID {
						t.Errorf("tap %d is logged in as %s", n, id)
					}
					if created[n] {
						made++
					}
				}
				if made != 1 || len(user.Apps) != 1 || user.Phone.Number == "" {
					t.Errorf("%d answers say created; the user has %d bindings and the number %q", made, len(user.Apps), user.Phone.Number)
				}
			})
		}
	}
}

// One person opens three mini-programs for the first time, again and again at once: one user with three bindings.
func TestTwentyFirstLaunchesAtOnceInThreeMiniPrograms(t *testing.T) {
	for name, open := range shelves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t, open(t).store, login.Policy{Register: []login.Registration{login.RegisterLaunch}, LinkUnionID: true})
			var wg sync.WaitGroup
			for n := range 20 {
				wg.Go(func() {
					checked, err := c.processes[n%2].Check(t.Context(), callerOf(n, companyApps[n%3]), fmt.Sprintf("alice-%d", n))
					if err != nil || checked.Login == nil {
						t.Errorf("launch %d: %+v, %v", n, checked, err)
						return
					}
					if _, err := c.processes[n%2].Verify(t.Context(), checked.Login.Token); err != nil {
						t.Errorf("launch %d: the session: %v", n, err)
					}
				})
			}
			wg.Wait()
			if user := c.onlyUser(); len(user.Apps) != 3 || len(user.Unions) != 1 {
				t.Errorf("the user has %d bindings and %d unionids", len(user.Apps), len(user.Unions))
			}
		})
	}
}

// The oldest seal key, which names short-lived records, is retired. Who registered before is found by number and unionid, and who
// left stays away: with names that change, everybody would be registered twice.
func TestPeopleAreFoundWhenASealKeyIsRetired(t *testing.T) {
	for name, open := range shelves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy := login.Policy{
				Register: []login.Registration{login.RegisterPhone, login.RegisterLaunch}, LinkUnionID: true, Rebind: true, PhoneTrust: login.DefaultPhoneTrust,
			}
			c := newCompany(t, open(t).store, policy)
			s := c.processes[0]
			check := func(n int, code string) login.Checked {
				t.Helper()
				checked, err := s.Check(t.Context(), callerOf(n, companyApps[n%3]), code)
				if err != nil {
					t.Fatal(err)
				}
				return checked
			}
			// Alice registers by phone, in the first. She is linked in the second, and leaves there.
			first, err := c.tap(0, "alice-1", "phone-alice-1")
			if err != nil {
				t.Fatal(err)
			}
			linked := check(1, "alice-2").Login
			visitor, err := s.Verify(t.Context(), linked.Token)
			if err == nil {
				err = s.Unbind(t.Context(), callerOf(1, companyApps[1]), visitor, false, "")
			}
			if err != nil {
				t.Fatal(err)
			}

			for _, keys := range [][]string{{"2", "1"}, {"2"}} { // one is added, and the oldest is retired
				c.secrets.Held = secretOf(policy, keys...)
				round := len(keys)
				if l := check(0, fmt.Sprintf("alice-1%d", round)).Login; l == nil || l.User.ID != first.User.ID {
					t.Errorf("seal keys %v: her own mini-program does not know her: %+v", keys, l)
				}
				if l := check(1, fmt.Sprintf("alice-2%d", round)).Login; l != nil {
					t.Errorf("seal keys %v: who has left is fetched back as %s", keys, l.User.ID)
				}
			}
			if l := check(2, "alice-30").Login; l == nil || !l.Linked || l.User.ID != first.User.ID {
				t.Errorf("by unionid: %+v", l)
			}
			// Her number, in another hand, leads to her as well.
			request := login.PhoneRequest{
				Code: "newphone-1", PhoneCode: "phone-" + strings.TrimPrefix(wechattest.PhoneNumber("alice"), "+86") + "-1", Replace: true,
			}
			l, err := s.BindPhone(t.Context(), callerOf(0, companyApps[0]), request)
			if err != nil || l.Created || l.User.ID != first.User.ID {
				t.Errorf("by phone: %+v, %v", l, err)
			}
			c.onlyUser()
		})
	}
}
