package storetest

import (
	"errors"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// bind tests Bind without concurrent calls; races has the rest.
func bind(s *suite) {
	s.test("a bind stores the binding, its note in the user and the session", func(t *trial) {
		u := t.user()
		b := t.newBinding(u, app)
		session := t.newSession(b)
		got, err := t.Bind(t.ctx, b, session)
		t.must(err)
		same(t, got, b)
		got, err = t.bindingNow(b)
		t.must(err)
		same(t, got, b)
		u.Apps[app] = noteOf(b)
		stored, user, err := t.SessionWithUser(t.ctx, u.ID, session.TokenHash)
		t.must(err)
		same(t, stored, session)
		same(t, user, u)
		same(t, t.userNow(u.ID), u)
	})
	s.test("every field comes back as it was", func(t *trial) {
		u := t.newUser()
		u.ID += unlike
		t.must(t.add(u))
		b := t.newBinding(u, app)
		b.OpenID += unlike + strings.Repeat("长", 100)
		b.ID, b.UnionID, b.SealedKey = b.ID+unlike, "", "id."+strings.Repeat("k", 1000)
		b.Index, b.Union = "", id("union")
		b.BoundAt, b.LastLoginAt = t.now.Add(-time.Millisecond), t.now.Add(7*time.Millisecond+999*time.Microsecond)
		session := t.newSession(b)
		session.Device = "鸿蒙 " + unlike
		session.SeenAt = session.CreatedAt.Add(1500 * time.Microsecond)
		_, err := t.Bind(t.ctx, b, session)
		t.must(err)
		got, err := t.bindingNow(b)
		t.must(err)
		same(t, got, b)
		stored, _, err := t.SessionWithUser(t.ctx, u.ID, session.TokenHash)
		t.must(err)
		same(t, stored, session)
		if !t.stands(b) {
			t.Fatal("not bound")
		}
		t.must(t.Unbind(t.ctx, b, false))
		t.unbound(b)
	})
	s.test("ids that only look alike when joined are different", func(t *trial) {
		base := id("user")
		for _, pair := range [][2]string{{base + "#x", "y"}, {base, "x#y"}, {base + "#", "x#y"}, {base + "#x#", "y"}} {
			u := t.newUser()
			u.ID = pair[0]
			t.must(t.add(u))
			session := t.newSession(t.newBinding(u, app))
			session.TokenHash = pair[1]
			t.must(t.create(session))
		}
		for _, user := range []string{base + "#x", base, base + "#", base + "#x#"} {
			if got := t.sessionsNow(user); len(got) != 1 || got[0].UserID != user {
				t.Fatalf("user %q has the sessions %+v", user, got)
			}
		}
	})
	s.test("a user is bound in several apps", func(t *trial) {
		u, b, first := t.bound()
		other := t.newBinding(u, otherApp)
		other.OpenID = b.OpenID
		second := t.bind(other)
		u.Apps = map[string]login.UserApp{
			app:      noteOf(b),
			otherApp: noteOf(other),
		}
		same(t, t.userNow(u.ID), u)
		if t.dead(first) != "" || t.dead(second) != "" {
			t.Fatal("a session is dead")
		}
	})
	s.test("a bind to the same user is ErrAlreadyBound with the existing binding", func(t *trial) {
		_, b, first := t.bound()
		again := b
		again.ID, again.UnionID, again.SealedKey, again.BoundAt = id("binding"), "", "2.sealed", t.now.Add(time.Hour)
		session := t.newSession(again)
		got, err := t.Bind(t.ctx, again, session)
		t.want(err, login.ErrAlreadyBound)
		same(t, got, b)
		t.unstored(session)
		if !t.stands(b) || t.dead(first) != "" {
			t.Fatal("the binding that stood is gone")
		}
	})
	s.test("a bind that is repeated word for word counts as done", func(t *trial) {
		_, b, session := t.bound()
		got, err := t.Bind(t.ctx, b, session)
		if err != nil && !errors.Is(err, login.ErrAlreadyBound) {
			t.Fatal(err)
		}
		same(t, got, b)
		if !t.stands(b) || t.dead(session) != "" {
			t.Fatal("the binding or its session is gone")
		}
	})
	s.test("a bind whose session is stored, but not its binding, was undone: it is BindingRemoved", func(t *trial) {
		u, b, session := t.bound()
		t.must(t.EndSession(t.ctx, u.ID, session.TokenHash, login.SessionRevoked))
		t.must(t.Unbind(t.ctx, b, false))
		again := b
		again.ID = id("binding")
		_, err := t.Bind(t.ctx, again, session)
		t.want(err, login.BindingRemoved)
		t.unbound(b)
		t.unbound(again)
		session.EndedReason = login.SessionRevoked
		stored := t.sessionsNow(u.ID)
		if len(stored) != 1 {
			t.Fatalf("sessions %+v", stored)
		}
		same(t, stored[0], session)
	})
	s.test("an identity of another user is IdentityBound", func(t *trial) {
		_, b, _ := t.bound()
		theft := t.newBinding(t.user(), app)
		theft.OpenID = b.OpenID
		t.refused(theft, login.IdentityBound)
		got, err := t.bindingNow(b)
		t.must(err)
		same(t, got, b)
	})
	s.test("a user with another openid in the app is UserBound", func(t *trial) {
		u, b, _ := t.bound()
		t.refused(t.newBinding(u, app), login.UserBound)
		if !t.stands(b) {
			t.Fatal("the binding that stood is gone")
		}
	})
	s.test("when the identity and the user are both bound elsewhere it is IdentityBound", func(t *trial) {
		u, b, _ := t.bound()
		_, theirs, _ := t.bound()
		cross := t.newBinding(u, app)
		cross.OpenID = theirs.OpenID
		t.refused(cross, login.IdentityBound)
		if !t.stands(b) || !t.stands(theirs) {
			t.Fatal("a binding that stood is gone")
		}
	})
	s.test("a user that does not exist is ErrUserNotFound", func(t *trial) {
		b := t.newBinding(t.newUser(), app)
		t.refused(b, login.ErrUserNotFound)
		_, err := t.UserByID(t.ctx, b.UserID)
		t.want(err, login.ErrUserNotFound)
		u := t.user()
		b.UserID, b.Epoch = u.ID, u.Epoch
		t.bind(b)
	})
	s.test("a user who was disabled before the login began is UserDisabled", func(t *trial) {
		u := t.user()
		old := t.newBinding(u, app)
		u.Epoch = id("epoch")
		t.must(t.DisableUser(t.ctx, u.ID, u.Epoch))
		b := t.newBinding(u, app)
		t.refused(old, login.UserDisabled)
		t.refused(b, login.UserDisabled)
		t.must(t.EnableUser(t.ctx, u.ID))
		t.refused(old, login.SessionRevoked)
		t.bind(b)
	})
	s.test("the session's epoch decides, whatever the binding's is", func(t *trial) {
		u := t.user()
		b := t.newBinding(u, app)
		session := t.newSession(b)
		session.Epoch = id("epoch")
		_, err := t.Bind(t.ctx, b, session)
		t.want(err, login.SessionRevoked)
		t.unstored(session)
		t.unbound(b)
		session.Epoch, b.Epoch = u.Epoch, id("epoch")
		_, err = t.Bind(t.ctx, b, session)
		t.must(err)
		if got := t.dead(session); got != "" {
			t.Fatalf("the session is %q", got)
		}
	})
	s.test("after an unbind both the identity and the user are free", func(t *trial) {
		u, b, old := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		theirs := t.newBinding(t.user(), app)
		theirs.OpenID = b.OpenID
		t.bind(theirs)
		mine := t.newBinding(u, app)
		t.bind(mine)
		if !t.stands(theirs) || !t.stands(mine) {
			t.Fatal("not bound")
		}
		if got := t.dead(old); got != login.BindingRemoved {
			t.Fatalf("the session under the first binding is %q", got)
		}
	})
}

// refused fails the test unless the bind returns the error and leaves nothing.
func (t *trial) refused(b login.Binding, why error) {
	t.Helper()
	session := t.newSession(b)
	_, err := t.Bind(t.ctx, b, session)
	t.want(err, why)
	t.unstored(session)
	t.unbound(b)
}
