package login

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// presented is a code as it comes in a request.
type presented struct {
	// route is the request's. A code may be repeated only on the route where it was first used.
	route  string
	caller Caller
	code   string
	// onlyApp says that no other mini-program will do than the caller's AppID.
	onlyApp bool
	// expect, if not nil, returns an error for an identity that may not make this request.
	expect func(*exchange) error
}

// exchange is a code that WeChat has exchanged for the identity behind it.
type exchange struct {
	Identity
	ids
	caller Caller
	secret *Secret
	// app is the mini-program of the request.
	app   App
	trail *Trail
	// answered is when WeChat answered. For a repeat it is when WeChat answered the first request.
	answered time.Time
	// sealedKey is WeChat's session_key as it is stored.
	sealedKey string
	// repeated says that the request is a repeat, and kept is what its record says; see repeat.go.
	repeated bool
	kept     kept
	// unrecorded says that the record is still to be stored, with the session that the request opens.
	unrecorded bool
	// registration is where a registration of the request is counted, nil if none is.
	registration *registration
}

// maxCode is the longest code that is accepted, in bytes. WeChat's have 32 today, but it promises no
// length.
const maxCode = 256

// checkCode refuses what cannot be a code, before it costs a call to WeChat. What JavaScript writes for no
// code is CodeInvalid and not CodeMissing: where a missing code sends the client to wx.login, it would come
// back with the same word.
//
// Errors: CodeMissing, CodeInvalid.
func checkCode(code string) error {
	if code == "" {
		return CodeMissing
	}
	if len(code) > maxCode || !printableASCII(code) || SaysNothing(code) { // [object Object] has a blank
		return CodeInvalid
	}
	return nil
}

// printableASCII says whether s has only visible ASCII characters.
func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// exchange turns a one-time code into an identity. It asks WeChat; a repeat gets the answer and the ids of
// the first request.
//
// Errors: CodeMissing, CodeInvalid, AppIDUnknown; that of p.expect; TooManyCodes; and what WeChat, the secret and the store answer.
func (s *Service) exchange(ctx context.Context, p presented) (*exchange, error) {
	if err := checkCode(p.code); err != nil {
		return nil, err
	}
	x := &exchange{trail: TrailOf(ctx), ids: newIDs(s.clock())}
	var err error
	if x.app, err = s.appOf(ctx, x, p); err != nil {
		return nil, err
	}
	x.trail.AppID = x.app.ID
	p.caller = p.caller.prefetching(x.app)
	x.caller = p.caller
	settle, err := s.junk.pass(p.caller)
	if err != nil {
		return nil, err
	}
	x, err = s.exchangeOnce(ctx, x, p)
	settle(err == nil && x.repeated, err)
	return x, err
}

func (s *Service) exchangeOnce(ctx context.Context, x *exchange, p presented) (*exchange, error) {
	app := x.app
	answer, err := s.askWeChat(ctx, x, app, p.code)
	x.answered = s.clock()
	if answer, err = s.firstOrRepeat(ctx, x, p, answer, err); err != nil {
		return nil, err
	}

	x.Identity = Identity{AppID: app.ID, OpenID: answer.OpenID, UnionID: answer.UnionID}
	x.trail.OpenIDHash = x.secret.Hash("log openid", app.ID, answer.OpenID)[:16]
	x.sealedKey = x.secret.Seal([]byte(answer.SessionKey), "session_key", app.ID, answer.OpenID)
	if p.expect == nil {
		return x, nil
	}
	if refused := p.expect(x); refused != nil {
		// A repeat is refused for the same reason.
		if err := x.trail.roundTrip(ctx).wait(); err != nil {
			return nil, err
		}
		return nil, refused
	}
	return x, nil
}

// appOf fetches the secret, and picks the mini-program of a request. One that is named and not configured may have
// been added since: so the secret is fetched anew, now and then, before the request is refused for it.
//
// Errors: AppIDUnknown; and what the secret answers.
func (s *Service) appOf(ctx context.Context, x *exchange, p presented) (app App, err error) {
	if x.secret, err = s.Secrets.Secret(ctx); err != nil {
		return App{}, err
	}
	app, known := x.secret.AppOf(p.caller)
	refuse := p.onlyApp || !s.UnknownAppIsDefault
	if !known && refuse && looksLikeAppID(p.caller.AppID) && s.search.due(s.clock()) {
		newer, err := s.Secrets.Refetch(ctx)
		if err != nil {
			return App{}, err
		}
		x.secret = newer
		app, known = newer.AppOf(p.caller)
	}
	if known {
		return app, nil
	}
	if x.trail.UnknownAppID = "no appid"; looksLikeAppID(p.caller.AppID) {
		x.trail.UnknownAppID = p.caller.AppID
	}
	if refuse {
		return App{}, AppIDUnknown
	}
	return app, nil
}

// searchPause is how often at most the secret is fetched for a mini-program that it lacks. A client in the field may name
// one that nobody will ever add, in each of its requests. Anybody else may, too. It is longer than the pause of
// Secrets.Refetch, so that they do not make the requests of others fetch.
const searchPause = 10 * time.Second

// appSearch knows when the secret was last fetched for a mini-program that it lacked.
type appSearch struct {
	mu   sync.Mutex
	last time.Time
}

// due says whether the secret is to be fetched now. If the clock was set back it is.
func (a *appSearch) due(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if age := now.Sub(a.last); 0 <= age && age < searchPause {
		return false
	}
	a.last = now
	return true
}

// looksLikeAppID says whether id has the form of WeChat's own: "wx" and 16 hexadecimal digits. Anything else may be a
// secret in the wrong place, and is not logged.
func looksLikeAppID(id string) bool {
	digits, found := strings.CutPrefix(id, "wx")
	return found && len(digits) == 16 && strings.Trim(digits, "0123456789abcdef") == ""
}

// askWeChat asks WeChat whose code it is.
//
// When WeChat rejects the AppSecret, it has been replaced at WeChat, and nobody can log in until the
// operator has stored the new one. So the secret is fetched anew. If it has another AppSecret by now,
// the code is sent again with that: WeChat checks the AppSecret before the code, so the code is still
// unused. Without this, each instance that still holds the old AppSecret would turn somebody away.
// See docs/decisions/rejected-appsecret.md.
func (s *Service) askWeChat(ctx context.Context, x *exchange, app App, code string) (WeChatSession, error) {
	ask := func() (WeChatSession, error) { return s.WeChat.Code2Session(ctx, app, code) }
	answer, rejected := timedRead(&x.trail.WeChat, ask)
	if !errors.Is(rejected, WXSecretRejected) {
		return answer, rejected
	}
	newer, err := s.Secrets.Refetch(ctx)
	if err != nil {
		x.trail.lapse(err)
		return answer, rejected
	}
	renewed, known := newer.Apps[app.ID]
	if !known || renewed.Secret == app.Secret {
		return answer, rejected
	}
	x.trail.lapse(rejected)
	x.secret, x.app, app = newer, renewed, renewed
	return timedRead(&x.trail.WeChat, ask)
}

// touch marks the identity's binding as used now, and reads it.
//
// Errors: ErrBindingNotFound; and what the store answers.
func (s *Service) touch(ctx context.Context, x *exchange) (binding Binding, err error) {
	trip := x.trail.roundTrip(ctx)
	read(trip, &binding, func() (Binding, error) { return s.Store.TouchBinding(ctx, x.asTouch()) })
	err = trip.wait()
	return binding, err
}

// standing reads the binding of the identity of a login and, if its unionid may let it in, whose that is: related is
// nil if it is nobody's. If there is a binding, the record for repeats waits for the session; see enter. If not, it
// waits for the next round trip.
//
// Errors: ErrBindingNotFound; and what the store answers.
func (s *Service) standing(ctx context.Context, x *exchange) (binding Binding, related *Owner, err error) {
	record := x.trail.beside
	if !x.repeated {
		x.trail.beside = nil
	}
	trip := x.trail.roundTrip(ctx)
	read(trip, &binding, func() (Binding, error) { return s.Store.BindingByOpenID(ctx, x.AppID, x.OpenID) })
	if x.app.Policy.LinkUnionID && x.union() != "" && s.users.keepPasswords() {
		trip.try(func() (err error) { related, err = s.ownerOfUnion(ctx, x); return err })
	}
	err = trip.wait()
	switch {
	case x.repeated:
	case err == nil:
		x.unrecorded = true
	case errors.Is(err, ErrBindingNotFound):
		x.trail.beside = record
	default:
		x.trail.beside = record
		_ = x.trail.roundTrip(ctx).wait() // a failure is a lapse
	}
	return binding, related, err
}

// asTouch is the Touch of the binding of x's identity.
func (x *exchange) asTouch() Touch {
	return Touch{AppID: x.AppID, OpenID: x.OpenID, UnionID: x.UnionID, SealedKey: x.sealedKey, At: x.answered}
}

// shown is the hash of the token that a launch has shown, if it is one of the user's.
func (x *exchange) shown(userID string) string {
	token, err := ParseToken(string(x.caller.Token))
	if err != nil || token.UserID != userID {
		return ""
	}
	return token.Hash()
}
