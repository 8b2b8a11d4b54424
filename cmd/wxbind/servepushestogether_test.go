package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

// Whatever somebody does while both mini-programs are told many times that they have closed their account: in the end they are
// gone, and their phone number is free.
func TestPushesWhilePeopleBindAndDelete(t *testing.T) {
	policy := `,"register":["ask","phone"],"linkUnionId":true,"acceptFrom":["OTHER"],"push":{"token":"` + pushToken + `","encodingAESKey":"` + encodingAESKey + `","closed":"all"}`
	onBothStores(t, policy, func(d *deployment, s *server) {
		tell := func(app string, at time.Time) error {
			e := closing(app, "alice")
			e.At = at
			return pushedServer{server: s}.pusher(app).Push(t.Context(), http.DefaultClient, e)
		}
		first := s.tap("alice-1", ours, "phone-alice-1")
		if userOf(first) == "" {
			d.Fatal(first)
		}
		token, _ := first["token"].(string)
		var doing sync.WaitGroup
		for i := range 80 {
			app := []string{ours, theirs}[i%2]
			doing.Go(func() {
				if err := tell(app, time.Now()); err != nil {
					d.Errorf("a push: %v", err)
				}
			})
			if i%10 == 0 {
				doing.Go(func() { s.post("register", fmt.Sprintf("alice-%d", 100+i), theirs, nil) })
				doing.Go(func() { s.tap(fmt.Sprintf("alice-%d", 200+i), ours, fmt.Sprintf("phone-alice-%d", 200+i)) })
				doing.Go(func() { s.deleteAccount(token, fmt.Sprintf("alice-%d", 300+i)) })
			}
		}
		doing.Wait()
		for _, app := range []string{ours, theirs} {
			if err := tell(app, time.Now().Add(time.Minute)); err != nil {
				d.Errorf("the last push: %v", err)
			}
		}
		for i, app := range []string{ours, theirs} {
			d.says("alice's launch", s.launch(fmt.Sprintf("alice-%d", 400+i), app), "code", 301)
		}
		number := strings.TrimPrefix(wechattest.PhoneNumber("alice"), "+")
		d.says("another person with her number", s.tap("bob-1", ours, "phone-+"+number+"-1"), "created", true)
	})
}

// deleteAccount deletes the account of a session.
func (s *server) deleteAccount(token, code string) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), http.MethodDelete, s.url+"/mobileApi/user/account?code="+code, http.NoBody)
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("X-Token", token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	answer.Body.Close()
}
