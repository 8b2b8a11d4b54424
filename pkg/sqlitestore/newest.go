package sqlitestore

import (
	"cmp"
	"context"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxCounted bounds how far Newest counts, so that it takes no longer on a large store.
const maxCounted = 10_000

// Newest is the newest of what is stored, the newest first.
type Newest struct {
	// Users are those of the Bindings, and then the newest others.
	Users []login.User
	// Bindings have no Sessions.
	Bindings []login.Binding
	// Sessions are those of the Users.
	Sessions []login.Session
	// Total counts what is stored, each up to 10,000.
	Total struct{ Users, Bindings, Sessions int }
}

// Newest reads the newest users, bindings and sessions, at most that many of each, all at the same moment. It takes no longer
// on a large store than on a small one.
//
// Errors: StoreUnavailable.
func (s *Store) Newest(ctx context.Context, most int) (n Newest, err error) {
	err = s.read(ctx, func(c *conn) error {
		return inOneMoment(c, func(c *conn) error { //nolint:contextcheck // see inOneMoment
			n, err = newest(ctx, c, most)
			return err
		})
	})
	return n, err
}

func newest(ctx context.Context, c *conn, most int) (n Newest, err error) {
	for table, total := range map[string]*int{"users": &n.Total.Users, "bindings": &n.Total.Bindings, "sessions": &n.Total.Sessions} {
		var counted int64
		if err := c.one(ctx, []any{&counted}, `SELECT count(*) FROM (SELECT 1 FROM `+table+` LIMIT ?)`, maxCounted); err != nil {
			return n, err
		}
		*total = int(counted)
	}
	// A later row has a higher rowid, also after the file was rewritten.
	n.Bindings, err = list(ctx, c, bindingFields, `SELECT `+bindingColumns+` FROM bindings ORDER BY rowid DESC LIMIT ?`, most)
	if err != nil {
		return n, err
	}
	var ids []string
	for _, b := range n.Bindings {
		ids = append(ids, b.UserID)
	}
	others, err := list(ctx, c, func(id *string) []any { return []any{id} }, `SELECT id FROM users ORDER BY rowid DESC LIMIT ?`, most)
	if err != nil {
		return n, err
	}
	for _, id := range append(ids, others...) {
		if len(n.Users) == most || slices.ContainsFunc(n.Users, func(u login.User) bool { return u.ID == id }) {
			continue
		}
		u, err := userByID(ctx, c, id)
		if err != nil {
			return n, err
		}
		n.Users = append(n.Users, u)
		sessions, err := list(ctx, c, sessionFields, `SELECT `+sessionColumns+` FROM sessions s WHERE s.user_id = ?`, id)
		if err != nil {
			return n, err
		}
		n.Sessions = append(n.Sessions, sessions...)
	}
	slices.SortStableFunc(n.Users, func(a, b login.User) int { return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	slices.SortStableFunc(n.Bindings, func(a, b login.Binding) int { return b.BoundAt.Compare(a.BoundAt) })
	slices.SortFunc(n.Sessions, func(a, b login.Session) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.TokenHash, b.TokenHash))
	})
	n.Sessions = n.Sessions[:min(len(n.Sessions), most)]
	return n, nil
}

// Changes returns a number that differs from the one before if anything was stored meanwhile, by whichever process. It is
// cheap enough to be asked often.
//
// Errors: StoreUnavailable.
func (s *Store) Changes(ctx context.Context) (version int64, err error) {
	// SQLite tells a connection of what others have written: the cleaner writes nothing itself.
	if err := s.cleaner.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil {
		return 0, failed(ctx, err)
	}
	return version, nil
}
