package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/eventbus"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
)

type outboxListCmd struct {
	storeFlags
	asJSON
}

// waiting is a user with notices that wait, in a list.
type waiting struct {
	UserID  string    `json:"userId"`
	Since   time.Time `json:"since"`
	Notices int       `json:"notices"`
}

// Run lists the users with notices that wait, in JSON as {"users":[…],"notices":…,"since":…}.
func (c outboxListCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		rows, list := newTable(t.out, "USER", "SINCE", "NOTICES"), jsonList{out: t.out, name: "users"}
		users, notices, since := 0, 0, time.Time{}
		err := outbox.Walk(ctx, a.Store, func(u login.WaitingUser) error {
			of, err := a.Store.NoticesOf(ctx, u.UserID)
			if err != nil || len(of) == 0 {
				return err
			}
			users, notices = users+1, notices+len(of)
			if since.IsZero() || u.Since.Before(since) {
				since = u.Since
			}
			if c.JSON {
				return list.add(waiting{u.UserID, u.Since, len(of)})
			}
			rows.add(u.UserID, minute(u.Since), fmt.Sprint(len(of)))
			return nil
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return list.end(struct {
				Notices int        `json:"notices"`
				Since   *time.Time `json:"since"`
			}{notices, orNil(since)})
		}
		if users == 0 {
			sayf(t.out, "no notice waits\n")
			return nil
		}
		if err := rows.print(); err != nil {
			return err
		}
		sayf(t.out, "%s of %s, the oldest since %s\n", count(notices, "1 notice", "%d notices"), count(users, "1 user", "%d users"), minute(since))
		return nil
	})
}

// orNil is nil for no time.
func orNil(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

type outboxSendCmd struct {
	storeFlags
	webhookFlag
	asJSON
}

// Validate refuses what would not be done.
func (c outboxSendCmd) Validate() error {
	if c.Stack != "" && c.Webhook != "" {
		return errorf("--webhook is for --data: a stack's notices go to its bus")
	}
	return nil
}

// Help implements kong.HelpProvider.
func (outboxSendCmd) Help() string {
	return `Of an embedded store the notices go to --webhook or WXBIND_WEBHOOK, signed with the key that serve would sign with in this ` +
		`environment; of a stack to its bus, for which these credentials must allow events:PutEvents. serve and the stack send by themselves; ` +
		`this is for what waits although the receiver is well again, such as after more than a day, for which a stack's stream has forgotten it. ` +
		`A receiver may get something twice.`
}

// Run sends what waits, each user's once.
func (c outboxSendCmd) Run(ctx context.Context, t console) error {
	to, err := c.to(ctx)
	if err != nil {
		return err
	}
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		done, err := outbox.DeliverAll(ctx, a.Store, to)
		sent := textf("sent %s of %s", count(done.Notices, "1 notice", "%d notices"), count(done.Users+done.Failed, "1 user", "%d users"))
		if err != nil {
			return errorf("%s, then stopped or left some: run the same command again: %w", sent, orInterrupted(err))
		}
		if c.JSON {
			return printJSON(t, map[string]int{"notices": done.Notices, "users": done.Users})
		}
		sayf(t.out, "%s\n", sent)
		return nil
	})
}

// to is where the notices go.
func (c outboxSendCmd) to(ctx context.Context) (outbox.Sender, error) {
	if c.Stack != "" {
		return busOf(ctx, c.Stack)
	}
	switch address, _ := c.address(os.Getenv); address {
	case "", webhookOff:
		return nil, errorf("say where to: --webhook URL, or %s as in the environment of `wxbind serve`", envWebhook)
	}
	own, err := ownSecretOf(ctx, c.storeFlags)
	if err != nil {
		return nil, err
	}
	return c.sender(os.Getenv, own)
}

// busOf sends to a stack's bus.
func busOf(ctx context.Context, name string) (outbox.Sender, error) {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	cfg, err := awsSettings(ctx)
	if err != nil {
		return nil, err
	}
	s, err := findStack(ctx, cfg, name)
	if err != nil {
		return nil, err
	}
	bus := s.parameters["EventBus"]
	if bus == "" {
		return nil, errorf("stack %s keeps no notices: its parameter EventBus is empty", name)
	}
	return eventbus.New(eventbus.Config{AWS: cfg, Bus: bus}), nil
}

type outboxKeyCmd struct {
	Data string `help:"The folder of the embedded store (default ${data})." placeholder:"DIR" type:"given"`
}

// Run prints the key. It goes to standard output alone, so that it can be piped into the receiver's configuration.
func (c outboxKeyCmd) Run(ctx context.Context, t console) error {
	own, err := ownSecretOf(ctx, storeFlags{Data: c.Data})
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, string(own.initial.WebhookKey))
	return nil
}

// ownSecretOf is what serve would read with this environment.
func ownSecretOf(ctx context.Context, f storeFlags) (*ownSecret, error) {
	key, err := doctor.SealKeyIn(sealKeyIn(cmp.Or(f.Data, defaultData)))
	if err != nil {
		return nil, errorf("notices are signed with a key that is made of the seal key: %w", err)
	}
	return ownSecretFrom(ctx, os.Getenv, "", key)
}
