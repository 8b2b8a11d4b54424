package app

import (
	"io"

	"github.com/wxbind/wxbind/pkg/metrics"
)

// metrics returns the writer of a function's metrics, which go to its log. Without
// the setting Stack there are no metrics.
func (f *function) metrics(log io.Writer) *metrics.Writer {
	if f.settings.Stack == "" {
		return nil
	}
	return metrics.New(metrics.Config{Output: log, Stack: f.settings.Stack})
}
