package dynamostore

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Attributes of a user's outbox. notices are those that wait; base is when the item was made, in Unix milliseconds; taken counts
// those that were removed from its front; since is when the first of those that wait was written, and absent while none waits, which
// is what the filter of the table's stream goes by. ttl is there only while none waits.
const (
	noticesAttribute = "notices"
	baseAttribute    = "base" // a reserved word, as ttl is
	takenAttribute   = "taken"
	sinceAttribute   = "since"
)

func outboxKey(userID string) item { return item{userIDAttribute: text(userID)} }

// outbox is a user's item. The i-th notice that waits, from 0, has the number base + taken + i + 1.
type outbox struct {
	base, taken int64
	notices     []login.Notice
	// values are the notices as they are stored.
	values []types.AttributeValue
}

// outboxOf reads an item; nil is one in which nothing ever was.
func outboxOf(it item) (outbox, error) {
	if it == nil {
		return outbox{}, nil
	}
	r := &reader{noun: "Outbox", item: it}
	box := outbox{base: r.number(baseAttribute)}
	if _, ok := it[takenAttribute]; ok {
		box.taken = r.number(takenAttribute)
	}
	if _, ok := it[noticesAttribute]; !ok {
		return box, r.err()
	}
	userID := r.text(userIDAttribute)
	if list := attribute[types.AttributeValueMemberL](r, noticesAttribute); list != nil {
		box.values = list.Value
	}
	for i, value := range box.values {
		stored, ok := value.(*types.AttributeValueMemberM)
		if !ok {
			r.broken = append(r.broken, noticesAttribute)
			continue
		}
		n, broken := noticeOf(stored.Value)
		for _, inner := range broken {
			r.broken = append(r.broken, noticesAttribute+"."+inner)
		}
		n.UserID, n.Number = userID, box.base+box.taken+int64(i)+1
		box.notices = append(box.notices, n)
	}
	return box, r.err()
}

// NoticesOf implements login.Outbox.
func (s *Store) NoticesOf(ctx context.Context, userID string) ([]login.Notice, error) {
	if s.tables.Outbox == "" {
		return nil, nil
	}
	it, err := s.get(ctx, "NoticesOf", s.tables.Outbox, outboxKey(userID))
	if err != nil {
		return nil, err
	}
	box, err := outboxOf(it)
	return box.notices, err
}

// Delivered implements login.Outbox. It reads the outbox, and then writes if nothing has come between.
func (s *Store) Delivered(ctx context.Context, userID string, through int64, at time.Time) error {
	if s.tables.Outbox == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	it, err := s.get(ctx, "Delivered", s.tables.Outbox, outboxKey(userID))
	if err != nil {
		return err
	}
	for {
		box, err := outboxOf(it)
		if err != nil {
			return err
		}
		n := min(through-box.base-box.taken, int64(len(box.notices)))
		if n <= 0 {
			return nil
		}
		_, err = s.update(ctx, "Delivered", s.tables.Outbox, outboxKey(userID), box.without(int(n), at))
		no, ok := errors.AsType[*refused](err)
		if !ok {
			return err
		}
		it = no.items[0].stored // another notice was appended, or this very write has done it
	}
}

// without removes the first n notices, which are delivered at that time.
func (o outbox) without(n int, at time.Time) expression {
	e := expression{
		condition: "size(notices) = :size AND ",
		values:    item{":size": number(int64(len(o.notices))), ":taken": number(o.taken + int64(n))},
	}
	if o.taken == 0 {
		e.condition += "attribute_not_exists(taken)"
	} else {
		e.condition += "taken = :was"
		e.values[":was"] = number(o.taken)
	}
	if n < len(o.notices) {
		e.change = "SET notices = :rest, since = :since, taken = :taken"
		e.values[":rest"] = &types.AttributeValueMemberL{Value: o.values[n:]}
		e.values[":since"] = millis(o.notices[n].At)
		return e
	}
	e.change = "SET taken = :taken, #ttl = :ttl REMOVE notices, since"
	e.names = map[string]string{"#ttl": ttlAttribute}
	e.values[":ttl"] = seconds(at.Add(login.OutboxMemory))
	return e
}

// Waiting implements login.Outbox. It scans the table, as ListUsers does.
func (s *Store) Waiting(ctx context.Context, after string, limit int) ([]login.WaitingUser, error) {
	if s.tables.Outbox == "" {
		return nil, nil
	}
	var next item
	if after != "" {
		next = outboxKey(after)
	}
	var users []login.WaitingUser
	for {
		page, err := call(ctx, "Waiting", s.client.Scan, &dynamodb.ScanInput{
			TableName:            &s.tables.Outbox,
			FilterExpression:     aws.String("attribute_exists(since)"),
			ProjectionExpression: aws.String("userId, since"),
			ConsistentRead:       aws.Bool(true),
			ExclusiveStartKey:    next,
			Limit:                aws.Int32(int32(max(1, min(limit, maxScan)))),
		})
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			if len(users) == limit {
				return users, nil
			}
			r := &reader{noun: "Outbox", item: it}
			users = append(users, login.WaitingUser{UserID: r.text(userIDAttribute), Since: r.time(sinceAttribute)})
			if err := r.err(); err != nil {
				return nil, err
			}
		}
		if next = page.LastEvaluatedKey; next == nil || len(users) == limit {
			return users, nil
		}
	}
}
