package wechattest

import (
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"sync"
	"time"
)

// Paths at which a Server answers code2Session, stable_token, getuserphonenumber and checksession.
const (
	Path             = "/sns/jscode2session"
	StableTokenPath  = "/cgi-bin/stable_token"
	PhonePath        = "/wxa/business/getuserphonenumber"
	CheckSessionPath = "/wxa/checksession"
)

// remembered is how many codes a Server remembers, so that a Server that runs for weeks does not grow.
const remembered = 20_000

// maxCode is the longest js_code, in bytes, that a Server accepts as a code.
const maxCode = 256

// Config configures a Server.
type Config struct {
	// Apps are the AppSecrets of the existing mini-programs, by appid.
	Apps map[string]string
	// NoUnionID means that the apps belong to no Open Platform account: WeChat then returns no unionid.
	NoUnionID bool
	// Now is the clock for rids, the Date header and the ends of tokens; nil means time.Now.
	Now func() time.Time
	// Observe is told of each call before its caller sees the answer or the fault; nil means nobody. It must not wait.
	Observe func(Call)
}

// Server is the stand-in. It is safe for concurrent use: of any number of concurrent calls with the same code, exactly
// one gets the session.
type Server struct {
	now       func() time.Time
	noUnionID bool
	observe   func(Call)

	mu     sync.Mutex
	apps   map[string]string
	lists  map[string][]netip.Addr // the apps that have an IP list
	denied map[string]int          // the errcodes of Deny
	tokens map[string][]token      // the stable tokens of apps, newest last
	total  int
	// tokenCalls and phoneCalls count calls, as total does.
	tokenCalls, phoneCalls int
	calls                  *recent[int]    // by code as sent
	used                   *recent[bool]   // by app and code behind any fault
	keys                   *recent[string] // session_keys by openid
	security               map[string]secured
	done                   *recent[bool] // by app and code as sent: its fault has happened
}

// New makes a Server.
func New(c Config) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Server{
		now:       c.Now,
		noUnionID: c.NoUnionID,
		observe:   c.Observe,
		apps:      map[string]string{},
		lists:     map[string][]netip.Addr{},
		denied:    map[string]int{},
		tokens:    map[string][]token{},
		calls:     newRecent[int](remembered),
		used:      newRecent[bool](remembered),
		keys:      newRecent[string](remembered),
		security:  map[string]secured{},
		done:      newRecent[bool](remembered),
	}
	maps.Copy(s.apps, c.Apps)
	return s
}

// SetSecret adds an app or replaces its AppSecret, as its owner does in WeChat's console. The former AppSecret is no
// longer accepted.
func (s *Server) SetSecret(appID, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps[appID] = secret
}

// SetIPList lets only callers from these addresses use an app, as its owner does in WeChat's console; others get 40164.
// No address means everybody.
func (s *Server) SetIPList(appID string, addresses ...netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists[appID] = addresses
}

// Deny makes every good call for an app fail with an errcode, such as 40243 for a frozen AppSecret. 0 ends it.
func (s *Server) Deny(appID string, errcode int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied[appID] = errcode
}

// Calls returns how many times code2Session was called, including refusals and faults.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// TokenCalls returns how many times stable_token was called, including refusals.
func (s *Server) TokenCalls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokenCalls
}

// PhoneCalls returns how many times getuserphonenumber was called, including refusals and faults.
func (s *Server) PhoneCalls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phoneCalls
}

// CallsWith returns how many times code2Session or getuserphonenumber was called with a code in exactly this spelling. It
// knows the latest 20,000 codes of up to 256 bytes.
func (s *Server) CallsWith(code string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls.get(code)
}

// ServeHTTP answers code2Session under Path, stable_token under StableTokenPath, getuserphonenumber under PhonePath, checksession
// under CheckSessionPath, and HEAD / as a healthy server.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	switch {
	case r.URL.Path == Path:
		s.observed(w, r, path.Base(Path), s.code2Session)
	case r.URL.Path == StableTokenPath:
		s.observed(w, r, path.Base(StableTokenPath), s.stableToken)
	case r.URL.Path == PhonePath:
		s.observed(w, r, path.Base(PhonePath), s.phoneNumber)
	case r.URL.Path == CheckSessionPath:
		s.observed(w, r, path.Base(CheckSessionPath), s.checkSession)
	case r.URL.Path == "/" && r.Method == http.MethodHead:
	default:
		s.refuse(w, r, http.StatusNotFound, invalidURL)
	}
}

func (s *Server) code2Session(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	appID, sent := query.Get("appid"), query.Get("js_code")
	s.count(sent)
	call := callOf(r)
	call.AppID, call.Code = appID, sent[:min(len(sent), maxCode)]
	if errcode := s.check(r, query); errcode != 0 {
		s.refuse(w, r, http.StatusOK, errcode)
		return
	}
	code, ok := parseCode(sent)
	switch {
	case !ok:
		s.refuse(w, r, http.StatusOK, invalidCode)
	case code.errcode != 0:
		s.refuse(w, r, http.StatusOK, code.errcode)
	case code.fault != nil && s.first(appID, sent):
		call.Fault = code.faultName
		code.fault(s, w, r, appID, code)
	default:
		s.exchange(appID, code)(w, r)
	}
}

// check checks everything but the code, in WeChat's order. 0 means good.
func (s *Server) check(r *http.Request, query url.Values) int {
	appID := query.Get("appid")
	if r.Method != http.MethodGet {
		appID = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if errcode := s.checkApp(r, appID, query.Get("secret")); errcode != 0 {
		return errcode
	}
	switch {
	case query.Get("js_code") == "":
		return missingCode
	case query.Get("grant_type") != "authorization_code":
		return invalidGrantType
	}
	return 0
}

// checkApp checks an app's credentials and who sends them. The caller holds mu.
func (s *Server) checkApp(r *http.Request, appID, secret string) int {
	known, exists := s.apps[appID]
	switch {
	case appID == "":
		return missingAppID
	case !exists:
		return invalidAppID
	case secret == "":
		return missingSecret
	case secret != known:
		return invalidSecret
	case len(s.lists[appID]) > 0 && !slices.Contains(s.lists[appID], addressOf(r)):
		return invalidAddress
	}
	return s.denied[appID]
}

func (s *Server) count(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total++
	s.countCode(code)
}

func (s *Server) countPhone(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phoneCalls++
	s.countCode(code)
}

// countCode counts a call with a code. The caller holds mu.
func (s *Server) countCode(code string) {
	if len(code) <= maxCode {
		s.calls.set(code, s.calls.get(code)+1)
	}
}

// first reports whether the fault of a code, in this spelling, has yet to happen, and records that it now does.
func (s *Server) first(appID, sent string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return add(s.done, key(appID, sent))
}

// exchange uses up a code and returns the answer: that of a good code for the first caller, a refusal for all others.
func (s *Server) exchange(appID string, c code) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	won := add(s.used, key(appID, c.plain))
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case won:
			callOf(r).identified(appID, c)
			writeJSON(w, http.StatusOK, s.answer(appID, c))
		case c.number != "":
			s.refuse(w, r, http.StatusOK, invalidCode) // there is no errcode for a phone code that was used
		default:
			s.refuse(w, r, http.StatusOK, usedCode)
		}
	}
}

// answer is the answer to a good code.
func (s *Server) answer(appID string, c code) any {
	if c.number != "" {
		return s.phone(appID, c.number)
	}
	return s.session(appID, c)
}

// key joins an appid and a code that parseCode accepts. Such a code has no space.
func key(appID, code string) string { return appID + " " + code }
