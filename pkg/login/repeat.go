package login

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// A mini-program launches slowly, or twice, and sends the same code again while
// the first request is under way or just done. WeChat answers the second one
// with 40163, "code been used". It gets the first one's identity instead, if it
// comes soon, from the same address and on the same route.
const (
	// repeatWindow is how long after its use a code may be repeated.
	repeatWindow = 10 * time.Second
	// repeatPatience is how long a repeat waits for the first request, which may
	// not have heard from WeChat yet.
	repeatPatience = 600 * time.Millisecond
	repeatPoll     = 50 * time.Millisecond
)

// repeat tells which requests repeat each other.
type repeat struct {
	route, appID, code, address string
}

// remembered is what is kept, sealed, of a code's exchange.
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

// remember keeps the answer to a code for the requests that repeat this one.
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

// recall gives the answer that the first request with this code got. The error
// is refusal, WeChat's own word, when there is none or it is not this caller's.
func (s *Service) recall(ctx context.Context, x *exchange, r repeat, refusal error) (WeChatSession, error) {
	return timedRead(&x.trail.Store, func() (WeChatSession, error) {
		record, err := s.awaitRemembered(ctx, r.name(x.secret), refusal)
		if err != nil {
			return WeChatSession{}, err
		}
		return s.openRemembered(ctx, x, r, record, refusal)
	})
}

// awaitRemembered reads what the first request keeps, which may not have it yet.
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
		// The twin runs in a process that has a newer secret.
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
