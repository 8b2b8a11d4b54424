package app

import (
	"io"

	"github.com/wxbind/wxbind/pkg/requestlog"
)

// log returns the log of a function's requests. Without the setting Stack their lines have no metrics.
func (f *function) log(output io.Writer) *requestlog.Log {
	return requestlog.New(requestlog.Config{Output: output, Stack: f.settings.Stack})
}
