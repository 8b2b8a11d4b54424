package dynamostore_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// items returns the items of a table.
func (s *scene) items(table string) []item {
	s.Helper()
	out, err := s.client.Scan(s.Context(), &dynamodb.ScanInput{TableName: &table})
	s.must(err)
	return out.Items
}

// everyItem counts the items of all tables.
func (s *scene) everyItem() int {
	s.Helper()
	n := 0
	for _, table := range []string{s.tables.Bindings, s.tables.Sessions, s.tables.Users, s.tables.Ephemeral} {
		n += len(s.items(table))
	}
	return n
}

// A user whom a directory describes has another username than the one they claimed as wxbind's own user, or has claimed
// none.
func TestDeleteFreesTheNameThatTheUserClaimed(t *testing.T) {
	s := newScene(t)
	described, err := s.store.EnrollUser(t.Context(), s.profile(s.user.ID), s.now, "epoch-2")
	s.must(err)
	s.must(s.faulty.DeleteUser(t.Context(), described))
	s.requests("TransactWriteItems", 2)
	if n := s.everyItem(); n != 4 { // the session, the role, the record, the tombstone
		t.Fatalf("%d items are left", n)
	}
}

func TestDeleteLeavesANameThatIsAnothersAlone(t *testing.T) {
	s := newScene(t)
	profile := s.profile(s.fresh.user.ID)
	profile.Username = s.user.Username
	namesake, err := s.store.EnrollUser(t.Context(), profile, s.now, "epoch-2")
	s.must(err)
	s.must(s.store.DeleteUser(t.Context(), namesake))
	if id, err := s.store.UserIDByName(t.Context(), s.user.Username); err != nil || id != s.user.ID {
		t.Fatalf("the name is %q's, %v", id, err)
	}
}

// An item that an operator removed by hand does not stop the rest from being removed.
func TestDeleteGoesOnWithoutWhatIsNotThere(t *testing.T) {
	for name, remove := range map[string]func(s *scene){
		"name":    func(s *scene) { s.remove(s.tables.Users, pk("name#"+s.user.Username)) },
		"phone":   func(s *scene) { s.remove(s.tables.Users, pk("phone#"+s.user.Phone.Index)) },
		"union":   func(s *scene) { s.remove(s.tables.Users, pk("union#"+s.binding.Union)) },
		"binding": func(s *scene) { s.remove(s.tables.Bindings, pk(app+"#"+s.binding.OpenID)) },
		"binding of another": func(s *scene) {
			it := s.load(s.tables.Bindings, pk(app+"#"+s.binding.OpenID))
			it["userId"] = &types.AttributeValueMemberS{Value: "another"}
			s.save(s.tables.Bindings, it)
		},
		"phone of another": func(s *scene) {
			it := pk("phone#" + s.user.Phone.Index)
			it["userId"] = &types.AttributeValueMemberS{Value: "another"}
			s.save(s.tables.Users, it)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			remove(s)
			s.must(s.faulty.DeleteUser(t.Context(), s.userNow(s.user.ID)))
			s.requests("TransactWriteItems", 2)
			_, err := s.store.UserByID(t.Context(), s.user.ID)
			s.want(err, login.ErrUserNotFound)
			if b, err := s.bindingNow(); name == "binding of another" && (err != nil || b.UserID != "another") {
				t.Fatalf("the other's binding is %+v, %v", b, err)
			}
			if owner := s.owner(s.user.Phone); name == "phone of another" && owner != "another" || name != "phone of another" && owner != "" {
				t.Fatalf("the number leads to %q", owner)
			}
		})
	}
}

// A note in a form that no Store writes could make the deletion compare forever.
func TestDeleteOfAUserWithForeignNotesIsUnavailable(t *testing.T) {
	s := newScene(t)
	it := s.load(s.tables.Users, pk("user#"+s.user.ID))
	it["apps"].(*types.AttributeValueMemberM).Value[app].(*types.AttributeValueMemberM).Value["more"] = &types.AttributeValueMemberBOOL{}
	s.save(s.tables.Users, it)
	err := s.faulty.DeleteUser(t.Context(), s.userNow(s.user.ID))
	s.want(err, login.StoreUnavailable)
	s.silent(err)
	s.says(err, "Users has bad attributes: apps")
	s.requests("TransactWriteItems", 1)
}

// The repeat of a deletion whose answer was lost must not remove a user of the same id who was enrolled in between.
func TestRepeatOfADeletionLeavesTheNextUserAlone(t *testing.T) {
	s := newScene(t)
	user := s.userNow(s.user.ID)
	s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.LoseAnswer()})
	s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.Before(func() {
		_, err := s.store.EnrollUser(t.Context(), s.profile(s.user.ID), s.now, "epoch-2")
		s.must(err)
	})})
	s.must(s.faulty.DeleteUser(t.Context(), user))
	if got := s.userNow(user.ID); got.Name != "Described" {
		t.Fatalf("the user is %+v", got)
	}
}
