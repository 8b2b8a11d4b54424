package logintest

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// WeChat knows people by their codes: "alice-1" and "alice-2" are two codes of alice, and "phone-alice-1" is one of her
// phone codes.
type WeChat struct {
	mu   sync.Mutex
	used map[string]bool
	// Calls counts the codes that were asked for.
	Calls int
	// SlowRefusal is how long the refusal of a used code takes.
	SlowRefusal time.Duration
	// Before, if set, runs before a code is checked.
	Before func(code string) error
	// AppSecret, if set, is the only one accepted. It is checked before the code.
	AppSecret login.Hidden
	// NoUnionID says that the mini-programs are under no Open Platform account.
	NoUnionID bool
	// UnionID, if set, is everybody's.
	UnionID string
	// SessionChecks counts the calls of CheckSession. BeforeCheck, if set, is what it answers.
	SessionChecks int
	BeforeCheck   func(openID string, sessionKey login.Hidden) error
	Phones
}

func (p *WeChat) Code2Session(_ context.Context, app login.App, code string) (login.WeChatSession, error) {
	p.mu.Lock()
	p.Calls++
	if p.AppSecret != "" && app.Secret != p.AppSecret {
		p.mu.Unlock()
		return login.WeChatSession{}, &login.Error{Code: login.WXSecretRejected}
	}
	used := p.used[code]
	if p.used == nil {
		p.used = map[string]bool{}
	}
	p.used[code] = true
	before := p.Before
	p.mu.Unlock()
	if used {
		time.Sleep(p.SlowRefusal)
		return login.WeChatSession{}, login.WXCodeUsed
	}
	if before != nil {
		if err := before(code); err != nil {
			return login.WeChatSession{}, err
		}
	}
	name, _, _ := strings.Cut(code, "-")
	session := login.WeChatSession{OpenID: "o-" + name, UnionID: "union-" + name, SessionKey: "key of " + login.Hidden(code)}
	if p.NoUnionID {
		session.UnionID = ""
	} else if p.UnionID != "" {
		session.UnionID = p.UnionID
	}
	return session, nil
}

// Secrets holds the operator's secret.
type Secrets struct {
	mu sync.Mutex
	// Held is the secret. Newer, if set, is what a refetch finds.
	Held, Newer *login.Secret
	Refetches   int
}

func (v *Secrets) Secret(context.Context) (*login.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.Held, nil
}

func (v *Secrets) Refetch(context.Context) (*login.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.Refetches++
	if v.Newer != nil {
		v.Held = v.Newer
	}
	return v.Held, nil
}

// Services are services that never change.
type Services login.ServiceKeys

// ServiceKeys implements login.Services.
func (s Services) ServiceKeys(context.Context) (login.ServiceKeys, error) {
	return login.ServiceKeys(s), nil
}

// SecretWith makes a secret with seal keys of these ids, newest first, and with always the same index key.
func SecretWith(ids ...string) *login.Secret {
	s := &login.Secret{DefaultApp: AppID, IndexKey: login.Hidden(strings.Repeat("index", 9)), Apps: map[string]login.App{
		AppID:   {ID: AppID, Secret: "app secret"},
		"wxtwo": {ID: "wxtwo", Secret: "other secret"},
	}}
	for _, id := range ids {
		s.SealKeys = append(s.SealKeys, login.SealKey{ID: id, Key: login.Hidden(strings.Repeat(id+"k", 43))})
	}
	return s
}

// Hasher does not really hash, so that tests are quick; pkg/password has its own tests.
type Hasher struct {
	mu sync.Mutex
	// Checks counts the passwords that were checked.
	Checks int
	// Outdated makes each matching hash count as outdated.
	Outdated bool
}

func (*Hasher) Hash(_ context.Context, p login.Hidden) (login.Hidden, error) {
	return "rehashed:" + p, nil
}

func (*Hasher) Kind(login.Hidden) (string, error) { return "", nil }

func (h *Hasher) Verify(_ context.Context, hash, p login.Hidden, _ []string) (ok, outdated bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Checks++
	_, text, labelled := strings.Cut(string(hash), ":")
	if !labelled {
		text = string(hash)
	}
	return hash != "" && text == string(p), h.Outdated, nil
}

// CheckSession finds every session_key good, unless BeforeCheck says otherwise.
func (p *WeChat) CheckSession(_ context.Context, token login.Hidden, app login.App, openID string, sessionKey login.Hidden) error {
	p.mu.Lock()
	p.SessionChecks++
	before := p.BeforeCheck
	p.mu.Unlock()
	p.phones.Lock()
	known := p.accepts(app.ID, token)
	p.phones.Unlock()
	if !known {
		return login.WXTokenRejected
	}
	if before != nil {
		return before(openID, sessionKey)
	}
	return nil
}
