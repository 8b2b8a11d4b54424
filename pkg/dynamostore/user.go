package dynamostore

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// The prefix of a key in the users table says what the item is. One more kind of item is under kindsKey.
const (
	userPrefix     = "user#"
	passwordPrefix = "password#"
	namePrefix     = "name#"
	phonePrefix    = "phone#"
	unionPrefix    = "union#"
	removedPrefix  = "removed#"
	rolePrefix     = "role#"
)

func userKey(id string) item       { return item{keyAttribute: text(userPrefix + id)} }
func nameKey(username string) item { return item{keyAttribute: text(namePrefix + username)} }
func roleKey(name string) item     { return item{keyAttribute: text(rolePrefix + name)} }
func nameItem(username, id string) item {
	it := nameKey(username)
	it["userId"] = text(id)
	return it
}

// describedAttribute is the username that a directory gives a user. The attribute username is what the user claimed
// under nameKey and never changes; it is "" for a user who came from a directory.
const describedAttribute = "describedAs"

// These are of users who have registered by themselves, and of those who are found by a unionid.
const (
	registeredAttribute = "registeredIn"
	unionsAttribute     = "unions"
)

// noteOf is a binding as its user records it.
func noteOf(app login.UserApp) types.AttributeValue {
	note := item{"openId": text(app.OpenID), "bindingId": text(app.BindingID)}
	if app.Index != "" {
		note[indexAttribute] = packedIndex(app.Index)
	}
	if app.Union != "" {
		note[unionAttribute] = packedIndex(app.Union)
	}
	return &types.AttributeValueMemberM{Value: note}
}

func notesOf(apps map[string]login.UserApp) types.AttributeValue {
	notes := make(item, len(apps))
	for appID, app := range apps {
		notes[appID] = noteOf(app)
	}
	return &types.AttributeValueMemberM{Value: notes}
}

func userItem(u login.User) item {
	it := userKey(u.ID)
	it["userId"] = text(u.ID)
	it["username"] = text(u.Username)
	it["name"] = text(u.Name)
	it["passwordId"] = text(u.PasswordID)
	it["roles"] = texts(u.Roles)
	it["disabled"] = flag(u.Disabled)
	it["epoch"] = text(u.Epoch)
	it["createdAt"] = millis(u.CreatedAt)
	// The map is stored even when empty: an update can set an entry only in a map that exists.
	it["apps"] = notesOf(u.Apps)
	maps.Copy(it, phoneItem(u.Phone))
	maps.Copy(it, givenItem(u))
	if u.RegisteredIn != "" {
		it[registeredAttribute] = text(u.RegisteredIn)
	}
	if len(u.Unions) > 0 {
		it[unionsAttribute] = set(u.Unions)
	}
	return it
}

func userOf(it item) (login.User, error) {
	r := &reader{noun: "Users", item: it}
	u := login.User{
		ID:        r.text("userId"),
		Username:  r.text("username"),
		Name:      r.text("name"),
		Roles:     r.texts("roles"),
		Disabled:  r.flag("disabled"),
		CreatedAt: r.time("createdAt"),
		Apps:      map[string]login.UserApp{},
	}
	u.PasswordID, _ = r.added("passwordId")
	u.Epoch, _ = r.added("epoch")
	if described, ok := r.added(describedAttribute); ok {
		u.Username = described
	}
	u.NameGiven, u.AvatarGiven = r.given(nameGivenAttribute), r.given(avatarGivenAttribute)
	u.Avatar, _ = r.added(avatarAttribute)
	u.Phone = r.phone()
	u.RegisteredIn, _ = r.added(registeredAttribute)
	u.Unions = r.set(unionsAttribute)
	u.Replaced = r.replaced()
	for appID, note := range r.items("apps") {
		n := &reader{item: note}
		u.Apps[appID] = login.UserApp{
			OpenID: n.text("openId"), BindingID: n.text("bindingId"), Index: n.index(indexAttribute), Union: n.index(unionAttribute),
		}
		for _, name := range n.broken {
			r.broken = append(r.broken, "apps."+name)
		}
	}
	return u, r.err()
}

// UserIDByName implements login.Users.
func (s *Store) UserIDByName(ctx context.Context, username string) (string, error) {
	it, err := s.get(ctx, "UserIDByName", s.tables.Users, nameKey(username))
	switch {
	case err != nil:
		return "", err
	case it == nil:
		return "", login.ErrUserNotFound
	}
	r := &reader{noun: "Users", item: it}
	return r.text("userId"), r.err()
}

// UserByID implements login.Users.
func (s *Store) UserByID(ctx context.Context, id string) (login.User, error) {
	it, err := s.get(ctx, "UserByID", s.tables.Users, userKey(id))
	switch {
	case err != nil:
		return login.User{}, err
	case it == nil:
		return login.User{}, login.ErrUserNotFound
	}
	return userOf(it)
}
