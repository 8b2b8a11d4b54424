package app

import (
	"io"

	"github.com/wxbind/wxbind/pkg/metrics"
)

// metrics makes a function's metrics, which stand in its log. Without a stack there
// are none.
func (f *function) metrics(log io.Writer) *metrics.Writer {
	if f.settings.Stack == "" {
		return nil
	}
	return metrics.New(metrics.Config{Output: log, Stack: f.settings.Stack})
}
