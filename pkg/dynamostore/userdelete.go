package dynamostore

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// DeleteUser implements login.UserAdmin. It takes one transaction for a user that wxbind keeps, and two for a
// directory's user, whose Username differs from the username that is claimed.
func (s *Store) DeleteUser(ctx context.Context, u login.User) error {
	claimed := u.Username
	writes := s.deletions(u, claimed)
	for {
		err := s.tell(ctx, "DeleteUser", writes, login.Notice{UserID: u.ID, Type: login.NoticeDeleted})
		no, ok := errors.AsType[*refused](err)
		if !ok {
			return err
		}
		if user := no.items[0]; user.broken {
			stored, err := claimedBy(user.stored, u, claimed)
			if err != nil {
				return err
			}
			claimed = stored
			writes = s.deletions(u, claimed)
			continue
		}
		// The other refused items belong to somebody else, and will as long as the user is unchanged since the read.
		kept := writes[:0:0]
		for i, write := range writes {
			if !no.items[i].broken {
				kept = append(kept, write)
			}
		}
		writes = kept
	}
}

// deletions deletes the user, if unchanged since the read, with the password, the username, what leads from the phone
// number and the unionids to the user, and the bindings, which leave tombstones.
func (s *Store) deletions(u login.User, claimed string) []types.TransactWriteItem {
	values := item{":apps": notesOf(u.Apps), ":claimed": text(claimed)}
	unions := "attribute_not_exists(" + unionsAttribute + ")"
	if len(u.Unions) > 0 {
		unions = unionsAttribute + " = :unions"
		values[":unions"] = set(u.Unions)
	}
	writes := []types.TransactWriteItem{{Delete: &types.Delete{
		TableName:                           &s.tables.Users,
		Key:                                 userKey(u.ID),
		ConditionExpression:                 aws.String("apps = :apps AND username = :claimed AND " + havingPhone(u.Phone.Index, values) + " AND " + unions),
		ExpressionAttributeValues:           values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}, s.deletePassword(u.ID)}
	if claimed != "" {
		writes = append(writes, types.TransactWriteItem{Delete: &types.Delete{
			TableName:                 &s.tables.Users,
			Key:                       nameKey(claimed),
			ConditionExpression:       aws.String("userId = :id"),
			ExpressionAttributeValues: item{":id": text(u.ID)},
		}})
	}
	if u.Phone.Index != "" {
		writes = append(writes, s.deleteOwner(phoneKey(u.Phone.Index), u.ID))
	}
	for _, index := range unique(u.Unions) {
		writes = append(writes, s.deleteOwner(unionKey(index), u.ID))
	}
	for appID, app := range u.Apps {
		writes = append(writes, s.deleteBinding(appID, app.OpenID, u.ID, app.BindingID))
		if app.Index != "" {
			writes = append(writes, s.putTombstone(app.Index))
		}
	}
	return writes
}

// claimedBy returns the username that the stored user claims, if that was why a deletion of u was refused.
//
// Errors: login.ErrUserNotFound, login.ErrUserChanged.
func claimedBy(stored item, u login.User, claimed string) (string, error) {
	if stored == nil {
		return "", login.ErrUserNotFound
	}
	now, err := userOf(stored)
	switch {
	case err != nil:
		return "", err
	case !maps.Equal(now.Apps, u.Apps), now.Phone.Index != u.Phone.Index, !slices.Equal(now.Unions, unique(u.Unions)):
		return "", login.ErrUserChanged
	}
	r := &reader{noun: "Users", item: stored}
	name := r.text("username")
	if name == claimed { // then apps is in a form that no Store writes
		return "", unreadable(r.noun, []string{"apps"})
	}
	return name, nil
}
