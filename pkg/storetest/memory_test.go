package storetest_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) login.AdminStore { return new(storetest.Memory) })
}

// The suite promises that it can run on a store that is not empty.
func TestMemoryKeepsTheContractWhenShared(t *testing.T) {
	shared := new(storetest.Memory)
	storetest.Run(t, func(*testing.T) login.AdminStore { return shared })
}
