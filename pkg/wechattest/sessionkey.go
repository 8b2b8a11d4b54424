package wechattest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
)

// checkSession answers checksession: whether a call is signed with the newest session_key that a code has given.
func (s *Server) checkSession(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	appID, errcode := s.appOfToken(query.Get("access_token"))
	call := callOf(r)
	call.AppID, call.OpenID = appID, query.Get("openid")
	sessionKey := s.newestKey(query.Get("openid"))
	switch {
	case errcode != 0:
	case r.Method != http.MethodGet, query.Get("sig_method") != "hmac_sha256":
		errcode = invalidURL
	case sessionKey == "":
		errcode = noSessionKey
	case query.Get("signature") != hex.EncodeToString(hmac.New(sha256.New, []byte(sessionKey)).Sum(nil)):
		errcode = invalidSignature
	}
	if errcode != 0 {
		s.refuse(w, r, http.StatusOK, errcode)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"errcode": 0, "errmsg": "ok"})
}

// newestKey is the newest session_key of an identity, "" if there is none. A Server knows those of the latest 20,000.
func (s *Server) newestKey(openID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys.get(openID)
}
