package login

import (
	"context"
)

// tries are what bounds the guessing of passwords: a meter for the identity, one
// for the address, one for the account, and one for the latter two together. A try
// is reserved in all of them before the password is looked at, so that any number
// of tries at the same time stays within the limits. It is given back unless the
// password was wrong. The limits stand in limits.go.
type tries struct {
	identity, source, account, pair *meter
}

// tryIDLen keeps counters short: 50 random bits tell their entries apart.
const tryIDLen = 10

func newTries(v *visit, username string) tries {
	id := newID()[:tryIDLen]
	meterOf := func(p policy, purpose string, parts ...string) *meter {
		return &meter{name: "count#" + v.secret.Hash(purpose, parts...), policy: p, id: id}
	}
	t := tries{
		identity: meterOf(identityPolicy, "identity tries", v.AppID, v.OpenID),
		source:   meterOf(sourcePolicy, "source tries", v.caller.Address),
		account:  meterOf(accountPolicy, "account tries", username),
		pair:     meterOf(pairPolicy, "pair tries", username, v.caller.Address),
	}
	// Whether the account is hot is not known yet. So the pair holds every try that is
	// under way, and has all of them when the account becomes hot.
	t.pair.lenient = true
	return t
}

// refusal is TooManyAttempts with the time until a try may be made, or nil when
// it may be made now.
func (t tries) refusal() error {
	account := t.account.wait
	if t.account.full { // it is hot
		account = min(account, t.pair.wait)
	}
	wait := max(t.identity.wait, t.source.wait, account)
	if !t.pair.reserved { // too many are under way
		wait = max(wait, heldRetry)
	}
	if wait == 0 {
		return nil
	}
	return &Error{Code: TooManyAttempts, RetryAfter: wait}
}

// each is a step for every meter, to be taken together.
func (t tries) each(do func(*meter) error) []func() error {
	var steps []func() error
	for _, m := range []*meter{t.identity, t.source, t.account, t.pair} {
		steps = append(steps, func() error { return do(m) })
	}
	return steps
}

// admit reserves a try, and finds the user: one round trip, and one more for a hot
// account. The id is "" when there is no such user.
//
// Errors: TooManyAttempts.
func (s *Service) admit(ctx context.Context, v *visit, t tries, username string) (userID string, err error) {
	steps := append(t.each(func(m *meter) error { return s.reserve(ctx, m) }),
		func() (err error) { userID, err = s.people.find(ctx, username); return err },
		func() error { v.trail.lapse(v.remember()); return nil },
	)
	err = timed(&v.trail.Store, func() error { return together(steps...) })
	if err == nil {
		err = t.refusal()
	}
	if err == nil && t.account.full {
		// The pair was perhaps read before the tries that made the account hot.
		if err = timed(&v.trail.Store, func() error { return s.reserve(ctx, t.pair) }); err == nil {
			err = t.refusal()
		}
	}
	return userID, err
}

// countWrong makes the try count. Only when that is certain is the answer told:
// otherwise whoever breaks the store would guess for free.
func (s *Service) countWrong(ctx context.Context, v *visit, t tries) error {
	steps := t.each(func(m *meter) error { return s.spend(ctx, m) })
	if err := timed(&v.trail.Store, func() error { return together(steps...) }); err != nil {
		return err
	}
	return InvalidCredentials
}

// giveBack releases the try. A reservation that cannot be released expires by
// itself, so the outcome of the bind stands.
func (s *Service) giveBack(ctx context.Context, v *visit, t tries) {
	steps := t.each(func(m *meter) error { return s.release(ctx, m) })
	v.trail.lapse(timed(&v.trail.Store, func() error { return together(steps...) }))
}
