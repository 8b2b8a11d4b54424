package dynamostore

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Attributes of a user with an avatar, and of what users have given themselves. Others have none of them.
const (
	avatarAttribute      = "avatar"
	nameGivenAttribute   = "nameGiven"
	avatarGivenAttribute = "avatarGiven"
)

func givenValue(g login.Given) types.AttributeValue {
	return &types.AttributeValueMemberM{Value: item{"appId": text(g.AppID), "at": millis(g.At)}}
}

// given is the inverse of givenValue; zero without the attribute.
func (r *reader) given(name string) login.Given {
	if _, ok := r.item[name]; !ok {
		return login.Given{}
	}
	m := attribute[types.AttributeValueMemberM](r, name)
	if m == nil {
		return login.Given{}
	}
	in := &reader{item: m.Value}
	g := login.Given{AppID: in.text("appId"), At: in.time("at")}
	for _, inner := range in.broken {
		r.broken = append(r.broken, name+"."+inner)
	}
	return g
}

// givenItem has the attributes of the avatar and of what the user has given.
func givenItem(u login.User) item {
	it := item{}
	if u.Avatar != "" {
		it[avatarAttribute] = text(u.Avatar)
	}
	if u.NameGiven != (login.Given{}) {
		it[nameGivenAttribute] = givenValue(u.NameGiven)
	}
	if u.AvatarGiven != (login.Given{}) {
		it[avatarGivenAttribute] = givenValue(u.AvatarGiven)
	}
	return it
}
