package sqlitestore

import (
	"context"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Withdraw implements login.Withdrawals. What goes is deleted like a person.
func (s *Store) Withdraw(ctx context.Context, w login.Withdrawal) error {
	return s.deletes(ctx, func(tx *conn) (gone bool, err error) {
		u, err := userByID(ctx, tx, w.UserID)
		if err != nil {
			return false, err
		}
		if done, err := tx.has(ctx, `SELECT 1 FROM records WHERE name = ?`, w.Name); err != nil {
			return false, err
		} else if done {
			return false, answer{login.ErrRecordChanged}
		}
		goes := func(kind login.DataKind, given login.Given, remove string) {
			mine := given.AppID != "" && given.AppID == w.AppID
			if err != nil || !mine || !slices.Contains(w.Data, kind) || given.At.After(w.Before.Truncate(time.Millisecond)) {
				return
			}
			gone = true
			_, err = tx.change(ctx, `UPDATE users SET `+remove+` WHERE id = ?`, u.ID)
		}
		goes(login.DataPhone, login.Given{AppID: u.Phone.AppID, At: u.Phone.VerifiedAt}, `phone = '', phone_idx = '', phone_verified_at = NULL, phone_app = ''`)
		goes(login.DataName, u.NameGiven, `name = '', name_given = NULL`)
		goes(login.DataAvatar, u.AvatarGiven, `avatar = '', avatar_given = NULL`)
		if err == nil {
			err = putRecord(ctx, tx, w.Name, w.Record)
		}
		if err != nil {
			return false, err
		}
		told := notice(w.UserID, login.NoticeDataRevoked, w.AppID)
		told.ID, told.Data = w.NoticeID, w.Data
		return gone, s.tell(ctx, tx, told)
	})
}
