package sqlitestore

import (
	"context"
	"errors"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// SQLite reports an interruption when the caller's context ended. The error says whether by a deadline or a
// cancellation.
func TestErrorSaysOnceThatTheContextEnded(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	interrupted := errors.New("interrupted (9)")
	for _, row := range []struct {
		name string
		ctx  context.Context
		err  error
		want string
	}{
		{"SQLite's word for it", ended, interrupted, "store_unavailable: sqlitestore: context canceled: interrupted (9)"},
		{"the context's own", ended, context.Canceled, "store_unavailable: sqlitestore: context canceled"},
		{"a failure in good time", t.Context(), interrupted, "store_unavailable: sqlitestore: interrupted (9)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := failed(row.ctx, row.err)
			if err.Error() != row.want || !errors.Is(err, login.StoreUnavailable) || errors.Is(err, context.Canceled) != (row.ctx == ended) {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}
