package main

import (
	"fmt"
	"io"
)

// spoken is an error that people read. It is put into their language when it is printed, so that it may be made before that
// is chosen.
type spoken struct {
	format  string
	args    []any
	english error
}

func (e *spoken) Error() string { return fmt.Errorf(whole(e.format), e.args...).Error() }

// Unwrap returns the errors of the format's %w.
func (e *spoken) Unwrap() []error {
	switch wrapper := e.english.(type) { //nolint:errorlint // this one, not what it wraps
	case interface{ Unwrap() error }:
		return []error{wrapper.Unwrap()}
	case interface{ Unwrap() []error }:
		return wrapper.Unwrap()
	}
	return nil
}

// errorf makes an error that people read. As with sayf and textf, its format is the English sentence, and chinese has the
// Chinese one.
func errorf(format string, args ...any) error {
	return &spoken{format: format, args: args, english: fmt.Errorf(format, args...)}
}

// sayf writes what people read. A terminal that is gone is no reason to stop.
func sayf(w io.Writer, format string, args ...any) { fmt.Fprintf(w, whole(format), args...) }

// textf makes a part of what people read.
func textf(format string, args ...any) string { return fmt.Sprintf(whole(format), args...) }

// whole is a text for people that stands in a variable.
func whole(text string) string {
	if inChinese.Load() {
		if said, ok := chinese[text]; ok {
			return said
		}
	}
	return text
}
