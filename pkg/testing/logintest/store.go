package logintest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// Store is a Memory whose calls can be delayed, failed or watched.
type Store struct {
	*storetest.Memory
	mu sync.Mutex
	// before, if set, runs before each call.
	before func(op string) error
	Calls  []string
}

func (h *Store) hook(op string) error {
	h.mu.Lock()
	h.Calls = append(h.Calls, op)
	before := h.before
	h.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(op)
}

// Do sets the hook; nil takes it away.
func (h *Store) Do(before func(op string) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.before = before
}

// Via calls a store through its hook.
func Via[T any](h *Store, op string, call func() (T, error)) (T, error) {
	if err := h.hook(op); err != nil {
		var none T
		return none, err
	}
	return call()
}

func (h *Store) TouchBinding(ctx context.Context, t login.Touch) (login.Binding, error) {
	return Via(h, "TouchBinding", func() (login.Binding, error) { return h.Memory.TouchBinding(ctx, t) })
}

func (h *Store) Bind(ctx context.Context, b login.Binding, s login.Session) (login.Binding, error) {
	return Via(h, "Bind", func() (login.Binding, error) { return h.Memory.Bind(ctx, b, s) })
}

func (h *Store) CreateSession(ctx context.Context, s login.Session) (login.Session, error) {
	return Via(h, "CreateSession", func() (login.Session, error) { return h.Memory.CreateSession(ctx, s) })
}

func (h *Store) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	return Via(h, "Enter", func() (login.Opened, error) { return h.Memory.Enter(ctx, o) })
}

func (h *Store) SessionsOfUser(ctx context.Context, id string) ([]login.Session, error) {
	return Via(h, "SessionsOfUser", func() ([]login.Session, error) { return h.Memory.SessionsOfUser(ctx, id) })
}

func (h *Store) EndSession(ctx context.Context, user, hash string, why login.Code) error {
	_, err := Via(h, "EndSession", func() (any, error) { return nil, h.Memory.EndSession(ctx, user, hash, why) })
	return err
}

func (h *Store) ForgetSession(ctx context.Context, user, hash string) error {
	_, err := Via(h, "ForgetSession", func() (any, error) { return nil, h.Memory.ForgetSession(ctx, user, hash) })
	return err
}

func (h *Store) UserIDByName(ctx context.Context, name string) (string, error) {
	return Via(h, "UserIDByName", func() (string, error) { return h.Memory.UserIDByName(ctx, name) })
}

func (h *Store) UserByID(ctx context.Context, id string) (login.User, error) {
	return Via(h, "UserByID", func() (login.User, error) { return h.Memory.UserByID(ctx, id) })
}

func (h *Store) MenusByRole(ctx context.Context, roles []string) (map[string][]login.Menu, error) {
	return Via(h, "MenusByRole", func() (map[string][]login.Menu, error) { return h.Memory.MenusByRole(ctx, roles) })
}

func (h *Store) LoadRecord(ctx context.Context, name string) (login.Record, error) {
	return Via(h, "LoadRecord", func() (login.Record, error) { return h.Memory.LoadRecord(ctx, name) })
}

func (h *Store) StoreRecord(ctx context.Context, name string, r login.Record) error {
	_, err := Via(h, "StoreRecord", func() (any, error) { return nil, h.Memory.StoreRecord(ctx, name, r) })
	return err
}

func (h *Store) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	return Via(h, "SwapRecord", func() (login.Record, error) { return h.Memory.SwapRecord(ctx, name, old, r) })
}

func (h *Store) SessionWithUser(ctx context.Context, user, hash string) (s login.Session, u login.User, err error) {
	_, err = Via(h, "SessionWithUser", func() (_ any, err error) {
		s, u, err = h.Memory.SessionWithUser(ctx, user, hash)
		return nil, err
	})
	return s, u, err
}

func (h *Store) ExtendSession(ctx context.Context, read login.Session, seenAt, idleEnd time.Time) error {
	_, err := Via(h, "ExtendSession", func() (any, error) { return nil, h.Memory.ExtendSession(ctx, read, seenAt, idleEnd) })
	return err
}

func (h *Store) BindingByOpenID(ctx context.Context, app, openID string) (login.Binding, error) {
	return Via(h, "BindingByOpenID", func() (login.Binding, error) { return h.Memory.BindingByOpenID(ctx, app, openID) })
}

func (h *Store) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	_, err := Via(h, "Unbind", func() (any, error) { return nil, h.Memory.Unbind(ctx, b, keepLast) })
	return err
}

func (h *Store) LogoutUser(ctx context.Context, id, epoch string) error {
	_, err := Via(h, "LogoutUser", func() (any, error) { return nil, h.Memory.LogoutUser(ctx, id, epoch) })
	return err
}

func (h *Store) RaiseEpoch(ctx context.Context, id, epoch string) error {
	_, err := Via(h, "RaiseEpoch", func() (any, error) { return nil, h.Memory.RaiseEpoch(ctx, id, epoch) })
	return err
}

func (h *Store) DeleteUser(ctx context.Context, u login.User) error {
	_, err := Via(h, "DeleteUser", func() (any, error) { return nil, h.Memory.DeleteUser(ctx, u) })
	return err
}

func (h *Store) HashKinds(ctx context.Context) ([]string, error) {
	return Via(h, "HashKinds", func() ([]string, error) { return h.Memory.HashKinds(ctx) })
}

func (h *Store) AddHashKind(ctx context.Context, kind string, most int) error {
	_, err := Via(h, "AddHashKind", func() (any, error) { return nil, h.Memory.AddHashKind(ctx, kind, most) })
	return err
}

func (h *Store) ListRoles(ctx context.Context) ([]login.Role, error) {
	return Via(h, "ListRoles", func() ([]login.Role, error) { return h.Memory.ListRoles(ctx) })
}

func (h *Store) EnableUser(ctx context.Context, id string) error {
	_, err := Via(h, "EnableUser", func() (any, error) { return nil, h.Memory.EnableUser(ctx, id) })
	return err
}

func (h *Store) DisableUser(ctx context.Context, id, epoch string) error {
	_, err := Via(h, "DisableUser", func() (any, error) { return nil, h.Memory.DisableUser(ctx, id, epoch) })
	return err
}

func (h *Store) UserWithPassword(ctx context.Context, id string) (u login.User, p login.Password, err error) {
	_, err = Via(h, "UserWithPassword", func() (_ any, err error) {
		u, p, err = h.Memory.UserWithPassword(ctx, id)
		return nil, err
	})
	return u, p, err
}

func (h *Store) ChangeUser(ctx context.Context, id string, c login.UserChange) error {
	_, err := Via(h, "ChangeUser", func() (any, error) { return nil, h.Memory.ChangeUser(ctx, id, c) })
	return err
}

func (h *Store) UsersByID(ctx context.Context, ids []string) ([]login.User, error) {
	return Via(h, "UsersByID", func() ([]login.User, error) { return h.Memory.UsersByID(ctx, ids) })
}

func (h *Store) DeleteRole(ctx context.Context, name string) error {
	_, err := Via(h, "DeleteRole", func() (any, error) { return nil, h.Memory.DeleteRole(ctx, name) })
	return err
}

func (h *Store) ReplacePassword(ctx context.Context, id, oldID string, p login.Password, epoch string) error {
	_, err := Via(h, "ReplacePassword", func() (any, error) { return nil, h.Memory.ReplacePassword(ctx, id, oldID, p, epoch) })
	return err
}

func (h *Store) RenewHash(ctx context.Context, id string, old, replacement login.Hidden) error {
	_, err := Via(h, "RenewHash", func() (any, error) { return nil, h.Memory.RenewHash(ctx, id, old, replacement) })
	return err
}

func (h *Store) NoteEpoch(ctx context.Context, b login.Binding, epoch string) error {
	_, err := Via(h, "NoteEpoch", func() (any, error) { return nil, h.Memory.NoteEpoch(ctx, b, epoch) })
	return err
}

// Called reports whether one of the calls so far was op.
func (h *Store) Called(op string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Contains(h.Calls, op)
}

// Forget forgets the calls so far.
func (h *Store) Forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Calls = nil
}

// Failing is a hook that fails one operation.
func Failing(op string) func(string) error {
	return func(called string) error {
		if called == op {
			return login.Unavailable(errors.New("the disk is on fire"))
		}
		return nil
	}
}

func (h *Store) ChangePassword(ctx context.Context, c login.PasswordChange, tokenHash string) error {
	_, err := Via(h, "ChangePassword", func() (any, error) { return nil, h.Memory.ChangePassword(ctx, c, tokenHash) })
	return err
}

func (h *Store) BindWithPassword(ctx context.Context, c login.PasswordChange, b login.Binding, s login.Session) error {
	_, err := Via(h, "BindWithPassword", func() (any, error) { return nil, h.Memory.BindWithPassword(ctx, c, b, s) })
	return err
}

func (h *Store) OpenWithPassword(ctx context.Context, c login.PasswordChange, s login.Session) error {
	_, err := Via(h, "OpenWithPassword", func() (any, error) { return nil, h.Memory.OpenWithPassword(ctx, c, s) })
	return err
}
