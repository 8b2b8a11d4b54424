package dynamostore_test

import (
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// A repeated request enrolls a user again who has been bound in between.
func TestRepeatOfAnEnrolmentKeepsTheBinding(t *testing.T) {
	s := newScene(t)
	s.proxy.Inject(dynamotest.Rule{Operation: "UpdateItem", Fault: dynamotest.LoseAnswer()})
	b := s.newBinding(s.fresh.user)
	s.proxy.Inject(dynamotest.Rule{Operation: "UpdateItem", Fault: dynamotest.Before(func() {
		_, err := s.store.Bind(t.Context(), b, s.newSession(b))
		s.must(err)
	})})
	got, err := s.faulty.EnrollUser(t.Context(), s.profile(s.fresh.user.ID), s.now.Add(-time.Hour), s.fresh.user.Epoch)
	s.must(err)
	if got.Apps[app].BindingID != b.ID {
		t.Fatalf("the user is %+v", got)
	}
}
