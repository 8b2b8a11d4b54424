package storetest_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

func TestMemoryAddsMany(t *testing.T) {
	storetest.RunBulk(t, func(*testing.T) login.AdminStore { return new(storetest.Memory) })
}

func TestMemoryAddsManyBindings(t *testing.T) {
	storetest.RunBulkBindings(t, func(*testing.T) login.AdminStore { return new(storetest.Memory) })
}
