package dynamostore

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// replacedPrefix begins the attributes of a user that have the Replacements, one for each app, named by its appid. An
// attribute for each needs no map that is there already, so other users have none.
const replacedPrefix = "replaced#"

func replacementItem(r login.Replacement) types.AttributeValue {
	return &types.AttributeValueMemberM{Value: item{"at": millis(r.At), "openId": text(r.OpenID)}}
}

// replaced returns the Replacements of a user, nil for none.
func (r *reader) replaced() map[string]login.Replacement {
	var all map[string]login.Replacement
	for name := range r.item {
		appID, ok := strings.CutPrefix(name, replacedPrefix)
		if !ok {
			continue
		}
		note := attribute[types.AttributeValueMemberM](r, name)
		if note == nil {
			continue
		}
		n := &reader{item: note.Value}
		if all == nil {
			all = map[string]login.Replacement{}
		}
		all[appID] = login.Replacement{At: n.time("at"), OpenID: n.text("openId")}
		for _, inner := range n.broken {
			r.broken = append(r.broken, name+"."+inner)
		}
	}
	return all
}

// Rebind implements login.Admissions.
func (s *Store) Rebind(ctx context.Context, r login.Rebinding) error {
	writes := []types.TransactWriteItem{
		s.putBinding(r.Binding), {Update: s.replacing(r)}, s.putNewSession(r.Session),
	}
	if r.Former.OpenID != r.Binding.OpenID {
		writes = append(writes, s.deleteFormer(r))
	}
	if r.Former.Index != "" {
		writes = append(writes, s.putTombstone(r.Former.Index))
	}
	err := s.tell(ctx, "Rebind", writes, unbound(r.Binding), bound(r.Binding))
	no, ok := errors.AsType[*refused](err)
	if !ok {
		return err
	}
	identity, user, done := no.items[0], no.items[1], no.items[2].broken
	switch {
	case identity.broken:
		return login.IdentityBound
	case done && !user.broken:
		return login.BindingRemoved
	case !user.broken: // what the user notes is another's binding
		return login.ErrUserChanged
	case user.stored == nil:
		return login.ErrUserNotFound
	}
	stored, err := userOf(user.stored)
	if err != nil {
		return err
	}
	if note, bound := stored.Apps[r.Binding.AppID]; !bound || note.BindingID != r.Former.BindingID {
		return login.ErrUserChanged
	}
	return &login.Unfit{User: stored}
}

// replacing notes the new binding and the replacement in the user, who must be as r has it.
func (s *Store) replacing(r login.Rebinding) *types.Update {
	update := s.noteBinding(r.Binding, r.Session.Epoch, "apps.#app.bindingId = :former")
	values := update.ExpressionAttributeValues
	values[":former"], values[":replacement"] = text(r.Former.BindingID), replacementItem(r.Replacement)
	update.ExpressionAttributeNames["#replaced"] = replacedPrefix + r.Binding.AppID
	update.UpdateExpression = aws.String(*update.UpdateExpression + ", #replaced = :replacement")
	verifyPhone(update, r.Phone)
	return update
}

// deleteFormer removes the binding that goes. One that is gone already, as by an operator's hand, is no obstacle.
func (s *Store) deleteFormer(r login.Rebinding) types.TransactWriteItem {
	write := s.deleteBinding(r.Binding.AppID, r.Former.OpenID, r.Binding.UserID, r.Former.BindingID)
	write.Delete.ConditionExpression = aws.String("attribute_not_exists(pk) OR " + *write.Delete.ConditionExpression)
	return write
}
