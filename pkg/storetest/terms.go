package storetest

import (
	"errors"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// terms tests what Admit demands of existing users.
func terms(s *suite) {
	s.test("a user is admitted by their number, which is verified anew", func(t *trial) {
		for name, verifiedAt := range map[string]time.Time{
			"verified before": t.now.Add(-time.Hour), "never verified": {},
		} {
			u := t.newUser()
			u.Phone = t.newPhone()
			u.Phone.VerifiedAt = verifiedAt
			t.must(t.add(u))
			a := t.newAdmission(u, app)
			a.Terms.Phone = u.Phone
			a.Terms.Phone.VerifiedAt = t.now
			t.admit(a)
			u.Apps = map[string]login.UserApp{app: noteOf(a.Binding)}
			u.Phone.VerifiedAt = t.now
			same(t, t.userNow(u.ID), u)
			t.marks(a.Binding, a.Session.Mark())
			if owner, err := t.OwnerOfPhone(t.ctx, u.Phone.Index); err != nil || owner != (login.Owner{UserID: u.ID, Epoch: u.Epoch}) {
				t.Fatalf("%s: found %+v, %v", name, owner, err)
			}
		}
	})
	s.test("a user is admitted by a unionid, and keeps the number as it was", func(t *trial) {
		u := t.admit(t.newNewcomer())
		a := t.newAdmission(u, otherApp)
		a.Terms.Union, a.Terms.KnownIn, a.Binding.Union = u.Unions[0], app, u.Unions[0]
		t.admit(a)
		u.Apps[otherApp] = noteOf(a.Binding)
		same(t, t.userNow(u.ID), u)
		owner, err := t.OwnerOfUnion(t.ctx, u.Unions[0])
		t.must(err)
		if owner != (login.Owner{UserID: u.ID, Epoch: u.Epoch, KnownIn: app}) {
			t.Fatalf("found %+v", owner)
		}
	})
	s.test("without terms a user is admitted as by a bind, and is found by nothing new", func(t *trial) {
		u := t.user()
		a := t.newAdmission(u, app)
		a.Binding.UnionID, a.Binding.Union = id("unionid"), id("union")
		t.admit(a)
		u.Apps[app] = noteOf(a.Binding)
		same(t, t.userNow(u.ID), u)
		_, err := t.OwnerOfUnion(t.ctx, a.Binding.Union)
		t.want(err, login.ErrUserNotFound)
	})
	s.test("a user who does not exist is ErrUserNotFound", func(t *trial) {
		a := t.newAdmission(t.newUser(), app)
		t.turnedAway(a, login.ErrUserNotFound)
		_, err := t.UserByID(t.ctx, a.Binding.UserID)
		t.want(err, login.ErrUserNotFound)
	})

	// guest is a user who has a number, verified at t.now, and a unionid, and is registered in app.
	guest := func(t *trial) login.User { return t.admit(t.newNewcomer()) }
	for name, term := range map[string]struct {
		// change makes the guest, or the admission to otherApp, one that fails in this alone.
		change func(t *trial, u login.User, a *login.Admission)
		// fits says that it does not fail.
		fits bool
	}{
		"a user who is disabled, whose epoch is the session's": {change: func(t *trial, u login.User, a *login.Admission) {
			t.must(t.DisableUser(t.ctx, u.ID, a.Session.Epoch))
		}},
		"a user of another epoch": {change: func(t *trial, u login.User, _ *login.Admission) {
			t.must(t.LogoutUser(t.ctx, u.ID, id("epoch")))
		}},
		"a user who was disabled and enabled again": {change: func(t *trial, u login.User, _ *login.Admission) {
			t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
			t.must(t.EnableUser(t.ctx, u.ID))
		}},
		"a user with another openid in the app": {change: func(t *trial, u login.User, _ *login.Admission) {
			t.bind(t.newBinding(u, otherApp))
		}},
		"a user with their number": {fits: true, change: func(_ *trial, u login.User, a *login.Admission) {
			a.Terms.Phone = u.Phone
		}},
		"a user with another number": {change: func(t *trial, _ login.User, a *login.Admission) {
			a.Terms.Phone = t.newPhone()
		}},
		"a user whose number was changed": {change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Phone = u.Phone
			t.must(t.SetPhone(t.ctx, u.ID, t.newPhone(), ""))
		}},
		"a user whose number was taken away": {change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Phone = u.Phone
			t.must(t.SetPhone(t.ctx, u.ID, login.Phone{}, ""))
		}},
		"a user whose number is another's now": {change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Phone = u.Phone
			t.must(t.SetPhone(t.ctx, t.user().ID, u.Phone, u.ID))
		}},
		"a number that was verified just then": {fits: true, change: func(_ *trial, u login.User, a *login.Admission) {
			a.Terms.Phone, a.Terms.VerifiedSince = u.Phone, u.Phone.VerifiedAt.Add(999*time.Microsecond)
		}},
		"a number that was verified just before": {change: func(_ *trial, u login.User, a *login.Admission) {
			a.Terms.Phone, a.Terms.VerifiedSince = u.Phone, u.Phone.VerifiedAt.Add(time.Millisecond)
		}},
		"a number that was verified long before, though not asked for": {change: func(t *trial, _ login.User, a *login.Admission) {
			a.Terms.VerifiedSince = t.now.Add(time.Hour)
		}},
		"a number that was never verified": {change: func(t *trial, u login.User, a *login.Admission) {
			never := u.Phone
			never.VerifiedAt = time.Time{}
			t.must(t.SetPhone(t.ctx, u.ID, never, ""))
			a.Terms.Phone, a.Terms.VerifiedSince = u.Phone, t.now.Add(-1000*time.Hour)
		}},
		"a number that was never verified, where that need not be": {fits: true, change: func(t *trial, u login.User, a *login.Admission) {
			never := u.Phone
			never.VerifiedAt = time.Time{}
			t.must(t.SetPhone(t.ctx, u.ID, never, ""))
			a.Terms.Phone = u.Phone
		}},
		"a user with their unionid": {fits: true, change: func(_ *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = u.Unions[0], app
		}},
		"a user with their unionid in the second of two apps": {fits: true, change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = id("union"), thirdApp
			t.boundWithUnion(u, thirdApp, a.Terms.Union)
		}},
		"a user with the second of a binding's unionids": {fits: true, change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = id("union"), app
			t.must(t.NoteUnion(t.ctx, t.bindingOf(u, app), a.Terms.Union))
		}},
		"a user with the first of a binding's unionids": {change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = u.Unions[0], app
			t.must(t.NoteUnion(t.ctx, t.bindingOf(u, app), id("union")))
		}},
		"a user with another unionid": {change: func(_ *trial, _ login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = id("union"), app
		}},
		"a user with a part of the unionid": {change: func(_ *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = u.Unions[0][:len(u.Unions[0])-1], app
		}},
		"a user with the unionid of a binding that was removed": {change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = u.Unions[0], app
			t.must(t.Unbind(t.ctx, t.bindingOf(u, app), false))
		}},
		"a user with the unionid of a removed binding, who is bound again without": {change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = u.Unions[0], app
			t.must(t.Unbind(t.ctx, t.bindingOf(u, app), false))
			t.bind(t.newBinding(u, app))
		}},
		"a user with the unionid of a binding that was displaced": {change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = u.Unions[0], app
			t.must(t.Rebind(t.ctx, t.newRebinding(u)))
		}},
		"a user with the unionid of the binding that took another's place": {fits: true, change: func(t *trial, u login.User, a *login.Admission) {
			r := t.newRebinding(u)
			t.must(t.Rebind(t.ctx, r))
			a.Terms.Union, a.Terms.KnownIn = id("union"), app
			t.must(t.NoteUnion(t.ctx, r.Binding, a.Terms.Union))
		}},
		"a user who is bound with the unionid in another app than KnownIn": {change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = u.Unions[0], thirdApp
			t.bind(t.newBinding(u, thirdApp))
		}},
		"a user with their unionid and no KnownIn": {change: func(_ *trial, u login.User, a *login.Admission) {
			a.Terms.Union = u.Unions[0]
		}},
		"a user who is bound with another's unionid": {change: func(t *trial, u login.User, a *login.Admission) {
			a.Terms.Union, a.Terms.KnownIn = t.admit(t.newNewcomer()).Unions[0], app
			t.want(t.NoteUnion(t.ctx, t.bindingOf(u, app), a.Terms.Union), login.ErrUnionTaken)
		}},
		"a user who has registered in one of the apps": {fits: true, change: func(_ *trial, _ login.User, a *login.Admission) {
			a.Terms.RegisteredIn = []string{"", otherApp, app}
		}},
		"a user who has registered in another app": {change: func(_ *trial, _ login.User, a *login.Admission) {
			a.Terms.RegisteredIn = []string{"", otherApp}
		}},
		"a user who has registered, where nobody may": {change: func(_ *trial, _ login.User, a *login.Admission) {
			a.Terms.RegisteredIn = []string{}
		}},
	} {
		s.test("Admit of "+name, func(t *trial) {
			u := guest(t)
			a := t.newAdmission(u, otherApp)
			term.change(t, u, &a)
			if term.fits {
				t.admit(a)
				return
			}
			t.unfit(a)
		})
	}
	s.test("Admit of a user whom an administrator has added", func(t *trial) {
		u := t.userWithPhone()
		a := t.newAdmission(u, app)
		a.Terms = login.Terms{Phone: u.Phone, RegisteredIn: []string{app}}
		t.unfit(a)
		a.Terms.RegisteredIn = []string{app, ""}
		t.admit(a)
	})
	s.test("Admit of a user without number and unionid", func(t *trial) {
		u := t.user()
		for _, demanded := range []login.Terms{
			{Phone: t.newPhone()}, {VerifiedSince: t.now.Add(-time.Hour)}, {Union: id("union")},
		} {
			a := t.newAdmission(u, app)
			a.Terms = demanded
			t.unfit(a)
		}
	})
}

// unfit fails the test unless Admit says that the user does not fulfil the terms, with the user as stored, and leaves
// nothing.
func (t *trial) unfit(a login.Admission) {
	t.Helper()
	before := t.userNow(a.Binding.UserID)
	_, err := t.Admit(t.ctx, a)
	unfit, ok := errors.AsType[*login.Unfit](err)
	if !ok {
		t.Fatalf("error is %v, want Unfit", err)
	}
	same(t, unfit.User, before)
	same(t, t.userNow(before.ID), before)
	t.notAdmitted(a)
}

// boundWithUnion binds the user in an app with a unionid.
func (t *trial) boundWithUnion(u login.User, appID, union string) {
	t.Helper()
	b := t.newBinding(u, appID)
	t.bind(b)
	t.must(t.NoteUnion(t.ctx, b, union))
}

// bindingOf is the user's binding in an app.
func (t *trial) bindingOf(u login.User, appID string) login.Binding {
	t.Helper()
	b, err := t.BindingByOpenID(t.ctx, appID, u.Apps[appID].OpenID)
	t.must(err)
	return b
}
