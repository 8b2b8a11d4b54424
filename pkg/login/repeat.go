package login

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// A mini-program that launches slowly, or twice, may send the same code again while the first request is
// under way or just after it. WeChat answers the second one with 40163, "code been used". If it comes
// soon, from the same address and on the same route, it gets the first one's identity instead.
const (
	// repeatWindow is how long a code may be repeated after WeChat has answered for it.
	repeatWindow = 10 * time.Second
	// repeatPatience is how long a repeat waits for the first request, which may still be waiting for
	// WeChat.
	repeatPatience = 600 * time.Millisecond
	// repeatPoll is the pause between two looks for what the first request keeps.
	repeatPoll = 50 * time.Millisecond
)

// repeat says which requests repeat each other: those for which it is equal.
type repeat struct {
	route, appID, code, address string
}

// remembered is what is kept, sealed, of a code's exchange for a repeat.
type remembered struct {
	Route      string `json:"route"`
	Address    string `json:"address"`
	UsedAt     int64  `json:"usedAt"` // Unix milliseconds
	OpenID     string `json:"openId"`
	UnionID    string `json:"unionId"`
	SessionKey string `json:"sessionKey"`
}

const repeatPurpose = "code"

func (r repeat) name(secret *Secret) string {
	return "code#" + secret.Hash(repeatPurpose, r.appID, r.code)
}

// remember keeps WeChat's answer to a code for requests that repeat this one.
func (s *Service) remember(ctx context.Context, x *exchange, r repeat, answer WeChatSession) error {
	plain, err := json.Marshal(remembered{
		Route: r.route, Address: r.address, UsedAt: x.answered.UnixMilli(),
		OpenID: answer.OpenID, UnionID: answer.UnionID, SessionKey: string(answer.SessionKey),
	})
	if err != nil {
		return err
	}
	return s.Store.StoreRecord(ctx, r.name(x.secret), Record{
		Version:   NewID(),
		Value:     []byte(x.secret.Seal(plain, repeatPurpose, r.appID, r.code)),
		ExpiresAt: x.answered.Add(repeatWindow),
	})
}

// recall returns the answer that the first request with this code got.
//
// Errors: refusal, which is WeChat's own answer, if nothing is kept or it is not for this request; and
// what the store and the secret answer.
func (s *Service) recall(ctx context.Context, x *exchange, r repeat, refusal error) (WeChatSession, error) {
	return timedRead(&x.trail.Store, func() (WeChatSession, error) {
		record, err := s.awaitRemembered(ctx, r.name(x.secret), refusal)
		if err != nil {
			return WeChatSession{}, err
		}
		return s.openRemembered(ctx, x, r, record, refusal)
	})
}

// awaitRemembered reads what the first request keeps, and waits for it if need be.
func (s *Service) awaitRemembered(ctx context.Context, name string, refusal error) (Record, error) {
	ctx, cancel := context.WithTimeout(ctx, repeatPatience)
	defer cancel()
	for {
		record, err := s.Store.LoadRecord(ctx, name)
		switch {
		case err == nil:
			return record, nil
		case ctx.Err() != nil:
			return Record{}, refusal
		case !errors.Is(err, ErrRecordNotFound):
			return Record{}, err
		}
		if pause(ctx, repeatPoll) != nil {
			return Record{}, refusal
		}
	}
}

func (s *Service) openRemembered(ctx context.Context, x *exchange, r repeat, record Record, refusal error) (WeChatSession, error) {
	plain, err := x.secret.Open(string(record.Value), repeatPurpose, r.appID, r.code)
	if errors.Is(err, ErrUnknownSealKey) {
		// The first request ran in a process that has a newer secret.
		if x.secret, err = s.Secrets.Refetch(ctx); err != nil {
			return WeChatSession{}, err
		}
		plain, err = x.secret.Open(string(record.Value), repeatPurpose, r.appID, r.code)
	}
	var kept remembered
	if err == nil {
		err = json.Unmarshal(plain, &kept)
	}
	if err != nil {
		x.trail.lapse(err)
		return WeChatSession{}, refusal
	}
	usedAt := time.UnixMilli(kept.UsedAt).UTC()
	if kept.Route != r.route || kept.Address != r.address || !s.clock().Before(usedAt.Add(repeatWindow)) {
		return WeChatSession{}, refusal
	}
	x.answered, x.trail.Repeated = usedAt, true
	return WeChatSession{OpenID: kept.OpenID, UnionID: kept.UnionID, SessionKey: Hidden(kept.SessionKey)}, nil
}
