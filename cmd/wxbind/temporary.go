package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
)

// temporaryFlags are for commands that set a password.
type temporaryFlags struct {
	Temporary bool          `help:"Make a random password, which the user must replace when they bind. It is printed once."`
	ValidFor  time.Duration `help:"How long the temporary password works, such as 24h; 168h if not given, which is the most." placeholder:"DURATION"`
}

// Validate refuses a life without a temporary password.
func (f temporaryFlags) Validate() error {
	if f.ValidFor != 0 && !f.Temporary {
		return errors.New("--valid-for is for --temporary")
	}
	return nil
}

// password makes a temporary password, or asks for a permanent one. life is how long it works; 0 for a permanent one.
func (f temporaryFlags) password(ctx context.Context, t console) (p login.Hidden, life time.Duration, err error) {
	if f.Temporary {
		return password.Generate(), cmp.Or(f.ValidFor, login.TemporaryLife), nil
	}
	p, err = t.newPassword(ctx)
	return p, 0, err
}

// tell prints a password that was made.
func (f temporaryFlags) tell(t console, p login.Hidden, life time.Duration) {
	if f.Temporary {
		fmt.Fprintf(t.out, "temporary password, shown only this once: %s (until %s)\n",
			string(p), time.Now().Add(life).Format("2006-01-02 15:04 MST"))
	}
}
