package main

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

type bindingListCmd struct {
	oneUser
	asJSON
}

// Run lists the bindings, in JSON as {"bindings":[…]}.
func (c bindingListCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		e, err := a.Show(ctx, c.Username)
		if err != nil {
			return err
		}
		if all := listBindings(e.Bindings); c.JSON {
			return printJSON(t, map[string][]listedBinding{"bindings": all})
		} else {
			return tableOfBindings(t.out, all).print()
		}
	})
}

type bindingRemoveCmd struct {
	oneUser
	App string `help:"The mini-program in which to unbind." placeholder:"APPID" xor:"which" required:"" type:"given"`
	All bool   `help:"Unbind in every mini-program." xor:"which" required:""`
	confirmed
}

// Run removes the bindings.
func (c bindingRemoveCmd) Run(ctx context.Context, t console) error {
	where := c.App
	if c.All {
		where = textf("every mini-program")
	}
	return c.find(ctx, t, func(ctx context.Context, a *administrator, named string) error {
		if err := c.confirm(ctx, t, textf("Unbind %s in %s and end the sessions there?", named, where)); err != nil {
			return err
		}
		removed, err := a.RemoveBindings(ctx, c.Username, c.App)
		if len(removed) > 0 {
			sayf(t.out, "unbound %s in %s and ended the sessions there\n", named, strings.Join(removed, ", "))
		}
		return err
	})
}

// listedBinding is a binding in a list. It does not contain the session_key.
type listedBinding struct {
	ID          string    `json:"id"`
	AppID       string    `json:"appId"`
	OpenID      string    `json:"openId"`
	UnionID     string    `json:"unionId"`
	BoundAt     time.Time `json:"boundAt"`
	LastLoginAt time.Time `json:"lastLoginAt"`
}

func listBindings(bindings []login.Binding) []listedBinding {
	all := []listedBinding{}
	for _, b := range bindings {
		all = append(all, listedBinding{
			ID: b.ID, AppID: b.AppID, OpenID: b.OpenID, UnionID: b.UnionID, BoundAt: b.BoundAt, LastLoginAt: b.LastLoginAt,
		})
	}
	return all
}

func tableOfBindings(out io.Writer, bindings []listedBinding) *table {
	rows := newTable(out, "APP", "OPENID", "UNIONID", "BOUND", "LAST LOGIN")
	for _, b := range bindings {
		rows.add(b.AppID, b.OpenID, b.UnionID, minute(b.BoundAt), minute(b.LastLoginAt))
	}
	return rows
}
