package sqlitestore_test

import (
	"path/filepath"
	"testing"

	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

func TestEpochs(t *testing.T) {
	logintest.RunEpochs(t, open(t, filepath.Join(t.TempDir(), "wxbind.db")))
}
