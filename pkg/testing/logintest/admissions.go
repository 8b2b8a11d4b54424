package logintest

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

func (h *Store) OwnerOfPhone(ctx context.Context, index string) (login.Owner, error) {
	return Via(h, "OwnerOfPhone", func() (login.Owner, error) { return h.Memory.OwnerOfPhone(ctx, index) })
}

func (h *Store) OwnerOfUnion(ctx context.Context, index string) (login.Owner, error) {
	return Via(h, "OwnerOfUnion", func() (login.Owner, error) { return h.Memory.OwnerOfUnion(ctx, index) })
}

func (h *Store) Admit(ctx context.Context, a login.Admission) (login.Binding, error) {
	return Via(h, "Admit", func() (login.Binding, error) { return h.Memory.Admit(ctx, a) })
}

func (h *Store) Rebind(ctx context.Context, r login.Rebinding) error {
	_, err := Via(h, "Rebind", func() (any, error) { return nil, h.Memory.Rebind(ctx, r) })
	return err
}

func (h *Store) SetPhone(ctx context.Context, id string, p login.Phone, from string) error {
	_, err := Via(h, "SetPhone", func() (any, error) { return nil, h.Memory.SetPhone(ctx, id, p, from) })
	return err
}

func (h *Store) ClaimUsername(ctx context.Context, id, username string, p login.Password) error {
	_, err := Via(h, "ClaimUsername", func() (any, error) { return nil, h.Memory.ClaimUsername(ctx, id, username, p) })
	return err
}

func (h *Store) NoteUnion(ctx context.Context, b login.Binding, index string) error {
	_, err := Via(h, "NoteUnion", func() (any, error) { return nil, h.Memory.NoteUnion(ctx, b, index) })
	return err
}

func (h *Store) Withdraw(ctx context.Context, w login.Withdrawal) error {
	_, err := Via(h, "Withdraw", func() (any, error) { return nil, h.Memory.Withdraw(ctx, w) })
	return err
}
