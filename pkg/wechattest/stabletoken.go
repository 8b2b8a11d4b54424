package wechattest

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// How long a stable token lives, and how long before its end the next one is issued.
const (
	tokenLife = 7200 * time.Second
	tokenTail = 300 * time.Second
)

// token is an app's stable token.
type token struct {
	value string
	ends  time.Time
}

// maxPost bounds a body, in bytes.
const maxPost = 64 << 10

// stableToken answers stable_token. It returns the same token on each call, until its last 5 minutes or a forced
// refresh.
func (s *Server) stableToken(w http.ResponseWriter, r *http.Request) {
	var call struct {
		GrantType    string `json:"grant_type"`
		AppID        string `json:"appid"`
		Secret       string `json:"secret"`
		ForceRefresh bool   `json:"force_refresh"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPost))
	errcode := 0
	switch {
	case r.Method != http.MethodPost:
		errcode = getForPost
	case len(body) == 0:
		errcode = emptyPost
	case err != nil || json.Unmarshal(body, &call) != nil:
		errcode = invalidJSON
	case call.GrantType != "client_credential":
		errcode = invalidGrantType
	}
	if errcode != 0 {
		s.refuse(w, r, http.StatusOK, errcode)
		return
	}
	now := s.now()
	s.mu.Lock()
	errcode = s.checkApp(r, call.AppID, call.Secret)
	t := s.tokens[call.AppID]
	if errcode == 0 && (call.ForceRefresh || t.ends.Sub(now) <= tokenTail) {
		t = token{value: "stable-token-" + rand.Text(), ends: now.Add(tokenLife)}
		s.tokens[call.AppID] = t
	}
	s.mu.Unlock()
	if errcode != 0 {
		s.refuse(w, r, http.StatusOK, errcode)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}{t.value, int(t.ends.Sub(now).Seconds())})
}
