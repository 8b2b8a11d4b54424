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
}

func listedOf(u login.User) listed {
	l := listed{
		ID: u.ID, Username: u.Username, Name: u.Name, Roles: append([]string{}, u.Roles...),
		Apps: append([]string{}, slices.Sorted(maps.Keys(u.Apps))...), Disabled: u.Disabled, CreatedAt: u.CreatedAt,
		Phone: u.Phone.Number, RegisteredIn: u.RegisteredIn,
	}
	if at := u.Phone.VerifiedAt; !at.IsZero() {
		l.PhoneVerifiedAt = &at
	}
	return l
}

// none is what a table shows for a username that a user does not have.
const none = "-"

// login is the username in a table.
func (l listed) login() string { return cmp.Or(l.Username, none) }

// masked is the phone number in a table.
func (l listed) masked() string { return login.Phone{Number: l.Phone}.Masked() }

func (l listed) state() string {
	if l.Disabled {
		return "disabled"
	}
	return "active"
}
