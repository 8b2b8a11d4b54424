package dynamostore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

func TestEachMethodIsOneRoundTrip(t *testing.T) {
	for _, m := range methods() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := m.scene(t)
			s.must(m.do(t.Context(), s, s.faulty))
			s.requests(m.operation, 1)
		})
	}
}

func TestReadsAreConsistent(t *testing.T) {
	for _, m := range reads() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := m.scene(t)
			stale := func(body []byte) bool {
				tables := max(1, bytes.Count(body, []byte(`"Keys":`)))
				return bytes.Count(body, []byte(`"ConsistentRead":true`)) != tables
			}
			s.proxy.Inject(dynamotest.Rule{Body: stale, Times: dynamotest.Always, Fault: dynamotest.Fail()})
			if m.operation == "BatchGetItem" {
				s.proxy.Inject(dynamotest.Rule{Times: 2, Fault: dynamotest.Unprocessed(1)})
			}
			s.must(m.do(t.Context(), s, s.faulty))
		})
	}
}

func TestWriteWhoseAnswerIsLostCountsAsDone(t *testing.T) {
	for _, m := range writes() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := m.scene(t)
			s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Fault: dynamotest.LoseAnswer()})
			s.must(m.do(t.Context(), s, s.faulty))
			s.requests(m.operation, 2)
			if !m.done(s) {
				t.Fatal("it is not done")
			}
		})
	}
}

func TestRepeatDoesNotUndoWhatCameBetween(t *testing.T) {
	t.Run("a session that was ended stays ended", func(t *testing.T) {
		s := newScene(t)
		session := s.newSession(s.binding)
		s.proxy.Inject(dynamotest.Rule{Operation: "PutItem", Fault: dynamotest.LoseAnswer()})
		s.proxy.Inject(dynamotest.Rule{Operation: "PutItem", Fault: dynamotest.Before(func() {
			s.must(s.store.EndSession(t.Context(), s.user.ID, session.TokenHash, login.SessionRevoked))
		})})
		_, err := s.faulty.CreateSession(t.Context(), session)
		s.must(err)
		if got := s.dead(session); got != login.SessionRevoked {
			t.Fatalf("the session is %q", got)
		}
	})
	for name, raise := range map[string]func(s *scene) error{
		"a logout":  func(s *scene) error { return s.faulty.LogoutUser(t.Context(), s.user.ID, "epoch-2") },
		"a disable": func(s *scene) error { return s.faulty.DisableUser(t.Context(), s.user.ID, "epoch-2") },
		"a password": func(s *scene) error {
			return s.faulty.ReplacePassword(t.Context(), s.user.ID, s.user.PasswordID, login.Password{ID: "second"}, "epoch-2")
		},
	} {
		t.Run("an epoch that was replaced stays replaced, after "+name, func(t *testing.T) {
			s := newScene(t)
			s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.LoseAnswer()})
			s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.Before(func() {
				s.must(s.store.LogoutUser(t.Context(), s.user.ID, "epoch-3"))
			})})
			s.must(raise(s))
			if got := s.userNow(s.user.ID).Epoch; got != "epoch-3" {
				t.Fatalf("the epoch is %q", got)
			}
		})
	}
	t.Run("a user who was disabled stays disabled, after an enabling", func(t *testing.T) {
		s := newScene(t)
		s.must(s.store.DisableUser(t.Context(), s.user.ID, "epoch-1"))
		s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.LoseAnswer()})
		s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.Before(func() {
			s.must(s.store.DisableUser(t.Context(), s.user.ID, "epoch-2"))
		})})
		s.must(s.faulty.EnableUser(t.Context(), s.user.ID))
		if !s.userNow(s.user.ID).Disabled {
			t.Fatal("the user is enabled")
		}
	})
	t.Run("a binding that was removed stays removed, after its bind", func(t *testing.T) {
		s := newScene(t)
		s.must(s.store.Unbind(t.Context(), s.binding, false))
		s.binding.ID += "-second"
		s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.LoseAnswer()})
		s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.Before(func() {
			s.must(s.store.Unbind(t.Context(), s.binding, false))
		})})
		_, err := s.faulty.Bind(t.Context(), s.binding, s.newSession(s.binding))
		s.must(err)
		if _, err := s.bindingNow(); !errors.Is(err, login.ErrBindingNotFound) || len(s.userNow(s.user.ID).Apps) != 0 {
			t.Fatal("the binding is back")
		}
	})
	t.Run("a binding that was removed stays removed, after its touch", func(t *testing.T) {
		s := newScene(t)
		s.proxy.Inject(dynamotest.Rule{Operation: "UpdateItem", Fault: dynamotest.LoseAnswer()})
		s.proxy.Inject(dynamotest.Rule{Operation: "UpdateItem", Fault: dynamotest.Before(func() {
			s.must(s.store.Unbind(t.Context(), s.binding, false))
		})})
		_, err := s.faulty.TouchBinding(t.Context(), login.Touch{AppID: app, OpenID: s.binding.OpenID, At: s.now})
		s.want(err, login.ErrBindingNotFound)
		_, err = s.bindingNow()
		s.want(err, login.ErrBindingNotFound)
	})
	t.Run("a record that was swapped on is not swapped back", func(t *testing.T) {
		s := newScene(t)
		s.proxy.Inject(dynamotest.Rule{Operation: "PutItem", Fault: dynamotest.LoseAnswer()})
		s.proxy.Inject(dynamotest.Rule{Operation: "PutItem", Fault: dynamotest.Before(func() {
			_, err := s.store.SwapRecord(t.Context(), s.record, "v2", s.newRecord("v3"))
			s.must(err)
		})})
		got, err := s.faulty.SwapRecord(t.Context(), s.record, "v1", s.newRecord("v2"))
		s.want(err, login.ErrRecordChanged)
		if got.Version != "v3" || s.version() != "v3" {
			t.Fatalf("the record is %q", got.Version)
		}
	})
}

// A plain write during a transaction, and a transaction during another.
func TestWriteWaitsForTransactionsInItsWay(t *testing.T) {
	for _, m := range writes() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := m.scene(t)
			s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Times: 5, Fault: dynamotest.Conflict()})
			s.must(m.do(t.Context(), s, s.faulty))
			s.requests(m.operation, 6) // the SDK alone would give up at once
			if !m.done(s) {
				t.Fatal("it is not done")
			}
		})
		t.Run(m.name+" until the deadline", func(t *testing.T) {
			t.Parallel()
			s := m.scene(t)
			s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Times: dynamotest.Always, Fault: dynamotest.Conflict()})
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			err := m.do(ctx, s, s.faulty)
			s.want(err, login.StoreUnavailable)
			for _, code := range []login.Code{login.IdentityBound, login.UserBound} {
				if errors.Is(err, code) {
					t.Fatalf("it is taken for %s", code)
				}
			}
		})
	}
}

// The token of a transaction outlives the SDK's own attempts.
func TestTransactionThatIsInProgressWhenRepeatedCountsAsDone(t *testing.T) {
	for _, m := range writes() {
		if m.operation != "TransactWriteItems" {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := m.scene(t)
			s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Fault: dynamotest.LoseAnswer()})
			s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Times: 5, Fault: dynamotest.InProgress()})
			s.must(m.do(t.Context(), s, s.faulty))
			s.requests(m.operation, 7)
			if !m.done(s) {
				t.Fatal("it is not done")
			}
		})
	}
}

func TestTransactionThatPassingReasonsCancelIsRepeated(t *testing.T) {
	for name, fault := range map[string]dynamotest.Fault{
		"conflict on the second item":         dynamotest.Cancel("None", "TransactionConflict"),
		"conflict beside a condition":         dynamotest.Cancel("ConditionalCheckFailed", "TransactionConflict"),
		"no capacity":                         dynamotest.Cancel("None", "ProvisionedThroughputExceeded"),
		"throttled":                           dynamotest.Cancel("ThrottlingError"),
		"the same transaction is in progress": dynamotest.InProgress(),
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Times: 5, Fault: fault})
			s.must(s.faulty.Unbind(t.Context(), s.binding, false))
			s.requests("TransactWriteItems", 6)
		})
	}
}

func TestTransactionThatAnotherReasonCancelsIsUnavailable(t *testing.T) {
	s := newScene(t)
	for _, reason := range []string{"ValidationError", "ItemCollectionSizeLimitExceeded", "AReasonOfTomorrow"} {
		s.proxy.Reset()
		s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Times: dynamotest.Always, Fault: dynamotest.Cancel("ConditionalCheckFailed", reason)})
		s.want(s.faulty.Unbind(t.Context(), s.binding, false), login.StoreUnavailable)
		s.requests("TransactWriteItems", 1)
	}
}

func TestPassingFaultIsNotSeen(t *testing.T) {
	for name, fault := range map[string]dynamotest.Fault{"throttled": dynamotest.Throttle(), "internal": dynamotest.Fail()} {
		for _, m := range methods() {
			t.Run(m.name+" "+name, func(t *testing.T) {
				t.Parallel()
				s := m.scene(t)
				s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Times: 2, Fault: fault})
				s.must(m.do(t.Context(), s, s.faulty))
				s.requests(m.operation, 3)
				if m.done != nil && !m.done(s) {
					t.Fatal("it is not done")
				}
			})
		}
	}
}

func TestLastingFaultIsUnavailable(t *testing.T) {
	for name, fault := range map[string]dynamotest.Fault{"throttled": dynamotest.Throttle(), "internal": dynamotest.Fail(), "no answer": dynamotest.LoseAnswer()} {
		for _, m := range methods() {
			t.Run(m.name+" "+name, func(t *testing.T) {
				t.Parallel()
				s := m.scene(t)
				s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Times: dynamotest.Always, Fault: fault})
				s.want(m.do(t.Context(), s, s.faulty), login.StoreUnavailable)
				s.requests(m.operation, 3)
			})
		}
	}
}

func TestUnprocessedKeysAreAskedForAgain(t *testing.T) {
	for _, m := range reads() {
		if m.operation != "BatchGetItem" {
			continue
		}
		for _, keys := range []int{1, 2} {
			t.Run(fmt.Sprint(m.name, " without ", keys), func(t *testing.T) {
				t.Parallel()
				s := m.scene(t)
				s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Times: 3, Fault: dynamotest.Unprocessed(keys)})
				s.must(m.do(t.Context(), s, s.faulty))
				s.requests(m.operation, 4)
			})
		}
		t.Run(m.name+" until the deadline", func(t *testing.T) {
			t.Parallel()
			s := m.scene(t)
			s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Times: dynamotest.Always, Fault: dynamotest.Unprocessed(1)})
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			err := m.do(ctx, s, s.faulty)
			s.want(err, login.StoreUnavailable)
			s.silent(err)
		})
	}
}
