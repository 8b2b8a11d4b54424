package storetest

import (
	"errors"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// listen returns a function that fails the test unless the changes since the last call wrote these notices of the users, in the order
// of each user's, and no others. All wait still.
func (t *trial) listen(userIDs ...string) func(want ...login.Notice) {
	t.Helper()
	heard := map[string][]login.Notice{}
	for _, userID := range userIDs {
		heard[userID] = t.noticesNow(userID)
	}
	return func(want ...login.Notice) {
		t.Helper()
		for _, userID := range userIDs {
			before, now := heard[userID], t.noticesNow(userID)
			if len(now) < len(before) || !slices.EqualFunc(before, now[:len(before)], sameNotice) {
				t.Fatalf("\nbefore %+v\n   now %+v", before, now)
			}
			var wanted, told []login.Notice
			for _, n := range want {
				if n.UserID == userID {
					wanted = append(wanted, anyNotice(n))
				}
			}
			for _, n := range now[len(before):] {
				told = append(told, anyNotice(n))
			}
			if !slices.EqualFunc(told, wanted, sameNotice) {
				t.Fatalf("\n got %+v\nwant %+v", told, wanted)
			}
			heard[userID] = now
		}
	}
}

// anyNotice is a notice without what is its own.
func anyNotice(n login.Notice) login.Notice {
	n.ID, n.At, n.Number = "", time.Time{}, 0
	return n
}

func sameNotice(a, b login.Notice) bool {
	same := a.ID == b.ID && a.Type == b.Type && a.At.Equal(b.At) && a.UserID == b.UserID && a.AppID == b.AppID && a.Number == b.Number
	return same && slices.Equal(a.Data, b.Data)
}

// noticesNow reads the notices of a user that wait. Each must be the user's, with an id of its own, just written, and their numbers
// without gaps.
func (t *trial) noticesNow(userID string) []login.Notice {
	t.Helper()
	notices, err := t.NoticesOf(t.ctx, userID)
	t.must(err)
	ids := map[string]bool{}
	for i, n := range notices {
		switch {
		case n.UserID != userID, n.ID == "", ids[n.ID], n.Number <= 0, time.Since(n.At).Abs() > time.Hour:
			t.Fatalf("%+v", n)
		case i > 0 && n.Number != notices[i-1].Number+1:
			t.Fatalf("%+v\nfollows %+v", n, notices[i-1])
		}
		ids[n.ID] = true
	}
	return notices
}

// notices tests which changes of bindings, sessions and users are in a notice.
func notices(s *suite) {
	s.test("a bind is told once, and none that is refused", func(t *trial) {
		u, stranger := t.user(), t.user()
		heard := t.listen(u.ID, stranger.ID)
		b := t.newBinding(u, app)
		session := t.bind(b)
		bound := notice(u.ID, login.NoticeBound, app)
		heard(bound)
		_, err := t.Bind(t.ctx, b, t.newSession(b))
		t.want(err, login.ErrAlreadyBound)
		theirs, second, old := b, t.newBinding(u, app), t.newBinding(u, otherApp)
		theirs.UserID, theirs.Epoch, old.Epoch = stranger.ID, stranger.Epoch, id("epoch")
		for refused, why := range map[*login.Binding]error{
			&theirs: login.IdentityBound, &second: login.UserBound, &old: login.SessionRevoked,
		} {
			t.want(t.tryBind(*refused), why)
		}
		heard()
		t.must(t.Unbind(t.ctx, b, false))
		heard(notice(u.ID, login.NoticeUnbound, app))
		_, err = t.Bind(t.ctx, b, session)
		t.want(err, login.BindingRemoved)
		heard()
		b.ID = id("binding")
		t.bind(b)
		heard(bound)
	})
	s.test("a removed binding is told once, and none that stays", func(t *trial) {
		u, b, _ := t.bound()
		other := t.newBinding(u, otherApp)
		t.bind(other)
		heard := t.listen(u.ID)
		t.must(t.Unbind(t.ctx, b, true))
		heard(notice(u.ID, login.NoticeUnbound, app))
		t.want(t.Unbind(t.ctx, b, true), login.ErrBindingNotFound)
		t.want(t.Unbind(t.ctx, other, true), login.ErrLastBinding)
		t.want(t.Unbind(t.ctx, b, false), login.ErrBindingNotFound)
		heard()
		t.must(t.Unbind(t.ctx, other, false))
		heard(notice(u.ID, login.NoticeUnbound, otherApp))
	})
	s.test("a newcomer is told as registered and bound, and whoever yields the number as phone_changed", func(t *trial) {
		first, second, late := t.newNewcomer(), t.newNewcomer(), t.newNewcomer()
		owner := first.Newcomer.ID
		heard := t.listen(owner, second.Newcomer.ID, late.Newcomer.ID)
		t.admit(first)
		heard(notice(owner, login.NoticeRegistered, app), notice(owner, login.NoticeBound, app))
		second.Newcomer.Phone, second.Yields = first.Newcomer.Phone, owner
		t.admit(second)
		heard(notice(owner, login.NoticePhoneChanged, app),
			notice(second.Newcomer.ID, login.NoticeRegistered, app), notice(second.Newcomer.ID, login.NoticeBound, app))
		_, err := t.Admit(t.ctx, second)
		t.want(err, login.ErrAlreadyBound)
		late.Newcomer.Phone, late.Yields = first.Newcomer.Phone, owner
		t.turnedAway(late, login.ErrPhoneTaken)
		late.Newcomer.Phone, late.Yields = t.newPhone(), ""
		late.Newcomer.Unions = first.Newcomer.Unions
		t.turnedAway(late, login.ErrUnionTaken)
		heard()
	})
	s.test("an admission of a user is told as bound, and none that is refused", func(t *trial) {
		u := t.userWithPhone()
		heard := t.listen(u.ID)
		a, unfit := t.newAdmission(u, app), t.newAdmission(u, otherApp)
		a.Terms.Phone, unfit.Terms.Phone = u.Phone, t.newPhone()
		t.admit(a)
		heard(notice(u.ID, login.NoticeBound, app))
		_, err := t.Admit(t.ctx, a)
		t.want(err, login.ErrAlreadyBound)
		if _, err = t.Admit(t.ctx, unfit); !isUnfit(err) {
			t.Fatal(err)
		}
		t.must(t.Unbind(t.ctx, a.Binding, false))
		heard(notice(u.ID, login.NoticeUnbound, app))
		_, err = t.Admit(t.ctx, a)
		if !errors.Is(err, login.BindingRemoved) {
			t.want(err, login.ErrRemovedBefore)
		}
		heard()
	})
	s.test("a rebind is told as unbound and bound, and none that is refused", func(t *trial) {
		u, _, _ := t.boundWithPhone()
		heard := t.listen(u.ID)
		r, late := t.newRebinding(u), t.newRebinding(u)
		t.must(t.Rebind(t.ctx, r))
		heard(notice(u.ID, login.NoticeUnbound, app), notice(u.ID, login.NoticeBound, app))
		t.want(t.Rebind(t.ctx, r), login.IdentityBound)
		t.want(t.Rebind(t.ctx, late), login.ErrUserChanged)
		unfit := t.newRebinding(t.userNow(u.ID))
		unfit.Session.Epoch = id("epoch")
		if err := t.Rebind(t.ctx, unfit); !isUnfit(err) {
			t.Fatal(err)
		}
		heard()
	})
	s.test("the end of a session is told if somebody has revoked it, and once", func(t *trial) {
		u, b, session := t.bound()
		other := t.newSession(b)
		t.must(t.create(other))
		heard := t.listen(u.ID)
		revoked := notice(u.ID, login.NoticeSessionRevoked, "")
		t.must(t.EndSession(t.ctx, u.ID, session.TokenHash, login.SessionRevoked))
		heard(revoked)
		t.must(t.EndSession(t.ctx, u.ID, session.TokenHash, login.SessionRevoked))
		t.must(t.EndSession(t.ctx, u.ID, other.TokenHash, login.SessionReplaced))
		t.must(t.EndSession(t.ctx, u.ID, other.TokenHash, login.SessionRevoked))
		t.want(t.EndSession(t.ctx, u.ID, id("token"), login.SessionRevoked), login.ErrSessionNotFound)
		heard()
		for range 2 {
			t.must(t.LogoutUser(t.ctx, u.ID, id("epoch")))
			heard(revoked)
		}
	})
	s.test("a user is told as disabled and enabled when it changes, and as deleted once", func(t *trial) {
		u, _, _ := t.bound()
		u = t.userNow(u.ID)
		heard := t.listen(u.ID)
		t.must(t.EnableUser(t.ctx, u.ID))
		heard()
		t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
		heard(notice(u.ID, login.NoticeDisabled, ""))
		again := id("epoch")
		t.must(t.DisableUser(t.ctx, u.ID, again))
		heard()
		if got := t.userNow(u.ID).Epoch; got != again {
			t.Fatalf("the epoch is %q, want %q", got, again)
		}
		t.must(t.EnableUser(t.ctx, u.ID))
		heard(notice(u.ID, login.NoticeEnabled, ""))
		t.must(t.EnableUser(t.ctx, u.ID))
		stale := u
		stale.Apps = map[string]login.UserApp{}
		t.want(t.DeleteUser(t.ctx, stale), login.ErrUserChanged)
		heard()
		t.must(t.DeleteUser(t.ctx, u))
		heard(notice(u.ID, login.NoticeDeleted, ""))
		t.want(t.DeleteUser(t.ctx, u), login.ErrUserNotFound)
		heard()
	})
	s.test("what changes nobody is in no notice", func(t *trial) {
		nobody := id("user")
		heard := t.listen(nobody)
		for _, err := range []error{
			t.DisableUser(t.ctx, nobody, id("epoch")), t.EnableUser(t.ctx, nobody), t.LogoutUser(t.ctx, nobody, id("epoch")),
			t.ReplacePassword(t.ctx, nobody, "", newPassword("hash-2"), id("epoch")), t.SetPhone(t.ctx, nobody, t.newPhone(), ""),
			t.ClaimUsername(t.ctx, nobody, id("name"), newPassword("hash-2")),
		} {
			t.want(err, login.ErrUserNotFound)
		}
		heard()
	})
	s.test("what a login, a visit, an import or a description changes is in no notice", func(t *trial) {
		added, many := t.newUser(), t.newUser()
		many.Phone = t.newPhone()
		p := t.newProfile()
		heard := t.listen(added.ID, many.ID, p.ID)
		t.must(t.add(added))
		_, err := t.AddUsers(t.ctx, newcomers([]login.User{many}))
		t.must(err)
		b := t.imported(many, app)
		b.Union = id("union")
		t.addBindings(b)
		p.RegisteredIn = app
		_, err = t.EnrollUser(t.ctx, p, t.now, id("epoch"))
		t.must(err)
		p.Name = "Renamed"
		_, err = t.RefreshUser(t.ctx, p)
		t.must(err)
		t.must(t.RaiseEpoch(t.ctx, p.ID, id("epoch")))
		o := t.opening(b)
		t.enter(o)
		next := t.opening(b)
		next.Ended = []string{o.Session.TokenHash}
		t.enter(next)
		t.must(t.ExtendSession(t.ctx, next.Session, t.now.Add(time.Hour), t.now.Add(2*time.Hour)))
		t.must(t.ForgetSession(t.ctx, many.ID, o.Session.TokenHash))
		t.must(t.NoteEpoch(t.ctx, b, id("epoch")))
		t.must(t.NoteUnion(t.ctx, b, id("union")))
		t.must(t.ChangeUser(t.ctx, many.ID, login.UserChange{Name: new("another"), Avatar: new(""), Roles: &[]string{"writer"}}))
		t.must(t.RenewHash(t.ctx, many.ID, "hash-1", "hash-2"))
		heard()
	})
}
