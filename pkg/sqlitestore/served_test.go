package sqlitestore_test

import (
	"path/filepath"
	"slices"
	"testing"
)

// A database knows for good which mini-programs it has served.
func TestServedApps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	if served, err := store.ServedApps(t.Context()); err != nil || len(served) != 0 {
		t.Errorf("a new one has served %v, %v", served, err)
	}
	for _, appID := range []string{"wxb", "wxa", "wxb"} {
		if err := store.AddServedApp(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
	}
	for _, when := range []string{"at once", "reopened"} {
		if served, err := store.ServedApps(t.Context()); err != nil || !slices.Equal(served, []string{"wxa", "wxb"}) {
			t.Errorf("%s: %v, %v", when, served, err)
		}
		store = open(t, path)
	}

	// An older one has served those whom somebody is bound or logged in at.
	older := filepath.Join(t.TempDir(), "wxbind.db")
	version1(t, older)
	if served, err := open(t, older).ServedApps(t.Context()); err != nil || !slices.Equal(served, []string{appID}) {
		t.Errorf("an older one has served %v, %v", served, err)
	}
}
