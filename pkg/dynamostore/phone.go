package dynamostore

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Attributes of a user with a phone number. Others have none of them, and who was added without an index key has no index.
const (
	phoneAttribute      = "phone"
	phoneIndexAttribute = "phoneIndex"
	verifiedAtAttribute = "phoneVerifiedAt"
	// phoneGivenAttribute is absent if an administrator has set the number.
	phoneGivenAttribute = "phoneAppId"
)

// phoneAttributes are all of them.
var phoneAttributes = []string{phoneAttribute, phoneIndexAttribute, verifiedAtAttribute, phoneGivenAttribute}

// phoneRemoval takes away a phone number.
var phoneRemoval = "REMOVE " + strings.Join(phoneAttributes, ", ")

// phoneItem has a phone number's attributes.
func phoneItem(p login.Phone) item {
	it := item{}
	if p.Number != "" || p.Index != "" {
		it[phoneAttribute], it[verifiedAtAttribute] = text(p.Number), millis(p.VerifiedAt)
	}
	if p.Index != "" {
		it[phoneIndexAttribute] = text(p.Index)
	}
	if p.AppID != "" {
		it[phoneGivenAttribute] = text(p.AppID)
	}
	return it
}

func (r *reader) phone() login.Phone {
	index, found := r.added(phoneIndexAttribute)
	number, stored := r.added(phoneAttribute)
	if !found && !stored {
		return login.Phone{}
	}
	if !stored {
		r.broken = append(r.broken, phoneAttribute)
	}
	appID, _ := r.added(phoneGivenAttribute)
	return login.Phone{Number: number, Index: index, VerifiedAt: r.time(verifiedAtAttribute), AppID: appID}
}

// havingPhone is the condition that a user has the phone number with this index, "" for none.
func havingPhone(index string, values item) string {
	if index == "" {
		return "attribute_not_exists(" + phoneIndexAttribute + ")"
	}
	values[":has"] = text(index)
	return phoneIndexAttribute + " = :has"
}

// verifyPhone makes an update of a user demand this phone number, if it is not zero, and note when it was verified.
func verifyPhone(update *types.Update, p login.Phone) {
	if p.Index == "" {
		return
	}
	values := update.ExpressionAttributeValues
	update.ConditionExpression = aws.String(*update.ConditionExpression + " AND " + havingPhone(p.Index, values))
	update.UpdateExpression = aws.String(*update.UpdateExpression + ", " + verifiedAtAttribute + " = :verified")
	values[":verified"] = millis(p.VerifiedAt)
}

// takePhone takes a phone number away from the user who has it. What leads from the number to them is another write's.
func (s *Store) takePhone(userID, index string) types.TransactWriteItem {
	values := item{}
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                 &s.tables.Users,
		Key:                       userKey(userID),
		UpdateExpression:          &phoneRemoval,
		ConditionExpression:       aws.String(havingPhone(index, values)),
		ExpressionAttributeValues: values,
	}}
}

// SetPhone implements login.Admissions. It reads the user, and then writes if nothing has come between.
func (s *Store) SetPhone(ctx context.Context, userID string, p login.Phone, from string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	it, err := s.get(ctx, "SetPhone", s.tables.Users, userKey(userID))
	if err != nil {
		return err
	}
	if from == userID {
		from = ""
	}
	for yields := from; ; {
		if it == nil {
			return login.ErrUserNotFound
		}
		user, err := userOf(it)
		switch {
		case err != nil:
			return err
		case p == (login.Phone{}) && user.Phone == (login.Phone{}):
			return nil
		}
		err = s.tell(ctx, "SetPhone", s.phoneChange(user, p, yields), phoneNotices(user, p, yields)...)
		no, ok := errors.AsType[*refused](err)
		switch {
		case !ok:
			return err
		case no.items[0].broken:
			it = no.items[0].stored
			continue
		}
		yields = "" // whoever was to yield has the number no more
		if claim := no.items[1]; claim.broken && claim.stored != nil {
			owner, err := ownerOf(claim.stored)
			switch {
			case err != nil:
				return err
			case owner.UserID != from:
				return login.ErrPhoneTaken
			}
			yields = from
		}
	}
}

// phoneNotices tell of a change of a user's phone number, and of the loss of the user who yields it, "" for none. A number that is only
// verified again is no change.
func phoneNotices(user login.User, p login.Phone, yields string) []login.Notice {
	var all []login.Notice
	if p.Number != user.Phone.Number {
		all = append(all, login.Notice{UserID: user.ID, Type: login.NoticePhoneChanged, AppID: p.AppID})
	}
	if yields != "" && p.Index != user.Phone.Index {
		all = append(all, login.Notice{UserID: yields, Type: login.NoticePhoneChanged, AppID: p.AppID})
	}
	return all
}

// phoneChange updates a user's phone number. If it is another one than before, it also writes what leads to the user,
// and then takes the number from the user who yields, "" for none, and removes what led to the user before.
func (s *Store) phoneChange(user login.User, p login.Phone, yields string) []types.TransactWriteItem {
	old, values := user.Phone, item{}
	c := userChange{values: values, when: []string{havingPhone(old.Index, values)}}
	if old == (login.Phone{}) {
		c.when = append(c.when, "attribute_not_exists("+phoneAttribute+")")
	} else {
		c.when = append(c.when, phoneAttribute+" = :old")
		values[":old"] = text(old.Number)
	}
	if p == (login.Phone{}) {
		c.remove = phoneAttributes
	} else {
		c = c.and(phoneAttribute, text(p.Number)).and(verifiedAtAttribute, millis(p.VerifiedAt))
		c = c.orRemoved(phoneIndexAttribute, text(p.Index), p.Index != "")
		if p.Number != old.Number {
			c = c.orRemoved(phoneGivenAttribute, text(p.AppID), p.AppID != "")
		}
	}
	writes := []types.TransactWriteItem{s.changing(user.ID, c)}
	if p.Index == old.Index {
		return writes
	}
	if p.Index != "" {
		writes = append(writes, s.claimPhone(p.Index, user, yields)...)
	}
	if old.Index != "" {
		writes = append(writes, s.freePhone(old.Index))
	}
	return writes
}

// freePhone makes a phone number lead to nobody. It led to a user for as long as the user had it, which is another write's condition.
func (s *Store) freePhone(index string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &s.tables.Users, Key: phoneKey(index)}}
}

// claimPhone makes a phone number lead to a user: one that nobody has, or the one that the user who yields has, and then
// loses.
func (s *Store) claimPhone(index string, user login.User, yields string) []types.TransactWriteItem {
	to := login.Owner{UserID: user.ID, Epoch: user.Epoch}
	if yields == "" {
		return []types.TransactWriteItem{s.putOwner(phoneKey(index), to, ifNobodys, "")}
	}
	return []types.TransactWriteItem{s.putOwner(phoneKey(index), to, ifTheirs, yields), s.takePhone(yields, index)}
}
