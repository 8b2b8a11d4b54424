package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// claimUnion changes nothing if the unionid is taken.
const claimUnion = `INSERT INTO unions (idx, user_id) VALUES (?, ?) ON CONFLICT (idx) DO NOTHING`

// takeUnion changes nothing if somebody is bound with the unionid who is found by it.
const takeUnion = `UPDATE unions SET user_id = ?2 WHERE idx = ?1
	AND NOT EXISTS (SELECT 1 FROM bindings b WHERE b.user_id = unions.user_id AND b.union_idx = unions.idx)`

// OwnerOfUnion implements login.Admissions. Neither the epoch nor the app is ever out of date.
func (s *Store) OwnerOfUnion(ctx context.Context, index string) (login.Owner, error) {
	return s.owner(ctx, `SELECT u.id, u.epoch, coalesce((SELECT min(app_id) FROM bindings WHERE user_id = u.id AND union_idx = n.idx), '')
		FROM unions n JOIN users u ON u.id = n.user_id WHERE n.idx = ?`, index)
}

// NoteUnion implements login.Admissions.
func (s *Store) NoteUnion(ctx context.Context, b login.Binding, index string) error {
	taken := false
	err := s.write(ctx, func(tx *conn) error {
		if err := tx.mustChange(ctx, login.ErrBindingNotFound,
			`UPDATE bindings SET union_idx = ? WHERE app_id = ? AND openid = ? AND id = ? AND user_id = ?`,
			index, b.AppID, b.OpenID, b.ID, b.UserID); err != nil {
			return err
		}
		for _, claim := range []string{claimUnion, takeUnion} {
			claimed, err := tx.change(ctx, claim, index, b.UserID)
			if err != nil || claimed {
				return err
			}
		}
		own, err := tx.has(ctx, `SELECT 1 FROM unions WHERE idx = ? AND user_id = ?`, index, b.UserID)
		taken = !own
		return err
	})
	if err == nil && taken { // what the binding notes stands
		return login.ErrUnionTaken
	}
	return err
}
