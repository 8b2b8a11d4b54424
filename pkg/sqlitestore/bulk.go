package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// claimUsername changes nothing if the username is taken.
const claimUsername = `INSERT INTO usernames (username, user_id) VALUES (?, ?) ON CONFLICT (username) DO NOTHING`

// AddUsers implements login.UserRegistry. It uses one transaction, since the wait for the disk at its end takes most of
// the time.
func (s *Store) AddUsers(ctx context.Context, users []login.Newcomer) (takenBy []string, err error) {
	takenBy = make([]string, len(users))
	err = s.write(ctx, func(tx *conn) error {
		for i, n := range users {
			claimed, err := tx.change(ctx, claimUsername, n.User.Username, n.User.ID)
			if err != nil {
				return err
			}
			if claimed {
				err = insertNewcomer(ctx, tx, n.User, n.Password)
			} else {
				err = tx.one(ctx, []any{&takenBy[i]}, `SELECT user_id FROM usernames WHERE username = ?`, n.User.Username)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return takenBy, nil
}
