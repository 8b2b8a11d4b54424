package dynamostore

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxScan is how many items one request of a listing reads at most.
const maxScan = 1000

// ListUsers implements login.Directory. It scans the table, whose order is that
// of the hashes of its keys: no order to a reader, but one that stays.
func (s *Store) ListUsers(ctx context.Context, after string, limit int) ([]login.User, error) {
	var next item
	if after != "" {
		next = userKey(after)
	}
	var users []login.User
	for {
		page, err := call(ctx, "ListUsers", s.client.Scan, &dynamodb.ScanInput{
			TableName:                 &s.tables.Users,
			FilterExpression:          aws.String("begins_with(pk, :user)"),
			ExpressionAttributeValues: item{":user": text(userPrefix)},
			ConsistentRead:            aws.Bool(true),
			ExclusiveStartKey:         next,
			Limit:                     aws.Int32(int32(max(1, min(limit, maxScan)))),
		})
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			if len(users) == limit {
				return users, nil
			}
			u, err := userOf(it)
			if err != nil {
				return nil, err
			}
			users = append(users, u)
		}
		// DynamoDB's limit is on what it reads, names and roles included, so a page
		// may hold no user and yet not be the last.
		if next = page.LastEvaluatedKey; next == nil || len(users) == limit {
			return users, nil
		}
	}
}

// PutRole implements login.Directory. The menus are one JSON text: DynamoDB's own
// maps would take a codec of ours and say nothing more.
func (s *Store) PutRole(ctx context.Context, r login.Role) error {
	menus, err := json.Marshal(r.Menus)
	if err != nil {
		return login.Unavailable(err) // of strings and slices this cannot be
	}
	it := roleKey(r.Name)
	it["role"] = text(r.Name)
	it["menus"] = text(string(menus))
	return s.put(ctx, "PutRole", s.tables.Users, it, "", nil)
}

// MenusByRole implements login.Users.
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
		// The cause would repeat what stands there.
		if json.Unmarshal([]byte(v.Value), &role.Menus) != nil {
			r.broken = append(r.broken, "menus")
		}
	}
	return role, r.err()
}
