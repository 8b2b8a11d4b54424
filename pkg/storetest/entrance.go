package storetest

import (
	"slices"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// opening is a login under a binding, which was opened at t.now and ends nothing.
func (t *trial) opening(b login.Binding) login.Opening {
	t.Helper()
	read, err := t.BindingByOpenID(t.ctx, b.AppID, b.OpenID)
	t.must(err)
	session := t.newSession(read)
	return login.Opening{
		Binding: read, Session: session, Sessions: append([]login.SessionMark{session.Mark()}, read.Sessions...),
		Touch: login.Touch{AppID: b.AppID, OpenID: b.OpenID, SealedKey: "2.sealed", At: t.now.Add(time.Second), Opened: session.Mark()},
	}
}

func (t *trial) enter(o login.Opening) login.Opened {
	t.Helper()
	opened, err := t.Enter(t.ctx, o)
	t.must(err)
	t.must(opened.Untidy)
	return opened
}

// marks fails the test unless a binding has exactly these marks: those that have not ended in any order, then the
// others in theirs.
func (t *trial) marks(b login.Binding, want ...login.SessionMark) {
	t.Helper()
	read, err := t.BindingByOpenID(t.ctx, b.AppID, b.OpenID)
	t.must(err)
	order := func(marks []login.SessionMark) (out []login.SessionMark) {
		for _, m := range marks {
			m.OpenedAt = m.OpenedAt.Truncate(time.Second).UTC()
			out = append(out, m)
		}
		slices.SortStableFunc(out, func(a, b login.SessionMark) int {
			switch {
			case a.Ended != b.Ended && b.Ended:
				return -1
			case a.Ended != b.Ended:
				return 1
			case a.Ended:
				return 0
			}
			return slices.Compare([]byte(a.TokenHash), []byte(b.TokenHash))
		})
		return out
	}
	if got, want := order(read.Sessions), order(want); !slices.Equal(got, want) {
		t.Fatalf("\n got %+v\nwant %+v", got, want)
	}
}

func ended(m login.SessionMark) login.SessionMark {
	m.Ended = true
	return m
}

// entrance tests the Entrance port, and the marks of a binding's sessions.
func entrance(s *suite) {
	s.test("a login stores its session, touches its binding and reads its user", func(t *trial) {
		u, b, first := t.bound()
		t.now = t.now.Add(time.Minute)
		o := t.opening(b)
		o.Touch.UnionID = id("unionid")
		opened := t.enter(o)
		t.must(opened.Recorded)
		same(t, opened.Session, o.Session)
		same(t, opened.User, t.userNow(u.ID))
		stored, _, err := t.SessionWithUser(t.ctx, u.ID, o.Session.TokenHash)
		t.must(err)
		same(t, stored, o.Session)
		b.UnionID, b.SealedKey, b.LastLoginAt = o.Touch.UnionID, "2.sealed", o.Touch.At
		got, err := t.bindingNow(b)
		t.must(err)
		same(t, got, b)
		t.marks(b, first.Mark(), o.Session.Mark())
	})
	s.test("a login that is stored again finds its session as it is stored by then", func(t *trial) {
		_, b, first := t.bound()
		o := t.opening(b)
		same(t, t.enter(o).Session, o.Session)
		t.must(t.EndSession(t.ctx, b.UserID, o.Session.TokenHash, login.SessionRevoked))
		again := o
		again.Session.Device, again.Session.CreatedAt = "iPad", t.now.Add(time.Second)
		want := o.Session
		want.EndedReason = login.SessionRevoked
		same(t, t.enter(again).Session, want)
		read, err := t.BindingByOpenID(t.ctx, b.AppID, b.OpenID)
		t.must(err)
		var hashes []string
		for _, m := range read.Sessions {
			hashes = append(hashes, m.TokenHash)
		}
		slices.Sort(hashes)
		if want := slices.Sorted(slices.Values([]string{first.TokenHash, o.Session.TokenHash})); !slices.Equal(hashes, want) {
			t.Fatalf("marks %v, want %v", hashes, want)
		}
	})
	s.test("a login with an older session_key is marked, and changes nothing else in the binding", func(t *trial) {
		_, b, first := t.bound()
		b.SealedKey, b.LastLoginAt = "2.newest", t.now.Add(time.Minute)
		o := t.opening(b)
		_, err := t.TouchBinding(t.ctx, login.Touch{AppID: app, OpenID: b.OpenID, SealedKey: b.SealedKey, At: b.LastLoginAt})
		t.must(err)
		o.Touch.UnionID = id("unionid")
		t.enter(o)
		got, err := t.bindingNow(b)
		t.must(err)
		same(t, got, b)
		t.marks(b, first.Mark(), o.Session.Mark())
	})
	s.test("a touch marks the session that it opens, once", func(t *trial) {
		_, b, first := t.bound()
		o := t.opening(b)
		t.must(t.create(o.Session))
		for range 2 {
			_, err := t.TouchBinding(t.ctx, o.Touch)
			t.must(err)
		}
		t.marks(b, first.Mark(), o.Session.Mark())
	})
	s.test("a bind that finds the binding reads its marks", func(t *trial) {
		_, b, first := t.bound()
		standing, err := t.Bind(t.ctx, b, t.newSession(b))
		t.want(err, login.ErrAlreadyBound)
		if len(standing.Sessions) != 1 || standing.Sessions[0].TokenHash != first.TokenHash {
			t.Fatalf("marks %+v", standing.Sessions)
		}
	})
	s.test("a binding that is made again has no marks of the one before", func(t *trial) {
		_, b, _ := t.bound()
		t.must(t.Unbind(t.ctx, b, false))
		b.ID = id("binding")
		again := t.bind(b)
		t.marks(b, again.Mark())
	})
	s.test("a login ends sessions, in order, and the first reason stays", func(t *trial) {
		_, b, first := t.bound()
		_, other, theirs := t.bound()
		second := t.opening(b)
		t.enter(second)
		t.must(t.EndSession(t.ctx, b.UserID, second.Session.TokenHash, login.SessionRevoked))
		o := t.opening(b)
		o.Ended = []string{second.Session.TokenHash, first.TokenHash, theirs.TokenHash, id("nothing")}
		o.Sessions = []login.SessionMark{o.Session.Mark(), ended(second.Session.Mark()), ended(first.Mark())}
		t.enter(o)
		for session, want := range map[login.Session]login.Code{
			second.Session: login.SessionRevoked, first: login.SessionReplaced, o.Session: "", theirs: "",
		} {
			if got := t.dead(session); got != want {
				t.Fatalf("a session is %q, want %q", got, want)
			}
		}
		t.marks(other, theirs.Mark())
		if got := len(t.sessionsNow(b.UserID)); got != 3 {
			t.Fatalf("%d sessions, want 3", got)
		}
	})
	s.test("the sessions that logins have ended are marked in that order", func(t *trial) {
		_, b, first := t.bound()
		sessions := []login.Session{first}
		for range 4 {
			t.now = t.now.Add(time.Second)
			o := t.opening(b)
			t.enter(o)
			sessions = append(sessions, o.Session)
		}
		var gone []login.SessionMark
		live := slices.Clone(sessions)
		for _, i := range []int{2, 0, 1} { // not in the order in which they were opened
			t.now = t.now.Add(time.Second)
			o := t.opening(b)
			gone = append(gone, ended(sessions[i].Mark()))
			live = append(slices.DeleteFunc(live, func(s login.Session) bool { return s.TokenHash == sessions[i].TokenHash }), o.Session)
			o.Ended, o.Sessions = []string{sessions[i].TokenHash}, nil
			for _, s := range live {
				o.Sessions = append(o.Sessions, s.Mark())
			}
			o.Sessions = append(o.Sessions, gone...)
			t.enter(o)
			t.marks(b, o.Sessions...)
		}
	})
	s.test("a login forgets sessions", func(t *trial) {
		_, b, first := t.bound()
		_, _, theirs := t.bound()
		o := t.opening(b)
		o.Forgotten = []string{first.TokenHash, theirs.TokenHash, id("nothing")}
		o.Sessions = []login.SessionMark{o.Session.Mark()}
		t.enter(o)
		t.unstored(first)
		if got := t.dead(theirs); got != "" {
			t.Fatalf("another user's session is %q", got)
		}
		t.marks(b, o.Session.Mark())
	})
	s.test("twenty sessions end or go at once", func(t *trial) {
		_, b, first := t.bound()
		var all []login.Session
		for range 20 {
			o := t.opening(b)
			t.enter(o)
			all = append(all, o.Session)
		}
		o := t.opening(b)
		o.Sessions = []login.SessionMark{o.Session.Mark(), first.Mark()}
		for i, s := range all {
			if i%2 == 0 {
				o.Forgotten = append(o.Forgotten, s.TokenHash)
				continue
			}
			o.Ended = append(o.Ended, s.TokenHash)
			o.Sessions = append(o.Sessions, ended(s.Mark()))
		}
		t.enter(o)
		t.marks(b, o.Sessions...)
		for i, s := range all {
			if i%2 == 0 {
				t.unstored(s)
			} else if got := t.dead(s); got != login.SessionReplaced {
				t.Fatalf("a session is %q", got)
			}
		}
	})
	s.test("a login stores the record of its code, unless there is one", func(t *trial) {
		_, b, _ := t.bound()
		o := t.opening(b)
		o.Name, o.Record = id("code#"), login.Record{Version: id("version"), Value: []byte{0, 255, 'x'}, ExpiresAt: t.now.Add(10 * time.Second)}
		for range 2 { // the same once more is done already
			t.must(t.enter(o).Recorded)
			got, err := t.LoadRecord(t.ctx, o.Name)
			t.must(err)
			if got.Version != o.Record.Version || string(got.Value) != string(o.Record.Value) || !got.ExpiresAt.Equal(o.Record.ExpiresAt) {
				t.Fatalf("the record is %+v, want %+v", got, o.Record)
			}
		}
		other := t.opening(b)
		other.Name, other.Record = o.Name, login.Record{Version: id("version"), Value: []byte("y"), ExpiresAt: t.now.Add(time.Minute)}
		opened := t.enter(other)
		t.want(opened.Recorded, login.ErrRecordChanged)
		same(t, opened.Session, other.Session)
		got, err := t.LoadRecord(t.ctx, o.Name)
		t.must(err)
		if got.Version != o.Record.Version {
			t.Fatalf("the record is %+v", got)
		}
	})
	s.test("a login whose binding is removed meanwhile stores its session, and touches no other binding", func(t *trial) {
		_, b, _ := t.bound()
		o := t.opening(b)
		t.must(t.Unbind(t.ctx, b, false))
		t.enter(o)
		_, err := t.bindingNow(b)
		t.want(err, login.ErrBindingNotFound)
		if got := t.dead(o.Session); got != login.BindingRemoved {
			t.Fatalf("the session is %q", got)
		}
		b.ID = id("binding")
		again := t.bind(b)
		second := t.newSession(o.Binding)
		o.Session, o.Touch.Opened, o.Sessions = second, second.Mark(), []login.SessionMark{second.Mark()}
		t.enter(o)
		got, err := t.bindingNow(b)
		t.must(err)
		same(t, got, b)
		t.marks(b, again.Mark())
	})
	s.test("a login of a user who is gone", func(t *trial) {
		u, b, _ := t.bound()
		o := t.opening(b)
		t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
		_, err := t.Enter(t.ctx, o)
		t.want(err, login.ErrUserNotFound)
		_, err = t.bindingNow(b)
		t.want(err, login.ErrBindingNotFound)
	})
	s.test("of logins under one binding at the same time none is lost", func(t *trial) {
		_, b, first := t.bound()
		const many = 16
		openings := make([]login.Opening, many)
		for i := range openings {
			openings[i] = t.opening(b)
		}
		want := []login.SessionMark{first.Mark()}
		errs := make([]error, many)
		var wg sync.WaitGroup
		for i, o := range openings {
			want = append(want, o.Session.Mark())
			wg.Go(func() { _, errs[i] = t.Enter(t.ctx, o) })
		}
		wg.Wait()
		for i, o := range openings {
			t.must(errs[i])
			if got := t.dead(o.Session); got != "" {
				t.Fatalf("a session is %q", got)
			}
		}
		t.marks(b, want...)
	})
}
