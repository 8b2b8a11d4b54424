package sqlitestore

import (
	"context"
	"errors"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// A user's notices are numbered from the milliseconds at which the first of those that wait was written, or from the highest number
// that was ever delivered, whosever it was. So nothing is kept of a user of whom nothing waits, and no number comes twice.

var errOutboxFull = errors.New("as many notices of the user wait as may")

const noticeColumns = `user_id, number, notice_id, type, app_id, data, at`

func noticeFields(n *login.Notice) []any {
	return []any{&n.UserID, &n.Number, &n.ID, (*string)(&n.Type), &n.AppID, document{&n.Data}, &n.At}
}

// WantNotices says whether notices are kept from now on, by whichever process changes something. At first they are not. Those that
// wait stay either way.
//
// Errors: StoreUnavailable.
func (s *Store) WantNotices(ctx context.Context, wanted bool) error {
	return s.write(ctx, func(tx *conn) error {
		_, err := tx.change(ctx, `UPDATE outbox SET wanted = ?`, wanted)
		return err
	})
}

func notice(userID string, kind login.NoticeType, appID string) login.Notice {
	return login.Notice{ID: login.NewID(), Type: kind, UserID: userID, AppID: appID}
}

// tell writes notices in the transaction of their change, if they are wanted.
//
// Errors: errOutboxFull; SQLite's.
func (s *Store) tell(ctx context.Context, tx *conn, notices ...login.Notice) error {
	now := s.now().UnixMilli()
	for _, n := range notices {
		var wanted bool
		var waiting, last int64
		err := tx.one(ctx, []any{&wanted, &waiting, &last}, `SELECT o.wanted, count(n.id), coalesce(max(n.number), max(o.delivered, ?))
			FROM outbox o LEFT JOIN notices n ON o.wanted AND n.user_id = ?`, now, n.UserID)
		switch {
		case err != nil || !wanted:
			return err
		case waiting >= int64(n.Type.Most()):
			return errOutboxFull
		}
		var data any
		if len(n.Data) > 0 {
			data = asJSON(n.Data)
		}
		if _, err := tx.change(ctx, `INSERT INTO notices (`+noticeColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			n.UserID, last+1, n.ID, string(n.Type), n.AppID, data, now); err != nil {
			return err
		}
	}
	return nil
}

// NoticesOf implements login.Outbox.
func (s *Store) NoticesOf(ctx context.Context, userID string) (notices []login.Notice, err error) {
	err = s.read(ctx, func(c *conn) error {
		notices, err = list(ctx, c, noticeFields, `SELECT `+noticeColumns+` FROM notices WHERE user_id = ? ORDER BY number`, userID)
		return err
	})
	return notices, err
}

// Delivered implements login.Outbox. The notices of a user who is gone are deleted like a person.
func (s *Store) Delivered(ctx context.Context, userID string, through int64, _ time.Time) error {
	return s.deletes(ctx, func(tx *conn) (gone bool, err error) {
		if _, err := tx.change(ctx, `UPDATE outbox SET delivered = max(delivered,
			(SELECT coalesce(max(number), 0) FROM notices WHERE user_id = ? AND number <= ?))`, userID, through); err != nil {
			return false, err
		}
		deleted, err := tx.change(ctx, `DELETE FROM notices WHERE user_id = ? AND number <= ?`, userID, through)
		if err != nil || !deleted {
			return false, err
		}
		exists, err := tx.has(ctx, `SELECT 1 FROM users WHERE id = ?`, userID)
		return !exists, err
	})
}

// Waiting implements login.Outbox, in the order of the ids' bytes.
func (s *Store) Waiting(ctx context.Context, after string, limit int) (users []login.WaitingUser, err error) {
	err = s.read(ctx, func(c *conn) error {
		users, err = list(ctx, c, func(w *login.WaitingUser) []any {
			var first int64
			return []any{&w.UserID, &w.Since, &first}
		}, `SELECT user_id, at, min(number) FROM notices WHERE user_id > ? GROUP BY user_id ORDER BY user_id LIMIT ?`, after, limit)
		return err
	})
	return users, err
}

// RenumberNotices gives the notices that wait higher numbers, and sees to it that later ones have higher ones still, than any that was
// given before now. Call it on a store that was restored: notices with the numbers that come next may have been delivered since the
// backup.
//
// Errors: StoreUnavailable.
func (s *Store) RenumberNotices(ctx context.Context) error {
	return s.write(ctx, func(tx *conn) error {
		var first, last, reached int64
		if err := tx.one(ctx, []any{&first, &last, &reached}, `SELECT coalesce(min(n.number), 0), coalesce(max(n.number), 0), o.delivered
			FROM outbox o LEFT JOIN notices n`); err != nil {
			return err
		}
		reached = max(reached, last, s.now().UnixMilli())
		if _, err := tx.change(ctx, `UPDATE notices SET number = number + ?`, reached+1-first); err != nil {
			return err
		}
		_, err := tx.change(ctx, `UPDATE outbox SET delivered = ?`, reached)
		return err
	})
}
