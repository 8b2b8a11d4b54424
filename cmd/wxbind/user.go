package main

import (
	"context"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
)

type userAddCmd struct {
	storeFlags
	temporaryFlags
	Username string   `arg:"" help:"The name to log in with."`
	Name     string   `help:"How the platform addresses the user; the username if not given."`
	Role     []string `help:"A role of the user; may be given several times."`
	Phone    string   `help:"The user's phone number, such as +8613800138000 or 13800138000." placeholder:"NUMBER" type:"given"`
	asJSON
}

// Run adds the user.
func (c userAddCmd) Run(ctx context.Context, t console) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		if _, err := a.Phone(ctx, c.Phone); err != nil { // before the user types a password in vain
			return err
		}
		password, life, err := c.password(ctx, t)
		if err != nil {
			return err
		}
		u, err := a.Add(ctx, admin.NewUser{Username: c.Username, Name: c.Name, Password: password, TemporaryFor: life, Roles: c.Role, Phone: c.Phone})
		if err != nil {
			return err
		}
		if c.JSON {
			added := map[string]any{"user": listedOf(u)}
			if c.Temporary {
				added["temporaryPassword"] = string(password)
			}
			return printJSON(t, added)
		}
		sayf(t.out, "added %s (%s)\n", u.Username, u.ID)
		c.tell(t, password, life)
		return nil
	})
}

// oneUser is a command about an existing user.
type oneUser struct {
	storeFlags
	Username string `arg:"" help:"The username, or the id that user list shows."`
}

// find runs do for the user, whom it names as they are stored: the argument may be another form of the name, or the id.
func (c oneUser) find(ctx context.Context, t console, do func(ctx context.Context, a *administrator, named string) error) error {
	return c.with(ctx, t, func(ctx context.Context, a *administrator) error {
		u, err := a.User(ctx, c.Username)
		if err != nil {
			return err
		}
		named := u.Username
		switch {
		case named == "": // they registered by themselves
			named = u.ID
		case u.PasswordID == "": // a directory's user, whose name others may have too
			named += " (" + u.ID + ")"
		}
		return do(ctx, a, printable(named))
	})
}

// do acts on the user and prints what was done.
func (c oneUser) do(ctx context.Context, t console, act func(context.Context, *administrator) error, done string) error {
	return c.find(ctx, t, func(ctx context.Context, a *administrator, named string) error {
		if err := act(ctx, a); err != nil {
			return err
		}
		sayf(t.out, "%s\n", textf(done, named))
		return nil
	})
}

type userPasswdCmd struct {
	oneUser
	temporaryFlags
}

// Run sets the password.
func (c userPasswdCmd) Run(ctx context.Context, t console) error {
	var password login.Hidden
	var life time.Duration
	err := c.do(ctx, t, func(ctx context.Context, a *administrator) (err error) {
		if password, life, err = c.password(ctx, t); err != nil {
			return err
		}
		return a.SetTemporaryPassword(ctx, c.Username, password, life)
	}, "changed the password of %s and ended the sessions")
	if err == nil {
		c.tell(t, password, life)
	}
	return err
}

type userDisableCmd struct{ oneUser }

// Run disables the user.
func (c userDisableCmd) Run(ctx context.Context, t console) error {
	return c.do(ctx, t, func(ctx context.Context, a *administrator) error { return a.Disable(ctx, c.Username) },
		"disabled %s and ended the sessions")
}

type userEnableCmd struct{ oneUser }

// Run enables the user.
func (c userEnableCmd) Run(ctx context.Context, t console) error {
	return c.do(ctx, t, func(ctx context.Context, a *administrator) error { return a.Enable(ctx, c.Username) }, "enabled %s")
}

type userDeleteCmd struct {
	oneUser
	confirmed
}

// Run removes the user.
func (c userDeleteCmd) Run(ctx context.Context, t console) error {
	return c.find(ctx, t, func(ctx context.Context, a *administrator, named string) error {
		if err := c.confirm(ctx, t, textf("Remove %s with all bindings and sessions? This cannot be undone.", named)); err != nil {
			return err
		}
		if err := a.Delete(ctx, c.Username); err != nil {
			return err
		}
		sayf(t.out, "removed %s\n", named)
		return nil
	})
}
