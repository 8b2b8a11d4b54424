package storetest

import (
	"errors"
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// inFlight tests a login while something else happens to its user. A login takes two steps: it reads (or makes) the
// binding, then opens the session with the binding's epoch. Whatever happens before or between them, or after the last,
// must leave the session dead. What happens before the first does so because the binding's epoch is then behind; the
// domain makes up for that.
func inFlight(s *suite) {
	for _, event := range []struct {
		name string
		do   func(t *trial, b login.Binding)
		// want is why the session is dead.
		want login.Code
		// unbinds means that no binding is found afterwards.
		unbinds bool
	}{
		{"the binding is removed", func(t *trial, b login.Binding) {
			t.must(t.Unbind(t.ctx, b, false))
		}, login.BindingRemoved, true},
		{"the binding is removed and made again", func(t *trial, b login.Binding) {
			t.must(t.Unbind(t.ctx, b, false))
			b.ID = id("binding")
			t.bind(b)
		}, login.BindingRemoved, false},
		{"the user is disabled", func(t *trial, b login.Binding) {
			t.must(t.DisableUser(t.ctx, b.UserID, id("epoch")))
		}, login.UserDisabled, false},
		{"the user is disabled and enabled again", func(t *trial, b login.Binding) {
			t.must(t.DisableUser(t.ctx, b.UserID, id("epoch")))
			t.must(t.EnableUser(t.ctx, b.UserID))
		}, login.SessionRevoked, false},
		{"the user is logged out everywhere", func(t *trial, b login.Binding) {
			t.must(t.LogoutUser(t.ctx, b.UserID, id("epoch")))
		}, login.SessionRevoked, false},
		{"the user's password is replaced", func(t *trial, b login.Binding) {
			t.must(t.ReplacePassword(t.ctx, b.UserID, t.userNow(b.UserID).PasswordID, newPassword("hash-2"), id("epoch")))
		}, login.SessionRevoked, false},
		{"nothing", func(*trial, login.Binding) {}, "", false},
	} {
		for place, moment := range []string{"before it", "before the session is opened", "after"} {
			s.test("login: "+event.name+" "+moment, func(t *trial) {
				_, b, _ := t.bound()
				t.now = t.now.Add(time.Minute) // the login starts
				happens := func(at int) {
					if at == place {
						event.do(t, b)
					}
				}
				happens(0)
				found, err := t.bindingNow(b)
				if event.unbinds && place == 0 {
					t.want(err, login.ErrBindingNotFound)
					return
				}
				t.must(err)
				if place == 0 && found.ID != b.ID {
					return // the login uses the binding that was made again
				}
				session := t.newSession(found)
				happens(1)
				t.enter(login.Opening{
					Binding: found, Session: session, Sessions: []login.SessionMark{session.Mark()},
					Touch: login.Touch{AppID: app, OpenID: b.OpenID, SealedKey: "2.sealed", At: t.now, Opened: session.Mark()},
				})
				happens(2)
				if got := t.dead(session); got != event.want {
					t.Fatalf("the session is %q, want %q", got, event.want)
				}
			})
		}
		if event.unbinds || event.name == "the binding is removed and made again" {
			continue // there is no binding yet that could be removed
		}
		for place, moment := range []string{"before the bind", "after"} {
			s.test("bind: "+event.name+" "+moment, func(t *trial) {
				b := t.newBinding(t.user(), app)
				if place == 0 {
					event.do(t, b)
				}
				if place == 0 && event.want != "" {
					t.refused(b, event.want) // or the password that was replaced would have bound for good
					return
				}
				session := t.bind(b)
				if place == 1 {
					event.do(t, b)
				}
				if got := t.dead(session); got != event.want {
					t.Fatalf("the session is %q, want %q", got, event.want)
				}
			})
		}
	}
	s.test("a login after the logout lives, even in the same moment, once the binding knows the epoch", func(t *trial) {
		u, b, old := t.bound()
		u.Epoch = id("epoch")
		t.must(t.LogoutUser(t.ctx, u.ID, u.Epoch))
		t.must(t.NoteEpoch(t.ctx, b, u.Epoch))
		found, err := t.touch(b)
		t.must(err)
		session := t.newSession(found)
		t.must(t.create(session))
		if got := t.dead(session); got != "" {
			t.Fatalf("the session is %q", got)
		}
		if got := t.dead(old); got != login.SessionRevoked {
			t.Fatalf("the session before it is %q", got)
		}
	})
	for round := range 10 {
		s.test("a disable, an enable, logins and a bind at the same time leave no session that lives, round "+strconv.Itoa(round), func(t *trial) {
			u, b, first := t.bound()
			other := t.newBinding(u, otherApp)
			begun := []login.Session{first, t.newSession(b), t.newSession(b), t.newSession(other)}
			t.together(len(begun), func(i int) error {
				switch i {
				case 0:
					if err := t.DisableUser(t.ctx, u.ID, id("epoch")); err != nil {
						return err
					}
					return t.EnableUser(t.ctx, u.ID)
				case 3:
					_, err := t.Bind(t.ctx, other, begun[i])
					if errors.Is(err, login.UserDisabled) || errors.Is(err, login.SessionRevoked) {
						return nil
					}
					return err
				}
				if _, err := t.touch(b); err != nil {
					return err
				}
				return t.create(begun[i])
			})
			user := t.userNow(u.ID)
			for _, session := range t.sessionsNow(u.ID) {
				if got := session.Dead(user, t.now); got != login.SessionRevoked {
					t.Fatalf("a session is %q", got)
				}
			}
		})
		s.test("login and unbind at the same time, round "+strconv.Itoa(round), func(t *trial) {
			_, b, _ := t.bound()
			session, touched := t.newSession(b), false
			t.together(2, func(i int) error {
				if i == 0 {
					return t.Unbind(t.ctx, b, false)
				}
				_, err := t.touch(b)
				if touched = err == nil; !touched {
					return nil
				}
				return t.create(session)
			})
			t.unbound(b)
			if !touched {
				t.unstored(session)
			} else if got := t.dead(session); got != login.BindingRemoved {
				t.Fatalf("the session is %q", got)
			}
		})
	}
}
