package main

import (
	"context"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

type userSetCmd struct {
	oneUser
	Name  string `help:"How the platform addresses the user." placeholder:"NAME" type:"given"`
	Roles string `help:"The roles of the user, with commas, in place of those that they have; none takes all away." placeholder:"ROLE,…" type:"given"`
	Phone string `help:"The user's phone number, such as +8613800138000 or 13800138000; none takes it away." placeholder:"NUMBER" type:"given"`
}

// noneGiven is what a flag has that takes something away.
const noneGiven = "none"

// Validate refuses to set nothing.
func (c userSetCmd) Validate() error {
	if c.Name == "" && c.Roles == "" && c.Phone == "" {
		return errorf("say what to set: --name, --roles or --phone")
	}
	return nil
}

// Run changes the user. The phone number comes last: another user may have it.
func (c userSetCmd) Run(ctx context.Context, t console) error {
	return c.find(ctx, t, func(ctx context.Context, a *administrator, named string) error {
		if c.Phone != "" && c.Phone != noneGiven {
			if _, err := a.Phone(ctx, c.Phone); err != nil { // before anything is set
				return err
			}
		}
		if err := c.setProfile(ctx, t, a, named); err != nil || c.Phone == "" {
			return err
		}
		return c.setPhone(ctx, t, a, named)
	})
}

func (c userSetCmd) setProfile(ctx context.Context, t console, a *administrator, named string) error {
	var change login.UserChange
	if c.Name != "" {
		change.Name = &c.Name
	}
	if c.Roles != "" {
		change.Roles = new(wordsOf[string](c.Roles))
	}
	if change == (login.UserChange{}) {
		return nil
	}
	u, err := a.Set(ctx, c.Username, change)
	if err != nil {
		return err
	}
	if change.Name != nil {
		sayf(t.out, "%s has the name %s\n", named, printable(u.Name))
	}
	switch {
	case change.Roles == nil:
	case len(u.Roles) == 0:
		sayf(t.out, "%s has no roles now\n", named)
	default:
		sayf(t.out, "%s has the roles %s\n", named, printable(strings.Join(u.Roles, ", ")))
	}
	return nil
}

func (c userSetCmd) setPhone(ctx context.Context, t console, a *administrator, named string) error {
	number := c.Phone
	if number == noneGiven {
		number = ""
	}
	p, err := a.SetPhone(ctx, c.Username, number)
	switch {
	case err != nil:
		return err
	case p.Number == "":
		sayf(t.out, "%s has no phone number now\n", named)
	case p.VerifiedAt.IsZero():
		sayf(t.out, "%s has the phone number %s, which WeChat has not confirmed\n", named, p.Masked())
	default:
		sayf(t.out, "%s has the phone number %s already, and WeChat has confirmed it\n", named, p.Masked())
	}
	return nil
}
