package storetest

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// fullOutboxes tests a user of whom as many notices wait as may, and changes of one user at the same time.
func fullOutboxes(s *suite) {
	s.test("a full outbox refuses what would add to it, and loses nothing", func(t *trial) {
		u, b, session := t.boundWithPhone()
		t.fill(u.ID, login.MaxNotices-1-len(t.noticesNow(u.ID)))
		u = t.userNow(u.ID)
		all := t.noticesNow(u.ID)
		refused := func(err error) {
			t.Helper()
			t.want(err, login.StoreUnavailable)
			same(t, t.userNow(u.ID), u)
			same(t, t.passwordNow(u.ID), firstPassword(u))
			if !t.stands(b) {
				t.Fatal("the binding is gone")
			}
			if got := t.noticesNow(u.ID); !slices.EqualFunc(got, all, sameNotice) {
				t.Fatalf("%d notices wait, want the same %d", len(got), len(all))
			}
		}
		two := t.newRebinding(u)
		refused(t.Rebind(t.ctx, two)) // there is room for one
		t.unstored(two.Session)
		t.unbound(two.Binding)
		t.logOut(u.ID, 1)
		u, all = t.userNow(u.ID), t.noticesNow(u.ID)
		if len(all) != login.MaxNotices {
			t.Fatalf("%d notices wait, want %d", len(all), login.MaxNotices)
		}

		next := t.newBinding(u, otherApp)
		refused(t.tryBind(next))
		t.unbound(next)
		refused(t.Unbind(t.ctx, b, false))
		a := t.newAdmission(u, otherApp)
		_, err := t.Admit(t.ctx, a)
		refused(err)
		t.notAdmitted(a)
		refused(t.SetPhone(t.ctx, u.ID, t.newPhone(), ""))
		refused(t.SetPhone(t.ctx, u.ID, login.Phone{}, ""))
		taker := t.user()
		refused(t.SetPhone(t.ctx, taker.ID, u.Phone, u.ID))
		same(t, t.userNow(taker.ID), taker)
		t.owns(u.ID, u.Phone)
		heir := t.newNewcomer()
		heir.Newcomer.Phone, heir.Yields = u.Phone, u.ID
		_, err = t.Admit(t.ctx, heir)
		refused(err)
		t.notAdmitted(heir)
		refused(t.ReplacePassword(t.ctx, u.ID, u.PasswordID, newPassword("hash-2"), id("epoch")))
		refused(t.LogoutUser(t.ctx, u.ID, id("epoch")))
		refused(t.EndSession(t.ctx, u.ID, session.TokenHash, login.SessionRevoked))
		if stored := t.sessionsNow(u.ID); len(stored) != 1 || stored[0].EndedReason != "" {
			t.Fatalf("%+v", stored)
		}

		// What needs no notice goes on.
		t.enter(t.opening(b))
		t.must(t.SetPhone(t.ctx, u.ID, u.Phone, ""))
		t.must(t.EnableUser(t.ctx, u.ID))
		t.want(t.tryBind(b), login.ErrAlreadyBound)
		t.must(t.EndSession(t.ctx, u.ID, session.TokenHash, login.SessionReplaced))

		t.delivered(u.ID, all[0].Number)
		t.must(t.Unbind(t.ctx, b, false))
		if last := t.lastNumber(u.ID); last != all[len(all)-1].Number+1 {
			t.Fatalf("number %d follows %d", last, all[len(all)-1].Number)
		}
		t.delivered(u.ID, t.lastNumber(u.ID))
		t.logOut(u.ID, 1)
	})
	s.test("a full outbox has room for what is not the user's doing, to an end", func(t *trial) {
		u := t.user()
		t.fill(u.ID, login.MaxNotices-len(t.noticesNow(u.ID)))
		t.want(t.LogoutUser(t.ctx, u.ID, id("epoch")), login.StoreUnavailable)
		t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
		t.must(t.EnableUser(t.ctx, u.ID))
		t.must(t.Withdraw(t.ctx, t.withdrawal(u.ID, login.DataName)))
		for range (login.NoticeReserve - 4) / 2 {
			t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
			t.must(t.EnableUser(t.ctx, u.ID))
		}
		t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
		u = t.userNow(u.ID)
		w := t.withdrawal(u.ID, login.DataAvatar)
		t.want(t.Withdraw(t.ctx, w), login.StoreUnavailable)
		_, err := t.LoadRecord(t.ctx, w.Name)
		t.want(err, login.ErrRecordNotFound)
		t.want(t.EnableUser(t.ctx, u.ID), login.StoreUnavailable)
		t.want(t.DeleteUser(t.ctx, u), login.StoreUnavailable)
		same(t, t.userNow(u.ID), u)
		t.delivered(u.ID, t.noticesNow(u.ID)[0].Number)
		t.must(t.DeleteUser(t.ctx, u))
	})
	s.test("many changes of one user at the same time are all told, each with its own number", func(t *trial) {
		u, b, session := t.boundWithPhone()
		heir := t.user()
		heard := map[login.NoticeType]int{login.NoticeBound: 1}
		changes := []struct {
			told login.NoticeType
			do   func() error
		}{
			{login.NoticeDisabled, func() error { return t.DisableUser(t.ctx, u.ID, id("epoch")) }},
			{login.NoticeUnbound, func() error { return t.Unbind(t.ctx, b, false) }},
			{login.NoticePhoneChanged, func() error { return t.SetPhone(t.ctx, heir.ID, u.Phone, u.ID) }},
			{login.NoticeSessionRevoked, func() error {
				return t.EndSession(t.ctx, u.ID, session.TokenHash, login.SessionRevoked)
			}},
			{login.NoticePasswordChanged, func() error {
				return t.ReplacePassword(t.ctx, u.ID, u.PasswordID, newPassword("hash-2"), id("epoch"))
			}},
			{login.NoticeDataRevoked, func() error { return t.Withdraw(t.ctx, t.withdrawal(u.ID, login.DataAvatar)) }},
		}
		for range 10 {
			logout := changes[3]
			logout.do = func() error { return t.LogoutUser(t.ctx, u.ID, id("epoch")) }
			changes = append(changes, logout)
		}
		for _, change := range changes {
			heard[change.told]++
		}
		t.together(len(changes), func(i int) error { return changes[i].do() })
		all := t.noticesNow(u.ID) // numbers without gaps
		for _, n := range all {
			heard[n.Type]--
		}
		for told, missing := range heard {
			if missing != 0 {
				t.Fatalf("%d notices of %s too few among %+v", missing, told, all)
			}
		}
	})
	s.test("of many who revoke one session at the same time one is told", func(t *trial) {
		u, _, session := t.bound()
		heard := t.listen(u.ID)
		t.together(rivals, func(int) error { return t.EndSession(t.ctx, u.ID, session.TokenHash, login.SessionRevoked) })
		heard(notice(u.ID, login.NoticeSessionRevoked, ""))
	})
	s.test("of many who disable, and then enable, a user at the same time one is told", func(t *trial) {
		u := t.user()
		heard := t.listen(u.ID)
		t.together(rivals, func(int) error { return t.DisableUser(t.ctx, u.ID, id("epoch")) })
		heard(notice(u.ID, login.NoticeDisabled, ""))
		t.together(rivals, func(int) error { return t.EnableUser(t.ctx, u.ID) })
		heard(notice(u.ID, login.NoticeEnabled, ""))
	})
	s.test("of many binds, numbers and unbinds at the same time each that is done is told once", func(t *trial) {
		u := t.user()
		heard := t.listen(u.ID)
		p := t.newPhone()
		t.one(login.UserBound, t.race(rivals, func(int) error { return t.tryBind(t.newBinding(u, app)) }))
		heard(notice(u.ID, login.NoticeBound, app))
		t.together(rivals, func(int) error { return t.SetPhone(t.ctx, u.ID, p, "") })
		heard(notice(u.ID, login.NoticePhoneChanged, app))
		bound := t.bindingOf(t.userNow(u.ID), app)
		t.one(login.ErrBindingNotFound, t.race(rivals, func(int) error { return t.Unbind(t.ctx, bound, false) }))
		heard(notice(u.ID, login.NoticeUnbound, app))
	})
}
