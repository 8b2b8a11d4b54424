package sqlitestore

import (
	"context"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// claimUsername changes nothing if the username is taken.
const claimUsername = `INSERT INTO usernames (username, user_id) VALUES (?, ?) ON CONFLICT (username) DO NOTHING`

// AddUsers implements login.UserRegistry. It uses one transaction, since the wait for the disk at its end takes most of
// the time.
func (s *Store) AddUsers(ctx context.Context, users []login.Newcomer) ([]login.Taken, error) {
	taken := make([]login.Taken, len(users))
	err := s.write(ctx, func(tx *conn) (err error) {
		for i, n := range users {
			if taken[i], err = addUser(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return taken, nil
}

// addUser stores a new user unless the username, the id or the number is taken.
func addUser(ctx context.Context, tx *conn, n login.Newcomer) (login.Taken, error) {
	u := n.User
	owner, err := ownerOfPhone(ctx, tx, u.Phone.Index)
	if err != nil {
		return login.Taken{}, err
	}
	known, err := tx.has(ctx, `SELECT 1 FROM users WHERE id = ?`, u.ID)
	claimed := u.Username == ""
	if err == nil && owner == "" && !known && !claimed {
		claimed, err = tx.change(ctx, claimUsername, u.Username, u.ID)
	}
	switch {
	case err != nil:
		return login.Taken{}, err
	case claimed && owner == "" && !known:
		return login.Taken{}, insertNewcomer(ctx, tx, u, n.Password)
	}
	taken := login.Taken{Cause: login.ErrUsernameTaken}
	err = tx.one(ctx, []any{&taken.By}, `SELECT user_id FROM usernames WHERE username = ?`, u.Username)
	switch {
	case !errors.Is(err, errNoRow):
		return taken, err
	case known:
		return login.Taken{Cause: login.ErrIDTaken, By: u.ID}, nil
	}
	return login.Taken{Cause: login.ErrPhoneTaken, By: owner}, nil
}
