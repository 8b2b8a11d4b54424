package dynamostore_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestMarksAreReadAsTheyWereStored(t *testing.T) {
	s := newScene(t)
	token := login.NewToken(s.user.ID)
	at := s.now.Truncate(time.Second)
	all := []login.SessionMark{
		{TokenHash: token.Hash(), OpenedAt: at, Device: 65535, Ended: true},
		{TokenHash: token.Hash()[:42] + "B", OpenedAt: at},                       // its last bits belong to no byte
		{TokenHash: strings.Repeat("A", 42), OpenedAt: at.Add(time.Second)},      // of 31 bytes
		{TokenHash: strings.Repeat("A", 44), OpenedAt: at.Add(-time.Hour)},       // of 33 bytes
		{TokenHash: "no base64url at all: 微信", OpenedAt: at, Device: 1},          //
		{TokenHash: "", OpenedAt: time.Unix(0, 0), Ended: true},                  // the earliest
		{TokenHash: "x", OpenedAt: time.Unix(1<<32-1, 0), Device: 256},           // the latest
		{TokenHash: token.Hash(), OpenedAt: at.Add(time.Minute), Device: 1 << 8}, // as it may be after a repeat
	}
	s.fresh.binding.Sessions = slices.Clone(all)
	s.must(s.store.AddUser(t.Context(), s.fresh.user, passwordOf(s.fresh.user)))
	_, err := s.store.Bind(t.Context(), s.fresh.binding, s.fresh.session)
	s.must(err)
	got, err := s.store.BindingByOpenID(t.Context(), app, s.fresh.binding.OpenID)
	s.must(err)
	if len(got.Sessions) != len(all) {
		t.Fatalf("%d marks, want %d", len(got.Sessions), len(all))
	}
	for i, want := range all {
		want.OpenedAt = want.OpenedAt.UTC()
		if got.Sessions[i] != want {
			t.Errorf("got %+v, want %+v", got.Sessions[i], want)
		}
	}
}

func TestBindingOfAnEarlierVersionHasNoMarksUntilALogin(t *testing.T) {
	s := newScene(t)
	old := s.load(s.tables.Bindings, pk(app+"#"+s.binding.OpenID))
	delete(old, "marks")
	s.save(s.tables.Bindings, old)
	s.marks()
	o := s.opening()
	opened, err := s.store.Enter(t.Context(), o)
	s.must(err)
	s.must(opened.Untidy)
	s.marks(o.Session.Mark())
}

// indexes makes indexes as a service does.
var indexes = &login.Secret{IndexKey: login.Hidden(strings.Repeat("i", 43))}

// A login reads and writes the binding. Each write unit is 1 KB, so a binding with all its marks must not be larger.
func TestBindingWithAllItsMarksIsOneWriteUnit(t *testing.T) {
	s := newScene(t)
	for marks, want := range map[int]float64{login.MaxSessions + login.MaxDeadSessions: 1, login.MaxSessions + login.MaxDeadSessions + 5: 2} {
		u := s.fresh.user
		u.ID, u.Username, u.PasswordID, u.Epoch = strings.Repeat("u", 54)+login.NewID(), login.NewID(), login.NewID(), login.NewID()
		u.Phone = s.newPhone()
		s.must(s.store.AddUser(t.Context(), u, passwordOf(u)))
		b := s.newBinding(u)
		b.ID, b.OpenID, b.UnionID = login.NewID(), rand.Text()+"__", rand.Text()+"___" // 28 and 29 bytes
		key := login.SealKey{ID: "12", Key: login.Hidden(strings.Repeat("k", 43))}
		b.SealedKey = (&login.Secret{SealKeys: []login.SealKey{key}}).Seal([]byte("tiihtNczf5v6AKRyjwEUhQ=="), "session_key", app, b.OpenID)
		b.Index, b.Union = indexes.Index("identity", app, b.OpenID), indexes.Index("union", b.UnionID)
		for range marks {
			b.Sessions = append(b.Sessions, login.SessionMark{TokenHash: login.NewToken(u.ID).Hash(), OpenedAt: s.now, Device: 1 << 15})
		}
		_, err := s.store.Bind(t.Context(), b, s.newSession(b))
		s.must(err)
		change := "SET lastLoginAt = lastLoginAt"
		out, err := s.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &s.tables.Bindings, Key: pk(app + "#" + b.OpenID), UpdateExpression: &change,
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		s.must(err)
		if got := *out.ConsumedCapacity.CapacityUnits; got != want {
			t.Errorf("with %d marks it is %v write units, want %v", marks, got, want)
		}
	}
}
