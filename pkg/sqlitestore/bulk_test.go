package sqlitestore_test

import (
	"path/filepath"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

func TestAddsMany(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "wxbind.db"))
	storetest.RunBulk(t, func(*testing.T) login.AdminStore { return store })
}

func TestAddsManyBindings(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "wxbind.db"))
	storetest.RunBulkBindings(t, func(*testing.T) login.AdminStore { return store })
}
