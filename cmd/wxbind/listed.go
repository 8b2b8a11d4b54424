package main

import (
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
}

func listedOf(u login.User) listed {
	return listed{
		ID: u.ID, Username: u.Username, Name: u.Name, Roles: append([]string{}, u.Roles...),
		Apps: append([]string{}, slices.Sorted(maps.Keys(u.Apps))...), Disabled: u.Disabled, CreatedAt: u.CreatedAt,
	}
}

func (l listed) state() string {
	if l.Disabled {
		return "disabled"
	}
	return "active"
}
