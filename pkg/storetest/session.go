package storetest

import (
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// sessions tests the Sessions port.
func sessions(s *suite) {
	s.test("creating a session returns it, and creating it again returns it as it is stored by then", func(t *trial) {
		_, b, _ := t.bound()
		session := t.newSession(b)
		got, err := t.CreateSession(t.ctx, session)
		t.must(err)
		same(t, got, session)
		got, err = t.CreateSession(t.ctx, session)
		t.must(err)
		same(t, got, session)
		ended := session
		ended.EndedReason = login.SessionReplaced
		t.must(t.EndSession(t.ctx, session.UserID, session.TokenHash, ended.EndedReason))
		again := session
		again.BindingID, again.Device, again.CreatedAt = id("binding"), "iPad", t.now.Add(time.Second)
		got, err = t.CreateSession(t.ctx, again)
		t.must(err)
		same(t, got, ended)
		stored, _, err := t.SessionWithUser(t.ctx, session.UserID, session.TokenHash)
		t.must(err)
		same(t, stored, ended)
	})
	s.test("a session with the same token hash of another user is another session", func(t *trial) {
		_, _, first := t.bound()
		_, b, _ := t.bound()
		second := t.newSession(b)
		second.TokenHash = first.TokenHash
		got, err := t.CreateSession(t.ctx, second)
		t.must(err)
		same(t, got, second)
	})
	s.test("a user's sessions are listed, including ended and expired ones", func(t *trial) {
		_, b, live := t.bound()
		t.bound()
		ended, idle := t.newSession(b), t.newSession(b)
		ended.Device = ""
		idle.IdleEnd = t.now.Add(-time.Hour)
		want := map[string]login.Session{live.TokenHash: live, idle.TokenHash: idle}
		t.must(t.create(ended))
		t.must(t.create(idle))
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
	s.test("sessions beyond one page are listed", func(t *trial) {
		u := t.user()
		const many = 12
		for range many {
			session := t.newSession(t.newBinding(u, app))
			session.Device = strings.Repeat("d", 100<<10)
			t.must(t.create(session))
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
	s.test("ending one session does not end another", func(t *trial) {
		_, b, first := t.bound()
		second := t.newSession(b)
		t.must(t.create(second))
		t.must(t.EndSession(t.ctx, first.UserID, first.TokenHash, login.SessionRevoked))
		if got := t.dead(second); got != "" {
			t.Fatalf("the other session is %q", got)
		}
	})
	s.test("a forgotten session is gone, and the others are not", func(t *trial) {
		_, b, first := t.bound()
		second := t.newSession(b)
		t.must(t.create(second))
		for range 2 { // forgetting a missing session is no error
			t.must(t.ForgetSession(t.ctx, first.UserID, first.TokenHash))
			t.unstored(first)
		}
		if got := t.dead(second); got != "" {
			t.Fatalf("the other session is %q", got)
		}
	})
	s.test("ending a session that does not exist is ErrSessionNotFound and creates none", func(t *trial) {
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
}
