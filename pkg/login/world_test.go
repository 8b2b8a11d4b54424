package login_test

import (
	"context"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

const (
	appID    = logintest.AppID
	password = logintest.Password
)

type world struct {
	*logintest.World
	// token is one that a test keeps.
	token login.Hidden
}

func newWorld(t *testing.T) *world { return &world{World: logintest.NewWorld(t)} }

var phone, otherApp = logintest.Phone, logintest.OtherApp

// touchSpy keeps the last touch.
type touchSpy struct {
	login.Store
	touched *login.Touch
}

func (s *touchSpy) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	*s.touched = o.Touch
	return s.Store.Enter(ctx, o)
}
