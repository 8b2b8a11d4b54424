package dynamostore

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// PutRole implements login.RoleRegistry. The menus are stored as JSON text: DynamoDB's maps would need a codec of our
// own and add nothing.
func (s *Store) PutRole(ctx context.Context, r login.Role) error {
	menus, err := json.Marshal(r.Menus)
	if err != nil {
		return login.Unavailable(err) // cannot happen with strings and slices
	}
	it := roleKey(r.Name)
	it["role"] = text(r.Name)
	it["menus"] = text(string(menus))
	return s.put(ctx, "PutRole", s.tables.Users, it, "", nil)
}

// DeleteRole implements login.RoleRegistry. It is a transaction, although of one write: DynamoDB knows one again that is sent
// twice, and a plain deletion would also delete what was put back in between.
func (s *Store) DeleteRole(ctx context.Context, name string) error {
	return s.transact(ctx, "DeleteRole", types.TransactWriteItem{Delete: &types.Delete{TableName: &s.tables.Users, Key: roleKey(name)}})
}

// MenusByRole implements login.Roles.
func (s *Store) MenusByRole(ctx context.Context, roles []string) (map[string][]login.Menu, error) {
	distinct := slices.Compact(slices.Sorted(slices.Values(roles)))
	menus := make(map[string][]login.Menu, len(distinct))
	for some := range slices.Chunk(distinct, maxBatch) {
		keys := make([]item, len(some))
		for i, name := range some {
			keys[i] = roleKey(name)
		}
		found, err := s.batch(ctx, "MenusByRole", map[string][]item{s.tables.Users: keys})
		if err != nil {
			return nil, err
		}
		for _, it := range found[s.tables.Users] {
			role, err := roleOf(it)
			if err != nil {
				return nil, err
			}
			menus[role.Name] = role.Menus
		}
	}
	return menus, nil
}

func roleOf(it item) (login.Role, error) {
	r := &reader{noun: "Users", item: it}
	role := login.Role{Name: r.text("role")}
	if v := attribute[types.AttributeValueMemberS](r, "menus"); v != nil {
		// The cause would quote the stored text.
		if json.Unmarshal([]byte(v.Value), &role.Menus) != nil {
			r.broken = append(r.broken, "menus")
		}
	}
	return role, r.err()
}

// ListRoles implements login.RoleRegistry. It scans the whole table, users included. With 100,000 users of 500 bytes
// that is 50 MB, 12,500 read units and about ten seconds. Only administrators list roles, so this costs less than an
// index that every change of a role would have to maintain.
func (s *Store) ListRoles(ctx context.Context) ([]login.Role, error) {
	var roles []login.Role
	for next := item(nil); ; {
		page, err := s.scan(ctx, "ListRoles", rolePrefix, next, maxScan)
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			role, err := roleOf(it)
			if err != nil {
				return nil, err
			}
			roles = append(roles, role)
		}
		if next = page.LastEvaluatedKey; next == nil {
			slices.SortFunc(roles, func(a, b login.Role) int { return strings.Compare(a.Name, b.Name) })
			return roles, nil
		}
	}
}
