package wechattest

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
)

// How long a stable token lives, and how long before its end the next one is issued.
const (
	tokenLife = 7200 * time.Second
	tokenTail = 300 * time.Second
)

// token is one of an app's stable tokens.
type token struct {
	value string
	ends  time.Time
}

// keptTokens is how many of an app's tokens a Server knows. Of older ones it says that they never were.
const keptTokens = 4

// maxPost bounds a body, in bytes.
const maxPost = 64 << 10

// post reads the body of a call that must be a POST. errcode is 0 if it is one.
func (*Server) post(w http.ResponseWriter, r *http.Request) (body []byte, errcode int) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPost))
	switch {
	case r.Method != http.MethodPost:
		return nil, getForPost
	case len(body) == 0:
		return nil, emptyPost
	case err != nil:
		return nil, invalidJSON
	}
	return body, 0
}

// stableToken answers stable_token. It returns the same token on each call, until its last 5 minutes or a forced
// refresh. After a forced refresh the old token is dead; in its last 5 minutes both are good.
func (s *Server) stableToken(w http.ResponseWriter, r *http.Request) {
	var call struct {
		GrantType    string `json:"grant_type"`
		AppID        string `json:"appid"`
		Secret       string `json:"secret"`
		ForceRefresh bool   `json:"force_refresh"`
	}
	body, errcode := s.post(w, r)
	switch {
	case errcode != 0:
	case json.Unmarshal(body, &call) != nil:
		errcode = invalidJSON
	case call.GrantType != "client_credential":
		errcode = invalidGrantType
	}
	callOf(r).AppID = call.AppID
	now := s.now()
	var newest token
	s.mu.Lock()
	s.tokenCalls++
	if errcode == 0 {
		errcode = s.checkApp(r, call.AppID, call.Secret)
	}
	if errcode == 0 {
		newest = s.newestToken(call.AppID, call.ForceRefresh, now)
	}
	s.mu.Unlock()
	if errcode != 0 {
		s.refuse(w, r, http.StatusOK, errcode)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}{newest.value, int(newest.ends.Sub(now).Seconds())})
}

// newestToken returns the token that an app is given, which it makes if it must. The caller holds mu.
func (s *Server) newestToken(appID string, force bool, now time.Time) token {
	all := s.tokens[appID]
	if force {
		all = nil
	}
	if n := len(all); n == 0 || all[n-1].ends.Sub(now) <= tokenTail {
		all = append(all, token{value: "stable-token-" + rand.Text(), ends: now.Add(tokenLife)})
		s.tokens[appID] = all[max(len(all)-keptTokens, 0):]
	}
	return all[len(all)-1]
}

// KillTokens ends an app's tokens, as another program does that forces a refresh: calls with them are 40001, and the next
// stable_token gives a new one.
func (s *Server) KillTokens(appID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, appID)
}

// appOfToken returns the app whose token a call shows. errcode is 0 if the token is good, and the app's calls are not
// denied.
func (s *Server) appOfToken(value string) (appID string, errcode int) {
	if value == "" {
		return "", missingToken
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for appID, all := range s.tokens {
		i := slices.IndexFunc(all, func(t token) bool { return t.value == value })
		switch {
		case i < 0:
		case !now.Before(all[i].ends):
			return "", expiredToken
		default:
			return appID, s.denied[appID]
		}
	}
	return "", invalidToken
}
