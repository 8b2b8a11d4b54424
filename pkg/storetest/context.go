package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// contexts tests what every method promises about its context: once that has ended, the method returns StoreUnavailable
// at once, says why, and writes nothing.
func contexts(s *suite) {
	for name, call := range calls() {
		s.test(name+" whose context has ended", func(t *trial) {
			on := t.stage()
			cancelled, cancel := context.WithCancel(t.ctx)
			cancel()
			late, cancel := context.WithDeadline(t.ctx, t.now.Add(-time.Second))
			defer cancel()
			for why, ctx := range map[error]context.Context{context.Canceled: cancelled, context.DeadlineExceeded: late} {
				begun := time.Now()
				err := call(ctx, t, on)
				t.want(err, login.StoreUnavailable)
				t.want(err, why)
				if took := time.Since(begun); took > 10*time.Second {
					t.Fatalf("the answer took %v", took)
				}
			}
			t.unchanged(on)
			t.must(call(t.ctx, t, on)) // the call was good, but for its context
		})
	}
	s.test("an admission whose context ends midway is done completely or not at all, and may be repeated", func(t *trial) {
		for i := range 40 {
			a := t.newNewcomer()
			ctx, cancel := context.WithTimeout(t.ctx, time.Duration(i*i)*10*time.Microsecond)
			_, err := t.Admit(ctx, a)
			cancel()
			if err != nil {
				t.want(err, login.StoreUnavailable)
				t.want(err, context.DeadlineExceeded)
			}
			if got, err := t.Admit(t.ctx, a); err != nil {
				t.want(err, login.ErrAlreadyBound)
				same(t, got, a.Binding)
			}
			t.admitted(a)
			t.owns(a.Newcomer.ID, a.Newcomer.Phone)
			t.ownsUnion(a.Newcomer.ID, a.Newcomer.Unions[0])
		}
	})
	s.test("a bind whose context ends midway is done completely or not at all, and may be repeated", func(t *trial) {
		for i := range 40 {
			b := t.newBinding(t.user(), app)
			session := t.newSession(b)
			ctx, cancel := context.WithTimeout(t.ctx, time.Duration(i*i)*10*time.Microsecond)
			_, err := t.Bind(ctx, b, session)
			cancel()
			if err != nil {
				t.want(err, login.StoreUnavailable)
				t.want(err, context.DeadlineExceeded)
			}
			// The first call may still be on its way to a distant store.
			if got, err := t.Bind(t.ctx, b, session); err != nil {
				t.want(err, login.ErrAlreadyBound)
				same(t, got, b)
			}
			if !t.stands(b) || t.dead(session) != "" {
				t.Fatal("the binding or its session is not there")
			}
		}
	})
}

// stage is one of everything that a method can be called on.
type stage struct {
	user     login.User
	binding  login.Binding
	session  login.Session
	role     login.Role
	record   string
	notices  []login.Notice
	stranger login.User // not stored
	kind     string     // not noted
}

func (t *trial) stage() stage {
	t.Helper()
	on := stage{role: t.role(), record: id("record"), stranger: t.newUser(), kind: id("kind")}
	on.user = t.userWithPhone()
	on.binding = t.newBinding(on.user, app)
	on.session = t.bind(on.binding)
	on.binding.Union = id("union")
	t.must(t.NoteUnion(t.ctx, on.binding, on.binding.Union))
	on.user.Unions, on.user.Apps[app] = []string{on.binding.Union}, noteOf(on.binding)
	t.must(t.StoreRecord(t.ctx, on.record, t.record("v1")))
	on.notices = t.noticesNow(on.user.ID)
	return on
}

// unchanged fails the test unless everything is as stage stored it.
func (t *trial) unchanged(on stage) {
	t.Helper()
	same(t, t.userNow(on.user.ID), on.user)
	t.owns(on.user.ID, on.user.Phone)
	t.ownsUnion(on.user.ID, on.binding.Union)
	same(t, t.passwordNow(on.user.ID), firstPassword(on.user))
	b, err := t.bindingNow(on.binding)
	t.must(err)
	same(t, b, on.binding)
	all := t.sessionsNow(on.user.ID)
	if len(all) != 1 {
		t.Fatalf("%d sessions, want one", len(all))
	}
	same(t, all[0], on.session)
	menus, err := t.MenusByRole(t.ctx, []string{on.role.Name})
	t.must(err)
	same(t, menus[on.role.Name], on.role.Menus)
	t.stored(on.record, t.record("v1"))
	if got := t.noticesNow(on.user.ID); len(got) != 1 || !slices.EqualFunc(got, on.notices, sameNotice) {
		t.Fatalf("\n got %+v\nwant %+v", got, on.notices)
	}
	_, err = t.UserByID(t.ctx, on.stranger.ID)
	t.want(err, login.ErrUserNotFound)
	_, err = t.UserIDByName(t.ctx, on.stranger.Username)
	t.want(err, login.ErrUserNotFound)
	kinds, err := t.HashKinds(t.ctx)
	t.must(err)
	if slices.Contains(kinds, on.kind) {
		t.Fatal("the kind is noted")
	}
}
