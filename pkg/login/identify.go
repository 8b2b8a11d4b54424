package login

import (
	"context"
	"errors"
	"time"
)

// visit is one request whose code has been turned into an identity.
type visit struct {
	Identity
	caller Caller
	secret *Secret
	trail  *Trail
	// started is the clock before anything was read: the birth of the session, so
	// that whatever ends sessions meanwhile ends this one too.
	started time.Time
	// exchanged is the clock when WeChat had answered; for a repeat, the first one's.
	exchanged time.Time
	// sealedKey is WeChat's session_key as it is stored.
	sealedKey string
	// remember notes the identity for a repeat of this request. It does nothing
	// when this one is the repeat.
	remember func() error
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

// identify turns a one-time code into an identity: WeChat's answer, or, for a
// repeat of a request, the answer that the first one got.
func (s *Service) identify(ctx context.Context, route string, caller Caller, code string) (*visit, error) {
	v := &visit{caller: caller, trail: trailOf(ctx), started: s.clock()}
	if err := checkCode(code); err != nil {
		return nil, err
	}
	secret, err := s.Secrets.Secret(ctx)
	if err != nil {
		return nil, err
	}
	v.secret = secret
	app := secret.AppOf(caller)
	v.trail.AppID = app.ID

	answer, err := s.exchange(ctx, v, app, code)
	v.exchanged = s.clock()
	twin := repeat{route: route, appID: app.ID, code: code, address: caller.Address}
	v.remember = func() error { return s.remember(ctx, v, twin, answer) }
	if errors.Is(err, WXCodeUsed) {
		answer, err = s.recall(ctx, v, twin, err)
		v.remember = func() error { return nil }
	}
	if err != nil {
		return nil, err
	}

	v.Identity = Identity{AppID: app.ID, OpenID: answer.OpenID, UnionID: answer.UnionID}
	v.trail.OpenIDHash = v.secret.Hash("log openid", app.ID, answer.OpenID)[:16]
	v.sealedKey = v.secret.Seal([]byte(answer.SessionKey), "session_key", app.ID, answer.OpenID)
	return v, nil
}

// exchange asks WeChat whose code it is. When WeChat does not take the AppSecret,
// the secret is fetched anew: until the operator has stored WeChat's newer one no one
// can log in. Once it is there the code is sent again with it, since WeChat looks at
// the AppSecret before the code; else each instance that still holds the old one would
// turn somebody away. See docs/decisions/rejected-appsecret.md.
func (s *Service) exchange(ctx context.Context, v *visit, app App, code string) (answer WeChatSession, err error) {
	ask := func() (err error) { answer, err = s.WeChat.Code2Session(ctx, app, code); return err }
	rejected := timed(&v.trail.WeChat, ask)
	if !errors.Is(rejected, WXSecretRejected) {
		return answer, rejected
	}
	newer, err := s.Secrets.Refetch(ctx)
	if err != nil {
		v.trail.lapse(err)
		return answer, rejected
	}
	renewed, known := newer.Apps[app.ID]
	if !known || renewed.Secret == app.Secret {
		return answer, rejected
	}
	v.trail.lapse(rejected)
	v.secret, app = newer, renewed
	err = timed(&v.trail.WeChat, ask)
	return answer, err
}

// touch marks the login in the identity's binding and remembers the identity for
// a repeat, in one round trip. Errors: ErrBindingNotFound.
func (s *Service) touch(ctx context.Context, v *visit) (Binding, error) {
	var binding Binding
	err := timed(&v.trail.Store, func() error {
		return together(
			func() (err error) {
				binding, err = s.Store.TouchBinding(ctx, v.asTouch())
				return err
			},
			// Without the note a repeat is refused, as it would be elsewhere: no reason to
			// fail this login.
			func() error { v.trail.lapse(v.remember()); return nil },
		)
	})
	return binding, err
}

// asTouch is the mark that v leaves in a binding.
func (v *visit) asTouch() Touch {
	return Touch{AppID: v.AppID, OpenID: v.OpenID, UnionID: v.UnionID, SealedKey: v.sealedKey, At: v.exchanged}
}
