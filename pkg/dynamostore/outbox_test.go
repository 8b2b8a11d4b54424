package dynamostore_test

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

func (s *scene) outboxKey() item {
	return item{"userId": &types.AttributeValueMemberS{Value: s.user.ID}}
}

// noticesNow are those of the scene's user.
func (s *scene) noticesNow() []login.Notice {
	s.Helper()
	all, err := s.store.NoticesOf(s.Context(), s.user.ID)
	s.must(err)
	return all
}

// delivered says that the first n notices of the scene's user are.
func (s *scene) delivered(n int) {
	s.Helper()
	s.must(s.store.Delivered(s.Context(), s.user.ID, s.noticesNow()[n-1].Number, s.now))
}

// told are the types of all notices that wait, in alphabetical order.
func (s *scene) told() []login.NoticeType {
	s.Helper()
	users, err := s.store.Waiting(s.Context(), "", 100)
	s.must(err)
	var all []login.NoticeType
	for _, u := range users {
		notices, err := s.store.NoticesOf(s.Context(), u.UserID)
		s.must(err)
		for _, n := range notices {
			all = append(all, n.Type)
		}
	}
	slices.Sort(all)
	return all
}

// fill makes as many notices of a user wait as may.
func (s *scene) fill(userID string) {
	s.Helper()
	s.remove(s.tables.Outbox, item{"userId": &types.AttributeValueMemberS{Value: userID}})
	s.must(filler{s.store, s.client, s.tables.Outbox}.FillOutbox(s.Context(), userID, login.NoticeDeleted.Most()))
}

// As many notices as may wait fit into an item, which may have 400 KB, if each is as long as any can be.
func TestLongestNoticesFit(t *testing.T) {
	s := newScene(t)
	s.user.ID = strings.Repeat("u", 256)
	s.must(s.store.AddUser(t.Context(), login.User{ID: s.user.ID, Username: "longest"}, login.Password{}))
	longest := slices.MaxFunc(login.NoticeTypes(), func(a, b login.NoticeType) int { return len(a) - len(b) })
	// As many kinds as pkg/wechatdata knows, and as many letters in all of them: its TestKindsAreFew.
	kinds := slices.Repeat([]types.AttributeValue{&types.AttributeValueMemberS{Value: "nickname"}}, 16)
	s.must(filler{s.store, s.client, s.tables.Outbox}.fill(t.Context(), s.user.ID, login.NoticeDataRevoked.Most()-1, item{
		"id":    &types.AttributeValueMemberS{Value: strings.Repeat("n", 64)},
		"type":  &types.AttributeValueMemberS{Value: string(longest)},
		"appId": &types.AttributeValueMemberS{Value: strings.Repeat("a", 64)},
		"data":  &types.AttributeValueMemberL{Value: kinds},
	}))
	w := login.Withdrawal{
		UserID: s.user.ID, AppID: strings.Repeat("a", 64), Data: slices.Repeat([]login.DataKind{"nickname"}, 16), Name: "push#longest",
		Record: login.Record{Version: "1", ExpiresAt: s.now.Add(time.Hour)}, NoticeID: strings.Repeat("n", 64),
	}
	s.must(s.store.Withdraw(t.Context(), w))
	w.Name = "push#one more"
	s.want(s.store.Withdraw(t.Context(), w), login.StoreUnavailable)
	if got := len(s.noticesNow()); got != login.NoticeDataRevoked.Most() {
		t.Fatalf("%d notices wait, want %d", got, login.NoticeDataRevoked.Most())
	}
	s.delivered(1)
	s.must(s.store.Withdraw(t.Context(), w))
}

func TestChangeThatIsSentAgainIsToldOnce(t *testing.T) {
	seen := map[login.NoticeType]bool{}
	for _, m := range writes() {
		plain := m.scene(t)
		plain.must(m.do(t.Context(), plain, plain.store))
		want := plain.told()
		for _, kind := range want {
			seen[kind] = true
		}
		for name, fault := range map[string]dynamotest.Fault{"a lost answer": dynamotest.LoseAnswer(), "a conflict": dynamotest.Conflict()} {
			t.Run(m.name+", after "+name, func(t *testing.T) {
				t.Parallel()
				s := m.scene(t)
				s.proxy.Inject(dynamotest.Rule{Operation: m.operation, Fault: fault})
				s.must(m.do(t.Context(), s, s.faulty))
				if got := s.told(); !slices.Equal(got, want) {
					t.Fatalf("%v wait, want %v", got, want)
				}
			})
		}
	}
	if all := login.NoticeTypes(); len(seen) != len(all) {
		t.Errorf("of %v only %v were told", all, slices.Collect(maps.Keys(seen)))
	}
}

// With the outbox off everything is done in the same round trips, and nothing is written there.
func TestStoreWithoutAnOutboxKeepsNoNotices(t *testing.T) {
	for _, m := range writes() {
		if m.name == "Delivered" {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := m.scene(t)
			before := s.items(s.tables.Outbox)
			s.keepNoNotices()
			s.must(m.do(t.Context(), s, s.faulty))
			operation := m.operation
			if m.name == "EndSession that is revoked" { // a transaction only for its notice
				operation = "UpdateItem"
			}
			s.requests(operation, 1)
			if !m.done(s) {
				t.Fatal("it is not done")
			}
			if after := s.items(s.tables.Outbox); len(after) != len(before) {
				t.Fatalf("%d outboxes, want %d", len(after), len(before))
			}
		})
	}
	s := newScene(t)
	s.keepNoNotices()
	users, err := s.faulty.Waiting(t.Context(), "", 10)
	s.must(err)
	s.must(s.faulty.Delivered(t.Context(), s.user.ID, 1<<60, s.now))
	if len(s.noticesNow())+len(users)+len(s.proxy.Requests()) > 0 {
		t.Error("it asks for notices that nobody keeps")
	}
}

// A full outbox is no conflict, and what else is in the way of a change is told first.
func TestFullOutboxIsNoConflict(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(s *scene) error
		want error
	}{
		"an admission": {func(s *scene) error { _, err := s.store.Admit(s.Context(), s.successor()); return err }, login.StoreUnavailable},
		"an admission whose number has moved": {func(s *scene) error {
			a := s.successor()
			s.keepNoNotices()
			s.must(s.store.SetPhone(s.Context(), s.user.ID, s.newPhone(), ""))
			s.open(s.tables)
			_, err := s.store.Admit(s.Context(), a)
			return err
		}, login.ErrPhoneTaken},
		"a number": {func(s *scene) error {
			s.must(s.store.AddUser(s.Context(), s.fresh.user, passwordOf(s.fresh.user)))
			return s.store.SetPhone(s.Context(), s.fresh.user.ID, s.user.Phone, s.user.ID)
		}, login.StoreUnavailable},
		"a number of somebody else": {func(s *scene) error {
			s.must(s.store.AddUser(s.Context(), s.fresh.user, passwordOf(s.fresh.user)))
			return s.store.SetPhone(s.Context(), s.user.ID, s.fresh.user.Phone, "")
		}, login.ErrPhoneTaken},
		"a bind of a bound identity": {func(s *scene) error {
			s.must(s.store.AddUser(s.Context(), s.fresh.user, passwordOf(s.fresh.user)))
			s.fill(s.fresh.user.ID)
			s.fresh.binding.OpenID = s.binding.OpenID
			_, err := s.store.Bind(s.Context(), s.fresh.binding, s.fresh.session)
			return err
		}, login.IdentityBound},
		"a rebind":              {func(s *scene) error { return s.store.Rebind(s.Context(), s.rebinding()) }, login.StoreUnavailable},
		"an unbind":             {func(s *scene) error { return s.store.Unbind(s.Context(), s.binding, false) }, login.StoreUnavailable},
		"an unbind of the last": {func(s *scene) error { return s.store.Unbind(s.Context(), s.binding, true) }, login.ErrLastBinding},
		"an unbind of what is gone": {func(s *scene) error {
			b := s.binding
			b.ID += "-other"
			return s.store.Unbind(s.Context(), b, true)
		}, login.ErrBindingNotFound},
		"a deletion": {func(s *scene) error { return s.store.DeleteUser(s.Context(), s.userNow(s.user.ID)) }, login.StoreUnavailable},
		"a deletion that goes on without what is not there": {func(s *scene) error {
			s.remove(s.tables.Users, pk("name#"+s.user.Username))
			return s.store.DeleteUser(s.Context(), s.userNow(s.user.ID))
		}, login.StoreUnavailable},
		"a revoked session that is gone": {func(s *scene) error {
			return s.store.EndSession(s.Context(), s.user.ID, "none", login.SessionRevoked)
		}, login.ErrSessionNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.fill(s.user.ID)
			err := c.do(s)
			s.want(err, c.want)
			if errors.Is(c.want, login.StoreUnavailable) {
				s.says(err, "as many notices of the user wait as may")
				s.silent(err)
			}
			if got := len(s.noticesNow()); got != login.NoticeDeleted.Most() {
				t.Fatalf("%d notices wait, want %d", got, login.NoticeDeleted.Most())
			}
		})
	}
}

// A number that was stored without an index is the same when it gets one, but whoever had it with the index loses it.
func TestNumberThatGetsAnIndexIsToldToWhoLosesIt(t *testing.T) {
	s := newScene(t)
	u := s.fresh.user
	u.Phone = s.user.Phone
	u.Phone.Index = ""
	s.must(s.store.AddUser(t.Context(), u, passwordOf(u)))
	s.delivered(1)
	s.must(s.store.SetPhone(t.Context(), u.ID, s.user.Phone, s.user.ID))
	if got := s.noticesNow(); len(got) != 1 || got[0].Type != login.NoticePhoneChanged {
		t.Errorf("%+v", got)
	}
	if got := s.told(); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// A delivery whose answer is lost finds itself done, and leaves what came between.
func TestRepeatOfADeliveryLeavesWhatCameBetween(t *testing.T) {
	s := newScene(t)
	first := s.noticesNow()[0]
	s.proxy.Inject(dynamotest.Rule{Operation: "UpdateItem", Fault: dynamotest.LoseAnswerAfter(func() {
		s.must(s.store.LogoutUser(t.Context(), s.user.ID, "epoch-2"))
	})})
	s.must(s.faulty.Delivered(t.Context(), s.user.ID, first.Number, s.now))
	if left := s.noticesNow(); len(left) != 1 || left[0].Number != first.Number+1 || left[0].Type != login.NoticeSessionRevoked {
		t.Fatalf("%+v", left)
	}
}

// Numbers follow from the moment at which the item was made. Once DynamoDB has deleted it, they begin anew, above the old ones.
func TestOutboxIsRememberedForAWhileAfterTheLastDelivery(t *testing.T) {
	s := newScene(t)
	now := s.now
	s.store = dynamostore.New(dynamostore.Config{Client: s.client, Tables: s.tables, Now: func() time.Time { return now }})
	s.remove(s.tables.Outbox, s.outboxKey())
	for range 3 {
		s.must(s.store.LogoutUser(t.Context(), s.user.ID, "epoch-2"))
	}
	last := s.noticesNow()[2].Number
	if want := now.UnixMilli() + 3; last != want {
		t.Fatalf("number %d, want %d", last, want)
	}
	s.delivered(3)
	box := s.load(s.tables.Outbox, s.outboxKey())
	ttl := strconv.FormatInt(now.Add(login.OutboxMemory).Unix()+1, 10) // rounded up
	if got, ok := box["ttl"].(*types.AttributeValueMemberN); !ok || got.Value != ttl {
		t.Fatalf("ttl %v, want %s", box["ttl"], ttl)
	}
	now = now.Add(time.Hour)
	s.must(s.store.LogoutUser(t.Context(), s.user.ID, "epoch-3"))
	if got := s.noticesNow()[0]; got.Number != last+1 || !got.At.Equal(now) {
		t.Fatalf("%+v follows %d", got, last)
	}
	if _, ok := s.load(s.tables.Outbox, s.outboxKey())["ttl"]; ok {
		t.Fatal("a notice that waits may be deleted")
	}
	s.remove(s.tables.Outbox, s.outboxKey()) // as DynamoDB does
	now = now.Add(login.OutboxMemory)
	s.must(s.store.LogoutUser(t.Context(), s.user.ID, "epoch-4"))
	if got := s.noticesNow()[0].Number; got <= last+1 {
		t.Fatalf("number %d follows %d", got, last+1)
	}
}
