package sqlitestore

import (
	"context"
	"errors"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Admit implements login.Admissions. It looks at everything first: its transaction excludes all other writes.
func (s *Store) Admit(ctx context.Context, a login.Admission) (admitted login.Binding, err error) {
	err = s.write(ctx, func(tx *conn) error {
		admitted, err = s.admit(ctx, tx, a)
		return err
	})
	return admitted, err
}

func (s *Store) admit(ctx context.Context, tx *conn, a login.Admission) (login.Binding, error) {
	b := a.Binding
	switch standing, err := bindingOf(ctx, tx, b.AppID, b.OpenID); {
	case err == nil && standing.UserID == b.UserID:
		return standing, answer{login.ErrAlreadyBound}
	case err == nil:
		return login.Binding{}, answer{login.IdentityBound}
	case !errors.Is(err, errNoRow):
		return login.Binding{}, err
	}
	removed, err := removedBefore(ctx, tx, a.Tombstone)
	if err == nil && removed {
		err = answer{login.ErrRemovedBefore}
	}
	if err == nil {
		if a.Newcomer != nil {
			err = s.admitNewcomer(ctx, tx, a)
		} else {
			err = admitUser(ctx, tx, a)
		}
	}
	if err == nil {
		err = insertBound(ctx, tx, b, a.Session)
	}
	if err == nil {
		err = s.tell(ctx, tx, notice(b.UserID, login.NoticeBound, b.AppID))
	}
	if err != nil {
		return login.Binding{}, err
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
func (s *Store) admitNewcomer(ctx context.Context, tx *conn, a login.Admission) error {
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
		if err := s.losePhone(ctx, tx, owner, a.Binding.AppID); err != nil {
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
	return s.tell(ctx, tx, notice(u.ID, login.NoticeRegistered, a.Binding.AppID))
}

// Rebind implements login.Admissions.
func (s *Store) Rebind(ctx context.Context, r login.Rebinding) error {
	return s.deletes(ctx, func(tx *conn) (bool, error) {
		b := r.Binding
		taken, err := tx.has(ctx, `SELECT 1 FROM bindings WHERE app_id = ? AND openid = ?`, b.AppID, b.OpenID)
		if err != nil {
			return false, err
		}
		u, err := userByID(ctx, tx, b.UserID)
		switch former, bound := u.Apps[b.AppID]; {
		case taken:
			return false, answer{login.IdentityBound}
		case err != nil:
			return false, err
		case !bound || former.BindingID != r.Former.BindingID:
			return false, answer{login.ErrUserChanged}
		case !r.Fits(u):
			return false, answer{&login.Unfit{User: u}}
		}
		if _, err := tx.change(ctx, `DELETE FROM bindings WHERE app_id = ? AND openid = ?`, b.AppID, r.Former.OpenID); err != nil {
			return false, err
		}
		if err := leaveTombstone(ctx, tx, r.Former.Index); err != nil {
			return false, err
		}
		if r.Phone.Index != "" {
			u.Phone.VerifiedAt = r.Phone.VerifiedAt
		}
		if _, err := tx.change(ctx, `UPDATE users SET replaced = ?, phone_verified_at = ? WHERE id = ?`,
			asJSON(withReplacement(u.Replaced, b.AppID, r.Replacement)), verified(u.Phone), u.ID); err != nil {
			return false, err
		}
		if err := insertBound(ctx, tx, b, r.Session); err != nil {
			return false, err
		}
		return true, s.tell(ctx, tx, notice(b.UserID, login.NoticeUnbound, b.AppID), notice(b.UserID, login.NoticeBound, b.AppID))
	})
}

// withReplacement adds a replacement to those in other apps.
func withReplacement(replaced map[string]login.Replacement, appID string, r login.Replacement) map[string]login.Replacement {
	r.At = r.At.UTC().Truncate(time.Millisecond)
	all := map[string]login.Replacement{appID: r}
	for other, before := range replaced {
		if other != appID {
			all[other] = before
		}
	}
	return all
}

// insertBound stores a binding and its session, when nothing is in the way of the binding.
func insertBound(ctx context.Context, tx *conn, b login.Binding, session login.Session) error {
	switch bound, err := insertBinding(ctx, tx, b, session); {
	case err != nil:
		return err
	case !bound:
		_, err := refusal(ctx, tx, b, session)
		return err
	}
	switch created, err := insertSession(ctx, tx, session); {
	case err != nil:
		return err
	case !created:
		return answer{login.BindingRemoved} // and the binding is rolled back
	}
	return nil
}

// RemovedBefore implements login.Admissions.
func (s *Store) RemovedBefore(ctx context.Context, index string) (removed bool, err error) {
	err = s.read(ctx, func(c *conn) error {
		removed, err = removedBefore(ctx, c, index)
		return err
	})
	return removed, err
}

// removedBefore says whether there is a tombstone; "" has none.
func removedBefore(ctx context.Context, c *conn, index string) (bool, error) {
	return c.has(ctx, `SELECT 1 FROM tombstones WHERE idx = ? AND idx <> ''`, index)
}

// leaveTombstone notes that a binding of an identity was removed; "" is for none.
func leaveTombstone(ctx context.Context, tx *conn, index string) error {
	if index == "" {
		return nil
	}
	_, err := tx.change(ctx, `INSERT INTO tombstones (idx) VALUES (?) ON CONFLICT DO NOTHING`, index)
	return err
}
