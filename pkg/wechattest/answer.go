package wechattest

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
)

// Errcodes that a Server returns by itself.
const (
	systemBusy       = -1
	invalidToken     = 40001
	invalidGrantType = 40002
	invalidOpenID    = 40003
	invalidAppID     = 40013
	invalidCode      = 40029
	invalidURL       = 40066
	invalidSecret    = 40125
	usedCode         = 40163
	missingToken     = 41001
	expiredToken     = 42001
	missingAppID     = 41002
	missingSecret    = 41004
	missingCode      = 41008
	invalidAddress   = 40164
	getForPost       = 43002
	emptyPost        = 44002
	invalidJSON      = 47001
)

// errmsgs are WeChat's texts for the errcodes of its calls.
var errmsgs = map[int]string{
	systemBusy:       "system error",
	invalidToken:     "invalid credential, access_token is invalid or not latest",
	40014:            "invalid access_token",
	invalidGrantType: "invalid grant_type",
	invalidOpenID:    "invalid openid",
	invalidAppID:     "invalid appid",
	invalidCode:      "invalid code",
	invalidURL:       "invalid url",
	invalidSecret:    "invalid appsecret",
	usedCode:         "code been used",
	missingToken:     "access_token missing",
	expiredToken:     "access_token expired",
	40226:            "code blocked",
	40243:            "appsecret has been frozen",
	missingAppID:     "appid missing",
	missingSecret:    "appsecret missing",
	missingCode:      "missing code",
	getForPost:       "require POST method",
	emptyPost:        "empty post data",
	invalidJSON:      "data format error",
	45009:            "reach max api daily quota limit",
	45011:            "api minute-quota reach limit, must slower, retry next minute",
	50002:            "user limited",
	noSessionKey:     "session_key is not exist or expired",
	invalidSignature: "invalid signature",
}

// session is WeChat's answer to a good code.
type session struct {
	SessionKey string `json:"session_key"`
	OpenID     string `json:"openid"`
	UnionID    string `json:"unionid,omitempty"`
}

func (s *Server) session(appID string, c code) session {
	answer := session{SessionKey: SessionKey(appID, c.plain), OpenID: OpenID(appID, c.person)}
	s.mu.Lock()
	s.keys.set(answer.OpenID, answer.SessionKey)
	s.mu.Unlock()
	if !s.noUnionID {
		answer.UnionID = UnionID(c.person)
	}
	return answer
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status, errcode int) {
	message := errmsgs[errcode]
	switch {
	case errcode == invalidAddress:
		message = addressMessage(addressOf(r))
	case message == "":
		message = "error"
	}
	call := callOf(r)
	call.Errcode, call.Errmsg = errcode, message
	writeJSON(w, status, struct {
		Errcode int    `json:"errcode"`
		Errmsg  string `json:"errmsg"`
	}{errcode, message + ", rid: " + s.rid()})
}

// rid identifies a call in WeChat's logs. It begins with the time.
func (s *Server) rid() string {
	random := make([]byte, 8)
	rand.Read(random)                                        // never fails since Go 1.24
	return fmt.Sprintf("%08x-%s-%s", uint32(s.now().Unix()), //nolint:gosec // the lower half is meant
		hex.EncodeToString(random[:4]), hex.EncodeToString(random[4:]))
}

// addressOf returns the caller's address; the zero Addr for none.
func addressOf(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return from.Addr().Unmap()
}

// addressMessage names the caller's address in both forms, as WeChat does.
func addressMessage(from netip.Addr) string {
	six := from.String()
	if from.Is4() {
		six = "::ffff:" + six
	}
	return "invalid ip " + from.String() + " ipv6 " + six + ", not in whitelist"
}

// writeJSON writes JSON as WeChat does: labelled text/plain.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// encode makes JSON of what always has such a form.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
