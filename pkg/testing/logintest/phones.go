package logintest

import (
	"cmp"
	"context"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Phones are the access_tokens and phone codes of a WeChat: "phone-alice-1" gives the number of alice, and belongs to the
// openid of her codes; "phone-13800138000-1" gives that number to anybody, and "phone-+14155550100-1" that one. A code
// can be used once.
type Phones struct {
	phones sync.Mutex
	used   map[string]bool
	tokens map[string][]issued // by appid
	// Now is the clock by which tokens end; nil means that they never do.
	Now func() time.Time
	// Tail, if set, is how long before its end the next token is there; it is 5 minutes at WeChat.
	Tail time.Duration
	// TokenCalls and PhoneCalls count the calls.
	TokenCalls, PhoneCalls int
	// BeforeToken and BeforePhone, if set, run before each call.
	BeforeToken func() error
	BeforePhone func(phoneCode string) error
}

// issued is a token that was given out.
type issued struct {
	value login.Hidden
	ends  time.Time
}

// The times of WeChat's stable tokens: how long one lives, and how long before its end the next one is there.
const (
	tokenLife = 2 * time.Hour
	tokenTail = 5 * time.Minute
)

func (p *Phones) clock() time.Time {
	if p.Now == nil {
		return time.Time{}
	}
	return p.Now()
}

// StableToken gives an app's token: the same until its last 5 minutes, or until it is killed.
func (p *Phones) StableToken(_ context.Context, app login.App) (login.AccessToken, error) {
	p.phones.Lock()
	p.TokenCalls++
	before := p.BeforeToken
	p.phones.Unlock()
	if before != nil {
		if err := before(); err != nil {
			return login.AccessToken{}, err
		}
	}
	p.phones.Lock()
	defer p.phones.Unlock()
	now, all := p.clock(), p.tokens[app.ID]
	if n := len(all); n == 0 || !now.Before(all[n-1].ends.Add(-cmp.Or(p.Tail, tokenTail))) {
		if p.tokens == nil {
			p.tokens = map[string][]issued{}
		}
		all = append(all, issued{login.Hidden(fmt.Sprintf("token of %s %d", app.ID, n+1)), now.Add(tokenLife)})
		p.tokens[app.ID] = all
	}
	newest := all[len(all)-1]
	return login.AccessToken{Value: newest.value, Life: newest.ends.Sub(now)}, nil
}

// KillTokens ends the tokens of an app, as somebody does who forces a new one.
func (p *Phones) KillTokens(appID string) {
	p.phones.Lock()
	defer p.phones.Unlock()
	for i := range p.tokens[appID] {
		p.tokens[appID][i].ends = time.Time{}
	}
}

// PhoneNumber gives the number of a phone code.
func (p *Phones) PhoneNumber(_ context.Context, token login.Hidden, app login.App, phoneCode, openID string) (string, error) {
	p.phones.Lock()
	p.PhoneCalls++
	before := p.BeforePhone
	p.phones.Unlock()
	if before != nil {
		if err := before(phoneCode); err != nil {
			return "", err
		}
	}
	p.phones.Lock()
	defer p.phones.Unlock()
	if !p.accepts(app.ID, token) {
		return "", login.Because(login.WXTokenRejected, nil)
	}
	rest, isPhoneCode := strings.CutPrefix(phoneCode, "phone-")
	name, _, _ := strings.Cut(rest, "-")
	number := PhoneOf(name)
	if digits := strings.TrimPrefix(name, "+"); name != "" && strings.Trim(digits, "0123456789") == "" {
		if number = name; digits == name {
			number = "+86" + name
		}
	} else if openID != "o-"+name {
		isPhoneCode = false
	}
	if !isPhoneCode || name == "" || p.used[phoneCode] {
		return "", login.Because(login.PhoneCodeInvalid, nil)
	}
	if p.used == nil {
		p.used = map[string]bool{}
	}
	p.used[phoneCode] = true
	return number, nil
}

// accepts says whether a token is one of the app's that has not ended. The caller holds the lock.
func (p *Phones) accepts(appID string, token login.Hidden) bool {
	now := p.clock()
	for _, t := range p.tokens[appID] {
		if t.value == token && now.Before(t.ends) {
			return true
		}
	}
	return false
}

// PhoneOf is the phone number of the person of a name.
func PhoneOf(name string) string {
	return fmt.Sprintf("+86138%08d", crc32.ChecksumIEEE([]byte(name))%100_000_000)
}
