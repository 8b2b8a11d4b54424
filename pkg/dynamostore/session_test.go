package dynamostore_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestSessionOfAnEarlierVersionIsRead(t *testing.T) {
	s := newScene(t)
	old := s.load(s.tables.Sessions, s.sessionKey())
	delete(old, "openIdHash")
	delete(old, "epoch")
	s.save(s.tables.Sessions, old)
	got, _, err := s.store.SessionWithUser(t.Context(), s.user.ID, s.session.TokenHash)
	s.must(err)
	if why := got.Dead(s.userNow(s.user.ID), s.now); why != login.SessionRevoked {
		t.Fatalf("it is %q", why)
	}
	s.session.OpenIDHash, s.session.Epoch = "", got.Epoch
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

// A user, a binding and their sessions of an earlier version have no epoch: the sessions are dead, and the user can log in
// and bind.
func TestUserOfAnEarlierVersionLogsInAnew(t *testing.T) {
	s := newScene(t)
	for _, at := range []struct {
		table string
		key   item
	}{{s.tables.Users, pk("user#" + s.user.ID)}, {s.tables.Bindings, pk(app + "#" + s.binding.OpenID)}, {s.tables.Sessions, s.sessionKey()}} {
		it := s.load(at.table, at.key)
		delete(it, "epoch")
		s.save(at.table, it)
	}
	if why := s.dead(s.session); why != login.SessionRevoked {
		t.Fatalf("the old session is %q", why)
	}
	standing, err := s.bindingNow()
	s.must(err)
	again := s.newSession(standing)
	_, err = s.store.CreateSession(t.Context(), again)
	s.must(err)
	if why := s.dead(again); why != "" {
		t.Fatalf("the new session is %q", why)
	}
	s.bindElsewhere()
	_, err = s.store.Bind(t.Context(), s.newBinding(s.userNow(s.user.ID)), s.session)
	s.want(err, login.SessionRevoked)
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
