package dynamostore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxScan is the most items that one request of a listing reads.
const maxScan = 1000

// AddUser implements login.UserRegistry. The item under the username keeps it unique.
func (s *Store) AddUser(ctx context.Context, u login.User, p login.Password) error {
	err := s.transact(ctx, "AddUser", s.putUser(login.Newcomer{User: u, Password: p})...)
	no, ok := errors.AsType[*refused](err)
	if !ok {
		return err
	}
	taken, err := refusedUser(u, no.items)
	if err != nil {
		return err
	}
	return taken.Cause
}

// ListUsers implements login.UserRegistry. It scans the table, which is ordered by the hashes of its keys. That order
// means nothing to a reader, but it is stable.
func (s *Store) ListUsers(ctx context.Context, after string, limit int) ([]login.User, error) {
	var next item
	if after != "" {
		next = userKey(after)
	}
	var users []login.User
	for {
		page, err := s.scan(ctx, "ListUsers", userPrefix, next, limit)
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
		// DynamoDB limits what it reads, names and roles included. So a page may hold no user and still not be the
		// last.
		if next = page.LastEvaluatedKey; next == nil || len(users) == limit {
			return users, nil
		}
	}
}

// UsersByID implements login.UserRegistry.
func (s *Store) UsersByID(ctx context.Context, ids []string) ([]login.User, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	keys := make([]item, 0, len(ids))
	for _, id := range unique(ids) {
		keys = append(keys, userKey(id))
	}
	found, err := s.batch(ctx, "UsersByID", map[string][]item{s.tables.Users: keys})
	if err != nil {
		return nil, err
	}
	var users []login.User
	for _, it := range found[s.tables.Users] {
		u, err := userOf(it)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, nil
}

// scan reads a page of at most limit items of the users table, and returns those whose keys begin with the prefix.
func (s *Store) scan(ctx context.Context, name, prefix string, next item, limit int) (*dynamodb.ScanOutput, error) {
	return call(ctx, name, s.client.Scan, &dynamodb.ScanInput{
		TableName:                 &s.tables.Users,
		FilterExpression:          aws.String("begins_with(pk, :prefix)"),
		ExpressionAttributeValues: item{":prefix": text(prefix)},
		ConsistentRead:            aws.Bool(true),
		ExclusiveStartKey:         next,
		Limit:                     aws.Int32(int32(max(1, min(limit, maxScan)))),
	})
}
