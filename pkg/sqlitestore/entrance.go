package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// Enter implements login.Entrance. It writes nothing for a user who is gone.
func (s *Store) Enter(ctx context.Context, o login.Opening) (opened login.Opened, err error) {
	w := &groupedWrite{ctx: ctx, sound: true}
	ctx = context.WithoutCancel(ctx)
	w.do = func(tx *conn) (err error) {
		if opened.User, err = userByID(ctx, tx, o.Session.UserID); err != nil {
			return err
		}
		if opened.Session, err = putSession(ctx, tx, o.Session); err != nil {
			return err
		}
		if err := touch(ctx, tx, o.Touch, o.Binding.ID); err != nil {
			return err
		}
		for _, hash := range o.Ended {
			if _, err := tx.change(ctx, `UPDATE sessions SET ended_reason = ?, ended_at = ?
				WHERE user_id = ? AND token_hash = ? AND ended_reason = ''`,
				string(login.SessionReplaced), s.stamp(), o.Session.UserID, hash); err != nil {
				return err
			}
		}
		for _, hash := range o.Forgotten {
			if _, err := tx.change(ctx, deleteSession, o.Session.UserID, hash); err != nil {
				return err
			}
		}
		opened.Recorded, err = addRecord(ctx, tx, o.Name, o.Record)
		return err
	}
	if err := s.groups.write(w); err != nil { //nolint:contextcheck // it has its caller's
		return login.Opened{}, err
	}
	return opened, nil
}

// addRecord stores a record unless there is one of its name; "" names none.
//
// Errors: SQLite's. taken is login.ErrRecordChanged if another record is stored.
func addRecord(ctx context.Context, tx *conn, name string, r login.Record) (taken, err error) {
	if name == "" {
		return nil, nil
	}
	added, err := tx.change(ctx, `INSERT INTO records (name, version, value, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		name, r.Version, blob(r.Value), r.ExpiresAt.UnixMilli())
	if err != nil || added {
		return nil, err
	}
	var stored login.Record
	if err := tx.one(ctx, recordFields(&stored), selectRecord, name); err != nil {
		return nil, err
	}
	if stored.Version != r.Version {
		return login.ErrRecordChanged, nil
	}
	return nil, nil
}
