package main

import (
	"context"
	"time"

	"github.com/wxbind/wxbind/pkg/admin"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
)

// temporaryFlags are for commands that set a password.
type temporaryFlags struct {
	Temporary bool           `help:"Make a random password, which the user must replace when they bind. It is printed once."`
	ValidFor  *time.Duration `help:"How long the temporary password works, such as 24h (default 168h, which is the most)." placeholder:"DURATION"`
}

// Validate refuses a life without a temporary password, and one of 0, which would mean that the user may keep it.
func (f temporaryFlags) Validate() error {
	switch {
	case f.ValidFor == nil:
	case !f.Temporary:
		return errorf("--valid-for is for --temporary")
	case *f.ValidFor == 0:
		return admin.ErrTemporaryFor
	}
	return nil
}

// password makes a temporary password, or asks for a permanent one. life is how long it works; 0 for a permanent one.
func (f temporaryFlags) password(ctx context.Context, t console) (p login.Hidden, life time.Duration, err error) {
	if f.Temporary {
		life = login.TemporaryLife
		if f.ValidFor != nil {
			life = *f.ValidFor
		}
		return password.Generate(), life, nil
	}
	p, err = t.newPassword(ctx)
	return p, 0, err
}

// tell prints a password that was made.
func (f temporaryFlags) tell(t console, p login.Hidden, life time.Duration) {
	if f.Temporary {
		sayf(t.out, "temporary password, shown only this once: %s (until %s)\n",
			string(p), time.Now().Add(life).Format("2006-01-02 15:04 MST"))
	}
}
