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

// addUser stores a new user unless the username or the number is taken.
func addUser(ctx context.Context, tx *conn, n login.Newcomer) (login.Taken, error) {
	owner, err := ownerOfPhone(ctx, tx, n.User.Phone.Index)
	claimed := false
	if err == nil && owner == "" {
		claimed, err = tx.change(ctx, claimUsername, n.User.Username, n.User.ID)
	}
	switch {
	case err != nil:
		return login.Taken{}, err
	case claimed:
		return login.Taken{}, insertNewcomer(ctx, tx, n.User, n.Password)
	}
	taken := login.Taken{Cause: login.ErrUsernameTaken}
	err = tx.one(ctx, []any{&taken.By}, `SELECT user_id FROM usernames WHERE username = ?`, n.User.Username)
	if errors.Is(err, errNoRow) {
		return login.Taken{Cause: login.ErrPhoneTaken, By: owner}, nil
	}
	return taken, err
}
