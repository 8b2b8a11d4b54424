package dynamostore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Withdraw implements login.Withdrawals. It reads the user, and then writes if nothing has come between.
func (s *Store) Withdraw(ctx context.Context, w login.Withdrawal) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	it, err := s.get(ctx, "Withdraw", s.tables.Users, userKey(w.UserID))
	if err != nil {
		return err
	}
	notice := login.Notice{ID: w.NoticeID, UserID: w.UserID, Type: login.NoticeDataRevoked, AppID: w.AppID, Data: w.Data}
	for {
		if it == nil {
			return login.ErrUserNotFound
		}
		user, err := userOf(it)
		if err != nil {
			return err
		}
		err = s.tell(ctx, "Withdraw", s.withdrawing(user, w), notice)
		no, ok := errors.AsType[*refused](err)
		switch {
		case !ok:
			return err
		case no.items[0].broken:
			return login.ErrRecordChanged
		}
		it = no.items[1].stored
	}
}

// withdrawing stores the record, and then removes of the user what they have given in the app, if it is still as it was read.
func (s *Store) withdrawing(user login.User, w login.Withdrawal) []types.TransactWriteItem {
	record := types.TransactWriteItem{Put: &types.Put{
		TableName: &s.tables.Ephemeral, Item: recordItem(w.Name, w.Record), ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}}
	update := &types.Update{
		TableName: &s.tables.Users, Key: userKey(user.ID),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	remove, when, values := []string{}, []string{"attribute_exists(pk)"}, item{}
	phone := login.Given{AppID: user.Phone.AppID, At: user.Phone.VerifiedAt}
	if goes(login.DataPhone, phone, w) {
		remove = append(remove, phoneAttributes...)
		when = append(when, havingPhone(user.Phone.Index, values), phoneGivenAttribute+" = :app", verifiedAtAttribute+" = :verified")
		values[":app"], values[":verified"] = text(phone.AppID), millis(phone.At)
	}
	if goes(login.DataAvatar, user.AvatarGiven, w) {
		remove = append(remove, avatarAttribute, avatarGivenAttribute)
		when = append(when, avatarGivenAttribute+" = :avatar")
		values[":avatar"] = givenValue(user.AvatarGiven)
	}
	set := ""
	if goes(login.DataName, user.NameGiven, w) {
		remove, set = append(remove, nameGivenAttribute), " SET #name = :nothing"
		when = append(when, nameGivenAttribute+" = :name")
		values[":nothing"], values[":name"] = text(""), givenValue(user.NameGiven)
		update.ExpressionAttributeNames = map[string]string{"#name": "name"}
	}
	condition := strings.Join(when, " AND ")
	if len(remove) == 0 {
		return []types.TransactWriteItem{record, {ConditionCheck: &types.ConditionCheck{
			TableName: update.TableName, Key: update.Key, ConditionExpression: &condition,
			ReturnValuesOnConditionCheckFailure: update.ReturnValuesOnConditionCheckFailure,
		}}}
	}
	update.UpdateExpression = aws.String("REMOVE " + strings.Join(remove, ", ") + set)
	update.ConditionExpression, update.ExpressionAttributeValues = &condition, values
	writes := []types.TransactWriteItem{record, {Update: update}}
	if index := user.Phone.Index; index != "" && goes(login.DataPhone, phone, w) {
		writes = append(writes, s.freePhone(index))
	}
	return writes
}

// goes says whether something of a kind that was given is withdrawn. Times count in milliseconds, as they are stored.
func goes(kind login.DataKind, g login.Given, w login.Withdrawal) bool {
	return slices.Contains(w.Data, kind) && g.AppID != "" && g.AppID == w.AppID && !g.At.After(w.Before.Truncate(time.Millisecond))
}
