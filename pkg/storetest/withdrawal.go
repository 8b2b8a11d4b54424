package storetest

import (
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// withdrawal removes what a user has given in app until t.now.
func (t *trial) withdrawal(userID string, data ...login.DataKind) login.Withdrawal {
	return login.Withdrawal{
		UserID: userID, AppID: app, Before: t.now, Data: data, Name: id("withdrawal"), Record: t.record(id("version")), NoticeID: id("notice"),
	}
}

// everything is all that wxbind may hold of a person's data.
var everything = []login.DataKind{login.DataPhone, login.DataName, login.DataAvatar}

// giver stores a user who has given number, name and avatar in app at t.now.
func (t *trial) giver() login.User {
	t.Helper()
	u := t.newUser()
	u.NameGiven, u.AvatarGiven = login.Given{AppID: app, At: t.now}, login.Given{AppID: app, At: t.now}
	u.Phone = t.newPhone()
	t.must(t.add(u))
	return u
}

// withdrawn is the user without the number, the name or the avatar.
func withdrawn(u login.User, data ...login.DataKind) login.User {
	for _, kind := range data {
		switch kind {
		case login.DataPhone:
			u.Phone = login.Phone{}
		case login.DataName:
			u.Name, u.NameGiven = "", login.Given{}
		case login.DataAvatar:
			u.Avatar, u.AvatarGiven = "", login.Given{}
		}
	}
	return u
}

// withdraws fails the test unless the withdrawal is done, is told, and leaves the user like this.
func (t *trial) withdraws(w login.Withdrawal, want login.User) {
	t.Helper()
	heard := t.listen(w.UserID)
	t.must(t.Withdraw(t.ctx, w))
	same(t, t.userNow(w.UserID), want)
	t.stored(w.Name, w.Record)
	told := notice(w.UserID, login.NoticeDataRevoked, w.AppID)
	told.Data = w.Data
	heard(told)
	all := t.noticesNow(w.UserID)
	if got := all[len(all)-1].ID; got != w.NoticeID {
		t.Fatalf("the notice is %q, want %q", got, w.NoticeID)
	}
}

// withdrawals tests the Withdrawals port.
func withdrawals(s *suite) {
	s.test("what somebody has given in the mini-program goes, kind by kind", func(t *trial) {
		for _, data := range [][]login.DataKind{
			{login.DataPhone}, {login.DataName}, {login.DataAvatar}, everything, {login.DataAvatar, login.DataPhone},
		} {
			u := t.giver()
			t.withdraws(t.withdrawal(u.ID, data...), withdrawn(u, data...))
		}
	})
	s.test("a number that was withdrawn leads to nobody, and can be another's or the same user's again", func(t *trial) {
		u, other := t.giver(), t.user()
		t.withdraws(t.withdrawal(u.ID, login.DataPhone), withdrawn(u, login.DataPhone))
		t.free(u.Phone)
		t.must(t.SetPhone(t.ctx, other.ID, u.Phone, ""))
		t.owns(other.ID, u.Phone)
		t.must(t.SetPhone(t.ctx, u.ID, u.Phone, other.ID))
		t.owns(u.ID, u.Phone)
		t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
	})
	s.test("bindings and sessions go on", func(t *trial) {
		u := t.giver()
		b := t.newBinding(u, app)
		session := t.bind(b)
		u.Apps[app] = noteOf(b)
		t.withdraws(t.withdrawal(u.ID, everything...), withdrawn(u, everything...))
		if !t.stands(b) || t.dead(session) != "" {
			t.Fatalf("the binding is gone, or its session is %q", t.dead(session))
		}
		t.enter(t.opening(b))
	})
	s.test("a kind that wxbind does not hold, or the user has not given, is only told", func(t *trial) {
		u, bare := t.giver(), t.user()
		bare = t.userNow(bare.ID)
		t.withdraws(t.withdrawal(u.ID, "gender", "invoice title"), u)
		t.withdraws(t.withdrawal(u.ID), u)
		t.withdraws(t.withdrawal(bare.ID, login.DataPhone, "gender"), bare)
		t.withdraws(t.withdrawal(u.ID, "gender", login.DataName), withdrawn(u, login.DataName))
	})
	s.test("what was given in another mini-program stays", func(t *trial) {
		u := t.giver()
		w := t.withdrawal(u.ID, everything...)
		w.AppID = otherApp
		t.withdraws(w, u)
		t.owns(u.ID, u.Phone)
		u.AvatarGiven.AppID = otherApp
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Avatar: &u.Avatar, Given: u.AvatarGiven}))
		t.withdraws(t.withdrawal(u.ID, everything...), withdrawn(u, login.DataPhone, login.DataName))
	})
	s.test("what an administrator has entered or a directory has described stays", func(t *trial) {
		for name, set := range map[string]func(u *login.User){
			"added": func(u *login.User) {
				u.ID, u.Username = id("user"), id("name")
				u.Phone = login.Phone{}
				t.must(t.add(*u))
			},
			"changed": func(u *login.User) {
				t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Name: &u.Name, Avatar: &u.Avatar}))
			},
			"described": func(u *login.User) {
				p := t.newProfile()
				p.ID = u.ID
				*u = described(*u, p)
				_, err := t.RefreshUser(t.ctx, p)
				t.must(err)
			},
		} {
			u := t.giver()
			u.NameGiven, u.AvatarGiven = login.Given{}, login.Given{}
			set(&u)
			byAdministrator := t.newPhone()
			byAdministrator.AppID = ""
			u.Phone = byAdministrator
			t.must(t.SetPhone(t.ctx, u.ID, u.Phone, ""))
			t.Log(name)
			t.withdraws(t.withdrawal(u.ID, everything...), u)
			u.Phone.VerifiedAt = t.now.Add(-time.Hour)
			confirmed := u.Phone
			confirmed.AppID = app // WeChat confirms in app what the administrator has set
			t.must(t.SetPhone(t.ctx, u.ID, confirmed, ""))
			t.withdraws(t.withdrawal(u.ID, everything...), u)
			nowhere := t.withdrawal(u.ID, everything...)
			nowhere.AppID = ""
			t.withdraws(nowhere, u)
			t.owns(u.ID, u.Phone)
		}
	})
	s.test("what was given at the moment of the withdrawal goes, and what was given after it stays", func(t *trial) {
		u := t.giver()
		w := t.withdrawal(u.ID, everything...)
		w.Before = t.now.Add(-time.Millisecond)
		t.withdraws(w, u)
		t.owns(u.ID, u.Phone)
		w = t.withdrawal(u.ID, everything...)
		w.Before = t.now.Add(999 * time.Microsecond)
		t.withdraws(w, withdrawn(u, everything...))
	})
	s.test("what was given again after the withdrawal stays, and each kind is judged by itself", func(t *trial) {
		u := t.giver()
		later := login.Given{AppID: app, At: t.now.Add(time.Second)}
		u.Name, u.NameGiven = "Again", later
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Name: &u.Name, Given: later}))
		u.Phone.VerifiedAt = later.At
		again := u.Phone
		again.AppID = otherApp // it stays the one in which the number was given first
		t.must(t.SetPhone(t.ctx, u.ID, again, ""))
		t.withdraws(t.withdrawal(u.ID, everything...), withdrawn(u, login.DataAvatar))
		t.owns(u.ID, u.Phone)
		w := t.withdrawal(u.ID, everything...)
		w.Before = later.At
		t.withdraws(w, withdrawn(u, everything...))
	})
	s.test("a withdrawal is done once: the same record again is ErrRecordChanged, and nothing changes", func(t *trial) {
		u := t.giver()
		w := t.withdrawal(u.ID, everything...)
		t.must(t.Withdraw(t.ctx, w))
		t.must(t.SetPhone(t.ctx, u.ID, u.Phone, ""))
		t.must(t.ChangeUser(t.ctx, u.ID, login.UserChange{Name: &u.Name, Avatar: &u.Avatar, Given: u.NameGiven}))
		heard := t.listen(u.ID)
		other := w
		other.Record = t.record(id("version"))
		for _, again := range []login.Withdrawal{w, other} {
			t.want(t.Withdraw(t.ctx, again), login.ErrRecordChanged)
			same(t, t.userNow(u.ID), u)
			t.stored(w.Name, w.Record)
		}
		heard()
		t.withdraws(t.withdrawal(u.ID, everything...), withdrawn(u, everything...))
	})
	s.test("a user who does not exist is ErrUserNotFound, and no record is stored", func(t *trial) {
		deleted := t.giver()
		t.must(t.DeleteUser(t.ctx, deleted))
		for _, nobody := range []string{deleted.ID, id("user")} {
			heard, w := t.listen(nobody), t.withdrawal(nobody, everything...)
			t.want(t.Withdraw(t.ctx, w), login.ErrUserNotFound)
			_, err := t.LoadRecord(t.ctx, w.Name)
			t.want(err, login.ErrRecordNotFound)
			heard()
		}
	})
}
