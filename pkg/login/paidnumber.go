package login

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// A phone code is paid for when it is made, and WeChat takes it once. So what WeChat says is kept, sealed, for a while: whoever asks
// again with the same code, because an answer was lost or a password was wanted besides, gets the number without a call.
// Only the same identity does.
//
// It is kept in the first round trip after WeChat's answer, beside the look for the number's owner; if that fails, in the
// next one. From then on a process may die anywhere: a repeat in another one gets the number. If it dies before, or the
// store does not answer at all, nobody has the number: WeChat refuses the code as used, and only another tap helps.

// paidNumber is what is kept.
type paidNumber struct {
	OpenID string `json:"openId"`
	Number string `json:"number"`
	At     int64  `json:"at"` // Unix milliseconds: when WeChat said so
}

const (
	// paidLife is how long it is kept. WeChat's phone codes live for 5 minutes.
	paidLife    = 10 * time.Minute
	paidPurpose = "phone code"
	// keepTries is how often it is tried to keep it.
	keepTries = 3
	// paidPatience is how long a request waits for what another one with the same phone code is about to keep. It pauses
	// between two looks, for longer each time, at most paidPoll.
	paidPatience = 3 * time.Second
	paidPoll     = 400 * time.Millisecond
)

func (x *exchange) paidName(phoneCode string) string {
	return "phone#" + x.secret.Hash(paidPurpose, x.AppID, phoneCode)
}

// paidFor reads what is kept under a phone code; nil if nothing is.
//
// Errors: PhoneCodeInvalid if it is another identity's; and what the store answers.
func (s *Service) paidFor(ctx context.Context, x *exchange, phoneCode string) (*paidNumber, error) {
	record, err := s.Store.LoadRecord(ctx, x.paidName(phoneCode))
	if errors.Is(err, ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // nothing
	}
	if err != nil {
		return nil, err
	}
	return s.openPaid(ctx, x, record, phoneCode)
}

func (s *Service) openPaid(ctx context.Context, x *exchange, record Record, phoneCode string) (*paidNumber, error) {
	plain, err := x.secret.Open(string(record.Value), paidPurpose, x.AppID, phoneCode)
	if errors.Is(err, ErrUnknownSealKey) {
		// It was kept by a process that has a newer secret.
		newer, failed := s.Secrets.Refetch(ctx)
		if failed != nil {
			return nil, failed
		}
		plain, err = newer.Open(string(record.Value), paidPurpose, x.AppID, phoneCode)
	}
	var p paidNumber
	if err == nil {
		err = json.Unmarshal(plain, &p)
	}
	switch {
	case err != nil:
		x.trail.lapse(err)
		return nil, nil //nolint:nilnil // WeChat is asked
	case !s.clock().Before(time.UnixMilli(p.At).Add(paidLife)):
		return nil, nil //nolint:nilnil // as if it were gone
	case p.OpenID != x.OpenID:
		return nil, PhoneCodeInvalid
	}
	return &p, nil
}

// askNumber finds the number of a tap: what is kept, else what WeChat says. The next round trip keeps it.
//
// Errors: PhoneCodeInvalid; and what WeChat, the secret and the store answer.
func (s *Service) askNumber(ctx context.Context, t *tap) error {
	if t.paid == nil {
		number, err := s.numberAtWeChat(ctx, t.exchange, t.request.PhoneCode)
		switch {
		case errors.Is(err, PhoneCodeInvalid):
			// Perhaps another request with it is under way, and keeps the number in a moment.
			record, waited := s.awaitRecord(ctx, t.paidName(t.request.PhoneCode), err, paidPatience, paidPoll)
			if waited != nil {
				return waited
			}
			if t.paid, waited = s.openPaid(ctx, t.exchange, record, t.request.PhoneCode); waited != nil {
				return waited
			}
			if t.paid == nil {
				return err
			}
		case err != nil:
			return err
		default:
			t.paid = &paidNumber{OpenID: t.OpenID, Number: number, At: s.clock().UnixMilli()}
			t.trail.beside = s.keepPaid(t)
		}
	}
	t.phone = Phone{
		Number: t.paid.Number, Index: t.secret.Index("phone", t.paid.Number), VerifiedAt: time.UnixMilli(t.paid.At).UTC(),
		AppID: t.app.ID,
	}
	t.trail.Phone = t.phone.Logged()
	return nil
}

// keepPaid is the step that keeps the number of a tap.
func (s *Service) keepPaid(t *tap) func(context.Context) error {
	paid := *t.paid
	return func(request context.Context) error {
		ctx, cancel := settling(request) // the number is lost if it is not kept, even if the answer comes too late
		defer cancel()
		plain, err := json.Marshal(paid)
		if err != nil {
			return err
		}
		for range keepTries {
			_, err = s.Store.SwapRecord(ctx, t.paidName(t.request.PhoneCode), "", Record{
				Version:   NewID(),
				Value:     []byte(t.secret.Seal(plain, paidPurpose, t.AppID, t.request.PhoneCode)),
				ExpiresAt: time.UnixMilli(paid.At).Add(paidLife).UTC(),
			})
			if err == nil || errors.Is(err, ErrRecordChanged) {
				return nil
			}
			if pause(ctx, swapPause) != nil {
				break
			}
		}
		t.trail.lapse(err)
		if request.Err() == nil {
			t.trail.beside = s.keepPaid(t) // the next round trip tries once more
		}
		return nil
	}
}

// numberAtWeChat exchanges a phone code.
//
// Errors: PhoneCodeInvalid; and what WeChat answers.
func (s *Service) numberAtWeChat(ctx context.Context, x *exchange, phoneCode string) (number string, err error) {
	err = s.withAccessToken(ctx, x, x.app, func(token Hidden) (err error) {
		number, err = s.WeChat.PhoneNumber(ctx, token, x.app, phoneCode, x.OpenID)
		return err
	})
	return number, err
}
