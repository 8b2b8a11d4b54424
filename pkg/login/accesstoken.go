package login

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// An app's access_token is kept in the process, and sealed in the store for all other processes. Nobody ever forces a new
// one, so whoever else asks WeChat for it, another deployment or another program, has the same.

const (
	// tokenMargin is how long before its end a token is renewed. WeChat gives the next one from then on, and accepts both.
	tokenMargin = 5 * time.Minute
	// tokenTrust is how long a token that WeChat has just given is used in any case: by its clock the last 5 minutes may not
	// have begun.
	tokenTrust = time.Minute
	// tokenPause is how long a process that could not renew a token goes on with it before it tries again.
	tokenPause = 30 * time.Second
)

const tokenPurpose = "access_token"

// sharedToken is an access_token as its record keeps it, sealed.
type sharedToken struct {
	Value   string `json:"value"`
	RenewAt int64  `json:"renewAt"` // Unix milliseconds
	Ends    int64  `json:"ends"`    // Unix milliseconds
}

// newSharedToken is a token for which WeChat was asked at a time.
func newSharedToken(t AccessToken, asked time.Time) sharedToken {
	ends := asked.Add(t.Life)
	renew := ends.Add(-tokenMargin)
	if trusted := asked.Add(tokenTrust); renew.Before(trusted) {
		renew = trusted
	}
	return sharedToken{Value: string(t.Value), RenewAt: renew.UnixMilli(), Ends: ends.UnixMilli()}
}

// fresh says whether the token can be used, and need not be renewed.
func (t sharedToken) fresh(now time.Time, not Hidden) bool {
	return t.lives(now, not) && now.UnixMilli() < t.RenewAt
}

// lives says whether the token can be used.
func (t sharedToken) lives(now time.Time, not Hidden) bool {
	return t.Value != "" && t.Value != string(not) && now.UnixMilli() < t.Ends
}

// postponed is the token when it could not be renewed.
func (t sharedToken) postponed(now time.Time) sharedToken {
	t.RenewAt = now.Add(tokenPause).UnixMilli()
	return t
}

// tokenRecordName names the record of an app's token. With another AppSecret it has another name, so that a process
// that has the old one yet does not disturb those with the new one.
func tokenRecordName(secret *Secret, app App) string {
	return "token#" + secret.Hash(tokenPurpose, app.ID, string(app.Secret))
}

// accessToken returns an app's access_token: from this process, else from the record that all processes share, else from
// WeChat. not, if not "", is one that WeChat has just rejected: neither this process nor the record counts if it has
// that one. WeChat may give it once more, and then it is the result.
//
// Of requests that need a new token at the same time, one fetches it. Those that still have one do not wait.
//
// Errors: those of WeChat.StableToken; WXUnavailable when the context ends first; that of a repeat that is one too many. That
// the store does not answer is a lapse.
func (s *Service) accessToken(ctx context.Context, secret *Secret, app App, not Hidden) (Hidden, error) {
	trail := TrailOf(ctx)
	for {
		held, f, leads := s.tokens.join(app, not, s.clock())
		if f == nil {
			return Hidden(held.Value), nil
		}
		if leads {
			s.leadFetch(ctx, f, secret, app, not, held)
			return Hidden(f.token.Value), f.err
		}
		if err := timed(&trail.WeChat, func() error { return f.wait(ctx) }); err != nil {
			return "", Because(WXUnavailable, err)
		}
		switch {
		case f.private:
		case f.err != nil:
			return "", f.err
		case f.token.Value != string(not) || f.asked:
			return Hidden(f.token.Value), nil
		}
	}
}

// leadFetch does a fetch for all who wait for it.
func (s *Service) leadFetch(ctx context.Context, f *tokenFetch, secret *Secret, app App, not Hidden, held sharedToken) {
	f.private = true
	defer func() { s.tokens.finish(app, f) }() // also if it panics
	f.token, f.asked, f.private, f.err = s.fetchToken(ctx, secret, app, not)
	if f.err == nil || f.private || !held.lives(s.clock(), not) {
		return
	}
	TrailOf(ctx).lapse(f.err)
	f.token, f.err = held.postponed(s.clock()), nil
}

// fetchToken reads the record, and asks WeChat if that does not have a fresh token. asked says that it did so, and private
// that the error is the request's alone.
func (s *Service) fetchToken(ctx context.Context, secret *Secret, app App, not Hidden) (t sharedToken, asked, private bool, err error) {
	trail, name := TrailOf(ctx), tokenRecordName(secret, app)
	var record Record
	var unread error
	trip := trail.roundTrip(ctx)
	trip.do(func() error { record, unread = s.Store.LoadRecord(ctx, name); return nil })
	if err := trip.wait(); err != nil {
		return sharedToken{}, false, true, err
	}
	var stored sharedToken
	if unread == nil {
		stored, err = unsealToken(secret, app, record)
		trail.lapse(err) // from a process with a newer seal key, or damaged: it is replaced
	} else if !errors.Is(unread, ErrRecordNotFound) {
		trail.lapse(unread)
	}
	began := s.clock()
	if stored.fresh(began, not) {
		return stored, false, false, nil
	}

	answer, err := timedRead(&trail.WeChat, func() (AccessToken, error) { return s.WeChat.StableToken(ctx, app) })
	switch {
	case err != nil && ctx.Err() != nil:
		return sharedToken{}, true, true, err
	case err != nil && stored.lives(began, not):
		trail.lapse(err)
		return stored.postponed(began), true, false, nil
	case err != nil:
		return sharedToken{}, true, false, err
	}
	t = newSharedToken(answer, began)
	if unread == nil || errors.Is(unread, ErrRecordNotFound) {
		trip := trail.roundTrip(ctx)
		trip.try(func() error { return s.Store.StoreRecord(ctx, name, sealToken(secret, app, t)) })
		_ = trip.wait() // what fails is a lapse
	}
	return t, true, false, nil
}

// sealToken makes the record of a token.
func sealToken(secret *Secret, app App, t sharedToken) Record {
	plain, err := json.Marshal(t)
	if err != nil {
		panic(err) // a string and numbers always marshal
	}
	return Record{
		Version:   NewID(),
		Value:     []byte(secret.Seal(plain, tokenPurpose, app.ID)),
		ExpiresAt: time.UnixMilli(t.Ends).UTC(),
	}
}

// unsealToken reads the record of a token.
//
// Errors: those of Secret.Open; one for what is no JSON.
func unsealToken(secret *Secret, app App, r Record) (t sharedToken, err error) {
	plain, err := secret.Open(string(r.Value), tokenPurpose, app.ID)
	if err != nil {
		return sharedToken{}, err
	}
	return t, json.Unmarshal(plain, &t)
}

// withAccessToken calls WeChat with an app's access_token. If WeChat rejects it, a new one is fetched and the call repeated,
// once: somebody may have forced a new token, which ends the old one.
//
// Errors: those of accessToken and of the call. WXTokenRejected means that the second token was rejected, too.
func (s *Service) withAccessToken(ctx context.Context, x *exchange, app App, call func(token Hidden) error) error {
	var rejected Hidden
	for {
		token, err := s.accessToken(ctx, x.secret, app, rejected)
		if err != nil {
			return err
		}
		err = timed(&x.trail.WeChat, func() error { return call(token) })
		if !errors.Is(err, WXTokenRejected) || rejected != "" {
			return err
		}
		x.trail.lapse(err)
		rejected = token
	}
}
