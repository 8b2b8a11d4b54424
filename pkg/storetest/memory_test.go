package storetest_test

import (
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) login.AdminStore { return memory(t) })
}

// The suite promises that it can run on a store that is not empty.
func TestMemoryKeepsTheContractWhenShared(t *testing.T) {
	shared := memory(t)
	storetest.Run(t, func(*testing.T) login.AdminStore { return shared })
}

// memory is a store that keeps notices.
func memory(t *testing.T) *storetest.Memory {
	m := new(storetest.Memory)
	if err := m.WantNotices(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMemoryKeepsNoticesWhileTheyAreWanted(t *testing.T) {
	storetest.RunWanted(t, func(*testing.T) storetest.Wanting { return new(storetest.Memory) })
}
