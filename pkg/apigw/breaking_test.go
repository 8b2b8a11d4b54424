package apigw_test

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// breaking is a store with one operation that fails.
type breaking struct {
	*storetest.Memory
	op string
}

func (b *breaking) fail(op string) error {
	if b.op != op {
		return nil
	}
	return login.Unavailable(errors.New("out of order"))
}

func (b *breaking) TouchBinding(ctx context.Context, t login.Touch) (login.Binding, error) {
	if err := b.fail("TouchBinding"); err != nil {
		return login.Binding{}, err
	}
	return b.Memory.TouchBinding(ctx, t)
}

func (b *breaking) Bind(ctx context.Context, x login.Binding, s login.Session) (login.Binding, error) {
	if err := b.fail("Bind"); err != nil {
		return login.Binding{}, err
	}
	return b.Memory.Bind(ctx, x, s)
}

func (b *breaking) OwnerOfPhone(ctx context.Context, index string) (login.Owner, error) {
	if err := b.fail("OwnerOfPhone"); err != nil {
		return login.Owner{}, err
	}
	return b.Memory.OwnerOfPhone(ctx, index)
}

func (b *breaking) Admit(ctx context.Context, a login.Admission) (login.Binding, error) {
	if err := b.fail("Admit"); err != nil {
		return login.Binding{}, err
	}
	return b.Memory.Admit(ctx, a)
}

func (b *breaking) SetPhone(ctx context.Context, userID string, p login.Phone, from string) error {
	if err := b.fail("SetPhone"); err != nil {
		return err
	}
	return b.Memory.SetPhone(ctx, userID, p, from)
}

func (b *breaking) Unbind(ctx context.Context, x login.Binding, keepLast bool) error {
	if err := b.fail("Unbind"); err != nil {
		return err
	}
	return b.Memory.Unbind(ctx, x, keepLast)
}

func (b *breaking) UserByID(ctx context.Context, id string) (login.User, error) {
	if err := b.fail("UserByID"); err != nil {
		return login.User{}, err
	}
	return b.Memory.UserByID(ctx, id)
}

func (b *breaking) UserWithPassword(ctx context.Context, id string) (login.User, login.Password, error) {
	if err := b.fail("UserWithPassword"); err != nil {
		return login.User{}, login.Password{}, err
	}
	return b.Memory.UserWithPassword(ctx, id)
}

func (b *breaking) DeleteUser(ctx context.Context, u login.User) error {
	if err := b.fail("DeleteUser"); err != nil {
		return err
	}
	return b.Memory.DeleteUser(ctx, u)
}

func (b *breaking) SessionWithUser(ctx context.Context, userID, tokenHash string) (login.Session, login.User, error) {
	if err := b.fail("SessionWithUser"); err != nil {
		return login.Session{}, login.User{}, err
	}
	return b.Memory.SessionWithUser(ctx, userID, tokenHash)
}

func (b *breaking) SessionsOfUser(ctx context.Context, userID string) ([]login.Session, error) {
	if err := b.fail("SessionsOfUser"); err != nil {
		return nil, err
	}
	return b.Memory.SessionsOfUser(ctx, userID)
}

func (b *breaking) BindingByOpenID(ctx context.Context, appID, openID string) (login.Binding, error) {
	if err := b.fail("BindingByOpenID"); err != nil {
		return login.Binding{}, err
	}
	return b.Memory.BindingByOpenID(ctx, appID, openID)
}

func (b *breaking) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	if err := b.fail("Enter"); err != nil {
		return login.Opened{}, err
	}
	return b.Memory.Enter(ctx, o)
}

func (b *breaking) EndSession(ctx context.Context, userID, tokenHash string, reason login.Code) error {
	if err := b.fail("EndSession"); err != nil {
		return err
	}
	return b.Memory.EndSession(ctx, userID, tokenHash, reason)
}

func (b *breaking) SwapRecord(ctx context.Context, name, old string, r login.Record) (login.Record, error) {
	if err := b.fail("SwapRecord"); err != nil {
		return login.Record{}, err
	}
	return b.Memory.SwapRecord(ctx, name, old, r)
}

func (b *breaking) StoreRecord(ctx context.Context, name string, r login.Record) error {
	if err := b.fail("StoreRecord"); err != nil {
		return err
	}
	return b.Memory.StoreRecord(ctx, name, r)
}
