package admin_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

const (
	appID    = logintest.AppID
	password = logintest.Password
)

type world struct{ *logintest.World }

func newWorld(t *testing.T) *world { return &world{logintest.NewWorld(t)} }

var otherApp = logintest.OtherApp
