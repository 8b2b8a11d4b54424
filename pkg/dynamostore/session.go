package dynamostore

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

func sessionKey(userID, tokenHash string) item {
	return item{userIDAttribute: text(userID), tokenHashAttribute: text(tokenHash)}
}

func sessionItem(s login.Session) item {
	it := sessionKey(s.UserID, s.TokenHash)
	it["appId"] = text(s.AppID)
	it["openIdHash"] = text(s.OpenIDHash)
	it["bindingId"] = text(s.BindingID)
	it["epoch"] = text(s.Epoch)
	it["createdAt"] = millis(s.CreatedAt)
	it["seenAt"] = millis(s.SeenAt)
	it["idleEnd"] = millis(s.IdleEnd)
	it["absoluteEnd"] = millis(s.AbsoluteEnd)
	it["endedReason"] = text(s.EndedReason)
	it["device"] = text(s.Device)
	it[ttlAttribute] = seconds(s.AbsoluteEnd)
	return it
}

func sessionOf(it item) (login.Session, error) {
	r := &reader{noun: "Sessions", item: it}
	s := login.Session{
		UserID:      r.text(userIDAttribute),
		TokenHash:   r.text(tokenHashAttribute),
		AppID:       r.text("appId"),
		BindingID:   r.text("bindingId"),
		CreatedAt:   r.time("createdAt"),
		SeenAt:      r.time("seenAt"),
		IdleEnd:     r.time("idleEnd"),
		AbsoluteEnd: r.time("absoluteEnd"),
		EndedReason: login.Code(r.text("endedReason")),
		Device:      r.text("device"),
	}
	s.OpenIDHash, _ = r.added("openIdHash")
	var ok bool
	if s.Epoch, ok = r.added("epoch"); !ok {
		s.Epoch = noEpoch
	}
	return s, r.err()
}

// noEpoch is the epoch of a session that was stored without one, by an earlier version: no user has it.
const noEpoch = "none"

// newSession is the condition that no session has this token.
const newSession = "attribute_not_exists(tokenHash)"

// CreateSession implements login.Sessions.
func (s *Store) CreateSession(ctx context.Context, session login.Session) (login.Session, error) {
	err := s.put(ctx, "CreateSession", s.tables.Sessions, sessionItem(session), newSession, nil)
	no, ok := errors.AsType[*refused](err)
	switch {
	case ok:
		return sessionOf(no.items[0].stored)
	case err != nil:
		return login.Session{}, err
	}
	return session, nil
}

// SessionsOfUser implements login.Sessions.
func (s *Store) SessionsOfUser(ctx context.Context, userID string) ([]login.Session, error) {
	var all []login.Session
	var next item
	for {
		page, err := call(ctx, "SessionsOfUser", s.client.Query, &dynamodb.QueryInput{
			TableName:                 &s.tables.Sessions,
			KeyConditionExpression:    aws.String("userId = :user"),
			ExpressionAttributeValues: item{":user": text(userID)},
			ConsistentRead:            aws.Bool(true),
			ExclusiveStartKey:         next,
		})
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			session, err := sessionOf(it)
			if err != nil {
				return nil, err
			}
			all = append(all, session)
		}
		if next = page.LastEvaluatedKey; next == nil {
			return all, nil
		}
	}
}

// EndSession implements login.Sessions.
func (s *Store) EndSession(ctx context.Context, userID, tokenHash string, reason login.Code) error {
	e := expression{
		change:    "SET endedReason = :reason",
		condition: "attribute_exists(tokenHash) AND endedReason = :none",
		values:    item{":reason": text(reason), ":none": text("")},
	}
	var err error
	if reason == login.SessionRevoked && s.tables.Outbox != "" {
		err = s.tell(ctx, "EndSession", []types.TransactWriteItem{{Update: &types.Update{
			TableName: &s.tables.Sessions, Key: sessionKey(userID, tokenHash),
			UpdateExpression: &e.change, ConditionExpression: &e.condition, ExpressionAttributeValues: e.values,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}}}, login.Notice{UserID: userID, Type: login.NoticeSessionRevoked})
	} else {
		_, err = s.update(ctx, "EndSession", s.tables.Sessions, sessionKey(userID, tokenHash), e)
	}
	no, ok := errors.AsType[*refused](err)
	switch {
	case !ok:
		return err
	case no.items[0].stored == nil:
		return login.ErrSessionNotFound
	}
	return nil // already ended, by this very write or for an earlier reason, which stays
}

// ForgetSession implements login.Sessions.
func (s *Store) ForgetSession(ctx context.Context, userID, tokenHash string) error {
	_, err := call(ctx, "ForgetSession", s.client.DeleteItem, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Sessions,
		Key:       sessionKey(userID, tokenHash),
	})
	return err
}
