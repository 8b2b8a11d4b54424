package login

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"
)

// kept is what the record of a code keeps, sealed, for repeats of the request that used it. It has no
// answer and nothing about a user.
type kept struct {
	// Fingerprint stands for the whole request; see exchange.fingerprint.
	Fingerprint string `json:"fingerprint"`
	Began       int64  `json:"began"`  // Unix milliseconds
	UsedAt      int64  `json:"usedAt"` // Unix milliseconds
	OpenID      string `json:"openId"`
	UnionID     string `json:"unionId"`
	SessionKey  string `json:"sessionKey"`
	// Session and Attempt are those of ids.
	Session []byte `json:"session"`
	Attempt string `json:"attempt"`
	// Repeats is how often the request has been repeated.
	Repeats int `json:"repeats"`
	// Holders is how many requests have Session, the first one included.
	Holders int `json:"holders"`

	// code is the code whose record it is, and version the record's.
	code, version string
}

const repeatPurpose = "code"

// newIDs makes the ids of a request that begins now.
func newIDs(now time.Time) ids {
	fresh := ids{began: now, attempt: NewID()[:attemptIDLen]}
	rand.Read(fresh.session[:]) // never fails since Go 1.24
	return fresh
}

func (k kept) ids() ids {
	i := ids{began: time.UnixMilli(k.Began).UTC(), attempt: k.Attempt}
	copy(i.session[:], k.Session)
	return i
}

func (k kept) usedAt() time.Time { return time.UnixMilli(k.UsedAt).UTC() }

// recordName names the record of a code.
func (x *exchange) recordName(code string) string {
	return "code#" + x.secret.Hash(repeatPurpose, x.trail.AppID, code)
}

// fingerprint is equal for requests that repeat each other, and only for those. It is a keyed hash, since
// the request may have a password and a token.
func (x *exchange) fingerprint(p presented) string {
	return x.secret.Hash("request", p.route, x.trail.AppID, p.code, p.caller.Address, string(p.caller.Request))
}

// keep is what a first request keeps for its repeats.
func (x *exchange) keep(p presented, answer WeChatSession) kept {
	return kept{
		Fingerprint: x.fingerprint(p), Began: x.began.UnixMilli(), UsedAt: x.answered.UnixMilli(),
		OpenID: answer.OpenID, UnionID: answer.UnionID, SessionKey: string(answer.SessionKey),
		Session: x.session[:], Attempt: x.attempt, Holders: 1, code: p.code,
	}
}

// unseal reads the record of a code.
//
// Errors: those of Secret.Open; one for what is no JSON.
func (x *exchange) unseal(r Record, code string) (kept, error) {
	plain, err := x.secret.Open(string(r.Value), repeatPurpose, x.trail.AppID, code)
	if err != nil {
		return kept{}, err
	}
	k := kept{code: code, version: r.Version}
	return k, json.Unmarshal(plain, &k)
}

// storeKept stores the first request's record. It is no plain write: if the transport sends it again after
// its answer was lost, a repeat that has been counted meanwhile stays counted.
func (s *Service) storeKept(ctx context.Context, x *exchange) error {
	stored, err := s.swapKept(ctx, x, "", x.kept)
	if errors.Is(err, ErrRecordChanged) && stored.Version != "" && !s.clock().Before(stored.ExpiresAt) {
		_, err = s.swapKept(ctx, x, stored.Version, x.kept) // WeChat has given an old code anew
	}
	return err
}

// recorded deals with a record that Enter has not stored, or perhaps not.
func (s *Service) recorded(ctx context.Context, x *exchange, err error) error {
	if err == nil || !errors.Is(err, ErrRecordChanged) {
		return err
	}
	return s.storeKept(ctx, x) // WeChat has given an old code anew
}

// swapKept writes the record if it still has the version old; "" means that there is none. It notes what
// it writes in x.kept even if it fails, since the answer may be lost.
//
// Errors: those of Ephemeral.SwapRecord, with the record that is stored.
func (s *Service) swapKept(ctx context.Context, x *exchange, old string, k kept) (Record, error) {
	name, record, err := x.recordOf(k)
	if err != nil {
		return Record{}, err
	}
	return s.Store.SwapRecord(ctx, name, old, record)
}

// recordOf makes the record that keeps k, with a version of its own, which it notes in x.kept.
func (x *exchange) recordOf(k kept) (name string, r Record, err error) {
	k.version = NewID()
	x.kept = k
	plain, err := json.Marshal(k) //nolint:gosec // it is sealed at once
	if err != nil {
		return "", Record{}, err
	}
	return x.recordName(k.code), Record{
		Version:   k.version,
		Value:     []byte(x.secret.Seal(plain, repeatPurpose, x.trail.AppID, k.code)),
		ExpiresAt: k.usedAt().Add(repeatWindow),
	}, nil
}
