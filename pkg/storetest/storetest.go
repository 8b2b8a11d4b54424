// Package storetest is the contract of login's stores as one test suite. It tests each sentence that the comments on
// login's ports promise. A store must pass all of it. Memory, in the same package, is the simplest implementation of
// the contract.
//
// A store's own test is short:
//
//	func TestContract(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) login.AdminStore { return open(t) })
//	}
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Run tests a store against the contract. open is called once per test. It may return the same store each time, or one
// that holds other data: everything that the suite stores has random ids, and it expects nothing to be empty. The store
// keeps notices. Whatever open starts it must end with t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) login.AdminStore) {
	for _, group := range []struct {
		name  string
		cases func(*suite)
	}{
		{"Bindings", bindings},
		{"Bind", bind},
		{"Unbind", unbinds},
		{"Admissions", admissions},
		{"Terms", terms},
		{"Tombstones", tombstones},
		{"Phones", phones},
		{"Unions", unions},
		{"AdmissionRaces", admissionRaces},
		{"UnionRaces", unionRaces}, {"TakenUnionRaces", takenUnionRaces},
		{"Rebinds", rebinds},
		{"FirstUsernames", firstUsernames},
		{"Sessions", sessions},
		{"Entrance", entrance},
		{"Presence", presence},
		{"InFlight", inFlight},
		{"Users", users},
		{"UserAdmin", userAdmin},
		{"PasswordChanges", passwordChanges},
		{"Passwords", passwords},
		{"Removal", removals},
		{"Registries", registries},
		{"Profiles", profiles},
		{"Ephemeral", ephemeral},
		{"Notices", notices}, {"NoticesOfData", noticesOfData},
		{"Outboxes", outboxes}, {"FullOutboxes", fullOutboxes},
		{"Withdrawals", withdrawals}, {"WithdrawalRaces", withdrawalRaces},
		{"Context", contexts},
		{"Races", races},
	} {
		t.Run(group.name, func(t *testing.T) { group.cases(&suite{t, open}) })
	}
}

// suite is a group of the contract's tests.
type suite struct {
	t    *testing.T
	open func(t *testing.T) login.AdminStore
}

// test runs one sentence of the contract.
func (s *suite) test(sentence string, check func(t *trial)) {
	s.t.Run(sentence, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		check(&trial{T: t, AdminStore: s.open(t), ctx: ctx, now: time.Now().Truncate(time.Millisecond)})
	})
}
