package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"
)

// most bounds how many logins share a transaction.
const most = 64

// How long a session and the record of a code live.
const (
	sessionLife = 7 * 24 * time.Hour
	recordLife  = 10 * time.Second
)

// writer writes logins on one connection, with statements that are prepared once.
type writer struct {
	begin, commit, rollback      *sql.Stmt
	touch, read, session, record *sql.Stmt
}

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var w writer
	for statement, text := range map[**sql.Stmt]string{
		&w.begin:    `BEGIN IMMEDIATE`,
		&w.commit:   `COMMIT`,
		&w.rollback: `ROLLBACK`,
		&w.touch:    `UPDATE bindings SET session_key = ?, last_login_at = ? WHERE openid = ? RETURNING user_id`,
		&w.read:     `SELECT id, username, name, roles FROM users WHERE id = ?`,
		&w.session:  `INSERT INTO sessions (user_id, token_hash, openid, created_at, ends_at) VALUES (?, ?, ?, ?, ?)`,
		&w.record:   `INSERT INTO records (name, value, ends_at) VALUES (?, ?, ?)`,
	} {
		//nolint:sqlclosecheck // they live as long as the process
		if *statement, err = conn.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
	}
	return &w, nil
}

// run writes what is waiting, again and again.
func (w *writer) run(ctx context.Context, jobs <-chan *login) error {
	for first := range jobs {
		group := []*login{first}
		for len(group) < most && len(jobs) > 0 {
			group = append(group, <-jobs)
		}
		err := w.write(ctx, group)
		for _, l := range group {
			l.err = errors.Join(l.err, err)
			close(l.done)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) write(ctx context.Context, group []*login) error {
	if _, err := w.begin.ExecContext(ctx); err != nil {
		return err
	}
	for _, l := range group {
		if l.err = w.login(ctx, l); l.err != nil && !errors.Is(l.err, sql.ErrNoRows) {
			_, err := w.rollback.ExecContext(ctx)
			return errors.Join(l.err, err)
		}
	}
	_, err := w.commit.ExecContext(ctx)
	return err
}

// login writes the rows of one login, and reads the user.
func (w *writer) login(ctx context.Context, l *login) error {
	now := l.at.UnixMilli()
	var id, roles string
	if err := w.touch.QueryRowContext(ctx, l.sessionKey, now, l.openID).Scan(&id); err != nil {
		return err
	}
	if err := w.read.QueryRowContext(ctx, id).Scan(&l.user.ID, &l.user.Username, &l.user.Name, &roles); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(roles), &l.user.Roles); err != nil {
		return err
	}
	if _, err := w.session.ExecContext(ctx, id, l.token[:], l.openID, now, now+sessionLife.Milliseconds()); err != nil {
		return err
	}
	_, err := w.record.ExecContext(ctx, l.code[:], l.token[:], now+recordLife.Milliseconds())
	return err
}
