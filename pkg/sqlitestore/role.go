package sqlitestore

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// MenusByRole implements login.Roles.
func (s *Store) MenusByRole(ctx context.Context, roles []string) (map[string][]login.Menu, error) {
	stored, err := s.roles(ctx, `SELECT name, menus FROM roles WHERE name IN (SELECT value FROM json_each(?))`, asJSON(roles))
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
	return s.write(ctx, func(tx *conn) error {
		_, err := tx.change(ctx, `INSERT INTO roles VALUES (?, ?) ON CONFLICT DO UPDATE SET menus = excluded.menus`,
			r.Name, asJSON(r.Menus))
		return err
	})
}

// DeleteRole implements login.RoleRegistry.
func (s *Store) DeleteRole(ctx context.Context, name string) error {
	return s.write(ctx, func(tx *conn) error {
		_, err := tx.change(ctx, `DELETE FROM roles WHERE name = ?`, name)
		return err
	})
}

// ListRoles implements login.RoleRegistry.
func (s *Store) ListRoles(ctx context.Context) ([]login.Role, error) {
	return s.roles(ctx, `SELECT name, menus FROM roles ORDER BY name`)
}

func (s *Store) roles(ctx context.Context, query string, args ...any) (roles []login.Role, err error) {
	err = s.read(ctx, func(c *conn) error {
		roles, err = list(ctx, c, func(r *login.Role) []any { return []any{&r.Name, document{&r.Menus}} }, query, args...)
		return err
	})
	return roles, err
}
