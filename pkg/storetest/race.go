package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/wxbind/wxbind/pkg/login"
)

// races tests what the ports promise about concurrent calls.
func races(s *suite) {
	s.test("one identity and many users: one is bound, the others get IdentityBound", func(t *trial) {
		openID := id("openid")
		t.oneIsBound(login.IdentityBound, func(b *login.Binding) { b.OpenID = openID })
	})
	s.test("one user and many identities: one is bound, the others get UserBound", func(t *trial) {
		u := t.user()
		t.oneIsBound(login.UserBound, func(b *login.Binding) { b.UserID, b.Epoch = u.ID, u.Epoch })
	})
	s.test("one identity and one user: one is bound, the others get ErrAlreadyBound", func(t *trial) {
		openID, u := id("openid"), t.user()
		t.oneIsBound(login.ErrAlreadyBound, func(b *login.Binding) { b.OpenID, b.UserID, b.Epoch = openID, u.ID, u.Epoch })
	})
	s.test("binds that do not contradict each other all succeed", func(t *trial) {
		u := t.user()
		var bindings [10]login.Binding
		for i := range bindings {
			bindings[i] = t.newBinding(u, app+strconv.Itoa(i))
		}
		t.together(len(bindings), func(i int) error {
			_, err := t.Bind(t.ctx, bindings[i], t.newSession(bindings[i]))
			return err
		})
		for _, b := range bindings {
			if !t.stands(b) {
				t.Fatalf("the binding in %s does not exist", b.AppID)
			}
		}
		if got := t.sessionsNow(u.ID); len(got) != len(bindings) {
			t.Fatalf("%d sessions, want %d", len(got), len(bindings))
		}
	})
	for round := range 10 {
		s.test("unbind and binds at the same time keep bindings and users in step, round "+strconv.Itoa(round), unbindAndBinds)
	}
	s.test("touches and an unbind at the same time leave no binding", func(t *trial) {
		_, b, _ := t.bound()
		errs := t.race(rivals, func(i int) error {
			if i == rivals/2 {
				return t.Unbind(t.ctx, b, false)
			}
			_, err := t.touch(b)
			return err
		})
		for i, err := range errs {
			if err != nil && (i == rivals/2 || !errors.Is(err, login.ErrBindingNotFound)) {
				t.Fatalf("call %d: %v", i, err)
			}
		}
		t.unbound(b)
		t.inStep(b)
	})
	s.test("of many unbinds one finds the binding", func(t *trial) {
		_, b, _ := t.bound()
		t.one(login.ErrBindingNotFound, t.race(rivals, func(int) error { return t.Unbind(t.ctx, b, false) }))
		t.unbound(b)
	})
	s.test("changes of a user at the same time are all done, and a bind comes before them or not at all", func(t *trial) {
		u, b, _ := t.bound()
		other := t.newBinding(u, otherApp)
		second := newPassword("hash-2")
		first := u.PasswordID
		u.Disabled, u.PasswordID = true, second.ID
		epochs := []string{id("epoch"), id("epoch"), id("epoch")}
		u.Apps[otherApp] = noteOf(other)
		t.together(5, func(i int) error {
			switch i {
			case 0:
				return t.LogoutUser(t.ctx, u.ID, epochs[0])
			case 1:
				return t.DisableUser(t.ctx, u.ID, epochs[1])
			case 2:
				return t.ReplacePassword(t.ctx, u.ID, first, second, epochs[2])
			case 3:
				return t.Unbind(t.ctx, b, false)
			default:
				_, err := t.Bind(t.ctx, other, t.newSession(other))
				if errors.Is(err, login.UserDisabled) || errors.Is(err, login.SessionRevoked) {
					delete(u.Apps, otherApp)
					return nil
				}
				return err
			}
		})
		if u.Epoch = t.userNow(u.ID).Epoch; !slices.Contains(epochs, u.Epoch) {
			t.Fatalf("the epoch is %q", u.Epoch)
		}
		same(t, t.userNow(u.ID), u)
		same(t, t.passwordNow(u.ID), second)
		t.inStep(other)
		t.unbound(b)
	})
	s.test("of many passwords one replaces the old one", func(t *trial) {
		u := t.user()
		password := func(i int) login.Password {
			return login.Password{ID: fmt.Sprintf("password-%d", i), Hash: login.Hidden(fmt.Sprintf("hash-of-%d", i))}
		}
		epoch := func(i int) string { return fmt.Sprintf("epoch-%d", i) }
		winner := t.one(login.ErrPasswordChanged, t.race(rivals, func(i int) error {
			return t.ReplacePassword(t.ctx, u.ID, u.PasswordID, password(i), epoch(i))
		}))
		same(t, t.passwordNow(u.ID), password(winner))
		if t.userNow(u.ID).Epoch != epoch(winner) {
			t.Fatal("the epoch is not the winner's")
		}
	})
	s.test("of many users with one name one is added, and no part of another", func(t *trial) {
		var rival [rivals]login.User
		for i := range rival {
			rival[i] = t.newUser()
			rival[i].Username = rival[0].Username
		}
		winner := t.one(login.ErrUsernameTaken, t.race(rivals, func(i int) error { return t.add(rival[i]) }))
		for i, u := range rival {
			if i == winner {
				same(t, t.userNow(u.ID), u)
				continue
			}
			_, err := t.UserByID(t.ctx, u.ID)
			t.want(err, login.ErrUserNotFound)
		}
		got, err := t.UserIDByName(t.ctx, rival[0].Username)
		t.must(err)
		if got != rival[winner].ID {
			t.Fatalf("the name is %q's, want %q's", got, rival[winner].ID)
		}
	})
	s.test("of many reasons for the end of a session one is ever seen", func(t *trial) {
		_, _, session := t.bound()
		var seen [rivals]login.Code
		t.together(rivals, func(i int) error {
			if err := t.EndSession(t.ctx, session.UserID, session.TokenHash, login.Code(fmt.Sprintf("reason_%d", i))); err != nil {
				return err
			}
			stored, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
			seen[i] = stored.EndedReason
			return err
		})
		for _, reason := range seen {
			if reason == "" || reason != seen[0] {
				t.Fatalf("reasons seen: %q", seen)
			}
		}
	})
	for _, old := range []string{"", "v0"} {
		s.test(fmt.Sprintf("of many swaps from version %q one succeeds", old), func(t *trial) {
			name := id("record")
			if old != "" {
				t.must(t.StoreRecord(t.ctx, name, t.record(old)))
			}
			var instead [rivals]login.Record
			version := func(i int) string { return "v" + strconv.Itoa(i+1) }
			winner := t.one(login.ErrRecordChanged, t.race(rivals, func(i int) (err error) {
				instead[i], err = t.SwapRecord(t.ctx, name, old, t.record(version(i)))
				return err
			}))
			t.stored(name, t.record(version(winner)))
			for i, got := range instead {
				if i != winner {
					t.sameRecord(got, t.record(version(winner)))
				}
			}
		})
	}
	s.test("swaps that retry from what is stored lose no count", func(t *trial) {
		const counters, each = 10, 5
		name := id("record")
		t.together(counters, func(int) error {
			stored := login.Record{}
			// A swap is refused only because another one succeeded.
			for done, tries := 0, 0; done < each; tries++ {
				if tries > counters*each {
					return errors.New("more swaps were refused than succeeded")
				}
				next := t.record(id("version"))
				next.Value = slices.Concat(stored.Value, []byte{'1'})
				switch instead, err := t.SwapRecord(t.ctx, name, stored.Version, next); {
				case err == nil:
					stored, done = next, done+1
				case errors.Is(err, login.ErrRecordChanged):
					stored = instead
				default:
					return err
				}
			}
			return nil
		})
		got, err := t.LoadRecord(t.ctx, name)
		t.must(err)
		if len(got.Value) != counters*each {
			t.Fatalf("counted %d, want %d", len(got.Value), counters*each)
		}
	})
}
