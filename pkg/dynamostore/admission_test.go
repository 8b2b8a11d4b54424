package dynamostore_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// admissions are the writes of login.Admissions.
func admissions() []method {
	type store = *dynamostore.Store
	admit := func(a func(s *scene) login.Admission) func(ctx context.Context, s *scene, on store) error {
		return func(ctx context.Context, s *scene, on store) error {
			a := a(s)
			got, err := on.Admit(ctx, a)
			if err == nil && !reflect.DeepEqual(got, a.Binding) {
				err = errors.New("it gives another binding")
			}
			return err
		}
	}
	admitted := func(s *scene, b login.Binding, session login.Session) bool {
		return s.userNow(b.UserID).Apps[b.AppID] == b.Note() && s.dead(session) == ""
	}
	return []method{
		{
			name: "Admit", operation: "TransactWriteItems",
			prepare: func(s *scene) { s.must(s.store.AddUser(s.Context(), s.fresh.user, passwordOf(s.fresh.user))) },
			do:      admit((*scene).byPhone),
			done: func(s *scene) bool {
				return admitted(s, s.fresh.binding, s.fresh.session) && s.userNow(s.fresh.user.ID).Phone.VerifiedAt.Equal(s.now.Add(time.Hour))
			},
		},
		{
			name: "Admit of a newcomer", operation: "TransactWriteItems",
			do: admit((*scene).newcomer),
			done: func(s *scene) bool {
				return admitted(s, s.fresh.binding, s.fresh.session) && s.owner(s.fresh.user.Phone) == s.fresh.user.ID &&
					slices.Equal(s.userNow(s.fresh.user.ID).Unions, []string{s.fresh.binding.Union})
			},
		},
		{
			name: "Admit of a newcomer to whom another yields", operation: "TransactWriteItems",
			do: admit((*scene).successor),
			done: func(s *scene) bool {
				return admitted(s, s.fresh.binding, s.fresh.session) && s.owner(s.user.Phone) == s.fresh.user.ID &&
					s.userNow(s.user.ID).Phone == login.Phone{}
			},
		},
		{
			name: "SetPhone", first: "GetItem", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.SetPhone(ctx, s.user.ID, s.fresh.user.Phone, "")
			},
			done: func(s *scene) bool {
				return s.userNow(s.user.ID).Phone == s.fresh.user.Phone && s.owner(s.fresh.user.Phone) == s.user.ID && s.owner(s.user.Phone) == ""
			},
		},
		{
			name: "SetPhone from another", first: "GetItem", operation: "TransactWriteItems",
			prepare: func(s *scene) { s.must(s.store.AddUser(s.Context(), s.fresh.user, passwordOf(s.fresh.user))) },
			do: func(ctx context.Context, s *scene, on store) error {
				return on.SetPhone(ctx, s.user.ID, s.fresh.user.Phone, s.fresh.user.ID)
			},
			done: func(s *scene) bool {
				return s.owner(s.fresh.user.Phone) == s.user.ID && s.userNow(s.fresh.user.ID).Phone == login.Phone{}
			},
		},
		{
			name: "SetPhone to none", first: "GetItem", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error {
				return on.SetPhone(ctx, s.user.ID, login.Phone{}, "")
			},
			done: func(s *scene) bool { return s.userNow(s.user.ID).Phone == login.Phone{} && s.owner(s.user.Phone) == "" },
		},
		{
			name: "Rebind", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error { return on.Rebind(ctx, s.rebinding()) },
			done: func(s *scene) bool {
				_, err := s.bindingNow()
				return errors.Is(err, login.ErrBindingNotFound) && s.removedBefore(s.binding) && admitted(s, s.fresh.binding, s.fresh.session) &&
					s.userNow(s.user.ID).Replaced[app] == login.Replacement{At: s.now, OpenID: s.binding.OpenID}
			},
		},
		{
			name: "ClaimUsername", operation: "TransactWriteItems",
			prepare: func(s *scene) { _, err := s.store.Admit(s.Context(), s.newcomer()); s.must(err) },
			do: func(ctx context.Context, s *scene, on store) error {
				return on.ClaimUsername(ctx, s.fresh.user.ID, s.fresh.user.Username, passwordOf(s.fresh.user))
			},
			done: func(s *scene) bool {
				id, err := s.store.UserIDByName(s.Context(), s.fresh.user.Username)
				return err == nil && id == s.fresh.user.ID && s.userNow(id).Username == s.fresh.user.Username &&
					s.passwordNow(id) == passwordOf(s.fresh.user) && s.userNow(id).PasswordID == s.fresh.user.PasswordID && s.dead(s.fresh.session) == ""
			},
		},
		{
			name: "NoteUnion", operation: "TransactWriteItems",
			do: func(ctx context.Context, s *scene, on store) error { return on.NoteUnion(ctx, s.binding, "union-2") },
			done: func(s *scene) bool {
				b, err := s.bindingNow()
				s.must(err)
				owner, err := s.store.OwnerOfUnion(s.Context(), "union-2")
				s.must(err)
				return b.Union == "union-2" && s.userNow(s.user.ID).Apps[app] == b.Note() && owner.KnownIn == app && owner.UserID == s.user.ID && slices.Contains(s.userNow(s.user.ID).Unions, "union-2")
			},
		},
	}
}

// byPhone admits the fresh user, who is stored, by their number.
func (s *scene) byPhone() login.Admission {
	p := s.fresh.user.Phone
	p.VerifiedAt = s.now.Add(time.Hour)
	return login.Admission{
		Binding: s.fresh.binding, Session: s.fresh.session, Tombstone: s.fresh.binding.Index,
		Terms: login.Terms{Phone: p, VerifiedSince: s.now, RegisteredIn: []string{"", app}},
	}
}

// newcomer admits the fresh user, who is not stored.
func (s *scene) newcomer() login.Admission {
	u := s.fresh.user
	u.Username, u.PasswordID, u.Unions = "", "", []string{"union-" + u.ID}
	s.fresh.binding.Union = u.Unions[0]
	return login.Admission{Binding: s.fresh.binding, Session: s.fresh.session, Newcomer: &u, Tombstone: s.fresh.binding.Index}
}

// successor admits the fresh user, who gets the number of the scene's.
func (s *scene) successor() login.Admission {
	a := s.newcomer()
	a.Newcomer.Phone, a.Yields = s.user.Phone, s.user.ID
	return a
}

// owner is the user to whom a number leads, "" for none.
func (s *scene) owner(p login.Phone) string {
	s.Helper()
	owner, err := s.store.OwnerOfPhone(s.Context(), p.Index)
	if !errors.Is(err, login.ErrUserNotFound) {
		s.must(err)
	}
	return owner.UserID
}

// removedBefore reports whether the identity of a binding has a tombstone, and nothing else in it.
func (s *scene) removedBefore(b login.Binding) bool {
	s.Helper()
	return !s.gone(s.tables.Users, pk("removed#"+b.Index)) && len(s.load(s.tables.Users, pk("removed#"+b.Index))) == 1
}

// Each item of a transaction costs two write units per KB.
func TestAdmissionWritesOnlyWhatItMust(t *testing.T) {
	for name, c := range map[string]struct {
		admission func(s *scene) login.Admission
		items     int
		// outboxes are the items more where notices are kept.
		outboxes int
	}{
		"by phone": {(*scene).byPhone, 4, 1}, // binding, user, session, tombstone
		"without a tombstone": {func(s *scene) login.Admission {
			a := s.byPhone()
			a.Tombstone = ""
			return a
		}, 3, 1},
		"newcomer": {(*scene).newcomer, 6, 1}, // and what leads from the number and the unionid
		"newcomer with neither": {func(s *scene) login.Admission {
			a := s.newcomer()
			a.Newcomer.Phone, a.Newcomer.Unions = login.Phone{}, nil
			return a
		}, 4, 1},
		"newcomer to whom another yields": {(*scene).successor, 7, 2},
	} {
		for keeping, want := range map[string]int{"": c.items, ", told": c.items + c.outboxes} {
			t.Run(name+keeping, func(t *testing.T) {
				s := newScene(t)
				if keeping == "" {
					s.keepNoNotices()
				}
				a := c.admission(s)
				if a.Newcomer == nil {
					s.must(s.store.AddUser(t.Context(), s.fresh.user, passwordOf(s.fresh.user)))
				}
				items := 0
				s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Body: func(body []byte) bool {
					items = bytes.Count(body, []byte(`"TableName":`))
					return false
				}})
				_, err := s.faulty.Admit(t.Context(), a)
				s.must(err)
				s.requests("TransactWriteItems", 1)
				if items != want {
					t.Errorf("%d items, want %d", items, want)
				}
			})
		}
	}
}

// What a number or a unionid leads to knows the user's epoch as it was. Whoever is refused for it corrects it.
func TestHintIsCorrectedWhenSomebodyIsRefusedForIt(t *testing.T) {
	for name, c := range map[string]struct {
		terms   func(s *scene) login.Terms
		find    func(s *scene) (login.Owner, error)
		knownIn string
	}{
		"phone": {
			func(s *scene) login.Terms { return login.Terms{Phone: s.user.Phone} },
			func(s *scene) (login.Owner, error) { return s.store.OwnerOfPhone(s.Context(), s.user.Phone.Index) },
			"",
		},
		"union": {
			func(s *scene) login.Terms { return login.Terms{Union: s.binding.Union, KnownIn: app} },
			func(s *scene) (login.Owner, error) { return s.store.OwnerOfUnion(s.Context(), s.binding.Union) },
			app,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.must(s.store.LogoutUser(t.Context(), s.user.ID, "epoch-2"))
			hint, err := c.find(s)
			s.must(err)
			a := login.Admission{Binding: s.newBinding(s.user), Terms: c.terms(s)}
			a.Binding.AppID = otherApp
			a.Session = s.newSession(a.Binding)
			a.Session.Epoch = hint.Epoch
			_, err = s.faulty.Admit(t.Context(), a)
			unfit, ok := errors.AsType[*login.Unfit](err)
			if !ok || unfit.User.Epoch != "epoch-2" {
				t.Fatalf("got %v", err)
			}
			s.asked(map[string]int{"TransactWriteItems": 1, "UpdateItem": 1})
			if hint, err = c.find(s); err != nil || hint != (login.Owner{UserID: s.user.ID, Epoch: "epoch-2", KnownIn: c.knownIn}) {
				t.Fatalf("the hint is %+v, %v", hint, err)
			}
			a.Session.Epoch = hint.Epoch
			_, err = s.faulty.Admit(t.Context(), a)
			s.must(err)
			s.asked(map[string]int{"TransactWriteItems": 2, "UpdateItem": 1})
		})
	}
	t.Run("the app of a unionid", func(t *testing.T) {
		s := newScene(t)
		elsewhere := s.newBinding(s.user)
		elsewhere.AppID = otherApp
		_, err := s.store.Bind(t.Context(), elsewhere, s.newSession(elsewhere))
		s.must(err)
		for _, b := range []login.Binding{elsewhere, s.binding} {
			s.must(s.store.NoteUnion(t.Context(), b, s.binding.Union))
		}
		third := s.newBinding(s.user)
		third.AppID = "wx0000000000000003"
		refused := func(knownIn string, calls map[string]int) {
			t.Helper()
			hint, err := s.store.OwnerOfUnion(t.Context(), s.binding.Union)
			if err != nil || hint.KnownIn != knownIn {
				t.Fatalf("the hint is %+v, %v", hint, err)
			}
			_, err = s.faulty.Admit(t.Context(), login.Admission{
				Binding: third, Session: s.newSession(third), Terms: login.Terms{Union: s.binding.Union, KnownIn: hint.KnownIn},
			})
			if _, ok := errors.AsType[*login.Unfit](err); !ok {
				t.Fatalf("got %v", err)
			}
			s.asked(calls)
		}
		s.must(s.store.Unbind(t.Context(), s.binding, false))
		refused(app, map[string]int{"TransactWriteItems": 1, "UpdateItem": 1})
		s.must(s.store.Unbind(t.Context(), elsewhere, false))
		refused(otherApp, map[string]int{"TransactWriteItems": 2, "UpdateItem": 1}) // there is no better one
	})
	t.Run("and not when it cannot be", func(t *testing.T) {
		s := newScene(t)
		s.must(s.store.LogoutUser(t.Context(), s.user.ID, "epoch-2"))
		s.proxy.Inject(dynamotest.Rule{Operation: "UpdateItem", Times: dynamotest.Always, Fault: dynamotest.Fail()})
		a := login.Admission{Binding: s.newBinding(s.user), Terms: login.Terms{Phone: s.user.Phone}}
		a.Binding.AppID = otherApp
		a.Session = s.newSession(a.Binding)
		_, err := s.faulty.Admit(t.Context(), a)
		if _, ok := errors.AsType[*login.Unfit](err); !ok {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("and not after the number went to another", func(t *testing.T) {
		s := newScene(t)
		s.must(s.store.LogoutUser(t.Context(), s.user.ID, "epoch-2"))
		s.must(s.store.AddUser(t.Context(), s.fresh.user, passwordOf(s.fresh.user)))
		s.must(s.store.SetPhone(t.Context(), s.fresh.user.ID, s.user.Phone, s.user.ID))
		a := login.Admission{Binding: s.newBinding(s.user), Terms: login.Terms{Phone: s.user.Phone}}
		a.Binding.AppID = otherApp
		a.Session = s.newSession(a.Binding)
		_, err := s.store.Admit(t.Context(), a)
		if _, ok := errors.AsType[*login.Unfit](err); !ok {
			t.Fatalf("got %v", err)
		}
		if owner, err := s.store.OwnerOfPhone(t.Context(), s.user.Phone.Index); err != nil || owner != (login.Owner{UserID: s.fresh.user.ID, Epoch: s.fresh.user.Epoch}) {
			t.Fatalf("the number leads to %+v, %v", owner, err)
		}
	})
}

func TestRepeatOfAnAdmissionDoesNotUndoWhatCameBetween(t *testing.T) {
	// between runs after the write whose answer is lost, before its repeat.
	lost := func(s *scene, between func()) {
		s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.LoseAnswer()})
		s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.Before(between)})
	}
	t.Run("a newcomer who has left is gone", func(t *testing.T) {
		s := newScene(t)
		a := s.newcomer()
		lost(s, func() { s.must(s.store.DeleteUser(t.Context(), s.userNow(a.Newcomer.ID))) })
		_, err := s.faulty.Admit(t.Context(), a)
		s.must(err)
		_, err = s.store.UserByID(t.Context(), a.Newcomer.ID)
		s.want(err, login.ErrUserNotFound)
		if owner := s.owner(a.Newcomer.Phone); owner != "" {
			t.Fatalf("the number leads to %q", owner)
		}
	})
	t.Run("a number that was set again stays", func(t *testing.T) {
		s := newScene(t)
		last := s.newPhone()
		lost(s, func() { s.must(s.store.SetPhone(t.Context(), s.user.ID, last, "")) })
		s.must(s.faulty.SetPhone(t.Context(), s.user.ID, s.newPhone(), ""))
		if got := s.userNow(s.user.ID).Phone; got != last || s.owner(last) != s.user.ID {
			t.Fatalf("the number is %+v", got)
		}
	})
	t.Run("a binding that was removed gets no note", func(t *testing.T) {
		s := newScene(t)
		lost(s, func() { s.must(s.store.Unbind(t.Context(), s.binding, false)) })
		s.must(s.faulty.NoteUnion(t.Context(), s.binding, "union-2"))
		if _, noted := s.userNow(s.user.ID).Apps[app]; noted {
			t.Error("the user notes it")
		}
		_, err := s.bindingNow()
		s.want(err, login.ErrBindingNotFound)
	})
}

// What changes between the read of the user and the write is read again.
func TestSetPhoneFollowsWhatChangesMeanwhile(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(s *scene, p login.Phone)
		from      bool
		want      error
	}{
		"the user gets another number": {meanwhile: func(s *scene, _ login.Phone) {
			s.must(s.store.SetPhone(s.Context(), s.user.ID, s.newPhone(), ""))
		}},
		"the user loses the number": {meanwhile: func(s *scene, _ login.Phone) {
			s.must(s.store.SetPhone(s.Context(), s.user.ID, login.Phone{}, ""))
		}},
		"the user gets the number": {meanwhile: func(s *scene, p login.Phone) {
			s.must(s.store.SetPhone(s.Context(), s.user.ID, p, s.fresh.user.ID))
		}, from: true},
		"the user leaves": {meanwhile: func(s *scene, _ login.Phone) {
			s.must(s.store.DeleteUser(s.Context(), s.userNow(s.user.ID)))
		}, want: login.ErrUserNotFound},
		"the one who yields leaves": {meanwhile: func(s *scene, _ login.Phone) {
			s.must(s.store.DeleteUser(s.Context(), s.userNow(s.fresh.user.ID)))
		}, from: true},
		"the one who yields gets another number": {meanwhile: func(s *scene, _ login.Phone) {
			s.must(s.store.SetPhone(s.Context(), s.fresh.user.ID, s.newPhone(), ""))
		}, from: true},
		"the number goes to a third": {meanwhile: func(s *scene, p login.Phone) {
			third := s.newUser()
			s.must(s.store.AddUser(s.Context(), third, passwordOf(third)))
			s.must(s.store.SetPhone(s.Context(), third.ID, p, s.fresh.user.ID))
		}, from: true, want: login.ErrPhoneTaken},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.must(s.store.AddUser(t.Context(), s.fresh.user, passwordOf(s.fresh.user)))
			p, from := s.newPhone(), ""
			if c.from {
				p, from = s.fresh.user.Phone, s.fresh.user.ID
			}
			s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.Before(func() { c.meanwhile(s, p) })})
			err := s.faulty.SetPhone(t.Context(), s.user.ID, p, from)
			s.want(err, c.want)
			tries := 2
			if c.want != nil {
				tries = 1
			}
			s.asked(map[string]int{"GetItem": 1, "TransactWriteItems": tries})
			if c.want == nil && (s.userNow(s.user.ID).Phone != p || s.owner(p) != s.user.ID) {
				t.Fatalf("the number is %+v, and leads to %q", s.userNow(s.user.ID).Phone, s.owner(p))
			}
			s.onePhoneEach()
		})
	}
}

// Whoever yields may lose the number before the first try, and have it again before the second.
func TestSetPhoneTakesTheNumberFromWhoHasItAgain(t *testing.T) {
	s := newScene(t)
	s.must(s.store.AddUser(t.Context(), s.fresh.user, passwordOf(s.fresh.user)))
	p := s.fresh.user.Phone
	for _, q := range []login.Phone{s.newPhone(), p} {
		s.proxy.Inject(dynamotest.Rule{Operation: "TransactWriteItems", Fault: dynamotest.Before(func() {
			s.must(s.store.SetPhone(t.Context(), s.fresh.user.ID, q, ""))
		})})
	}
	s.must(s.faulty.SetPhone(t.Context(), s.user.ID, p, s.fresh.user.ID))
	s.asked(map[string]int{"GetItem": 1, "TransactWriteItems": 3})
	if s.owner(p) != s.user.ID || s.userNow(s.fresh.user.ID).Phone != (login.Phone{}) {
		t.Fatalf("the number leads to %q", s.owner(p))
	}
	s.onePhoneEach()
}

// onePhoneEach fails the test unless the numbers that users have and what leads from numbers are the same.
func (s *scene) onePhoneEach() {
	s.Helper()
	users, err := s.store.ListUsers(s.Context(), "", 100)
	s.must(err)
	noted, led := map[string]string{}, map[string]string{}
	for _, u := range users {
		if u.Phone.Index != "" {
			noted[u.Phone.Index] = u.ID
		}
	}
	for _, it := range s.items(s.tables.Users) {
		if index, ok := strings.CutPrefix(it["pk"].(*types.AttributeValueMemberS).Value, "phone#"); ok {
			led[index] = it["userId"].(*types.AttributeValueMemberS).Value
		}
	}
	if !maps.Equal(noted, led) {
		s.Fatalf("users have %v, and numbers lead to %v", noted, led)
	}
}

// A number without an index, of a user who was added without an index key, can be replaced and taken away.
func TestPhoneWithoutAnIndexIsReplacedAndTakenAway(t *testing.T) {
	for name, next := range map[string]login.Phone{
		"another": {Number: "+8613800000002", Index: "index-2"}, "none": {}, "the same, with an index": {Number: "+8613800000001", Index: "index-1"},
		"another without": {Number: "+8613800000003"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			u := s.fresh.user
			u.Phone = login.Phone{Number: "+8613800000001"}
			s.must(s.store.AddUser(t.Context(), u, passwordOf(u)))
			s.must(s.store.SetPhone(t.Context(), u.ID, next, ""))
			if got := s.userNow(u.ID).Phone; got != next {
				t.Fatalf("the number is %+v", got)
			}
			s.must(s.store.SetPhone(t.Context(), u.ID, u.Phone, ""))
			if got := s.userNow(u.ID).Phone; got != u.Phone || s.owner(next) != "" {
				t.Fatalf("the number is %+v", got)
			}
			s.onePhoneEach()
		})
	}
}

// A user and a binding that have none of it have no attributes for it, as those that an earlier version has stored. They can be
// admitted, and deleted.
func TestUserWithoutPhoneHasTheAttributesOfAnEarlierVersion(t *testing.T) {
	s := newScene(t)
	u := s.fresh.user
	u.Phone, u.RegisteredIn = login.Phone{}, ""
	s.must(s.store.AddUser(t.Context(), u, passwordOf(u)))
	b := s.newBinding(u)
	b.Index = ""
	_, err := s.store.Bind(t.Context(), b, s.newSession(b))
	s.must(err)
	user, binding := s.load(s.tables.Users, pk("user#"+u.ID)), s.load(s.tables.Bindings, pk(app+"#"+b.OpenID))
	note := user["apps"].(*types.AttributeValueMemberM).Value[app].(*types.AttributeValueMemberM).Value
	for name, c := range map[string]struct {
		got  item
		want []string
	}{
		"user": {user, []string{
			"apps", "createdAt", "disabled", "epoch", "name", "passwordId", "pk", "roles", "userId", "username",
		}},
		"note": {note, []string{"bindingId", "openId"}},
		"binding": {binding, []string{
			"bindingId", "boundAt", "epoch", "lastLoginAt", "marks", "pk", "sealedKey", "unionId", "userId",
		}},
	} {
		if got := slices.Sorted(maps.Keys(c.got)); !slices.Equal(got, c.want) {
			t.Errorf("a %s has %v, want %v", name, got, c.want)
		}
	}
	delete(user, "epoch") // as in the earliest
	s.save(s.tables.Users, user)
	a := login.Admission{Binding: s.newBinding(u)}
	a.Binding.AppID = otherApp
	a.Session = s.newSession(a.Binding)
	a.Session.Epoch = ""
	a.Terms.RegisteredIn = []string{""}
	_, err = s.store.Admit(t.Context(), a)
	s.must(err)
	b.Index = "identity-of-b"
	s.must(s.store.NoteUnion(t.Context(), b, "union-2"))
	s.must(s.store.Unbind(t.Context(), b, true))
	s.must(s.store.DeleteUser(t.Context(), s.userNow(u.ID)))
	if !s.removedBefore(b) || !s.removedBefore(a.Binding) || !s.gone(s.tables.Users, pk("union#union-2")) {
		t.Error("what a removal must leave, or not")
	}
}
