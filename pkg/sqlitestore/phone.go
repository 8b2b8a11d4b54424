package sqlitestore

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// OwnerOfPhone implements login.Admissions. The epoch is never out of date.
func (s *Store) OwnerOfPhone(ctx context.Context, index string) (login.Owner, error) {
	return s.owner(ctx, `SELECT id, epoch, '' FROM users WHERE phone_idx = ? AND phone_idx <> ''`, index)
}

func (s *Store) owner(ctx context.Context, query, index string) (o login.Owner, err error) {
	err = s.read(ctx, func(c *conn) error {
		return found(c.one(ctx, []any{&o.UserID, &o.Epoch, &o.KnownIn}, query, index), login.ErrUserNotFound)
	})
	return o, err
}

// ownerOfPhone returns the user who has a number, "" for none.
func ownerOfPhone(ctx context.Context, tx *conn, index string) (id string, err error) {
	if index == "" {
		return "", nil
	}
	err = tx.one(ctx, []any{&id}, `SELECT id FROM users WHERE phone_idx = ? AND phone_idx <> ''`, index)
	if errors.Is(err, errNoRow) {
		return "", nil
	}
	return id, err
}

// SetPhone implements login.Admissions. A number that nobody has any more is deleted like a person.
func (s *Store) SetPhone(ctx context.Context, userID string, p login.Phone, from string) error {
	return s.deletes(ctx, func(tx *conn) (gone bool, err error) {
		var before login.Phone
		if err := tx.one(ctx, []any{&before.Number, &before.AppID}, `SELECT phone, phone_app FROM users WHERE id = ?`, userID); err != nil {
			return false, found(err, login.ErrUserNotFound)
		}
		switch owner, err := ownerOfPhone(ctx, tx, p.Index); {
		case err != nil:
			return false, err
		case owner == "" || owner == userID:
		case owner != from:
			return false, answer{login.ErrPhoneTaken}
		default:
			if err := s.losePhone(ctx, tx, owner, p.AppID); err != nil {
				return false, err
			}
		}
		if before.Number == p.Number {
			p.AppID = before.AppID
			return false, putPhone(ctx, tx, userID, p)
		}
		if err := putPhone(ctx, tx, userID, p); err != nil {
			return false, err
		}
		return before.Number != "", s.tell(ctx, tx, notice(userID, login.NoticePhoneChanged, p.AppID))
	})
}

// losePhone takes a user's number away, which somebody else gets in the mini-program.
func (s *Store) losePhone(ctx context.Context, tx *conn, userID, appID string) error {
	if err := putPhone(ctx, tx, userID, login.Phone{}); err != nil {
		return err
	}
	return s.tell(ctx, tx, notice(userID, login.NoticePhoneChanged, appID))
}

// putPhone stores a user's number, whatever was stored before.
func putPhone(ctx context.Context, tx *conn, userID string, p login.Phone) error {
	_, err := tx.change(ctx, `UPDATE users SET phone = ?, phone_idx = ?, phone_verified_at = ?, phone_app = ? WHERE id = ?`,
		p.Number, p.Index, verified(p), p.AppID, userID)
	return err
}

// verified is when a number was verified, NULL for never.
func verified(p login.Phone) any {
	if p.VerifiedAt.IsZero() {
		return nil
	}
	return p.VerifiedAt.UnixMilli()
}
