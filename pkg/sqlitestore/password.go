package sqlitestore

import (
	"context"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// UserWithPassword implements login.Passwords. One query reads both, and looks for both when there is no such user.
func (s *Store) UserWithPassword(ctx context.Context, id string) (u login.User, p login.Password, err error) {
	err = s.read(ctx, func(c *conn) error {
		var row boundUser
		u, err = readUser(ctx, c, &row, append(row.fields(), &p.ID, (*string)(&p.Hash), &p.TemporaryUntil), `SELECT `+userColumns+`,
			coalesce(p.id, ''), coalesce(p.hash, ''), coalesce(p.temporary_until, ?) FROM (SELECT ? AS id) asked
			LEFT JOIN passwords p ON p.user_id = asked.id LEFT JOIN bindings b ON b.user_id = asked.id JOIN users u ON u.id = asked.id`,
			time.Time{}.UnixMilli(), id)
		return found(err, login.ErrUserNotFound)
	})
	if err != nil {
		return login.User{}, login.Password{}, err
	}
	return u, p, nil
}

// ReplacePassword implements login.Passwords.
func (s *Store) ReplacePassword(ctx context.Context, userID, oldID string, p login.Password, epoch string) error {
	return s.write(ctx, func(tx *conn) error {
		replaced, err := tx.change(ctx,
			`UPDATE users SET password_id = ?, epoch = ? WHERE id = ? AND password_id = ?`, p.ID, epoch, userID, oldID)
		if err != nil {
			return err
		}
		if replaced {
			return s.putNewPassword(ctx, tx, userID, p, "")
		}
		switch exists, err := tx.has(ctx, `SELECT 1 FROM users WHERE id = ?`, userID); {
		case err != nil:
			return err
		case !exists:
			return answer{login.ErrUserNotFound}
		}
		return answer{login.ErrPasswordChanged}
	})
}

// ClaimUsername implements login.Admissions.
func (s *Store) ClaimUsername(ctx context.Context, userID, username string, p login.Password) error {
	return s.write(ctx, func(tx *conn) error {
		var name, password string
		err := tx.one(ctx, []any{&name, &password}, `SELECT username, password_id FROM users WHERE id = ?`, userID)
		switch {
		case err != nil:
			return found(err, login.ErrUserNotFound)
		case name == username && password == p.ID: // a repeat
			return nil
		case name != "" || password != "":
			return answer{login.ErrUserChanged}
		}
		if err := tx.mustChange(ctx, login.ErrUsernameTaken, claimUsername, username, userID); err != nil {
			return err
		}
		if _, err := tx.change(ctx, `UPDATE users SET username = ?, password_id = ? WHERE id = ?`, username, p.ID, userID); err != nil {
			return err
		}
		return s.putNewPassword(ctx, tx, userID, p, "")
	})
}

// RenewHash implements login.Passwords.
func (s *Store) RenewHash(ctx context.Context, userID string, old, replacement login.Hidden) error {
	return s.write(ctx, func(tx *conn) error {
		return tx.mustChange(ctx, login.ErrPasswordChanged,
			`UPDATE passwords SET hash = ? WHERE user_id = ? AND hash = ?`, string(replacement), userID, string(old))
	})
}

// putNewPassword stores another password of a user than before, and tells of it.
func (s *Store) putNewPassword(ctx context.Context, tx *conn, userID string, p login.Password, appID string) error {
	if err := putPassword(ctx, tx, userID, p); err != nil {
		return err
	}
	return s.tell(ctx, tx, notice(userID, login.NoticePasswordChanged, appID))
}

// putPassword stores a user's password, whatever was stored before.
func putPassword(ctx context.Context, tx *conn, userID string, p login.Password) error {
	_, err := tx.change(ctx, `INSERT INTO passwords (user_id, id, hash, temporary_until) VALUES (?, ?, ?, ?) ON CONFLICT (user_id)
		DO UPDATE SET id = excluded.id, hash = excluded.hash, temporary_until = excluded.temporary_until`,
		userID, p.ID, string(p.Hash), p.TemporaryUntil.UnixMilli())
	return err
}
