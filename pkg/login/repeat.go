package login

import (
	"context"
	"errors"
	"time"
)

// Repeats, on one page.
//
// A mini-program that launches slowly, or twice, may send the same request again while the first one is
// under way or just after it. WeChat answers the second one with 40163, "code been used". If it comes soon
// and is identical, it is done again, with the identity that WeChat gave for the first one and under the
// same ids: the same token, the same attempt at a password, the same beginning. So whatever both of them
// do counts once, in any order, in any number of processes, and wherever one of them died. Nothing is
// answered from memory: user, binding and session are judged as they are now.
//
// Every other request with a used code is refused. So nobody who sees a code can use it for anything but
// what its owner has asked for, and for that only if they have seen the whole request.
//
// What a repeat needs to know stands in a record of the code; see kept. The first request stores it beside
// its first round trip to the stores; a checkBind stores it with the session that it opens, or as soon as it
// knows that nobody is bound. If it dies before that, nobody knows the identity any more, and a
// repeat is refused like any other request. See docs/decisions/repeating-under-the-same-ids.md.
const (
	// repeatWindow is how long a request may be repeated after WeChat has answered the first one.
	repeatWindow = 10 * time.Second
	// maxRepeats is how often it may be repeated.
	maxRepeats = 2
	// repeatPatience is how long a repeat waits for the record of the first request, which may still be
	// waiting for WeChat.
	repeatPatience = 600 * time.Millisecond
	// repeatPoll is the pause between two looks for the record.
	repeatPoll = 50 * time.Millisecond
)

// ids are what makes a request that is done twice count once.
type ids struct {
	// began is the time before anything was read. A session that is opened now counts as created then, and
	// a departure that is noted later refuses the bind.
	began time.Time
	// session is the secret part of the token that the request may hand out.
	session [32]byte
	// attempt names the request's attempt at a password in the counters.
	attempt string
}

// firstOrRepeat takes what WeChat answered. For a first request it arranges for the record to be stored; a
// repeat gets the first one's answer and ids, and has itself counted. Either is a step of the next round
// trip: see Trail.roundTrip.
//
// Errors: WeChat's own, also for a used code if this is no repeat; and what the store and the secret answer.
func (s *Service) firstOrRepeat(ctx context.Context, x *exchange, p presented, answer WeChatSession, err error) (WeChatSession, error) {
	switch {
	case err == nil:
		x.kept = x.keep(p, answer)
		x.trail.beside = func(ctx context.Context) error {
			x.trail.lapse(s.storeKept(ctx, x)) // only the repeats of this request will be refused
			return nil
		}
	case errors.Is(err, WXCodeUsed):
		return timedRead(&x.trail.Store, func() (WeChatSession, error) { return s.recall(ctx, x, p, err) })
	}
	return answer, err
}

// recall makes x a repeat of the first request with this code.
//
// Errors: refusal, if there is no record or it is not for this request; and what the store and the secret
// answer.
func (s *Service) recall(ctx context.Context, x *exchange, p presented, refusal error) (WeChatSession, error) {
	record, err := s.awaitRecord(ctx, x.recordName(p.code), refusal, repeatPatience, repeatPoll)
	if err != nil {
		return WeChatSession{}, err
	}
	k, err := x.unseal(record, p.code)
	if errors.Is(err, ErrUnknownSealKey) {
		// The first request ran in a process that has a newer secret.
		if x.secret, err = s.Secrets.Refetch(ctx); err != nil {
			return WeChatSession{}, err
		}
		k, err = x.unseal(record, p.code)
	}
	if err != nil {
		x.trail.lapse(err)
		return WeChatSession{}, refusal
	}
	if k.Fingerprint != x.fingerprint(p) || !s.clock().Before(k.usedAt().Add(repeatWindow)) || k.Repeats >= maxRepeats {
		return WeChatSession{}, refusal
	}
	x.ids, x.answered, x.repeated = k.ids(), k.usedAt(), true
	x.trail.Repeated = true
	x.trail.beside = func(ctx context.Context) error { return s.claim(ctx, x, k, refusal) }
	return WeChatSession{OpenID: k.OpenID, UnionID: k.UnionID, SessionKey: Hidden(k.SessionKey)}, nil
}

// awaitRecord reads the record of another request, and waits for it if need be. It pauses between two looks, for
// longer each time, at most longest.
//
// Errors: refusal, if there is none; and what the store answers.
func (s *Service) awaitRecord(ctx context.Context, name string, refusal error, patience, longest time.Duration) (Record, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for poll := repeatPoll; ; poll = min(2*poll, longest) {
		record, err := s.Store.LoadRecord(ctx, name)
		switch {
		case err == nil:
			return record, nil
		case ctx.Err() != nil:
			return Record{}, refusal
		case !errors.Is(err, ErrRecordNotFound):
			return Record{}, err
		}
		if pause(ctx, poll) != nil {
			return Record{}, refusal
		}
	}
}

// claim counts a repeat. Others may be counted at the same time, so k may be out of date.
//
// Errors: refusal, when it is one too many; and what the store answers.
func (s *Service) claim(ctx context.Context, x *exchange, k kept, refusal error) (err error) {
	defer func() { x.trail.Repeated = err == nil }()
	for k.Repeats < maxRepeats {
		next := k
		next.Repeats++
		next.Holders++
		stored, err := s.swapKept(ctx, x, k.version, next)
		if err == nil {
			x.session = next.ids().session // a first request that failed has changed it
			return nil
		}
		if !errors.Is(err, ErrRecordChanged) {
			return err
		}
		if k, err = x.unseal(stored, k.code); err != nil { // expired and gone, or sealed with a newer secret
			return refusal
		}
	}
	return refusal
}

// disown tells whether x alone has the ids that its token is made of. If so, no repeat gets them any more:
// it gets others. A login that fails asks before it forgets its session, since the token may be in the
// answer to the same request in another process.
func (s *Service) disown(ctx context.Context, x *exchange) (bool, error) {
	if x.kept.Holders != 1 {
		return false, nil
	}
	next, others := x.kept, newIDs(x.began)
	next.Holders, next.Session = 0, others.session[:]
	stored, err := s.swapKept(ctx, x, x.kept.version, next)
	if errors.Is(err, ErrRecordChanged) {
		return stored.Version == "", nil // "" if it could not be stored, so nobody can repeat this request
	}
	return err == nil, err
}
