package login

import "context"

// Guessing, on one page.
//
// Four counters count each attempt at a password. Only wrong passwords stay in them.
//
//	identity  one openid. Only its owner can use it up.
//	address   one source address. Many people share one behind a carrier's NAT.
//	account   one username, whether there is such a user or not.
//	pair      one username from one address.
//
// limits.go says how many wrong passwords each counter leaves free, and how long the waits are after
// that. The waits of the identity and the address always apply. Wrong passwords at an account make
// nobody wait by themselves, or a stranger could lock the owner out. Once the account's free ones are
// spent it is under attack. From then on the pair decides: the owner, at another address than the
// stranger, has attempts of their own.
//
// An identity that has no attempt in its counter gets one whatever the other three say: else a stranger
// behind the owner's NAT could lock the owner out. If it is wrong, all four count it.
//
// An attempt is reserved in all four before the password is looked at, so any number of attempts at
// the same time stays within the limits. It is given back if the password was right, or if no hash of it
// had begun. Else it counts, even if the request's deadline came before the outcome was known. While
// reservations leave no room in a counter that applies, the answer is to try again in heldRetry.
//
// Whether the account is under attack is known only after its counter has been read. So the pair
// reserves every attempt, even one that it asks to wait: when the attack begins, the pair holds them all.
//
// docs/limits.md has the numbers for users, and docs/decisions/attempts-by-compare-and-swap.md has the
// reasons.

// attempt is one attempt at a password, with the four counters that count it.
type attempt struct {
	identity, address, account, pair *counter
}

// attemptIDLen is short so that counters stay short: 50 random bits tell their entries apart.
const attemptIDLen = 10

func newAttempt(x *exchange, username string) attempt {
	counterOf := func(p policy, purpose string, parts ...string) *counter {
		return &counter{name: "count#" + x.secret.Hash(purpose, parts...), policy: p, id: x.attempt, repeated: x.repeated}
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

// underAttack says whether the account's free wrong passwords are spent, so that the pair decides.
func (a attempt) underAttack() bool { return a.account.spent }

// first says whether this is the only attempt of its identity. Of several at the same time only one is.
func (a attempt) first() bool { return a.identity.alone && a.identity.reserved }

// claim is what the attempt claims. A second password is looked at only while the identity has free attempts:
// else somebody who is bound would guess two passwords with each attempt.
func (a attempt) claim(username, userID string, password, newPassword Hidden) claim {
	return claim{username, userID, password, newPassword, newPassword != "" && !a.identity.spent}
}

// refusal returns TooManyAttempts with the time until an attempt may be made, or nil if it may be made
// now.
func (a attempt) refusal() error {
	if a.first() {
		return nil
	}
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

// admit reserves an attempt and finds the user, in one round trip, or in two if the account is under attack
// and the identity has tried before.
// The id is "" if there is no such user, or if only the password can tell; see userSource.
//
// Errors: TooManyAttempts; and what the store answers.
func (s *Service) admit(ctx context.Context, x *exchange, a attempt, username string) (userID string, err error) {
	trip := x.trail.roundTrip(ctx)
	for _, c := range a.counters() {
		trip.do(func() error { return s.reserve(ctx, c) })
	}
	read(trip, &userID, func() (string, error) { return s.users.find(ctx, username) })
	if err := trip.wait(); err != nil {
		return userID, err
	}
	if err := a.refusal(); err != nil || a.first() || !a.underAttack() {
		return userID, err
	}
	// The pair may have been read before the attempts that put the account under attack were in it.
	if err := timed(&x.trail.Store, func() error { return s.reserve(ctx, a.pair) }); err != nil {
		return userID, err
	}
	return userID, a.refusal()
}

// count counts the attempt as a wrong password. It returns outcome only once that is stored: otherwise
// whoever could break the store would guess for free.
func (s *Service) count(ctx context.Context, x *exchange, a attempt, outcome error) error {
	trip := x.trail.roundTrip(ctx)
	for _, c := range a.counters() {
		if c.reserved || a.first() {
			trip.do(func() error { return s.spend(ctx, c) })
		}
	}
	if err := trip.wait(); err != nil {
		return err
	}
	return outcome
}

// giveBack releases the attempt. If that fails the outcome of the bind stands, since a reservation
// expires by itself.
func (s *Service) giveBack(ctx context.Context, x *exchange, a attempt) {
	trip := x.trail.roundTrip(ctx)
	for _, c := range a.counters() {
		trip.do(func() error { return s.release(ctx, c) })
	}
	x.trail.lapse(trip.wait())
}
