package storetest

import (
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// withdrawalRaces tests withdrawals at the same time as anything else.
func withdrawalRaces(s *suite) {
	s.test("of many withdrawals with one record one is done and told, the others get ErrRecordChanged", func(t *trial) {
		u := t.giver()
		heard := t.listen(u.ID)
		first := t.withdrawal(u.ID, everything...)
		var rival [rivals]login.Withdrawal
		for i := range rival {
			rival[i] = first
			rival[i].Record, rival[i].NoticeID = t.record("v"+strconv.Itoa(i)), id("notice")
		}
		winner := t.one(login.ErrRecordChanged, t.race(rivals, func(i int) error { return t.Withdraw(t.ctx, rival[i]) }))
		same(t, t.userNow(u.ID), withdrawn(u, everything...))
		t.stored(first.Name, rival[winner].Record)
		told := notice(u.ID, login.NoticeDataRevoked, app)
		told.Data = everything
		heard(told)
		all := t.noticesNow(u.ID)
		if got := all[len(all)-1].ID; got != rival[winner].NoticeID {
			t.Fatalf("the notice is %q, want the winner's", got)
		}
	})
	s.test("many withdrawals of a user at the same time are all done", func(t *trial) {
		u := t.giver()
		t.together(3, func(i int) error { return t.Withdraw(t.ctx, t.withdrawal(u.ID, everything[i])) })
		same(t, t.userNow(u.ID), withdrawn(u, everything...))
		t.free(u.Phone)
	})
	for round := range rounds {
		again := ", round " + strconv.Itoa(round)
		// beside withdraws everything of a user while something else is done, which must succeed.
		beside := func(t *trial, u login.User, do func() error) {
			t.Helper()
			t.together(2, func(i int) error {
				if i == 0 {
					return t.Withdraw(t.ctx, t.withdrawal(u.ID, everything...))
				}
				return do()
			})
		}
		s.test("another number that the user gives meanwhile stays"+again, func(t *trial) {
			u, p := t.giver(), t.newPhone()
			p.VerifiedAt = t.now.Add(time.Second)
			beside(t, u, func() error { return t.SetPhone(t.ctx, u.ID, p, "") })
			t.free(u.Phone)
			t.owns(u.ID, p)
		})
		s.test("the same number that is verified meanwhile stays, or is given anew"+again, func(t *trial) {
			u := t.giver()
			p := u.Phone
			p.VerifiedAt = t.now.Add(time.Second)
			beside(t, u, func() error { return t.SetPhone(t.ctx, u.ID, p, "") })
			t.owns(u.ID, p)
		})
		s.test("a number that goes to another user meanwhile is that user's"+again, func(t *trial) {
			u, other := t.giver(), t.user()
			beside(t, u, func() error { return t.SetPhone(t.ctx, other.ID, u.Phone, u.ID) })
			t.owns(other.ID, u.Phone)
			same(t, t.userNow(u.ID), withdrawn(u, everything...))
		})
		s.test("a name that the user gives meanwhile stays, and so do roles that are set"+again, func(t *trial) {
			u := t.giver()
			change := login.UserChange{Name: new("Again"), Roles: &[]string{"writer"}, Given: login.Given{AppID: app, At: t.now.Add(time.Second)}}
			beside(t, u, func() error { return t.ChangeUser(t.ctx, u.ID, change) })
			want := withdrawn(u, everything...)
			want.Name, want.NameGiven, want.Roles = *change.Name, change.Given, *change.Roles
			same(t, t.userNow(u.ID), want)
		})
		s.test("an avatar that an administrator sets meanwhile stays"+again, func(t *trial) {
			u := t.giver()
			change := login.UserChange{Avatar: new("https://example.com/again")}
			beside(t, u, func() error { return t.ChangeUser(t.ctx, u.ID, change) })
			want := withdrawn(u, everything...)
			want.Avatar = *change.Avatar
			same(t, t.userNow(u.ID), want)
		})
		s.test("a logout and a description meanwhile are done"+again, func(t *trial) {
			u, p := t.giver(), t.newProfile()
			u.Epoch, p.ID = id("epoch"), u.ID
			t.together(3, func(i int) error {
				switch i {
				case 0:
					return t.Withdraw(t.ctx, t.withdrawal(u.ID, everything...))
				case 1:
					_, err := t.RefreshUser(t.ctx, p)
					return err
				default:
					return t.LogoutUser(t.ctx, u.ID, u.Epoch)
				}
			})
			same(t, t.userNow(u.ID), described(withdrawn(u, everything...), p))
			t.free(u.Phone)
		})
		s.test("a user who is deleted meanwhile is gone, or withdraws first and is read again"+again, func(t *trial) {
			u := t.giver()
			w := t.withdrawal(u.ID, everything...)
			errs := t.race(2, func(i int) error {
				if i == 0 {
					return t.Withdraw(t.ctx, w)
				}
				return t.DeleteUser(t.ctx, u)
			})
			if errs[0] == nil {
				t.want(errs[1], login.ErrUserChanged)
				now := t.userNow(u.ID)
				same(t, now, withdrawn(u, everything...))
				t.must(t.DeleteUser(t.ctx, now))
			} else {
				t.want(errs[0], login.ErrUserNotFound)
				t.must(errs[1])
				_, err := t.LoadRecord(t.ctx, w.Name)
				t.want(err, login.ErrRecordNotFound)
			}
			t.gone(u)
			t.free(u.Phone)
		})
	}
}
