package dynamostore_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// give makes the scene's user give number, name and avatar in app.
func (s *scene) give() {
	s.Helper()
	given := login.Given{AppID: app, At: s.now}
	s.must(s.store.ChangeUser(s.Context(), s.user.ID, login.UserChange{
		Name: new("Given"), Avatar: new("https://example.com/given.png"), Given: given,
	}))
	p := s.newPhone()
	p.AppID = app
	s.must(s.store.SetPhone(s.Context(), s.user.ID, p, ""))
}

func (s *scene) withdrawal() login.Withdrawal {
	return login.Withdrawal{
		UserID: s.user.ID, AppID: app, Before: s.now, Data: []login.DataKind{login.DataPhone, login.DataName, login.DataAvatar},
		Name: "withdrawal-of-" + s.user.ID, Record: s.newRecord("v1"), NoticeID: "notice-1",
	}
}

// Users of earlier versions have given nothing, as far as anybody knows: so nothing of theirs is withdrawn.
func TestUserOfAnEarlierVersionHasGivenNothing(t *testing.T) {
	s := newScene(t)
	it := s.load(s.tables.Users, pk("user#"+s.user.ID))
	for _, attribute := range []string{"avatar", "nameGiven", "avatarGiven", "phoneAppId"} {
		if _, ok := it[attribute]; ok {
			t.Errorf("the item has %s", attribute)
		}
	}
	before := s.userNow(s.user.ID)
	if before.Avatar != "" || before.NameGiven != (login.Given{}) || before.AvatarGiven != (login.Given{}) || before.Phone.AppID != "" {
		t.Errorf("%+v", before)
	}
	s.must(s.store.Withdraw(t.Context(), s.withdrawal()))
	if after := s.userNow(s.user.ID); after.Name != before.Name || after.Phone != before.Phone {
		t.Errorf("%+v, want %+v", after, before)
	}
	s.want(s.store.Withdraw(t.Context(), s.withdrawal()), login.ErrRecordChanged)
}
