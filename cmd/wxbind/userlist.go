package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/width"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
)

type userListCmd struct {
	storeFlags
	Search   string `help:"Only users whose username or name has this in it. Case and full or half width do not count." placeholder:"TEXT" type:"given"`
	Role     string `help:"Only users with this role." placeholder:"ROLE" type:"given"`
	Disabled *bool  `help:"Only disabled users, or only those who are not." negatable:""`
	Limit    *int   `help:"Only so many users (default all)." placeholder:"N"`
	After    string `help:"Only users after this one in the list, by their username or id: the next page." placeholder:"USER" type:"given"`
	asJSON
}

// Validate refuses a page of nobody.
func (c userListCmd) Validate() error {
	if c.Limit != nil && *c.Limit < 1 {
		return errorf("--limit must be 1 at least")
	}
	return nil
}

// listing chooses the users.
func (c userListCmd) listing() admin.Listing {
	l := admin.Listing{After: c.After}
	if c.Limit != nil {
		l.Limit = *c.Limit
	}
	if search := alike(c.Search); search != "" || c.Role != "" || c.Disabled != nil {
		l.Match = func(u login.User) bool {
			return (strings.Contains(alike(u.Username), search) || strings.Contains(alike(u.Name), search)) &&
				(c.Role == "" || slices.Contains(u.Roles, c.Role)) && (c.Disabled == nil || u.Disabled == *c.Disabled)
		}
	}
	return l
}

// alike is a text in the form in which it is searched.
func alike(text string) string { return strings.ToLower(width.Fold.String(text)) }

// Run lists the users as they come, in JSON as {"users":[…]}. If there are more than the limit, "next" is the id of the last
// one, for --after.
func (c userListCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		lines, rows := jsonList{out: t.out, name: "users"}, newTable(t.out, "USERNAME", "NAME", "PHONE", "ROLES", "BOUND IN", "REGISTERED IN", "STATE", "CREATED", "ID")
		var last listed
		users, more := a.ByName(ctx, c.listing())
		for u, err := range users {
			if err != nil {
				return err
			}
			if folded, err := a.Username(u.Username); u.PasswordID != "" && (err != nil || folded != u.Username) {
				sayf(t.err, "nobody can log in as %q any more: usernames are stored in another form now; delete the user by the id %s and add them again\n", u.Username, u.ID)
			}
			last = listedOf(u)
			if c.JSON {
				if err := lines.add(last); err != nil {
					return err
				}
				continue
			}
			rows.add(last.login(), last.Name, last.masked(), strings.Join(last.Roles, ","), strings.Join(last.Apps, ","), last.RegisteredIn, last.state(), day(last.CreatedAt), last.ID)
			if rows.err != nil {
				return rows.err
			}
		}
		if last.ID == "" && c.Role != "" {
			if err := c.sayNoRole(ctx, t, a); err != nil {
				return err
			}
		}
		switch {
		case c.JSON && more():
			return lines.end(map[string]string{"next": last.ID})
		case c.JSON:
			return lines.end(nil)
		}
		err := rows.print()
		if err == nil && more() {
			sayf(t.err, "there are more: --after %s shows the next ones\n", last.ID)
		}
		return err
	})
}

// sayNoRole says that there is no such role as --role, if so. Users may have it all the same: a deleted one, or their directory's.
func (c userListCmd) sayNoRole(ctx context.Context, t console, a *administrator) error {
	roles, err := a.Roles(ctx)
	if err == nil && !slices.ContainsFunc(roles, func(r login.Role) bool { return r.Name == c.Role }) {
		sayf(t.err, "there is no role %q\n", c.Role)
	}
	return err
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
		of.add(whole("username"), l.login())
		of.add(whole("name"), l.Name)
		of.add(whole("id"), l.ID)
		of.add(whole("phone"), l.phone())
		if l.Avatar != "" {
			of.add(whole("avatar"), l.Avatar)
		}
		of.add(whole("roles"), strings.Join(l.Roles, ","))
		of.add(whole("state"), l.state())
		of.add(whole("created"), l.created())
		for _, g := range []struct{ what, where string }{
			{whole("name given"), givenIn(l.NameGivenIn, l.NameGivenAt)},
			{whole("avatar given"), givenIn(l.AvatarGivenIn, l.AvatarGivenAt)},
			{whole("phone given"), givenIn(l.PhoneGivenIn, nil)},
		} {
			if g.where != "" {
				of.add(g.what, g.where)
			}
		}
		if err := of.print(); err != nil {
			return err
		}
		sayf(t.out, "\n")
		if err := tableOfBindings(t.out, bindings).print(); err != nil {
			return err
		}
		sayf(t.out, "\n")
		return tableOfSessions(t.out, sessions).print()
	})
}

// phone says which number a user has, and since when it is known to be theirs.
func (l listed) phone() string {
	switch {
	case l.Phone == "":
		return ""
	case l.PhoneVerifiedAt == nil:
		return textf("%s, not confirmed by WeChat", l.masked())
	}
	return textf("%s, confirmed by WeChat %s", l.masked(), minute(*l.PhoneVerifiedAt))
}

// givenIn says where a user has given something themselves, and when if that is known; "" for what they have not.
func givenIn(appID string, at *time.Time) string {
	if appID == "" {
		return ""
	}
	if at == nil {
		return textf("in %s", appID)
	}
	return textf("%s, in %s", minute(*at), appID)
}

// created says when a user was created, and by whom if by themselves.
func (l listed) created() string {
	if l.RegisteredIn == "" {
		return minute(l.CreatedAt)
	}
	return textf("%s, by themselves in %s", minute(l.CreatedAt), l.RegisteredIn)
}
