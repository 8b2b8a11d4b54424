package main

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// listed is a user in a list. It does not contain the password hash.
type listed struct {
	ID        string    `json:"id"`
	Username  string    `json:"username"`
	Name      string    `json:"name"`
	Roles     []string  `json:"roles"`
	Apps      []string  `json:"apps"`
	Disabled  bool      `json:"disabled"`
	CreatedAt time.Time `json:"createdAt"`
	// Phone is the whole number, since programs bring it to other systems; "" if there is none. Tables show it masked.
	Phone string `json:"phone"`
	// PhoneVerifiedAt is null for a number that WeChat has never confirmed.
	PhoneVerifiedAt *time.Time `json:"phoneVerifiedAt"`
	// RegisteredIn is "" for a user whom an administrator or the directory has added.
	RegisteredIn string `json:"registeredIn"`
	// Avatar is the address of the user's picture; "" for none.
	Avatar string `json:"avatar"`
	// These say in which mini-program, and when, the user has given something themselves; "" and null for what somebody else has set.
	PhoneGivenIn  string     `json:"phoneGivenIn"`
	NameGivenIn   string     `json:"nameGivenIn"`
	NameGivenAt   *time.Time `json:"nameGivenAt"`
	AvatarGivenIn string     `json:"avatarGivenIn"`
	AvatarGivenAt *time.Time `json:"avatarGivenAt"`
}

func listedOf(u login.User) listed {
	l := listed{
		ID: u.ID, Username: u.Username, Name: u.Name, Roles: append([]string{}, u.Roles...),
		Apps: append([]string{}, slices.Sorted(maps.Keys(u.Apps))...), Disabled: u.Disabled, CreatedAt: u.CreatedAt,
		Phone: u.Phone.Number, RegisteredIn: u.RegisteredIn, Avatar: u.Avatar,
	}
	if at := u.Phone.VerifiedAt; !at.IsZero() {
		l.PhoneVerifiedAt = &at
	}
	l.PhoneGivenIn = u.Phone.AppID
	l.NameGivenIn, l.NameGivenAt = u.NameGiven.AppID, unlessZero(u.NameGiven.At)
	l.AvatarGivenIn, l.AvatarGivenAt = u.AvatarGiven.AppID, unlessZero(u.AvatarGiven.At)
	return l
}

// none is what a table shows for a username that a user does not have.
const none = "-"

// login is the username in a table.
func (l listed) login() string { return cmp.Or(l.Username, none) }

// masked is the phone number in a table.
func (l listed) masked() string { return login.Phone{Number: l.Phone}.Masked() }

// state is the state in a table.
func (l listed) state() string {
	if l.Disabled {
		return stated(zhUserStates, "disabled")
	}
	return stated(zhUserStates, "active")
}

// stated is a state in a table, in the language of its reader, or as it is.
func stated(states map[string]string, state string) string {
	if inChinese.Load() {
		return cmp.Or(states[state], state)
	}
	return state
}
