package login

import "context"

// Guessing, in one page.
//
// Each attempt at a password is counted by four counters, of which only wrong
// passwords stay:
//
//	identity  one openid. Nobody but its owner can use it up.
//	address   one source address, which a carrier's NAT shares among many people.
//	account   one username, whether there is such a user or not.
//	pair      one username from one address.
//
// limits.go says how many wrong passwords each leaves free, and the wait after each
// further one. Somebody waits when identity or address ask for it. An account never
// makes anybody wait by itself: its owner must not wait for what a stranger does.
// Once its free wrong passwords are spent it is under attack, and the pair decides:
// the owner, at another address than the stranger, has attempts of their own.
//
// An attempt is reserved in all four before the password is looked at, so that any
// number of attempts at the same time stays within the limits. It is given back
// unless the password was wrong. Whether the account is under attack is known only
// once its counter is read, so the pair reserves every attempt, even one that would
// have to wait there: when the attack begins it knows of all of them.
//
// docs/limits.md has the numbers for users, docs/decisions/attempts-by-compare-and-swap.md
// the reasons.

// attempt is one attempt at a password, with the four counters that count it.
type attempt struct {
	identity, address, account, pair *counter
}

// attemptIDLen keeps counters short: 50 random bits tell their entries apart.
const attemptIDLen = 10

func newAttempt(x *exchange, username string) attempt {
	id := NewID()[:attemptIDLen]
	counterOf := func(p policy, purpose string, parts ...string) *counter {
		return &counter{name: "count#" + x.secret.Hash(purpose, parts...), policy: p, id: id}
	}
	a := attempt{
		identity: counterOf(identityPolicy, "identity tries", x.AppID, x.OpenID),
		address:  counterOf(addressPolicy, "source tries", x.caller.Address),
		account:  counterOf(accountPolicy, "account tries", username),
		pair:     counterOf(pairPolicy, "pair tries", username, x.caller.Address),
	}
	a.pair.reservesAll = true
	return a
}

func (a attempt) counters() []*counter {
	return []*counter{a.identity, a.address, a.account, a.pair}
}

// underAttack says that the pair decides, and not the account.
func (a attempt) underAttack() bool { return a.account.spent }

// refusal is TooManyAttempts with the time until an attempt may be made, or nil when
// it may be made now.
func (a attempt) refusal() error {
	account := a.account.wait
	if a.underAttack() {
		account = min(account, a.pair.wait)
	}
	wait := max(a.identity.wait, a.address.wait, account)
	if !a.pair.reserved { // too many are under way
		wait = max(wait, heldRetry)
	}
	if wait == 0 {
		return nil
	}
	return &Error{Code: TooManyAttempts, RetryAfter: wait}
}

// admit reserves an attempt, and finds the user: one round trip, and one more for an
// account under attack. The id is "" when there is no such user.
//
// Errors: TooManyAttempts.
func (s *Service) admit(ctx context.Context, x *exchange, a attempt, username string) (userID string, err error) {
	trip := x.roundTrip(ctx)
	for _, c := range a.counters() {
		trip.do(func() error { return s.reserve(ctx, c) })
	}
	read(trip, &userID, func() (string, error) { return s.users.find(ctx, username) })
	if err := trip.wait(); err != nil {
		return userID, err
	}
	if err := a.refusal(); err != nil || !a.underAttack() {
		return userID, err
	}
	// The pair was perhaps read before the attempts that spent the account.
	if err := timed(&x.trail.Store, func() error { return s.reserve(ctx, a.pair) }); err != nil {
		return userID, err
	}
	return userID, a.refusal()
}

// countWrong makes the attempt count. Only when that is certain is the answer told:
// otherwise whoever breaks the store would guess for free.
func (s *Service) countWrong(ctx context.Context, x *exchange, a attempt) error {
	trip := x.roundTrip(ctx)
	for _, c := range a.counters() {
		trip.do(func() error { return s.spend(ctx, c) })
	}
	if err := trip.wait(); err != nil {
		return err
	}
	return InvalidCredentials
}

// giveBack releases the attempt. A reservation that cannot be released expires by
// itself, so the outcome of the bind stands.
func (s *Service) giveBack(ctx context.Context, x *exchange, a attempt) {
	trip := x.roundTrip(ctx)
	for _, c := range a.counters() {
		trip.do(func() error { return s.release(ctx, c) })
	}
	x.trail.lapse(trip.wait())
}
