package storetest

import (
	"github.com/wxbind/wxbind/pkg/login"
)

// noticesOfData tests which changes of passwords and phone numbers are in a notice.
func noticesOfData(s *suite) {
	s.test("a replaced password is told, and none that is refused or only hashed anew", func(t *trial) {
		u := t.user()
		heard := t.listen(u.ID)
		p := newPassword("hash-2")
		t.must(t.ReplacePassword(t.ctx, u.ID, u.PasswordID, p, id("epoch")))
		heard(notice(u.ID, login.NoticePasswordChanged, ""))
		t.want(t.ReplacePassword(t.ctx, u.ID, u.PasswordID, newPassword("hash-3"), id("epoch")), login.ErrPasswordChanged)
		t.must(t.RenewHash(t.ctx, u.ID, "hash-2", "hash-3"))
		heard()
	})
	s.test("a changed password is told, and none that is refused", func(t *trial) {
		u, _, session := t.bound()
		heard := t.listen(u.ID)
		t.want(t.ChangePassword(t.ctx, changeOf(u), id("token")), login.ErrSessionNotFound)
		heard()
		t.must(t.ChangePassword(t.ctx, changeOf(u), session.TokenHash))
		heard(notice(u.ID, login.NoticePasswordChanged, ""))
		t.want(t.ChangePassword(t.ctx, changeOf(u), session.TokenHash), login.ErrPasswordChanged)
		heard()
	})
	s.test("a bind that replaces the password is told as password_changed and bound, and none that is refused", func(t *trial) {
		_, taken, _ := t.bound()
		u := t.user()
		heard := t.listen(u.ID)
		c, b := changeOf(u), t.newBinding(u, app)
		b.Epoch = c.Epoch
		theirs := b
		theirs.OpenID = taken.OpenID
		t.want(t.BindWithPassword(t.ctx, c, theirs, t.newSession(theirs)), login.IdentityBound)
		heard()
		t.must(t.BindWithPassword(t.ctx, c, b, t.newSession(b)))
		heard(notice(u.ID, login.NoticePasswordChanged, app), notice(u.ID, login.NoticeBound, app))
		next := changeOf(t.userNow(u.ID))
		t.want(t.BindWithPassword(t.ctx, next, b, t.newSession(b)), login.ErrAlreadyBound)
		heard()
		s := t.newSession(b)
		s.Epoch = next.Epoch
		s.BindingID = id("binding")
		t.want(t.OpenWithPassword(t.ctx, next, s), login.BindingRemoved)
		heard()
		s.BindingID = b.ID
		t.must(t.OpenWithPassword(t.ctx, next, s))
		heard(notice(u.ID, login.NoticePasswordChanged, app))
	})
	s.test("a first password is told once, and none that is refused", func(t *trial) {
		u, owner := t.admit(t.newNewcomer()), t.user()
		heard := t.listen(u.ID)
		t.want(t.ClaimUsername(t.ctx, u.ID, owner.Username, newPassword("hash-1")), login.ErrUsernameTaken)
		heard()
		username, p := id("name"), newPassword("hash-1")
		t.must(t.ClaimUsername(t.ctx, u.ID, username, p))
		heard(notice(u.ID, login.NoticePasswordChanged, ""))
		if err := t.ClaimUsername(t.ctx, u.ID, username, p); err != nil { // word for word, but not by the transport
			t.want(err, login.ErrUserChanged)
		}
		heard()
	})
	s.test("a number that is set, replaced or taken away is told, with the mini-program in which it was given", func(t *trial) {
		u := t.user()
		heard := t.listen(u.ID)
		byAdministrator := t.newPhone()
		byAdministrator.AppID = ""
		for _, p := range []login.Phone{t.newPhone(), t.newPhone(), byAdministrator, {}} {
			t.must(t.SetPhone(t.ctx, u.ID, p, ""))
			heard(notice(u.ID, login.NoticePhoneChanged, p.AppID))
			t.must(t.SetPhone(t.ctx, u.ID, p, "")) // verified anew, or nothing
			heard()
		}
	})
	s.test("a number that goes from one user to another is told to both, and to nobody if it is refused", func(t *trial) {
		owner, u, third := t.userWithPhone(), t.user(), t.user()
		heard := t.listen(owner.ID, u.ID, third.ID)
		p := owner.Phone
		p.AppID = otherApp
		t.want(t.SetPhone(t.ctx, u.ID, p, ""), login.ErrPhoneTaken)
		t.want(t.SetPhone(t.ctx, u.ID, p, third.ID), login.ErrPhoneTaken)
		t.want(t.SetPhone(t.ctx, id("user"), p, owner.ID), login.ErrUserNotFound)
		heard()
		t.must(t.SetPhone(t.ctx, u.ID, p, owner.ID))
		heard(notice(owner.ID, login.NoticePhoneChanged, otherApp), notice(u.ID, login.NoticePhoneChanged, otherApp))
		for range 2 { // owner has it no more
			t.must(t.SetPhone(t.ctx, u.ID, p, owner.ID))
			heard()
		}
		t.must(t.SetPhone(t.ctx, third.ID, t.newPhone(), owner.ID))
		heard(notice(third.ID, login.NoticePhoneChanged, app))
	})
	s.test("a number that was stored without an index is the same when it gets one, but whoever had it with the index is told", func(t *trial) {
		owner, u := t.userWithPhone(), t.newUser()
		u.Phone = owner.Phone
		u.Phone.Index, u.Phone.AppID = "", ""
		t.must(t.add(u))
		heard := t.listen(owner.ID, u.ID)
		t.must(t.SetPhone(t.ctx, u.ID, owner.Phone, owner.ID))
		heard(notice(owner.ID, login.NoticePhoneChanged, app))
		u.Phone.Index = owner.Phone.Index
		t.owns(u.ID, u.Phone)
	})
	s.test("a number that an admission or a rebind verifies anew is in no notice", func(t *trial) {
		u, _, _ := t.boundWithPhone()
		heard := t.listen(u.ID)
		a := t.newAdmission(u, otherApp)
		a.Terms.Phone = u.Phone
		t.admit(a)
		heard(notice(u.ID, login.NoticeBound, otherApp))
		r := t.newRebinding(t.userNow(u.ID))
		r.Phone = u.Phone
		t.must(t.Rebind(t.ctx, r))
		heard(notice(u.ID, login.NoticeUnbound, app), notice(u.ID, login.NoticeBound, app))
	})
}
