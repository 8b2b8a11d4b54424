package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

type sessionListCmd struct {
	oneUser
	asJSON
}

// Run lists the sessions, in JSON as {"sessions":[…]}.
func (c sessionListCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		e, err := a.Show(ctx, c.Username)
		if err != nil {
			return err
		}
		if all := listSessions(e, time.Now()); c.JSON {
			return printJSON(t, map[string][]listedSession{"sessions": all})
		} else {
			return tableOfSessions(t.out, all).print()
		}
	})
}

type sessionRevokeCmd struct {
	oneUser
	ID  string `help:"The session, by its id in the list." name:"id" placeholder:"ID" xor:"which" required:"" type:"given"`
	All bool   `help:"End all sessions of the user; asks first." xor:"which" required:""`
	confirmed
}

// Run ends the sessions.
func (c sessionRevokeCmd) Run(ctx context.Context, t console) error {
	if !c.All {
		return c.do(ctx, t, func(ctx context.Context, a *administrator) error { return a.RevokeSession(ctx, c.Username, c.ID) },
			"ended the session of %s")
	}
	return c.find(ctx, t, func(ctx context.Context, a *administrator, named string) error {
		if err := c.confirm(ctx, t, "End all sessions of "+named+"?"); err != nil {
			return err
		}
		if err := a.RevokeSessions(ctx, c.Username); err != nil {
			return err
		}
		fmt.Fprintf(t.out, "ended all sessions of %s\n", named)
		return nil
	})
}

// listedSession is a session in a list.
type listedSession struct {
	ID        string    `json:"id"`
	Device    string    `json:"device"`
	AppID     string    `json:"appId"`
	CreatedAt time.Time `json:"createdAt"`
	SeenAt    time.Time `json:"seenAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	// State is "active", or why the session is dead, as a client is told.
	State string `json:"state"`
}

func listSessions(e login.Export, now time.Time) []listedSession {
	all := []listedSession{}
	for _, s := range e.Sessions {
		l := listedSession{
			ID: s.ID(), Device: s.Device, AppID: s.AppID, CreatedAt: s.CreatedAt, SeenAt: s.SeenAt, ExpiresAt: s.IdleEnd, State: "active",
		}
		if s.AbsoluteEnd.Before(s.IdleEnd) {
			l.ExpiresAt = s.AbsoluteEnd
		}
		if why := s.Dead(e.User, now); why != "" {
			l.State = string(why)
		}
		all = append(all, l)
	}
	return all
}

func tableOfSessions(out io.Writer, sessions []listedSession) *table {
	rows := newTable(out, "DEVICE", "APP", "CREATED", "LAST SEEN", "EXPIRES", "STATE", "ID")
	for _, s := range sessions {
		rows.add(s.Device, s.AppID, minute(s.CreatedAt), minute(s.SeenAt), minute(s.ExpiresAt), s.State, s.ID)
	}
	return rows
}
