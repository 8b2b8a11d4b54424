package main

import (
	"context"
	"log/slog"
	"strings"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
)

type bindingMigrateCmd struct {
	storeFlags
	From   string `help:"The mini-program that is given up." placeholder:"APPID" required:"" type:"given"`
	To     string `help:"The mini-program that it becomes." placeholder:"APPID" required:"" type:"given"`
	DryRun bool   `help:"Only say what would be done."`
	asJSON
}

// Help says what it is for.
func (bindingMigrateCmd) Help() string {
	return `When WeChat moves a mini-program to another AppID (账号迁移), everybody has another openid there. Their unionid is the same, if both ` +
		`mini-programs are under one Open Platform account, and leads them to their user at their first launch. This command says for how many that ` +
		`works, makes everybody found by their unionid, and says what is to be done. It changes no binding, and can be repeated.`
}

// Validate refuses a move that is none.
func (c bindingMigrateCmd) Validate() error {
	if c.From == c.To && c.From != "" { // an absent flag is told of by itself
		return errorf("--from and --to are the same mini-program")
	}
	return nil
}

// migrated is what the command prints for programs.
type migrated struct {
	From   string `json:"from"`
	To     string `json:"to"`
	DryRun bool   `json:"dryRun"`
	// Bound is the sum of the counts that follow, but for NoWayIn and Noted.
	Bound       int `json:"bound"`
	BoundInTo   int `json:"boundInTo"`
	CanBe       int `json:"canBe"`
	NotAccepted int `json:"notAccepted"`
	Disabled    int `json:"disabled"`
	NoUnionID   int `json:"noUnionId"`
	// NoWayIn are those of NoUnionID who have nothing to log in with.
	NoWayIn int `json:"noWayIn"`
	// Noted is how many unionids were noted, or with DryRun are still to be.
	Noted     int                `json:"noted"`
	Conflicts []migratedConflict `json:"conflicts"`
	Todo      []string           `json:"todo"`
}

// migratedConflict is a user with a unionid by which another is found.
type migratedConflict struct {
	UserID        string `json:"userId"`
	Username      string `json:"username"`
	FoundID       string `json:"foundId"`
	FoundUsername string `json:"foundUsername"`
}

// Run prepares the move.
func (c bindingMigrateCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		secret, err := c.secret(ctx)
		if err != nil {
			return err
		}
		to, known := secret.Apps[c.To]
		to.ID = c.To
		bar := newBar(t, -1, textf("looking at"), textf("users"))
		found, err := a.MigrateBindings(ctx, c.From, to, c.DryRun, func(walked int) { _ = bar.Set(walked) })
		_ = bar.Finish()
		a.said = append(a.said, slog.String("from", c.From), slog.String("to", c.To), slog.Int("noted", found.Noted))
		switch {
		case ctx.Err() != nil:
			return errorf("%w; run the same command again to continue", errInterrupted)
		case err != nil:
			return errorf("stopped; run the same command again to continue: %w", explain(err))
		}
		m := c.migrated(found)
		m.Todo = append(m.Todo, c.todo(found, to, known)...)
		if c.JSON {
			return printJSON(t, m)
		}
		c.print(t, m)
		return nil
	})
}

func (c bindingMigrateCmd) migrated(m admin.Migration) migrated {
	all := migrated{
		From: c.From, To: c.To, DryRun: c.DryRun, Bound: m.Bound, BoundInTo: m.Present, CanBe: m.Ready, NotAccepted: m.NotAccepted,
		Disabled: m.Disabled, NoUnionID: m.NoUnionID, NoWayIn: m.NoWayIn, Noted: m.Noted, Conflicts: []migratedConflict{}, Todo: []string{},
	}
	for _, x := range m.Conflicts {
		all.Conflicts = append(all.Conflicts, migratedConflict{x.User.ID, x.User.Username, x.Found.ID, x.Found.Username})
	}
	return all
}

// print writes the counts, a line for each conflict, and what is to be done.
func (c bindingMigrateCmd) print(t console, m migrated) {
	say := func(n int, what string) {
		if n > 0 {
			sayf(t.out, "%8d %s\n", n, what)
		}
	}
	sayf(t.out, "%8d bound in %s, of whom\n", m.Bound, m.From)
	say(m.BoundInTo, textf("bound in %s already", m.To))
	say(m.CanBe, textf("known in %s at the first launch, by their unionid", m.To))
	say(m.NotAccepted, textf("registered where %s lets nobody in from", m.To))
	say(m.Disabled, textf("disabled"))
	say(m.NoUnionID, textf("without a unionid: they must bind anew"))
	say(m.NoWayIn, textf("of these without anything to bind with: no username, and no phone number that %s trusts", m.To))
	say(len(m.Conflicts), textf("with a unionid by which another user is found:"))
	for _, x := range m.Conflicts {
		sayf(t.out, "         %s\n", printable(
			admin.NameOf(login.User{ID: x.UserID, Username: x.Username})+": "+admin.NameOf(login.User{ID: x.FoundID, Username: x.FoundUsername})))
	}
	if c.DryRun {
		say(m.Noted, textf("unionids not noted yet"))
	} else {
		say(m.Noted, textf("unionids noted now"))
	}
	sayf(t.out, "\nWhat is to be done:\n")
	for i, step := range m.Todo {
		sayf(t.out, "%d. %s\n", i+1, step)
	}
}

// todo says what is to be done, in order.
func (c bindingMigrateCmd) todo(m admin.Migration, to login.App, known bool) (steps []string) {
	add := func(format string, args ...any) { steps = append(steps, textf(format, args...)) }
	if m.Bound == 0 {
		add("make sure that %s is the right mini-program: nobody is bound there", c.From)
	}
	if !known {
		if c.Stack != "" {
			add("`wxbind secret set --stack %s`: %s is not in the secret", c.Stack, c.To)
		} else {
			add("put %s into the secret's file (`wxbind serve --secret-file`), and name that file in %s for this command: the mini-program is not known here", c.To, envSecretFile)
		}
	}
	if step := c.policy(m, to); step != "" {
		add("%s", step)
	}
	if m.Noted > 0 && c.DryRun {
		add("this command without --dry-run: it notes %s", count(m.Noted, "1 unionid", "%d unionids"))
	}
	if m.NoUnionID > 0 {
		add("put both mini-programs under one Open Platform account, if they are not, and let people launch %s once more: "+
			"each login brings the unionid. Whoever does not come must bind anew in %s", c.From, c.To)
	}
	if m.NoWayIn > 0 {
		add("those who have nothing to bind with lose their account unless they launch %s once more, or choose a username or give their phone number there", c.From)
	}
	if len(m.Conflicts) > 0 {
		add("one person has two users, and is let in as the one that is found: delete the other, or bind the person anew")
	}
	add("once nobody needs %s any more: %s ends the sessions there", c.From, c.command("session revoke --app "+c.From+" --all"))
	return steps
}

// policy says how the mini-program must be set so that people are let in; "" if it is.
func (c bindingMigrateCmd) policy(m admin.Migration, to login.App) string {
	if to.Policy.LinkUnionID && m.NotAccepted == 0 {
		return ""
	}
	accept := append(append([]string{}, to.Policy.AcceptFrom...), m.NotAcceptedFrom...)
	if c.Stack == "" {
		step := textf(`"linkUnionId":true in the entry of %s in the secret's file`, c.To)
		if m.NotAccepted > 0 {
			step += textf(`, and "acceptFrom":["%s"]`, strings.Join(accept, `","`))
		}
		return textf("%s: without it they are not known by their unionid", step)
	}
	flags := " --link-union-id"
	if m.NotAccepted > 0 {
		flags += " --accept-from " + strings.Join(accept, ",")
	}
	return textf("%s: without it they are not known by their unionid", c.command("secret app set "+c.To+flags))
}

// command is a command on the same store.
func (c bindingMigrateCmd) command(args string) string {
	switch {
	case c.Stack != "":
		args += " --stack " + c.Stack
	case c.Data != "":
		args += " --data " + c.Data
	}
	return "`wxbind " + args + "`"
}

// count says how many there are. many is a format.
func count(n int, one, many string) string {
	if n == 1 {
		return whole(one)
	}
	return textf(many, n)
}
