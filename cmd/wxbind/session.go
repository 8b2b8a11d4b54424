package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/audit"
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
	storeFlags
	Username string `arg:"" optional:"" help:"The username, or the id that user list shows. Without one, --app and --all end the sessions of everybody."`
	ID       string `help:"The session, by its id in the list." name:"id" placeholder:"ID" xor:"which" required:"" type:"given"`
	All      bool   `help:"End all sessions of the user, or of everybody in a mini-program; asks first." xor:"which" required:""`
	App      string `help:"End only those in this mini-program." placeholder:"APPID" type:"given"`
	asJSON
	confirmed
}

// Validate refuses to end the sessions of everybody everywhere, and what would not be done.
func (c sessionRevokeCmd) Validate() error {
	switch {
	case c.Username == "" && (c.App == "" || !c.All):
		return errorf("name a user, or a mini-program with --app APPID --all")
	case c.App != "" && !c.All:
		return errorf("--app is for --all: a session is in one mini-program only")
	case c.JSON && c.App == "":
		return errorf("--json is for --app")
	}
	return nil
}

// Run ends the sessions.
func (c sessionRevokeCmd) Run(ctx context.Context, t console) error {
	user := oneUser{storeFlags: c.storeFlags, Username: c.Username}
	switch {
	case c.Username == "":
		return c.with(ctx, t, func(ctx context.Context, a *administrator) error { return c.everybody(ctx, t, a) })
	case !c.All:
		return user.do(ctx, t, func(ctx context.Context, a *administrator) error { return a.RevokeSession(ctx, c.Username, c.ID) },
			"ended the session of %s")
	}
	return user.find(ctx, t, func(ctx context.Context, a *administrator, named string) error {
		if c.App != "" {
			return c.inApp(ctx, t, a, named)
		}
		if err := c.confirm(ctx, t, textf("End all sessions of %s?", named)); err != nil {
			return err
		}
		if err := a.RevokeSessions(ctx, c.Username); err != nil {
			return err
		}
		sayf(t.out, "ended all sessions of %s\n", named)
		return nil
	})
}

// inApp ends a user's sessions in a mini-program.
func (c sessionRevokeCmd) inApp(ctx context.Context, t console, a *administrator, named string) error {
	if err := c.confirm(ctx, t, textf("End all sessions of %s in %s?", named, c.App)); err != nil {
		return err
	}
	ended, err := a.RevokeSessionsIn(ctx, c.Username, c.App)
	return c.tell(t, admin.AppSessions{Ended: ended, Users: min(ended, 1)}, err)
}

// everybody ends the sessions of all users in a mini-program.
func (c sessionRevokeCmd) everybody(ctx context.Context, t console, a *administrator) error {
	if err := c.confirm(ctx, t, textf("End the sessions of all users in %s? Whoever is bound logs in again at the next launch.", c.App)); err != nil {
		return err
	}
	bar := newBar(t, -1, textf("ending sessions"), textf("users"))
	done, err := a.RevokeAppSessions(ctx, c.App, func(walked int) { _ = bar.Set(walked) })
	_ = bar.Finish()
	a.said = append(a.said, slog.String(audit.AppID, c.App), slog.Int("ended", done.Ended))
	return c.tell(t, done, err)
}

// tell reports what was done, also of a command that has failed later: it can be repeated.
func (c sessionRevokeCmd) tell(t console, done admin.AppSessions, err error) error {
	if err != nil {
		return errorf("%s, then stopped; run the same command again to continue: %w", endedIn(done, c.App), explain(orInterrupted(err)))
	}
	if c.JSON {
		return printJSON(t, struct {
			AppID string `json:"appId"`
			Ended int    `json:"ended"`
			Users int    `json:"users"`
		}{c.App, done.Ended, done.Users})
	}
	sayf(t.out, "%s\n", endedIn(done, c.App))
	return nil
}

func endedIn(done admin.AppSessions, app string) string {
	return textf("ended %s of %s in %s", count(done.Ended, "1 session", "%d sessions"), count(done.Users, "1 user", "%d users"), app)
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
		rows.add(s.Device, s.AppID, minute(s.CreatedAt), minute(s.SeenAt), minute(s.ExpiresAt), stated(zhSessionStates, s.State), s.ID)
	}
	return rows
}
