package dynamostore_test

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// rebinding puts the fresh binding in the place of the scene's, for the scene's user.
func (s *scene) rebinding() login.Rebinding {
	b := &s.fresh.binding
	b.UserID, b.Epoch = s.user.ID, s.user.Epoch
	s.fresh.session.UserID, s.fresh.session.Epoch = s.user.ID, s.user.Epoch
	return login.Rebinding{
		Binding: *b, Session: s.fresh.session, Former: s.former(),
		Replacement: login.Replacement{At: s.now, OpenID: s.binding.OpenID},
	}
}

// former is what the user notes of the scene's binding.
func (s *scene) former() login.UserApp {
	return s.binding.Note()
}

func TestRebindIsRefusedAndLeavesAllAsItWas(t *testing.T) {
	unfit := func(err error) bool { _, ok := errors.AsType[*login.Unfit](err); return ok }
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	for name, c := range map[string]struct {
		change func(s *scene, r *login.Rebinding)
		want   func(error) bool
	}{
		"the identity is another's": {func(s *scene, r *login.Rebinding) {
			other := s.newUser()
			s.must(s.store.AddUser(s.Context(), other, passwordOf(other)))
			b := s.newBinding(other)
			b.OpenID = r.Binding.OpenID
			_, err := s.store.Bind(s.Context(), b, s.newSession(b))
			s.must(err)
		}, is(login.IdentityBound)},
		"the identity is the user's already": {func(_ *scene, r *login.Rebinding) {
			r.Binding.OpenID = r.Former.OpenID
		}, is(login.IdentityBound)},
		"the former binding was replaced": {func(s *scene, _ *login.Rebinding) {
			s.must(s.store.Unbind(s.Context(), s.binding, false))
			again := s.binding
			again.ID += "-second"
			_, err := s.store.Bind(s.Context(), again, s.newSession(again))
			s.must(err)
		}, is(login.ErrUserChanged)},
		"the former binding is gone": {func(s *scene, _ *login.Rebinding) {
			s.must(s.store.Unbind(s.Context(), s.binding, false))
		}, is(login.ErrUserChanged)},
		"the user is gone": {func(s *scene, _ *login.Rebinding) {
			s.must(s.store.DeleteUser(s.Context(), s.userNow(s.user.ID)))
		}, is(login.ErrUserNotFound)},
		"the user is disabled": {func(s *scene, r *login.Rebinding) {
			s.must(s.store.DisableUser(s.Context(), s.user.ID, r.Session.Epoch))
		}, unfit},
		"the user has another epoch": {func(s *scene, _ *login.Rebinding) {
			s.must(s.store.LogoutUser(s.Context(), s.user.ID, "epoch-2"))
		}, unfit},
		"the user has another number": {func(s *scene, r *login.Rebinding) {
			r.Phone = s.newPhone()
		}, unfit},
		"the session is stored": {func(s *scene, r *login.Rebinding) {
			_, err := s.store.CreateSession(s.Context(), r.Session)
			s.must(err)
		}, is(login.BindingRemoved)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			r := s.rebinding()
			c.change(s, &r)
			before := s.everything()
			if err := s.store.Rebind(t.Context(), r); !c.want(err) {
				t.Fatalf("got %v", err)
			}
			if after := s.everything(); !reflect.DeepEqual(after, before) {
				t.Errorf("stored is %v, and was %v", after, before)
			}
		})
	}
}

// everything has all items but those of the ephemeral table, by table and key.
func (s *scene) everything() map[string]item {
	s.Helper()
	all := map[string]item{}
	for _, table := range []string{s.tables.Bindings, s.tables.Sessions, s.tables.Users} {
		for _, it := range s.items(table) {
			key := ""
			for _, name := range []string{"pk", "userId", "tokenHash"} {
				if v, ok := it[name].(*types.AttributeValueMemberS); ok {
					key += "/" + v.Value
				}
			}
			all[table+key] = it
		}
	}
	return all
}

func TestRebindVerifiesTheNumberAndKeepsOtherReplacements(t *testing.T) {
	s := newScene(t)
	s.bindElsewhere()
	elsewhere := s.newBinding(s.user)
	elsewhere.AppID = otherApp
	first := login.Rebinding{
		Binding: elsewhere, Session: s.newSession(elsewhere), Former: s.userNow(s.user.ID).Apps[otherApp],
		Replacement: login.Replacement{At: s.now.Add(-time.Hour)},
	}
	s.must(s.store.Rebind(t.Context(), first))
	r := s.rebinding()
	r.Phone = s.user.Phone
	r.Phone.VerifiedAt = s.now.Add(time.Hour)
	s.must(s.store.Rebind(t.Context(), r))
	want := s.user
	want.Phone = r.Phone
	want.Apps = map[string]login.UserApp{
		app:      {OpenID: r.Binding.OpenID, BindingID: r.Binding.ID, Index: r.Binding.Index},
		otherApp: {OpenID: elsewhere.OpenID, BindingID: elsewhere.ID, Index: elsewhere.Index},
	}
	want.Replaced = map[string]login.Replacement{app: r.Replacement, otherApp: first.Replacement}
	if got := s.userNow(s.user.ID); !reflect.DeepEqual(got, want) {
		t.Errorf("the user is %+v, want %+v", got, want)
	}
}

// The note of a binding that an operator has removed by hand does not stop another from taking its place.
func TestRebindGoesOnWithoutABindingThatIsNotThere(t *testing.T) {
	for name, back := range map[string]bool{"another identity": false, "the same identity": true} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.remove(s.tables.Bindings, pk(app+"#"+s.binding.OpenID))
			r := s.rebinding()
			if back {
				r.Binding.OpenID = s.binding.OpenID
			}
			s.must(s.store.Rebind(t.Context(), r))
			got, err := s.store.BindingByOpenID(t.Context(), app, r.Binding.OpenID)
			s.must(err)
			if got.ID != r.Binding.ID || s.userNow(s.user.ID).Apps[app].BindingID != r.Binding.ID {
				t.Errorf("the binding is %+v", got)
			}
		})
	}
}

func TestOnlyWhoHasNeitherUsernameNorPasswordClaimsThem(t *testing.T) {
	for name, c := range map[string]struct {
		// user prepares one, and returns their id.
		user func(s *scene) string
		want error
	}{
		"nobody":                     {func(*scene) string { return "nobody" }, login.ErrUserNotFound},
		"one with both":              {func(s *scene) string { return s.user.ID }, login.ErrUserChanged},
		"one with a username":        {func(s *scene) string { return s.added(login.Password{}) }, login.ErrUserChanged},
		"one whom a directory has":   {func(s *scene) string { return s.enrolled() }, login.ErrUserChanged},
		"one who has claimed before": {func(s *scene) string { return s.claimed() }, login.ErrUserChanged},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			id := c.user(s)
			before := s.everything()
			s.want(s.store.ClaimUsername(t.Context(), id, "wanted", login.Password{ID: "first", Hash: "hash-1"}), c.want)
			if after := s.everything(); !reflect.DeepEqual(after, before) {
				t.Errorf("stored is %v, and was %v", after, before)
			}
		})
	}
	t.Run("and not another's username", func(t *testing.T) {
		s := newScene(t)
		_, err := s.store.Admit(t.Context(), s.newcomer())
		s.must(err)
		before := s.everything()
		s.want(s.store.ClaimUsername(t.Context(), s.fresh.user.ID, s.user.Username, login.Password{ID: "first"}), login.ErrUsernameTaken)
		if after := s.everything(); !reflect.DeepEqual(after, before) {
			t.Errorf("stored is %v, and was %v", after, before)
		}
	})
	t.Run("and frees it when they leave", func(t *testing.T) {
		s := newScene(t)
		id := s.claimed()
		s.must(s.store.DeleteUser(t.Context(), s.userNow(id)))
		keys := slices.Sorted(maps.Keys(s.everything()))
		for _, key := range []string{"name#" + s.fresh.user.Username, "password#" + id, "user#" + id} {
			if slices.ContainsFunc(keys, func(k string) bool { return k == s.tables.Users+"/"+key }) {
				t.Errorf("%s is left", key)
			}
		}
	})
}

func (s *scene) added(p login.Password) string {
	s.Helper()
	s.must(s.store.AddUser(s.Context(), s.fresh.user, p))
	return s.fresh.user.ID
}

func (s *scene) enrolled() string {
	s.Helper()
	u, err := s.store.EnrollUser(s.Context(), s.profile(s.fresh.user.ID), s.now, "epoch-1")
	s.must(err)
	return u.ID
}

func (s *scene) claimed() string {
	s.Helper()
	_, err := s.store.Admit(s.Context(), s.newcomer())
	s.must(err)
	s.must(s.store.ClaimUsername(s.Context(), s.fresh.user.ID, s.fresh.user.Username, passwordOf(s.fresh.user)))
	return s.fresh.user.ID
}
