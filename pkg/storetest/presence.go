package storetest

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// presence tests the Presence port.
func presence(s *suite) {
	s.test("a session and its user come back as they were", func(t *trial) {
		u, b, _ := t.bound()
		u.Apps[app] = noteOf(b)
		for _, device := range []string{"", "鸿蒙 " + unlike} {
			session := t.newSession(b)
			session.Device = device
			session.CreatedAt = t.now.Add(999 * time.Microsecond)
			session.SeenAt = t.now.Add(time.Millisecond)
			t.must(t.create(session))
			stored, user, err := t.SessionWithUser(t.ctx, u.ID, session.TokenHash)
			t.must(err)
			same(t, stored, session)
			same(t, user, u)
		}
	})
	s.test("a session that does not exist is ErrSessionNotFound", func(t *trial) {
		u, _, _ := t.bound()
		_, _, theirs := t.bound()
		for _, hash := range []string{id("none"), theirs.TokenHash, strings.ToLower(theirs.TokenHash)} {
			_, _, err := t.SessionWithUser(t.ctx, u.ID, hash)
			t.want(err, login.ErrSessionNotFound)
		}
	})
	s.test("a session whose user does not exist is ErrUserNotFound", func(t *trial) {
		session := t.newSession(t.newBinding(t.newUser(), app))
		t.must(t.create(session))
		_, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
		t.want(err, login.ErrUserNotFound)
	})
	s.test("a session past its end that is still stored is returned, and dead", func(t *trial) {
		_, b, live := t.bound()
		idle := t.newSession(b)
		idle.IdleEnd = t.now.Add(-time.Millisecond)
		t.must(t.create(idle))
		if got := t.dead(idle); got != login.SessionExpired {
			t.Fatalf("the idle session is %q", got)
		}
		stored, user, err := t.SessionWithUser(t.ctx, live.UserID, live.TokenHash)
		t.must(err)
		for end, want := range map[time.Time]login.Code{
			live.IdleEnd.Add(-time.Millisecond): "",
			live.IdleEnd:                        login.SessionExpired,
			live.AbsoluteEnd:                    login.SessionExpired,
		} {
			if got := stored.Dead(user, end); got != want {
				t.Fatalf("the session is %q at %v, want %q", got, end, want)
			}
		}
	})
	s.test("a session past its absolute end never lives, whether forgotten yet or not", func(t *trial) {
		_, b, _ := t.bound()
		for _, past := range []time.Duration{time.Millisecond, time.Hour, 24 * time.Hour} {
			session := t.newSession(b)
			session.AbsoluteEnd = t.now.Add(-past)
			t.must(t.create(session))
			stored, user, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
			if err != nil {
				t.want(err, login.ErrSessionNotFound)
			} else if got := stored.Dead(user, t.now); got != login.SessionExpired {
				t.Fatalf("the session is %q", got)
			}
		}
	})

	s.test("a session that is created during the lookup is never found without its user", func(t *trial) {
		_, b, _ := t.bound()
		for range 50 {
			session := t.newSession(b)
			t.together(2, func(i int) error {
				if i == 0 {
					return t.create(session)
				}
				for {
					_, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
					if !errors.Is(err, login.ErrSessionNotFound) {
						return err
					}
				}
			})
		}
	})

	s.test("an extended session has the new times and is otherwise unchanged", func(t *trial) {
		_, b, other := t.bound()
		session := t.newSession(b)
		session.SeenAt = t.now.Add(999 * time.Microsecond)
		t.must(t.create(session))
		for i := range 3 {
			read, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
			t.must(err)
			session.SeenAt = t.now.Add(time.Duration(i+1)*time.Hour + 1234*time.Microsecond)
			session.IdleEnd = session.SeenAt.Add(login.IdleLife)
			t.must(t.ExtendSession(t.ctx, read, session.SeenAt, session.IdleEnd))
			stored, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
			t.must(err)
			same(t, stored, session)
		}
		stored, _, err := t.SessionWithUser(t.ctx, other.UserID, other.TokenHash)
		t.must(err)
		same(t, stored, other)
	})
	s.test("a session that was extended since it was read is not extended again", func(t *trial) {
		_, _, session := t.bound()
		later := t.now.Add(time.Hour)
		t.must(t.ExtendSession(t.ctx, session, later, later.Add(login.IdleLife)))
		for _, end := range []time.Duration{time.Minute, 1000 * time.Hour} {
			t.must(t.ExtendSession(t.ctx, session, t.now.Add(2*time.Hour), t.now.Add(end)))
		}
		session.SeenAt, session.IdleEnd = later, later.Add(login.IdleLife)
		stored, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
		t.must(err)
		same(t, stored, session)
	})
	s.test("a session that has ended is not extended", func(t *trial) {
		_, _, session := t.bound()
		t.must(t.EndSession(t.ctx, session.UserID, session.TokenHash, login.SessionRevoked))
		t.must(t.ExtendSession(t.ctx, session, t.now.Add(time.Hour), t.now.Add(1000*time.Hour)))
		session.EndedReason = login.SessionRevoked
		stored, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
		t.must(err)
		same(t, stored, session)
	})
	s.test("extending a session that does not exist creates none", func(t *trial) {
		_, b, session := t.bound()
		t.must(t.ForgetSession(t.ctx, session.UserID, session.TokenHash))
		for _, gone := range []login.Session{session, t.newSession(b)} {
			t.must(t.ExtendSession(t.ctx, gone, t.now.Add(time.Hour), t.now.Add(2*time.Hour)))
			t.unstored(gone)
		}
	})
	s.test("when many extend a session at the same time, one writes", func(t *trial) {
		_, _, session := t.bound()
		seen := func(i int) time.Time { return t.now.Add(time.Duration(i+1) * time.Hour) }
		end := func(i int) time.Time { return t.now.Add(time.Duration(rivals-i) * 24 * time.Hour) }
		t.together(rivals, func(i int) error { return t.ExtendSession(t.ctx, session, seen(i), end(i)) })
		stored, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
		t.must(err)
		winner := int(stored.SeenAt.Sub(t.now)/time.Hour) - 1
		if winner < 0 || !stored.SeenAt.Equal(seen(winner)) || !stored.IdleEnd.Equal(end(winner)) {
			t.Fatalf("the session is %+v", stored)
		}
	})
	for round := range 10 {
		s.test("a session that is extended, ended and forgotten at the same time is gone, round "+strconv.Itoa(round), func(t *trial) {
			_, b, ended := t.bound()
			forgotten := t.newSession(b)
			t.must(t.create(forgotten))
			t.together(4, func(i int) error {
				switch i {
				case 0:
					return t.ExtendSession(t.ctx, ended, t.now.Add(time.Hour), t.now.Add(2*time.Hour))
				case 1:
					return t.EndSession(t.ctx, ended.UserID, ended.TokenHash, login.SessionReplaced)
				case 2:
					return t.ExtendSession(t.ctx, forgotten, t.now.Add(time.Hour), t.now.Add(2*time.Hour))
				default:
					return t.ForgetSession(t.ctx, forgotten.UserID, forgotten.TokenHash)
				}
			})
			if got := t.dead(ended); got != login.SessionReplaced {
				t.Fatalf("the session is %q", got)
			}
			t.unstored(forgotten)
		})
	}
}
