package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

type userListCmd struct {
	storeFlags
	asJSON
}

// Run lists the users as they come, in JSON as {"users":[…]}.
func (c userListCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		lines, rows := jsonList{out: t.out, name: "users"}, newTable(t.out, "USERNAME", "NAME", "PHONE", "ROLES", "BOUND IN", "REGISTERED IN", "STATE", "CREATED", "ID")
		for u, err := range a.All(ctx) {
			if err != nil {
				return err
			}
			if folded, err := a.Username(u.Username); u.PasswordID != "" && (err != nil || folded != u.Username) {
				fmt.Fprintf(t.err, "nobody can log in as %q any more: usernames are stored in another form now; delete the user by the id %s and add them again\n", u.Username, u.ID)
			}
			l := listedOf(u)
			if c.JSON {
				if err := lines.add(l); err != nil {
					return err
				}
				continue
			}
			rows.add(l.login(), l.Name, l.masked(), strings.Join(l.Roles, ","), strings.Join(l.Apps, ","), l.RegisteredIn, l.state(), day(l.CreatedAt), l.ID)
			if rows.err != nil {
				return rows.err
			}
		}
		if c.JSON {
			return lines.end(nil)
		}
		return rows.print()
	})
}

type userShowCmd struct {
	oneUser
	asJSON
}

// Run shows the user, in JSON as {"user":{…},"bindings":[…],"sessions":[…]}.
func (c userShowCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		e, err := a.Show(ctx, c.Username)
		if err != nil {
			return err
		}
		l, bindings, sessions := listedOf(e.User), listBindings(e.Bindings), listSessions(e, time.Now())
		if c.JSON {
			return printJSON(t, struct {
				User     listed          `json:"user"`
				Bindings []listedBinding `json:"bindings"`
				Sessions []listedSession `json:"sessions"`
			}{l, bindings, sessions})
		}
		of := newTable(t.out)
		of.add("username", l.login())
		of.add("name", l.Name)
		of.add("id", l.ID)
		of.add("phone", l.phone())
		of.add("roles", strings.Join(l.Roles, ","))
		of.add("state", l.state())
		of.add("created", l.created())
		if err := of.print(); err != nil {
			return err
		}
		fmt.Fprintln(t.out)
		if err := tableOfBindings(t.out, bindings).print(); err != nil {
			return err
		}
		fmt.Fprintln(t.out)
		return tableOfSessions(t.out, sessions).print()
	})
}

// phone says which number a user has, and since when it is known to be theirs.
func (l listed) phone() string {
	switch {
	case l.Phone == "":
		return ""
	case l.PhoneVerifiedAt == nil:
		return l.masked() + ", not confirmed by WeChat"
	}
	return l.masked() + ", confirmed by WeChat " + minute(*l.PhoneVerifiedAt)
}

// created says when a user was created, and by whom if by themselves.
func (l listed) created() string {
	if l.RegisteredIn == "" {
		return minute(l.CreatedAt)
	}
	return minute(l.CreatedAt) + ", by themselves in " + l.RegisteredIn
}
