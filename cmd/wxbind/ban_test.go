package main

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
)

// info calls userinfo with a token and returns the status, and the error if there is one.
func (s *server) info(token string) (status int, why string) {
	request, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.url+"/mobileApi/user/info", http.NoBody)
	if err != nil {
		s.Error(err)
		return 0, ""
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Error(err)
		return 0, ""
	}
	defer response.Body.Close()
	var answer struct{ Error string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		s.Error(err)
	}
	return response.StatusCode, answer.Error
}

// Once the command has ended, the banned user's very next call is refused.
func TestBanWorksAtOnce(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, folder)
	if status, _, said := command(t, "a good password\n", "user", "add", "alice", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	login := s.do(s.url+"/mobileApi/user/bind", `{"code":"alice-1","username":"alice","password":"a good password"}`)
	token, _ := login["token"].(string)
	if status, why := s.info(token); status != http.StatusOK || why != "" {
		t.Fatalf("before: %d %q", status, why)
	}

	var banned atomic.Bool
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for refused := false; ; {
				after := banned.Load()
				status, why := s.info(token)
				switch {
				case why == "user_disabled" && status == http.StatusUnauthorized:
					refused = true
				case after || refused || status != http.StatusOK:
					t.Errorf("after the ban: %t, a refusal: %t: %d %q", after, refused, status, why)
				}
				if after || t.Failed() {
					return
				}
			}
		})
	}
	out, err := exec.Command(program, "user", "disable", "alice", "--data", folder).CombinedOutput()
	banned.Store(true)
	status, why := s.info(token)
	wg.Wait()
	if err != nil || status != http.StatusUnauthorized || why != "user_disabled" {
		t.Errorf("the next call: %d %q; %v: %s", status, why, err, out)
	}

	// Enabling the user brings no session back.
	if status, _, said := command(t, "", "user", "enable", "alice", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	if status, why := s.info(token); status != http.StatusUnauthorized || why != "session_revoked" {
		t.Errorf("enabled again: %d %q", status, why)
	}
	s.interrupt()
}
