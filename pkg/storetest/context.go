package storetest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// contexts tests what every method promises about its context: once that has ended, the method returns StoreUnavailable
// at once, says why, and writes nothing.
func contexts(s *suite) {
	for name, call := range map[string]func(context.Context, *trial, stage) error{
		"TouchBinding": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.TouchBinding(ctx, login.Touch{AppID: app, OpenID: on.binding.OpenID, SealedKey: "2.sealed", At: t.now.Add(time.Hour)})
			return err
		},
		"Bind": func(ctx context.Context, t *trial, on stage) error {
			b := t.newBinding(on.user, otherApp)
			_, err := t.Bind(ctx, b, t.newSession(b))
			return err
		},
		"Unbind": func(ctx context.Context, t *trial, on stage) error {
			return t.Unbind(ctx, on.binding, false)
		},
		"Unbind of one of several": func(ctx context.Context, t *trial, on stage) error {
			if err := t.Unbind(ctx, on.binding, true); !errors.Is(err, login.ErrLastBinding) {
				return err
			}
			return nil
		},
		"NoteEpoch": func(ctx context.Context, t *trial, on stage) error {
			return t.NoteEpoch(ctx, on.binding, id("epoch"))
		},
		"OwnerOfPhone": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.OwnerOfPhone(ctx, on.user.Phone.Index)
			return err
		},
		"OwnerOfUnion": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.OwnerOfUnion(ctx, on.user.Unions[0])
			return err
		},
		"RemovedBefore": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.RemovedBefore(ctx, on.binding.Index)
			return err
		},
		"Admit of a newcomer": func(ctx context.Context, t *trial, on stage) error {
			a := t.newNewcomer()
			a.Newcomer.Phone, a.Yields = on.user.Phone, on.user.ID
			_, err := t.Admit(ctx, a)
			return err
		},
		"Admit": func(ctx context.Context, t *trial, on stage) error {
			a := t.newAdmission(on.user, otherApp)
			a.Terms.Phone = on.user.Phone
			a.Terms.Phone.VerifiedAt = t.now.Add(time.Hour)
			_, err := t.Admit(ctx, a)
			return err
		},
		"Rebind": func(ctx context.Context, t *trial, on stage) error {
			return t.Rebind(ctx, t.newRebinding(on.user))
		},
		"ClaimUsername": func(ctx context.Context, t *trial, on stage) error {
			if err := t.ClaimUsername(ctx, on.user.ID, id("name"), newPassword("hash-2")); !errors.Is(err, login.ErrUserChanged) {
				return err
			}
			return nil
		},
		"SetPhone": func(ctx context.Context, t *trial, on stage) error {
			return t.SetPhone(ctx, on.user.ID, t.newPhone(), "")
		},
		"NoteUnion": func(ctx context.Context, t *trial, on stage) error {
			return t.NoteUnion(ctx, on.binding, id("union"))
		},
		"BindingByOpenID": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.BindingByOpenID(ctx, app, on.binding.OpenID)
			return err
		},
		"Enter": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.Enter(ctx, t.opening(on.binding))
			return err
		},
		"CreateSession": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.CreateSession(ctx, t.newSession(on.binding))
			return err
		},
		"SessionWithUser": func(ctx context.Context, t *trial, on stage) error {
			_, _, err := t.SessionWithUser(ctx, on.user.ID, on.session.TokenHash)
			return err
		},
		"SessionsOfUser": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.SessionsOfUser(ctx, on.user.ID)
			return err
		},
		"ExtendSession": func(ctx context.Context, t *trial, on stage) error {
			return t.ExtendSession(ctx, on.session, t.now.Add(time.Hour), t.now.Add(2*time.Hour))
		},
		"ForgetSession": func(ctx context.Context, t *trial, on stage) error {
			return t.ForgetSession(ctx, on.user.ID, on.session.TokenHash)
		},
		"EndSession": func(ctx context.Context, t *trial, on stage) error {
			return t.EndSession(ctx, on.user.ID, on.session.TokenHash, login.SessionRevoked)
		},
		"UserIDByName": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.UserIDByName(ctx, on.user.Username)
			return err
		},
		"UserWithPassword": func(ctx context.Context, t *trial, on stage) error {
			_, _, err := t.UserWithPassword(ctx, on.user.ID)
			return err
		},
		"UserByID": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.UserByID(ctx, on.user.ID)
			return err
		},
		"MenusByRole": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.MenusByRole(ctx, []string{on.role.Name})
			return err
		},
		"AddUser": func(ctx context.Context, t *trial, on stage) error {
			return t.AddUser(ctx, on.stranger, firstPassword(on.stranger))
		},
		"ReplacePassword": func(ctx context.Context, t *trial, on stage) error {
			return t.ReplacePassword(ctx, on.user.ID, on.user.PasswordID, newPassword("hash-2"), id("epoch"))
		},
		"RenewHash": func(ctx context.Context, t *trial, on stage) error {
			return t.RenewHash(ctx, on.user.ID, "hash-1", "hash-2")
		},
		"DisableUser": func(ctx context.Context, t *trial, on stage) error {
			return t.DisableUser(ctx, on.user.ID, id("epoch"))
		},
		"EnableUser": func(ctx context.Context, t *trial, on stage) error {
			return t.EnableUser(ctx, on.user.ID)
		},
		"ChangeUser": func(ctx context.Context, t *trial, on stage) error {
			return t.ChangeUser(ctx, on.user.ID, login.UserChange{Name: new("another")})
		},
		"LogoutUser": func(ctx context.Context, t *trial, on stage) error {
			return t.LogoutUser(ctx, on.user.ID, id("epoch"))
		},
		"DeleteUser": func(ctx context.Context, t *trial, on stage) error {
			return t.DeleteUser(ctx, on.user)
		},
		"EnrollUser": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.EnrollUser(ctx, login.Profile{ID: on.stranger.ID}, t.now, id("epoch"))
			return err
		},
		"RefreshUser": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.RefreshUser(ctx, login.Profile{ID: on.user.ID})
			return err
		},
		"HashKinds": func(ctx context.Context, t *trial, _ stage) error {
			_, err := t.HashKinds(ctx)
			return err
		},
		"AddHashKind": func(ctx context.Context, t *trial, on stage) error {
			return t.AddHashKind(ctx, on.kind)
		},
		"ListRoles": func(ctx context.Context, t *trial, _ stage) error {
			_, err := t.ListRoles(ctx)
			return err
		},
		"ListUsers": func(ctx context.Context, t *trial, _ stage) error {
			_, err := t.ListUsers(ctx, "", 10)
			return err
		},
		"UsersByID": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.UsersByID(ctx, []string{on.user.ID})
			return err
		},
		"DeleteRole": func(ctx context.Context, t *trial, on stage) error {
			return t.DeleteRole(ctx, on.role.Name)
		},
		"PutRole": func(ctx context.Context, t *trial, on stage) error {
			return t.PutRole(ctx, login.Role{Name: on.role.Name})
		},
		"LoadRecord": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.LoadRecord(ctx, on.record)
			return err
		},
		"StoreRecord": func(ctx context.Context, t *trial, on stage) error {
			return t.StoreRecord(ctx, on.record, t.record("v2"))
		},
		"SwapRecord": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.SwapRecord(ctx, on.record, "v1", t.record("v2"))
			return err
		},
	} {
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
