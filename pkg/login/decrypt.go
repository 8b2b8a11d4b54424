package login

import (
	"context"
	"errors"
	"time"
)

// stalePolicy bounds data that does not open, for each session. Whoever holds only a token cannot try many changes of somebody's
// data, and a client that sends the same again and again stops. See docs/limits.md.
var stalePolicy = policy{free: 10, window: time.Hour, first: time.Hour, longest: time.Hour}

// Causes of SessionKeyStale, for the operator's log.
var (
	errNoSessionKey = errors.New("the binding has no session_key")
	errOtherOpenID  = errors.New("the openId in the data is not that of the session")
)

// Decrypt opens what WeChat has encrypted for the visitor's mini-program. It does so with the session_key that came with the last
// code of the session's identity, or with that of code, if code is not "". Nothing of what it opens is stored or believed.
//
// Errors: DataMissing, DataMalformed; SessionKeyStale for whatever does not open, is not of this mini-program and identity, or is
// too old; TooManyAttempts after too many of these; BindingRemoved when that happened meanwhile; AppIDUnknown when the mini-program
// is no longer configured; with a code those of a reauthentication; and what WeChat, the secret and the store answer.
func (s *Service) Decrypt(ctx context.Context, caller Caller, visitor Visitor, data EncryptedData, code string) (OpenedData, error) {
	ctx, trail := trailed(ctx)
	if err := s.Data.Check(data); err != nil {
		return OpenedData{}, err
	}
	x, err := s.forDecrypt(ctx, caller, visitor, code)
	if err != nil {
		return OpenedData{}, err
	}
	failures := &counter{name: "count#" + x.secret.Hash("stale data", visitor.Session.TokenHash), policy: stalePolicy, id: NewID()[:attemptIDLen]}
	binding, err := s.bindingForDecrypt(ctx, x, visitor, failures)
	if err != nil {
		return OpenedData{}, err
	}
	opened, err := s.openData(ctx, x, binding, data)
	if !errors.Is(err, SessionKeyStale) {
		return opened, err
	}
	// The answer waits until the failure is counted: otherwise whoever could break the store would try for free.
	trip := trail.roundTrip(ctx)
	trip.do(func() error { return s.spend(ctx, failures) })
	if failed := trip.wait(); failed != nil {
		return OpenedData{}, failed
	}
	return OpenedData{}, err
}

// forDecrypt is the exchange of code, if there is one. Else it is one that has the mini-program and the identity of the session, and
// no session_key.
//
// Errors: AppIDUnknown; with a code those of reauthenticate; and what the secret answers.
func (s *Service) forDecrypt(ctx context.Context, caller Caller, visitor Visitor, code string) (x *exchange, err error) {
	if code != "" {
		return s.reauthenticate(ctx, "decrypt", caller, visitor, code)
	}
	caller.AppID = visitor.Session.AppID
	x = &exchange{trail: TrailOf(ctx), caller: caller}
	if x.app, err = s.appOf(ctx, x, presented{caller: caller, onlyApp: true}); err != nil {
		return nil, err
	}
	x.Identity = Identity{AppID: x.app.ID, OpenID: visitor.User.Apps[x.app.ID].OpenID}
	return x, nil
}

// bindingForDecrypt reads the session's binding and the session's failures at the same time. The session_key of a fresh code is
// stored in the binding.
//
// Errors: BindingRemoved; TooManyAttempts; and what the store answers.
func (s *Service) bindingForDecrypt(ctx context.Context, x *exchange, visitor Visitor, failures *counter) (binding Binding, err error) {
	trip := x.trail.roundTrip(ctx)
	read(trip, &binding, func() (Binding, error) {
		if x.sealedKey != "" {
			return s.Store.TouchBinding(ctx, x.asTouch())
		}
		return s.Store.BindingByOpenID(ctx, x.AppID, x.OpenID)
	})
	read(trip, &failures.record, func() (Record, error) {
		record, err := s.Store.LoadRecord(ctx, failures.name)
		if errors.Is(err, ErrRecordNotFound) {
			return Record{}, nil
		}
		return record, err
	})
	err = trip.wait()
	now := s.clock()
	switch {
	case errors.Is(err, ErrBindingNotFound):
		return Binding{}, BindingRemoved
	case err != nil:
		return Binding{}, err
	case binding.ID != visitor.Session.BindingID:
		return Binding{}, BindingRemoved
	case !failures.admits(failures.counted(failures.record, now), now):
		return Binding{}, &Error{Code: TooManyAttempts, RetryAfter: failures.wait}
	}
	return binding, nil
}

// openData opens data with the session_key of a fresh code, else with that of the binding.
//
// Errors: SessionKeyStale; and what WeChat and the secret answer.
func (s *Service) openData(ctx context.Context, x *exchange, binding Binding, data EncryptedData) (OpenedData, error) {
	sealed, fresh := x.sealedKey, x.sealedKey != ""
	if !fresh {
		sealed = binding.SealedKey
	}
	key, err := s.sessionKey(ctx, x, sealed)
	if err != nil {
		return OpenedData{}, err
	}
	if s.CheckSession && !fresh {
		err := s.withAccessToken(ctx, x, x.app, func(token Hidden) error {
			return s.WeChat.CheckSession(ctx, token, x.app, x.OpenID, key)
		})
		if err != nil {
			return OpenedData{}, err
		}
	}
	opened, err := s.Data.Open(x.app, key, data, s.clock())
	if err == nil && opened.OpenID != "" && opened.OpenID != x.OpenID {
		err = Because(SessionKeyStale, errOtherOpenID)
	}
	if err != nil {
		return OpenedData{}, err
	}
	return opened, nil
}

// sessionKey opens a sealed session_key of x's identity. One that was sealed in a process with a newer secret makes the secret be
// fetched anew.
//
// Errors: SessionKeyStale for none, and for one that no key of the secret opens: a fresh code brings another; and what the secret answers.
func (s *Service) sessionKey(ctx context.Context, x *exchange, sealed string) (Hidden, error) {
	if sealed == "" {
		return "", Because(SessionKeyStale, errNoSessionKey)
	}
	open := func() ([]byte, error) { return x.secret.Open(sealed, "session_key", x.AppID, x.OpenID) }
	plain, err := open()
	if errors.Is(err, ErrUnknownSealKey) {
		if x.secret, err = s.Secrets.Refetch(ctx); err != nil {
			return "", err
		}
		plain, err = open()
	}
	if err != nil {
		return "", Because(SessionKeyStale, err)
	}
	return Hidden(plain), nil
}
