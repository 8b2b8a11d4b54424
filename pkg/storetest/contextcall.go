package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// calls has a good call of every method.
func calls() map[string]func(context.Context, *trial, stage) error {
	return map[string]func(context.Context, *trial, stage) error{
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
		"RaiseEpoch": func(ctx context.Context, t *trial, on stage) error {
			return t.RaiseEpoch(ctx, on.user.ID, id("epoch"))
		},
		"HashKinds": func(ctx context.Context, t *trial, _ stage) error {
			_, err := t.HashKinds(ctx)
			return err
		},
		"AddHashKind": func(ctx context.Context, t *trial, on stage) error {
			return t.AddHashKind(ctx, on.kind, manyKinds)
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
		"Withdraw": func(ctx context.Context, t *trial, on stage) error {
			return t.Withdraw(ctx, t.withdrawal(on.user.ID, everything...))
		},
		"NoticesOf": func(ctx context.Context, t *trial, on stage) error {
			_, err := t.NoticesOf(ctx, on.user.ID)
			return err
		},
		"Delivered": func(ctx context.Context, t *trial, on stage) error {
			return t.Delivered(ctx, on.user.ID, on.notices[0].Number, t.now)
		},
		"Waiting": func(ctx context.Context, t *trial, _ stage) error {
			_, err := t.Waiting(ctx, "", 10)
			return err
		},
	}
}
