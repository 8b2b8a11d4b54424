package dynamostore_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestSessionOfAnEarlierVersionIsRead(t *testing.T) {
	s := newScene(t)
	old := s.load(s.tables.Sessions, s.sessionKey())
	delete(old, "openIdHash")
	s.save(s.tables.Sessions, old)
	got, _, err := s.store.SessionWithUser(t.Context(), s.user.ID, s.session.TokenHash)
	s.must(err)
	s.session.OpenIDHash = ""
	if got != s.session {
		t.Fatalf("got %+v, want %+v", got, s.session)
	}
	s.must(s.store.ExtendSession(t.Context(), got, s.now.Add(time.Hour), s.now.Add(2*time.Hour)))
	if got, _, err = s.store.SessionWithUser(t.Context(), s.user.ID, s.session.TokenHash); err != nil || !got.SeenAt.Equal(s.now.Add(time.Hour)) {
		t.Fatalf("it is not extended: %+v, %v", got, err)
	}
	all, err := s.store.SessionsOfUser(t.Context(), s.user.ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("sessions %+v, %v", all, err)
	}
}

// DynamoDB deletes a session at its absolute end, however often it is extended.
func TestExtendLeavesTheTTLAlone(t *testing.T) {
	s := newScene(t)
	before := s.load(s.tables.Sessions, s.sessionKey())["ttl"].(*types.AttributeValueMemberN).Value
	s.must(s.store.ExtendSession(t.Context(), s.session, s.now.Add(time.Hour), s.now.Add(2*time.Hour)))
	if after := s.load(s.tables.Sessions, s.sessionKey())["ttl"].(*types.AttributeValueMemberN).Value; after != before {
		t.Fatalf("ttl was %s, is %s", before, after)
	}
}
