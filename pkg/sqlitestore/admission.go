package sqlitestore

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// Admit implements login.Admissions. It looks at everything first: its transaction excludes all other writes.
func (s *Store) Admit(ctx context.Context, a login.Admission) (admitted login.Binding, err error) {
	err = s.write(ctx, func(tx *conn) error {
		admitted, err = admit(ctx, tx, a)
		return err
	})
	return admitted, err
}

func admit(ctx context.Context, tx *conn, a login.Admission) (login.Binding, error) {
	b := a.Binding
	switch standing, err := bindingOf(ctx, tx, b.AppID, b.OpenID); {
	case err == nil && standing.UserID == b.UserID:
		return standing, answer{login.ErrAlreadyBound}
	case err == nil:
		return login.Binding{}, answer{login.IdentityBound}
	case !errors.Is(err, errNoRow):
		return login.Binding{}, err
	}
	removed, err := tx.has(ctx, `SELECT 1 FROM tombstones WHERE idx = ? AND idx <> ''`, a.Tombstone)
	if err == nil && removed {
		err = answer{login.ErrRemovedBefore}
	}
	if err == nil {
		if a.Newcomer != nil {
			err = admitNewcomer(ctx, tx, a)
		} else {
			err = admitUser(ctx, tx, a)
		}
	}
	if err != nil {
		return login.Binding{}, err
	}
	switch bound, err := insertBinding(ctx, tx, b, a.Session); {
	case err != nil:
		return login.Binding{}, err
	case !bound:
		return refusal(ctx, tx, b, a.Session)
	}
	switch created, err := insertSession(ctx, tx, a.Session); {
	case err != nil:
		return login.Binding{}, err
	case !created:
		return login.Binding{}, answer{login.BindingRemoved} // and the binding is rolled back
	}
	return b, nil
}

// admitUser lets an existing user in, who must fulfil the terms.
func admitUser(ctx context.Context, tx *conn, a login.Admission) error {
	u, err := userByID(ctx, tx, a.Binding.UserID)
	switch {
	case err != nil:
		return err
	case !a.Fits(u):
		return answer{&login.Unfit{User: u}}
	case a.Terms.Phone.Index == "":
		return nil
	}
	_, err = tx.change(ctx, `UPDATE users SET phone_verified_at = ? WHERE id = ?`, verified(a.Terms.Phone), u.ID)
	return err
}

// admitNewcomer stores a new user, to whom another one may have to yield the number.
func admitNewcomer(ctx context.Context, tx *conn, a login.Admission) error {
	u := *a.Newcomer
	done, err := tx.has(ctx, `SELECT 1 FROM users WHERE id = ?`, u.ID)
	if err == nil && done {
		err = answer{login.BindingRemoved}
	}
	if err != nil {
		return err
	}
	switch owner, err := ownerOfPhone(ctx, tx, u.Phone.Index); {
	case err != nil:
		return err
	case owner != a.Yields:
		return answer{login.ErrPhoneTaken}
	case owner != "":
		if err := putPhone(ctx, tx, owner, login.Phone{}); err != nil {
			return err
		}
	}
	if _, err := tx.change(ctx, insertUser, userValues(u)...); err != nil {
		return err
	}
	for _, index := range u.Unions {
		if err := tx.mustChange(ctx, login.ErrUnionTaken, claimUnion, index, u.ID); err != nil {
			return err
		}
	}
	return nil
}

// leaveTombstone notes that a binding of an identity was removed; "" is for none.
func leaveTombstone(ctx context.Context, tx *conn, index string) error {
	if index == "" {
		return nil
	}
	_, err := tx.change(ctx, `INSERT INTO tombstones (idx) VALUES (?) ON CONFLICT DO NOTHING`, index)
	return err
}
