package storetest

import (
	"errors"
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// newRebinding puts another openid in the place of the user's in app. The user is as read.
func (t *trial) newRebinding(u login.User) login.Rebinding {
	b := t.newBinding(u, app)
	s := t.newSession(b)
	b.Sessions = []login.SessionMark{s.Mark()}
	return login.Rebinding{
		Binding: b, Session: s, Former: u.Apps[app], Replacement: login.Replacement{At: t.now, OpenID: u.Apps[app].OpenID},
	}
}

// boundWithPhone stores a user with a number and a binding in app, and returns the user as read.
func (t *trial) boundWithPhone() (login.User, login.Binding, login.Session) {
	t.Helper()
	u := t.userWithPhone()
	b := t.newBinding(u, app)
	s := t.bind(b)
	return t.userNow(u.ID), b, s
}

// rebound fails the test unless the rebinding was done to the user.
func (t *trial) rebound(u login.User, r login.Rebinding) {
	t.Helper()
	t.admitted(login.Admission{Binding: r.Binding, Session: r.Session})
	u.Apps[app] = noteOf(r.Binding)
	if u.Replaced == nil {
		u.Replaced = map[string]login.Replacement{}
	}
	u.Replaced[app] = r.Replacement
	same(t, t.userNow(u.ID), u)
	_, err := t.BindingByOpenID(t.ctx, app, r.Former.OpenID)
	t.want(err, login.ErrBindingNotFound)
}

// notRebound fails the test unless the refused rebinding has left everything as it was.
func (t *trial) notRebound(before login.User, r login.Rebinding) {
	t.Helper()
	same(t, t.userNow(before.ID), before)
	t.unstored(r.Session)
	t.unbound(r.Binding)
}

// rebinds tests Rebind.
func rebinds(s *suite) {
	s.test("a rebind puts a binding in the place of the former one, whose sessions end, and leaves a tombstone", func(t *trial) {
		u, b, before := t.boundWithPhone()
		other := t.newBinding(u, otherApp)
		elsewhere := t.bind(other)
		u = t.userNow(u.ID)
		r := t.newRebinding(u)
		t.must(t.Rebind(t.ctx, r))
		t.rebound(u, r)
		t.marks(r.Binding, r.Session.Mark())
		if t.dead(before) != login.BindingRemoved || t.dead(elsewhere) != "" || !t.stands(other) {
			t.Fatalf("the session before is %q, the one elsewhere %q", t.dead(before), t.dead(elsewhere))
		}
		t.leaves(true, b)
		t.leaves(false, r.Binding, other)
	})
	s.test("a rebind that is taken back, and what a user notes of it", func(t *trial) {
		u, b, _ := t.boundWithPhone()
		r := t.newRebinding(u)
		t.must(t.Rebind(t.ctx, r))
		u = t.userNow(u.ID)
		back := t.newRebinding(u)
		back.Binding.OpenID, back.Binding.Index = b.OpenID, b.Index
		back.Replacement = login.Replacement{At: t.now.Add(time.Hour + 999*time.Microsecond)}
		t.must(t.Rebind(t.ctx, back))
		t.rebound(u, back)
		for _, listed := range t.everyUser(1000) {
			if listed.ID == u.ID {
				same(t, listed, t.userNow(u.ID))
			} else if listed.Replaced != nil && listed.Replaced[app] == t.userNow(u.ID).Replaced[app] {
				t.Fatal("another user has the note")
			}
		}
		_, user, err := t.SessionWithUser(t.ctx, u.ID, back.Session.TokenHash)
		t.must(err)
		same(t, user, t.userNow(u.ID))
		t.must(t.Unbind(t.ctx, back.Binding, false))
		if got := t.userNow(u.ID).Replaced[app]; !milli(got.At).Equal(milli(back.Replacement.At)) {
			t.Fatalf("after an unbind the note is %+v", got)
		}
	})
	s.test("a user notes a rebind in each app", func(t *trial) {
		u, _, _ := t.boundWithPhone()
		other := t.newBinding(u, otherApp)
		t.bind(other)
		first := t.newRebinding(u)
		t.must(t.Rebind(t.ctx, first))
		second := login.Rebinding{
			Binding: t.newBinding(u, otherApp), Former: noteOf(other), Replacement: login.Replacement{At: t.now.Add(time.Hour), OpenID: other.OpenID},
		}
		second.Session = t.newSession(second.Binding)
		t.must(t.Rebind(t.ctx, second))
		u.Apps = map[string]login.UserApp{app: noteOf(first.Binding), otherApp: noteOf(second.Binding)}
		u.Replaced = map[string]login.Replacement{app: first.Replacement, otherApp: second.Replacement}
		same(t, t.userNow(u.ID), u)
	})
	s.test("the number that a rebind asks for is verified anew", func(t *trial) {
		u, _, _ := t.boundWithPhone()
		r := t.newRebinding(u)
		r.Phone = u.Phone
		r.Phone.VerifiedAt = t.now.Add(time.Hour)
		t.must(t.Rebind(t.ctx, r))
		u.Phone = r.Phone
		t.rebound(u, r)
	})
	for name, c := range map[string]struct {
		change func(t *trial, u login.User, r *login.Rebinding)
		// want is nil for Unfit.
		want error
	}{
		"of an identity that another user has": {func(t *trial, _ login.User, r *login.Rebinding) {
			_, theirs, _ := t.bound()
			r.Binding.OpenID = theirs.OpenID
		}, login.IdentityBound},
		"of the identity that the user has": {func(_ *trial, u login.User, r *login.Rebinding) {
			r.Binding.OpenID = u.Apps[app].OpenID
		}, login.IdentityBound},
		"of a binding that was made anew": {func(t *trial, u login.User, _ *login.Rebinding) {
			b := t.bindingOf(u, app)
			t.must(t.Unbind(t.ctx, b, false))
			b.ID = id("binding")
			t.bind(b)
		}, login.ErrUserChanged},
		"of a binding with another openid": {func(t *trial, u login.User, _ *login.Rebinding) {
			t.must(t.Unbind(t.ctx, t.bindingOf(u, app), false))
			t.bind(t.newBinding(u, app))
		}, login.ErrUserChanged},
		"of a binding that was removed": {func(t *trial, u login.User, _ *login.Rebinding) {
			t.must(t.Unbind(t.ctx, t.bindingOf(u, app), false))
		}, login.ErrUserChanged},
		"of a user who was not bound": {func(t *trial, u login.User, r *login.Rebinding) {
			t.must(t.Unbind(t.ctx, t.bindingOf(u, app), false))
			r.Former = login.UserApp{}
		}, login.ErrUserChanged},
		"of a user who is disabled": {func(t *trial, u login.User, _ *login.Rebinding) {
			t.must(t.DisableUser(t.ctx, u.ID, u.Epoch))
		}, nil},
		"of a user of another epoch": {func(t *trial, u login.User, _ *login.Rebinding) {
			t.must(t.LogoutUser(t.ctx, u.ID, id("epoch")))
		}, nil},
		"of a user with another number": {func(t *trial, _ login.User, r *login.Rebinding) {
			r.Phone = t.newPhone()
		}, nil},
		"of a user whose number was taken away": {func(t *trial, u login.User, r *login.Rebinding) {
			r.Phone = u.Phone
			t.must(t.SetPhone(t.ctx, u.ID, login.Phone{}, ""))
		}, nil},
	} {
		s.test("a rebind "+name+" is refused, and changes nothing", func(t *trial) {
			u, _, _ := t.boundWithPhone()
			r := t.newRebinding(u)
			c.change(t, u, &r)
			before := t.userNow(u.ID)
			for range 2 {
				err := t.Rebind(t.ctx, r)
				if unfit, ok := errors.AsType[*login.Unfit](err); c.want == nil && ok {
					same(t, unfit.User, before)
				} else {
					t.want(err, c.want)
				}
				t.notRebound(before, r)
			}
		})
	}
	s.test("a rebind of a user who does not exist is ErrUserNotFound", func(t *trial) {
		u, _, _ := t.boundWithPhone()
		t.must(t.DeleteUser(t.ctx, u))
		r := t.newRebinding(u)
		t.want(t.Rebind(t.ctx, r), login.ErrUserNotFound)
		t.unstored(r.Session)
		t.unbound(r.Binding)
		_, err := t.UserByID(t.ctx, u.ID)
		t.want(err, login.ErrUserNotFound)
	})
	s.test("a rebind that is repeated is done once", func(t *trial) {
		u, _, _ := t.boundWithPhone()
		r := t.newRebinding(u)
		t.must(t.Rebind(t.ctx, r))
		if err := t.Rebind(t.ctx, r); err != nil && !is(login.IdentityBound, login.ErrUserChanged, login.BindingRemoved)(err) {
			t.Fatal(err)
		}
		t.rebound(u, r)
		// It was undone meanwhile.
		t.must(t.Unbind(t.ctx, r.Binding, false))
		if err := t.Rebind(t.ctx, r); !is(login.ErrUserChanged, login.BindingRemoved)(err) {
			t.Fatal(err)
		}
		t.unbound(r.Binding)
	})
	s.test("a rebind whose session is stored already is BindingRemoved", func(t *trial) {
		u, b, _ := t.boundWithPhone()
		r := t.newRebinding(u)
		stored := t.newSession(b)
		stored.TokenHash = r.Session.TokenHash
		t.must(t.create(stored))
		t.want(t.Rebind(t.ctx, r), login.BindingRemoved)
		t.unbound(r.Binding)
		same(t, t.userNow(u.ID), u)
	})
	s.test("what is done to a user leaves the note, and a deletion does not", func(t *trial) {
		u, _, _ := t.boundWithPhone()
		r := t.newRebinding(u)
		t.must(t.Rebind(t.ctx, r))
		u = t.userNow(u.ID)
		u.Epoch = id("epoch")
		t.must(t.LogoutUser(t.ctx, u.ID, u.Epoch))
		profile := t.newProfile()
		profile.ID = u.ID
		u = described(u, profile)
		got, err := t.EnrollUser(t.ctx, profile, t.now, id("epoch"))
		t.must(err)
		same(t, got, u)
		t.must(t.DeleteUser(t.ctx, u))
		back, err := t.EnrollUser(t.ctx, profile, t.now, id("epoch"))
		t.must(err)
		if len(back.Replaced) != 0 {
			t.Fatalf("the user is %+v", back)
		}
		t.leaves(true, r.Binding)
	})
	s.test("a user is added without a note", func(t *trial) {
		u := t.newUser()
		u.Replaced = map[string]login.Replacement{app: {At: t.now, OpenID: id("openid")}}
		t.must(t.add(u))
		u.Replaced = nil
		same(t, t.userNow(u.ID), u)
	})

	s.test("of many rebinds of one binding one is done, the others get ErrUserChanged", func(t *trial) {
		u, _, _ := t.boundWithPhone()
		var rival [rivals]login.Rebinding
		for i := range rival {
			rival[i] = t.newRebinding(u)
			rival[i].Replacement.At = t.now.Add(time.Duration(i) * time.Second)
		}
		winner := t.one(login.ErrUserChanged, t.race(rivals, func(i int) error { return t.Rebind(t.ctx, rival[i]) }))
		for i, r := range rival {
			if i != winner {
				t.unstored(r.Session)
				t.unbound(r.Binding)
			}
		}
		t.rebound(u, rival[winner])
	})
	s.test("of many rebinds to one identity one is done, the others get IdentityBound and keep what they had", func(t *trial) {
		openID := id("openid")
		var users [rivals]login.User
		var rival [rivals]login.Rebinding
		for i := range rival {
			users[i], _, _ = t.boundWithPhone()
			rival[i] = t.newRebinding(users[i])
			rival[i].Binding.OpenID = openID
		}
		winner := t.one(login.IdentityBound, t.race(rivals, func(i int) error { return t.Rebind(t.ctx, rival[i]) }))
		for i, r := range rival {
			if i != winner {
				t.notRebound(users[i], r)
			}
		}
		t.rebound(users[winner], rival[winner])
	})
	for round := range rounds {
		again := ", round " + strconv.Itoa(round)
		for name, change := range map[string]func(t *trial, u login.User, b login.Binding) error{
			"unbound":    func(t *trial, _ login.User, b login.Binding) error { return t.Unbind(t.ctx, b, false) },
			"deleted":    func(t *trial, u login.User, _ login.Binding) error { return t.DeleteUser(t.ctx, u) },
			"disabled":   func(t *trial, u login.User, _ login.Binding) error { return t.DisableUser(t.ctx, u.ID, id("epoch")) },
			"logged out": func(t *trial, u login.User, _ login.Binding) error { return t.LogoutUser(t.ctx, u.ID, id("epoch")) },
		} {
			s.test("a user who is rebound while "+name+again, func(t *trial) {
				u, b, _ := t.boundWithPhone()
				r := t.newRebinding(u)
				errs := t.race(2, func(i int) error {
					if i == 0 {
						return t.Rebind(t.ctx, r)
					}
					return change(t, u, b)
				})
				switch {
				case errs[0] == nil && errs[1] == nil: // first rebound, then ended
					if name == "unbound" || name == "deleted" || t.dead(r.Session) == "" {
						t.Fatal("both have succeeded")
					}
				case errs[0] == nil:
					if !is(login.ErrBindingNotFound, login.ErrUserChanged)(errs[1]) {
						t.Fatal(errs[1])
					}
					t.rebound(u, r)
				default:
					t.must(errs[1])
					if !is(login.ErrUserChanged, login.ErrUserNotFound)(errs[0]) && !isUnfit(errs[0]) {
						t.Fatal(errs[0])
					}
					t.unstored(r.Session)
					t.unbound(r.Binding)
				}
				if _, err := t.BindingByOpenID(t.ctx, app, b.OpenID); errs[0] == nil || name == "unbound" || name == "deleted" {
					t.want(err, login.ErrBindingNotFound)
				}
			})
		}
		s.test("of a rebind and a bind of one identity one is done"+again, func(t *trial) {
			u, _, _ := t.boundWithPhone()
			r, b := t.newRebinding(u), t.newBinding(t.user(), app)
			b.OpenID = r.Binding.OpenID
			winner := t.one(login.IdentityBound, t.race(2, func(i int) error {
				if i == 0 {
					return t.Rebind(t.ctx, r)
				}
				return t.tryBind(b)
			}))
			if winner == 0 {
				t.rebound(u, r)
				t.unbound(b)
				return
			}
			t.notRebound(u, r)
			if !t.stands(b) {
				t.Fatal("the bind succeeded, but is not there")
			}
		})
	}
}
