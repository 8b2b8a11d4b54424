package storetest

import (
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// newNewcomer lets in somebody new, with a number and a unionid that nobody has.
func (t *trial) newNewcomer() login.Admission {
	u := t.newUser()
	u.Username, u.PasswordID, u.RegisteredIn = "", "", app
	u.Phone, u.Unions = t.newPhone(), []string{id("union")}
	b := t.newBinding(u, app)
	b.Union = u.Unions[0]
	s := t.newSession(b)
	b.Sessions = []login.SessionMark{s.Mark()}
	return login.Admission{Binding: b, Session: s, Newcomer: &u, Tombstone: b.Index}
}

// newAdmission lets an existing user in, on no other terms than a bind's.
func (t *trial) newAdmission(u login.User, appID string) login.Admission {
	b := t.newBinding(u, appID)
	s := t.newSession(b)
	b.Sessions = []login.SessionMark{s.Mark()}
	return login.Admission{Binding: b, Session: s, Tombstone: b.Index}
}

// admit lets somebody in, and returns the user as they then must be.
func (t *trial) admit(a login.Admission) login.User {
	t.Helper()
	got, err := t.Admit(t.ctx, a)
	t.must(err)
	same(t, got, a.Binding)
	t.admitted(a)
	return t.userNow(a.Binding.UserID)
}

// admitted fails the test unless the binding and a living session are stored.
func (t *trial) admitted(a login.Admission) {
	t.Helper()
	got, err := t.bindingNow(a.Binding)
	t.must(err)
	same(t, got, a.Binding)
	if !t.stands(a.Binding) || t.dead(a.Session) != "" {
		t.Fatalf("the binding is not noted, or its session is %q", t.dead(a.Session))
	}
}

// turnedAway fails the test unless Admit returns the error and leaves nothing.
func (t *trial) turnedAway(a login.Admission, why error) {
	t.Helper()
	_, err := t.Admit(t.ctx, a)
	t.want(err, why)
	t.notAdmitted(a)
}

// notAdmitted fails the test if anything of an admission is stored.
func (t *trial) notAdmitted(a login.Admission) {
	t.Helper()
	t.unstored(a.Session)
	t.unbound(a.Binding)
	if a.Newcomer != nil {
		t.nobody(*a.Newcomer)
	}
}

// nobody fails the test if anything of a user is stored.
func (t *trial) nobody(u login.User) {
	t.Helper()
	_, err := t.UserByID(t.ctx, u.ID)
	t.want(err, login.ErrUserNotFound)
	if owner, err := t.OwnerOfPhone(t.ctx, u.Phone.Index); err == nil && owner.UserID == u.ID {
		t.Fatal("the number leads to nobody")
	}
	for _, index := range u.Unions {
		if owner, err := t.OwnerOfUnion(t.ctx, index); err == nil && owner.UserID == u.ID {
			t.Fatal("the unionid leads to nobody")
		}
	}
	if u.Username == "" {
		return
	}
	if got, err := t.UserIDByName(t.ctx, u.Username); err == nil && got == u.ID {
		t.Fatal("the name leads to nobody")
	}
}

// admissions tests Admit but for what it demands of existing users.
func admissions(s *suite) {
	s.test("a newcomer is stored with the binding and the session, and found by number and unionid", func(t *trial) {
		a := t.newNewcomer()
		u := *a.Newcomer
		got, err := t.Admit(t.ctx, a)
		t.must(err)
		same(t, got, a.Binding)
		t.admitted(a)
		u.Apps = map[string]login.UserApp{app: noteOf(a.Binding)}
		same(t, t.userNow(u.ID), u)
		same(t, t.passwordNow(u.ID), login.Password{})
		stored, user, err := t.SessionWithUser(t.ctx, u.ID, a.Session.TokenHash)
		t.must(err)
		same(t, stored, a.Session)
		same(t, user, u)
		want := login.Owner{UserID: u.ID, Epoch: u.Epoch}
		for _, find := range []func() (login.Owner, error){
			func() (login.Owner, error) { return t.OwnerOfPhone(t.ctx, u.Phone.Index) },
			func() (login.Owner, error) {
				owner, err := t.OwnerOfUnion(t.ctx, u.Unions[0])
				if owner.KnownIn != app {
					t.Fatalf("known in %q", owner.KnownIn)
				}
				owner.KnownIn = ""
				return owner, err
			},
		} {
			owner, err := find()
			t.must(err)
			if owner != want {
				t.Fatalf("found %+v, want %+v", owner, want)
			}
		}
		t.marks(a.Binding, a.Session.Mark())
	})
	s.test("every field of a newcomer comes back as it was, and they are listed", func(t *trial) {
		a := t.newNewcomer()
		u := a.Newcomer
		u.ID, u.Name, u.RegisteredIn = u.ID+unlike, "爱丽丝 "+unlike, otherApp
		u.Roles, u.Phone.Number = []string{"z", "a", "读者" + unlike}, "+852"+unlike
		u.Unions = []string{id("union") + "_-", id("union"), id("union")}
		a.Binding.UserID, a.Session.UserID = u.ID, u.ID
		t.admit(a)
		want := *u
		want.Apps = map[string]login.UserApp{app: noteOf(a.Binding)}
		same(t, t.userNow(u.ID), want)
		for _, index := range u.Unions {
			t.ownsUnion(u.ID, index)
		}
		read, p, err := t.UserWithPassword(t.ctx, u.ID)
		t.must(err)
		same(t, read, want)
		same(t, p, login.Password{})
		session := t.newSession(a.Binding)
		opened := t.enter(login.Opening{
			Binding: a.Binding, Session: session, Sessions: []login.SessionMark{session.Mark()},
			Touch: login.Touch{AppID: app, OpenID: a.Binding.OpenID, SealedKey: a.Binding.SealedKey, At: t.now, Opened: session.Mark()},
		})
		same(t, opened.User, want)
		for _, listed := range t.everyUser(1000) {
			if listed.ID == u.ID {
				same(t, listed, want)
				return
			}
		}
		t.Fatal("the newcomer is not listed")
	})
	s.test("newcomers need neither number nor unionid, and claim no username", func(t *trial) {
		for range 2 {
			a := t.newNewcomer()
			a.Newcomer.Phone, a.Newcomer.Unions, a.Binding.Union = login.Phone{}, nil, ""
			u := t.admit(a)
			if !u.Phone.VerifiedAt.IsZero() || u.Phone.Number != "" || len(u.Unions) != 0 {
				t.Fatalf("the user is %+v", u)
			}
		}
		_, err := t.UserIDByName(t.ctx, "")
		t.want(err, login.ErrUserNotFound)
		_, err = t.OwnerOfPhone(t.ctx, "")
		t.want(err, login.ErrUserNotFound)
		_, err = t.OwnerOfUnion(t.ctx, "")
		t.want(err, login.ErrUserNotFound)
	})
	s.test("a number and a unionid that nobody has are ErrUserNotFound", func(t *trial) {
		u := t.admit(t.newNewcomer())
		for _, index := range []string{id("index"), u.ID, u.Phone.Number, u.Unions[0]} {
			_, err := t.OwnerOfPhone(t.ctx, index)
			t.want(err, login.ErrUserNotFound)
		}
		for _, index := range []string{id("index"), u.ID, u.Phone.Index} {
			_, err := t.OwnerOfUnion(t.ctx, index)
			t.want(err, login.ErrUserNotFound)
		}
	})
	s.test("a newcomer whose number another has is ErrPhoneTaken, and nothing is stored", func(t *trial) {
		for _, owner := range []login.User{t.userWithPhone(), t.admit(t.newNewcomer())} {
			before := t.userNow(owner.ID)
			a := t.newNewcomer()
			a.Newcomer.Phone = owner.Phone
			t.turnedAway(a, login.ErrPhoneTaken)
			same(t, t.userNow(owner.ID), before)
			t.owns(owner.ID, owner.Phone)
		}
	})
	s.test("a newcomer one of whose unionids another has is ErrUnionTaken, and nothing is stored", func(t *trial) {
		owner := t.admit(t.newNewcomer())
		for _, unions := range [][]string{owner.Unions, {id("union"), owner.Unions[0]}, {owner.Unions[0], id("union")}} {
			a := t.newNewcomer()
			a.Newcomer.Unions = unions
			t.turnedAway(a, login.ErrUnionTaken)
			same(t, t.userNow(owner.ID), owner)
			t.ownsUnion(owner.ID, owner.Unions[0])
		}
	})
	s.test("an admission that is repeated word for word counts as done", func(t *trial) {
		yielding := t.newNewcomer()
		owner := t.userWithPhone()
		yielding.Newcomer.Phone, yielding.Yields = owner.Phone, owner.ID
		u := t.userWithPhone()
		byPhone := t.newAdmission(u, app)
		byPhone.Terms = login.Terms{Phone: u.Phone, VerifiedSince: t.now, RegisteredIn: []string{""}}
		for _, a := range []login.Admission{t.newNewcomer(), yielding, byPhone} {
			u := t.admit(a)
			for range 2 {
				got, err := t.Admit(t.ctx, a)
				if err != nil {
					t.want(err, login.ErrAlreadyBound)
				}
				same(t, got, a.Binding)
			}
			t.admitted(a)
			same(t, t.userNow(u.ID), u)
		}
	})
	s.test("a user who is bound to the identity already is ErrAlreadyBound, whatever else is true", func(t *trial) {
		u, b, _ := t.bound()
		other := t.newBinding(u, otherApp)
		t.bind(other)
		t.must(t.Unbind(t.ctx, other, false)) // leaves a tombstone
		t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
		a := t.newAdmission(u, app)
		a.Binding.OpenID, a.Tombstone = b.OpenID, other.Index
		a.Terms = login.Terms{Phone: t.newPhone(), Union: id("union"), RegisteredIn: []string{}}
		got, err := t.Admit(t.ctx, a)
		t.want(err, login.ErrAlreadyBound)
		same(t, got, b)
		t.unstored(a.Session)
		if !t.stands(b) {
			t.Fatal("the binding that stood is gone")
		}
	})
	s.test("an identity of another user is IdentityBound, for newcomers and for users", func(t *trial) {
		_, b, _ := t.bound()
		for _, a := range []login.Admission{t.newNewcomer(), t.newAdmission(t.user(), app)} {
			a.Binding.OpenID = b.OpenID
			t.turnedAway(a, login.IdentityBound)
			if !t.stands(b) {
				t.Fatal("the binding that stood is gone")
			}
		}
	})
	s.test("an admission whose session is stored, but not its binding, was undone: it is BindingRemoved", func(t *trial) {
		for _, a := range []login.Admission{t.newNewcomer(), t.newAdmission(t.user(), app)} {
			t.admit(a)
			first := a.Binding
			first.Index = "" // no tombstone
			t.must(t.Unbind(t.ctx, first, false))
			before := t.userNow(a.Binding.UserID)
			again := a
			again.Binding.ID = id("binding")
			for _, a := range []login.Admission{a, again} {
				_, err := t.Admit(t.ctx, a)
				t.want(err, login.BindingRemoved)
				t.unbound(a.Binding)
				same(t, t.userNow(a.Binding.UserID), before)
			}
			if got := t.sessionsNow(a.Binding.UserID); len(got) != 1 {
				t.Fatalf("%d sessions", len(got))
			}
		}
	})
	s.test("a newcomer whose id is stored already is BindingRemoved, and nothing is stored", func(t *trial) {
		for _, standing := range []login.User{t.user(), t.admit(t.newNewcomer())} {
			a := t.newNewcomer()
			a.Newcomer.ID = standing.ID
			a.Binding.UserID, a.Session.UserID = standing.ID, standing.ID
			_, err := t.Admit(t.ctx, a)
			t.want(err, login.BindingRemoved)
			t.unstored(a.Session)
			t.unbound(a.Binding)
			same(t, t.userNow(standing.ID), standing)
			_, err = t.OwnerOfPhone(t.ctx, a.Newcomer.Phone.Index)
			t.want(err, login.ErrUserNotFound)
			_, err = t.OwnerOfUnion(t.ctx, a.Newcomer.Unions[0])
			t.want(err, login.ErrUserNotFound)
		}
	})
	s.test("a user yields the number to a newcomer, and keeps everything else", func(t *trial) {
		a := t.newNewcomer()
		owner := t.admit(a)
		next := t.newNewcomer()
		next.Newcomer.Phone, next.Yields = owner.Phone, owner.ID
		t.admit(next)
		t.owns(next.Newcomer.ID, owner.Phone)
		owner.Phone = login.Phone{}
		same(t, t.userNow(owner.ID), owner)
		t.ownsUnion(owner.ID, owner.Unions[0])
		t.admitted(a)
	})
	s.test("a user who has the number no more cannot yield it: it is ErrPhoneTaken, and nothing is stored", func(t *trial) {
		for name, change := range map[string]func(u login.User){
			"it is nobody's": func(u login.User) { t.must(t.SetPhone(t.ctx, u.ID, login.Phone{}, "")) },
			"it is another's": func(u login.User) {
				t.must(t.SetPhone(t.ctx, t.user().ID, u.Phone, u.ID))
			},
			"the user has another number": func(u login.User) { t.must(t.SetPhone(t.ctx, u.ID, t.newPhone(), "")) },
			"the user is gone":            func(u login.User) { t.must(t.DeleteUser(t.ctx, u)) },
		} {
			u := t.userWithPhone()
			change(u)
			before, existed := t.UserByID(t.ctx, u.ID)
			a := t.newNewcomer()
			a.Newcomer.Phone, a.Yields = u.Phone, u.ID
			if _, err := t.Admit(t.ctx, a); !errors.Is(err, login.ErrPhoneTaken) {
				t.Fatalf("%s: %v", name, err)
			}
			t.notAdmitted(a)
			if existed == nil {
				same(t, t.userNow(u.ID), before)
			}
		}
	})
	s.test("a user who yields a number does not yield a unionid", func(t *trial) {
		owner := t.admit(t.newNewcomer())
		a := t.newNewcomer()
		a.Newcomer.Phone, a.Newcomer.Unions, a.Yields = owner.Phone, owner.Unions, owner.ID
		t.turnedAway(a, login.ErrUnionTaken)
		same(t, t.userNow(owner.ID), owner)
		t.owns(owner.ID, owner.Phone)
	})
	s.test("a newcomer is a user like any other", func(t *trial) {
		a := t.newNewcomer()
		u := t.admit(a)
		other := t.newBinding(u, otherApp)
		session := t.bind(other)
		t.must(t.Unbind(t.ctx, a.Binding, true))
		t.want(t.Unbind(t.ctx, other, true), login.ErrLastBinding)
		p := newPassword("hash-1")
		t.must(t.ReplacePassword(t.ctx, u.ID, "", p, u.Epoch))
		same(t, t.passwordNow(u.ID), p)
		t.must(t.LogoutUser(t.ctx, u.ID, id("epoch")))
		if t.dead(session) != login.SessionRevoked {
			t.Fatalf("the session is %q", t.dead(session))
		}
		t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
		t.nobody(u)
	})
}
