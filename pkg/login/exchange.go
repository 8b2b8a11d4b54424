package login

import (
	"context"
	"errors"
	"time"
)

// presented is a code as a request brings it.
type presented struct {
	// route names the request: a code may be repeated where it was used first.
	route  string
	caller Caller
	code   string
	// expect, if not nil, refuses an identity that the request is not for.
	expect func(*exchange) error
}

// exchange is a code that has been exchanged at WeChat for the identity behind it.
type exchange struct {
	Identity
	caller Caller
	secret *Secret
	trail  *Trail
	// began is the clock before anything was read: the birth of the session, so
	// that whatever ends sessions meanwhile ends this one too.
	began time.Time
	// answered is the clock when WeChat had answered; for a repeat, the first one's.
	answered time.Time
	// sealedKey is WeChat's session_key as it is stored.
	sealedKey string
	// note keeps WeChat's answer for a repeat of this request. It is nil once it is on
	// its way, and for what is a repeat itself.
	note func(context.Context) error
}

// roundTrip is the trail's. The first one after the exchange also keeps WeChat's
// answer for a repeat: without that a repeat is refused, as it would be elsewhere,
// which is no reason to fail this request.
func (x *exchange) roundTrip(ctx context.Context) *roundTrip {
	trip := x.trail.roundTrip()
	if note := x.note; note != nil {
		x.note = nil
		trip.try(func() error { return note(ctx) })
	}
	return trip
}

// The longest code accepted, in bytes. WeChat's are 32 today; no length is promised.
const maxCode = 256

// checkCode refuses what cannot be a code before it costs a call to WeChat.
func checkCode(code string) error {
	if code == "" {
		return CodeMissing
	}
	if len(code) > maxCode || !printableASCII(code) {
		return CodeInvalid
	}
	return nil
}

// printableASCII says whether s is made of visible ASCII characters only.
func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// exchange turns a one-time code into an identity: WeChat's answer, or, for a
// repeat of a request, the answer that the first one got.
func (s *Service) exchange(ctx context.Context, p presented) (*exchange, error) {
	x := &exchange{caller: p.caller, trail: TrailOf(ctx), began: s.clock()}
	if err := checkCode(p.code); err != nil {
		return nil, err
	}
	secret, err := s.Secrets.Secret(ctx)
	if err != nil {
		return nil, err
	}
	x.secret = secret
	app := secret.AppOf(p.caller)
	x.trail.AppID = app.ID

	answer, err := s.askWeChat(ctx, x, app, p.code)
	x.answered = s.clock()
	twin := repeat{route: p.route, appID: app.ID, code: p.code, address: p.caller.Address}
	if errors.Is(err, WXCodeUsed) {
		answer, err = s.recall(ctx, x, twin, err)
	} else {
		x.note = func(ctx context.Context) error { return s.remember(ctx, x, twin, answer) }
	}
	if err != nil {
		return nil, err
	}

	x.Identity = Identity{AppID: app.ID, OpenID: answer.OpenID, UnionID: answer.UnionID}
	x.trail.OpenIDHash = x.secret.Hash("log openid", app.ID, answer.OpenID)[:16]
	x.sealedKey = x.secret.Seal([]byte(answer.SessionKey), "session_key", app.ID, answer.OpenID)
	if p.expect == nil {
		return x, nil
	}
	if refused := p.expect(x); refused != nil {
		x.trail.lapse(x.roundTrip(ctx).wait()) // so that a repeat is told the same
		return nil, refused
	}
	return x, nil
}

// askWeChat asks WeChat whose code it is. When WeChat does not take the AppSecret,
// the secret is fetched anew: until the operator has stored WeChat's newer one no one
// can log in. Once it is there the code is sent again with it, since WeChat looks at
// the AppSecret before the code; else each instance that still holds the old one would
// turn somebody away. See docs/decisions/rejected-appsecret.md.
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
	x.secret, app = newer, renewed
	return timedRead(&x.trail.WeChat, ask)
}

// touch marks the login in the identity's binding. Errors: ErrBindingNotFound.
func (s *Service) touch(ctx context.Context, x *exchange) (binding Binding, err error) {
	trip := x.roundTrip(ctx)
	read(trip, &binding, func() (Binding, error) { return s.Store.TouchBinding(ctx, x.asTouch()) })
	err = trip.wait()
	return binding, err
}

// asTouch is the mark that x leaves in a binding.
func (x *exchange) asTouch() Touch {
	return Touch{AppID: x.AppID, OpenID: x.OpenID, UnionID: x.UnionID, SealedKey: x.sealedKey, At: x.answered}
}
