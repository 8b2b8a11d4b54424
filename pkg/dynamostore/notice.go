package dynamostore

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

var errOutboxFull = errors.New("dynamostore: as many notices of the user wait as may")

// tell is transact, and writes notices of it in the same transaction, if the store keeps notices. Of each it needs what the change
// knows: UserID and Type, and AppID, Data and ID if they matter. A refusal has the items of writes only.
//
// Errors: *refused; StoreUnavailable when nothing but a full outbox is in the way.
func (s *Store) tell(ctx context.Context, name string, writes []types.TransactWriteItem, notices ...login.Notice) error {
	if s.tables.Outbox == "" {
		return s.transact(ctx, name, writes...)
	}
	err := s.transact(ctx, name, slices.Concat(writes, s.appendNotices(notices))...)
	no, ok := errors.AsType[*refused](err)
	if !ok {
		return err
	}
	no.items = no.items[:len(writes)]
	if !slices.ContainsFunc(no.items, func(r refusal) bool { return r.broken }) {
		return login.Unavailable(errOutboxFull)
	}
	return no
}

// appendNotices adds notices to the outboxes of their users, each of which is one item. It needs no read, and two changes that
// append at the same time are in the order of their commits: see docs/decisions/outbox-in-one-item.md.
func (s *Store) appendNotices(notices []login.Notice) []types.TransactWriteItem {
	now := s.now()
	var users []string
	lists, most := map[string][]types.AttributeValue{}, map[string]int{}
	for _, n := range notices {
		if lists[n.UserID] == nil {
			users, most[n.UserID] = append(users, n.UserID), n.Type.Most()
		}
		most[n.UserID] = min(most[n.UserID], n.Type.Most())
		n.ID, n.At = cmp.Or(n.ID, rand.Text()), now
		lists[n.UserID] = append(lists[n.UserID], noticeValue(n))
	}
	var writes []types.TransactWriteItem
	for _, id := range users {
		writes = append(writes, types.TransactWriteItem{Update: &types.Update{
			TableName: &s.tables.Outbox,
			Key:       outboxKey(id),
			UpdateExpression: aws.String("SET notices = list_append(if_not_exists(notices, :none), :new)," +
				" #base = if_not_exists(#base, :now), since = if_not_exists(since, :now) REMOVE #ttl"),
			ConditionExpression:      aws.String("attribute_not_exists(notices) OR size(notices) <= :room"),
			ExpressionAttributeNames: map[string]string{"#base": baseAttribute, "#ttl": ttlAttribute},
			ExpressionAttributeValues: item{
				":none": texts(nil), ":new": &types.AttributeValueMemberL{Value: lists[id]},
				":now": millis(now), ":room": number(int64(most[id] - len(lists[id]))),
			},
		}})
	}
	return writes
}

// noticeValue is a notice as its user's outbox has it. What follows from its place there is not in it: see outbox.
func noticeValue(n login.Notice) types.AttributeValue {
	it := item{"id": text(n.ID), "type": text(n.Type), "at": millis(n.At)}
	if n.AppID != "" {
		it["appId"] = text(n.AppID)
	}
	if len(n.Data) > 0 {
		kinds := make([]string, len(n.Data))
		for i, kind := range n.Data {
			kinds[i] = string(kind)
		}
		it["data"] = texts(kinds)
	}
	return &types.AttributeValueMemberM{Value: it}
}

func noticeOf(it item) (login.Notice, []string) {
	r := &reader{item: it}
	n := login.Notice{ID: r.text("id"), Type: login.NoticeType(r.text("type")), At: r.time("at")}
	n.AppID, _ = r.added("appId")
	if _, ok := it["data"]; ok {
		for _, kind := range r.texts("data") {
			n.Data = append(n.Data, login.DataKind(kind))
		}
	}
	return n, r.broken
}
