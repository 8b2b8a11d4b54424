package history

import (
	"context"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// What follows are stores for TestBrokenStoreIsCaught.

type lateTerms struct{ *storetest.Memory }

func (s lateTerms) Admit(ctx context.Context, a login.Admission) (login.Binding, error) {
	u, err := s.UserByID(ctx, a.Binding.UserID)
	if err != nil || a.Newcomer != nil || !a.Fits(u) {
		return s.Memory.Admit(ctx, a)
	}
	short()
	// The number still becomes verified, if it is theirs.
	now, err := s.UserByID(ctx, a.Binding.UserID)
	if err != nil {
		return login.Binding{}, err
	}
	a.Terms = login.Terms{Phone: a.Terms.Phone}
	if now.Phone.Index != a.Terms.Phone.Index {
		a.Terms.Phone = login.Phone{}
	}
	return s.Memory.Admit(ctx, a)
}

type lateTombstone struct{ *storetest.Memory }

func (s lateTombstone) Admit(ctx context.Context, a login.Admission) (login.Binding, error) {
	// An admission of somebody who does not exist is only told of the tombstone.
	asked := a
	asked.Newcomer, asked.Binding.UserID, asked.Session.UserID = nil, "nobody", "nobody"
	if _, err := s.Memory.Admit(ctx, asked); err == login.ErrRemovedBefore { //nolint:errorlint // Memory returns it as it is
		return login.Binding{}, err
	}
	short()
	a.Tombstone = ""
	return s.Memory.Admit(ctx, a)
}

type robber struct{ *storetest.Memory }

func (s robber) Admit(ctx context.Context, a login.Admission) (login.Binding, error) {
	if a.Yields != "" {
		owner, err := s.OwnerOfPhone(ctx, a.Newcomer.Phone.Index)
		if err == nil || err == login.ErrUserNotFound { //nolint:errorlint // Memory returns it as it is
			a.Yields = owner.UserID
		}
	}
	return s.Memory.Admit(ctx, a)
}

type latePhone struct{ *storetest.Memory }

func (s latePhone) SetPhone(ctx context.Context, userID string, p login.Phone, from string) error {
	if owner, err := s.OwnerOfPhone(ctx, p.Index); err == nil && owner.UserID != userID && owner.UserID != from {
		return login.ErrPhoneTaken
	}
	short()
	if owner, err := s.OwnerOfPhone(ctx, p.Index); err == nil {
		from = owner.UserID
	}
	return s.Memory.SetPhone(ctx, userID, p, from)
}

type goneUnion struct{ *storetest.Memory }

func (s goneUnion) Admit(ctx context.Context, a login.Admission) (login.Binding, error) {
	u, err := s.UserByID(ctx, a.Binding.UserID)
	if err == nil && slices.Contains(u.Unions, a.Terms.Union) {
		a.Terms.Union = ""
	}
	return s.Memory.Admit(ctx, a)
}

type silentUnion struct{ *storetest.Memory }

func (s silentUnion) NoteUnion(ctx context.Context, b login.Binding, index string) error {
	standing, err := s.BindingByOpenID(ctx, b.AppID, b.OpenID)
	if err != nil || standing.ID != b.ID {
		return login.ErrBindingNotFound
	}
	if owner, err := s.OwnerOfUnion(ctx, index); err == nil && owner.UserID != b.UserID {
		return login.ErrUnionTaken
	}
	return s.Memory.NoteUnion(ctx, b, index)
}

type bluntUnion struct{ *storetest.Memory }

func (s bluntUnion) NoteUnion(ctx context.Context, b login.Binding, index string) error {
	standing, err := s.BindingByOpenID(ctx, b.AppID, b.OpenID)
	if err != nil {
		return err
	}
	return s.Memory.NoteUnion(ctx, standing, index)
}

type bluntRebind struct{ *storetest.Memory }

func (s bluntRebind) Rebind(ctx context.Context, r login.Rebinding) error {
	if u, err := s.UserByID(ctx, r.Binding.UserID); err == nil {
		r.Former = u.Apps[r.Binding.AppID]
	}
	return s.Memory.Rebind(ctx, r)
}

type lateRebind struct{ *storetest.Memory }

func (s lateRebind) Rebind(ctx context.Context, r login.Rebinding) error {
	u, err := s.UserByID(ctx, r.Binding.UserID)
	if err != nil || !r.Fits(u) {
		return s.Memory.Rebind(ctx, r)
	}
	short()
	if u, err = s.UserByID(ctx, r.Binding.UserID); err != nil {
		return err
	}
	r.Session.Epoch = u.Epoch
	return s.Memory.Rebind(ctx, r)
}

// slowRebind is done in two steps, between which the user is not bound.
type slowRebind struct{ *storetest.Memory }

func (s slowRebind) Rebind(ctx context.Context, r login.Rebinding) error {
	u, err := s.UserByID(ctx, r.Binding.UserID)
	former, bound := u.Apps[r.Binding.AppID]
	if err != nil || !bound || former != r.Former || !r.Fits(u) {
		return s.Memory.Rebind(ctx, r)
	}
	old := login.Binding{ID: former.BindingID, AppID: r.Binding.AppID, OpenID: former.OpenID, UserID: u.ID, Index: former.Index}
	if err := s.Unbind(ctx, old, false); err != nil {
		return login.ErrUserChanged
	}
	short()
	if err := s.tryBind(ctx, old); err != nil {
		return login.ErrUserChanged
	}
	return s.Memory.Rebind(ctx, r)
}

// tryBind brings a binding back.
func (s slowRebind) tryBind(ctx context.Context, b login.Binding) error {
	u, err := s.UserByID(ctx, b.UserID)
	if err != nil {
		return err
	}
	_, err = s.Bind(ctx, b, login.Session{UserID: b.UserID, TokenHash: login.NewID(), AppID: b.AppID, BindingID: b.ID, Epoch: u.Epoch})
	return err
}

type tracelessUnbind struct{ *storetest.Memory }

func (s tracelessUnbind) Unbind(ctx context.Context, b login.Binding, keepLast bool) error {
	b.Index = ""
	return s.Memory.Unbind(ctx, b, keepLast)
}

type bluntDelete struct{ *storetest.Memory }

func (s bluntDelete) DeleteUser(ctx context.Context, u login.User) error {
	now, err := s.UserByID(ctx, u.ID)
	if err != nil {
		return err
	}
	u.Phone, u.Unions = now.Phone, now.Unions
	return s.Memory.DeleteUser(ctx, u)
}
