package sqlitestore

import (
	"context"
	"database/sql"

	"github.com/wxbind/wxbind/pkg/login"
)

func roleFields(r *login.Role) []any { return []any{&r.Name, document{&r.Menus}} }

// MenusByRole implements login.Roles.
func (s *Store) MenusByRole(ctx context.Context, roles []string) (map[string][]login.Menu, error) {
	stored, err := list(ctx, s.reader, roleFields,
		`SELECT name, menus FROM roles WHERE name IN (SELECT value FROM json_each(?))`, asJSON(roles))
	if err != nil {
		return nil, err
	}
	menus := map[string][]login.Menu{}
	for _, r := range stored {
		menus[r.Name] = r.Menus
	}
	return menus, nil
}

// PutRole implements login.RoleRegistry.
func (s *Store) PutRole(ctx context.Context, r login.Role) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO roles VALUES (?, ?) ON CONFLICT DO UPDATE SET menus = excluded.menus`,
			r.Name, asJSON(r.Menus))
		return err
	})
}

// ListRoles implements login.RoleRegistry.
func (s *Store) ListRoles(ctx context.Context) ([]login.Role, error) {
	return list(ctx, s.reader, roleFields, `SELECT name, menus FROM roles ORDER BY name`)
}
