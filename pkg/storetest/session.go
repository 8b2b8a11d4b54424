package storetest

import (
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// sessions is the Sessions port.
func sessions(s *suite) {
	s.test("a session and its user come back as they were", func(t *trial) {
		u, b, _ := t.bound()
		u.Apps[app] = login.UserApp{OpenID: b.OpenID, BindingID: b.ID}
		for _, device := range []string{"", "鸿蒙 " + unlike} {
			session := t.newSession(b)
			session.Device = device
			session.CreatedAt = t.now.Add(999 * time.Microsecond)
			session.SeenAt = t.now.Add(time.Millisecond)
			t.must(t.CreateSession(t.ctx, session))
			stored, user, err := t.SessionWithUser(t.ctx, u.ID, session.TokenHash)
			t.must(err)
			same(t, stored, session)
			same(t, user, u)
		}
	})
	s.test("a session that is created again, as a transport repeats it, counts as done and revives nothing", func(t *trial) {
		_, b, _ := t.bound()
		session := t.newSession(b)
		t.must(t.CreateSession(t.ctx, session))
		t.must(t.EndSession(t.ctx, session.UserID, session.TokenHash, login.SessionReplaced))
		t.must(t.CreateSession(t.ctx, session))
		if got := t.dead(session); got != login.SessionReplaced {
			t.Fatalf("the session is %q", got)
		}
	})
	s.test("a session that is not there is ErrSessionNotFound", func(t *trial) {
		u, _, _ := t.bound()
		_, _, theirs := t.bound()
		for _, hash := range []string{id("none"), theirs.TokenHash, strings.ToLower(theirs.TokenHash)} {
			_, _, err := t.SessionWithUser(t.ctx, u.ID, hash)
			t.want(err, login.ErrSessionNotFound)
		}
	})
	s.test("a session whose user is not there is ErrUserNotFound", func(t *trial) {
		session := t.newSession(t.newBinding(t.newUser(), app))
		t.must(t.CreateSession(t.ctx, session))
		_, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
		t.want(err, login.ErrUserNotFound)
	})
	s.test("a user's sessions are listed, the ended and the expired too", func(t *trial) {
		_, b, living := t.bound()
		t.bound()
		ended, idle := t.newSession(b), t.newSession(b)
		ended.Device = ""
		idle.IdleEnd = t.now.Add(-time.Hour)
		want := map[string]login.Session{living.TokenHash: living, idle.TokenHash: idle}
		t.must(t.CreateSession(t.ctx, ended))
		t.must(t.CreateSession(t.ctx, idle))
		t.must(t.EndSession(t.ctx, ended.UserID, ended.TokenHash, login.SessionReplaced))
		ended.EndedReason = login.SessionReplaced
		want[ended.TokenHash] = ended
		got := t.sessionsNow(b.UserID)
		if len(got) != len(want) {
			t.Fatalf("%d sessions, want %d", len(got), len(want))
		}
		for _, session := range got {
			same(t, session, want[session.TokenHash])
		}
	})
	s.test("a user without sessions has none, known or not", func(t *trial) {
		for _, userID := range []string{t.user().ID, id("nobody")} {
			if got := t.sessionsNow(userID); len(got) != 0 {
				t.Fatalf("sessions %+v", got)
			}
		}
	})
	s.test("sessions beyond what one page of an answer holds are listed", func(t *trial) {
		u := t.user()
		const many = 12
		for range many {
			session := t.newSession(t.newBinding(u, app))
			session.Device = strings.Repeat("d", 100<<10)
			t.must(t.CreateSession(t.ctx, session))
		}
		if got := t.sessionsNow(u.ID); len(got) != many {
			t.Fatalf("%d sessions, want %d", len(got), many)
		}
	})

	s.test("the reason that ended a session first stays", func(t *trial) {
		_, _, session := t.bound()
		for _, reason := range []login.Code{login.SessionRevoked, login.SessionReplaced, login.SessionRevoked} {
			t.must(t.EndSession(t.ctx, session.UserID, session.TokenHash, reason))
			if got := t.dead(session); got != login.SessionRevoked {
				t.Fatalf("the session is %q", got)
			}
		}
		stored, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
		t.must(err)
		session.EndedReason = login.SessionRevoked
		same(t, stored, session)
	})
	s.test("the end of one session is not that of another", func(t *trial) {
		_, b, first := t.bound()
		second := t.newSession(b)
		t.must(t.CreateSession(t.ctx, second))
		t.must(t.EndSession(t.ctx, first.UserID, first.TokenHash, login.SessionRevoked))
		if got := t.dead(second); got != "" {
			t.Fatalf("the other session is %q", got)
		}
	})
	s.test("a forgotten session is gone, and the others are not", func(t *trial) {
		_, b, first := t.bound()
		second := t.newSession(b)
		t.must(t.CreateSession(t.ctx, second))
		for range 2 { // forgetting what is not there is no error
			t.must(t.ForgetSession(t.ctx, first.UserID, first.TokenHash))
			t.unstored(first)
		}
		if got := t.dead(second); got != "" {
			t.Fatalf("the other session is %q", got)
		}
	})
	s.test("the end of a session that is not there is ErrSessionNotFound and makes none", func(t *trial) {
		u, _, _ := t.bound()
		session := t.newSession(t.newBinding(u, app))
		for range 2 {
			t.want(t.EndSession(t.ctx, u.ID, session.TokenHash, login.SessionRevoked), login.ErrSessionNotFound)
		}
		t.unstored(session)
		_, _, theirs := t.bound()
		t.want(t.EndSession(t.ctx, u.ID, theirs.TokenHash, login.SessionRevoked), login.ErrSessionNotFound)
		if got := t.dead(theirs); got != "" {
			t.Fatalf("another user's session is %q", got)
		}
	})
	s.test("a session that is past an end and still stored is given, and dead", func(t *trial) {
		_, b, living := t.bound()
		idle := t.newSession(b)
		idle.IdleEnd = t.now.Add(-time.Millisecond)
		t.must(t.CreateSession(t.ctx, idle))
		if got := t.dead(idle); got != login.SessionExpired {
			t.Fatalf("the idle session is %q", got)
		}
		stored, user, err := t.SessionWithUser(t.ctx, living.UserID, living.TokenHash)
		t.must(err)
		for end, want := range map[time.Time]login.Code{
			living.IdleEnd.Add(-time.Millisecond): "",
			living.IdleEnd:                        login.SessionExpired,
			living.AbsoluteEnd:                    login.SessionExpired,
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
			t.must(t.CreateSession(t.ctx, session))
			stored, user, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
			if err != nil {
				t.want(err, login.ErrSessionNotFound)
			} else if got := stored.Dead(user, t.now); got != login.SessionExpired {
				t.Fatalf("the session is %q", got)
			}
		}
	})
}
