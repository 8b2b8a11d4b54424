package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

type userAddCmd struct {
	storeFlags
	Username string   `arg:"" help:"The name to log in with."`
	Name     string   `help:"How the platform addresses the user; the username if not given."`
	Role     []string `help:"A role of the user; may be given several times."`
}

// Run adds the user.
func (c userAddCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, func(a *login.Accounts) error {
		password, err := t.newPassword(ctx)
		if err != nil {
			return err
		}
		u, err := a.Add(ctx, login.NewUser{Username: c.Username, Name: c.Name, Password: password, Roles: c.Role})
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "added %s (%s)\n", u.Username, u.ID)
		return nil
	})
}

// oneUser is a command about a user who is there.
type oneUser struct {
	storeFlags
	Username string `arg:"" help:"Whose account."`
}

// do acts on the user and says what was done.
func (c oneUser) do(ctx context.Context, t console, act func(*login.Accounts) error, done string) error {
	return c.with(ctx, func(a *login.Accounts) error {
		if err := act(a); err != nil {
			return err
		}
		fmt.Fprintf(t.out, done+"\n", c.Username)
		return nil
	})
}

type userPasswdCmd struct{ oneUser }

// Run sets the password.
func (c userPasswdCmd) Run(ctx context.Context, t console) error {
	return c.do(ctx, t, func(a *login.Accounts) error {
		password, err := t.newPassword(ctx)
		if err != nil {
			return err
		}
		return a.SetPassword(ctx, c.Username, password)
	}, "changed the password of %s and ended the sessions")
}

type userDisableCmd struct{ oneUser }

// Run disables the user.
func (c userDisableCmd) Run(ctx context.Context, t console) error {
	return c.do(ctx, t, func(a *login.Accounts) error { return a.Disable(ctx, c.Username) }, "disabled %s and ended the sessions")
}

type userEnableCmd struct{ oneUser }

// Run enables the user.
func (c userEnableCmd) Run(ctx context.Context, t console) error {
	return c.do(ctx, t, func(a *login.Accounts) error { return a.Enable(ctx, c.Username) }, "enabled %s")
}

type userListCmd struct {
	storeFlags
	JSON bool `help:"Print a line of JSON a user, for programs." name:"json"`
}

// listed is a user in the list. The password hash is not in it.
type listed struct {
	ID        string    `json:"id"`
	Username  string    `json:"username"`
	Name      string    `json:"name"`
	Roles     []string  `json:"roles"`
	Apps      []string  `json:"apps"`
	Disabled  bool      `json:"disabled"`
	CreatedAt time.Time `json:"createdAt"`
}

// Run lists the users.
func (c userListCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, func(a *login.Accounts) error {
		table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		lines := json.NewEncoder(t.out)
		if !c.JSON {
			fmt.Fprintln(table, "USERNAME\tNAME\tROLES\tBOUND IN\tSTATE\tCREATED\tID")
		}
		for u, err := range a.All(ctx) {
			if err != nil {
				return err
			}
			if c.JSON {
				if err := lines.Encode(listedOf(u)); err != nil {
					return err
				}
				continue
			}
			l, state := listedOf(u), "active"
			if l.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Username, printable(l.Name), printable(strings.Join(l.Roles, ",")),
				strings.Join(l.Apps, ","), state, l.CreatedAt.Format(time.DateOnly), l.ID)
		}
		return table.Flush()
	})
}
