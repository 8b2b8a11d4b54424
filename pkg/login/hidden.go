package login

import "log/slog"

// Hidden is a string that must not be shown by accident. Formatted, logged or marshalled, it prints as
// [hidden]. Convert it to string where it is used.
type Hidden string

const redacted = "[hidden]"

// String hides the value from fmt's %v and %s.
func (Hidden) String() string { return redacted }

// GoString hides the value from fmt's %#v.
func (Hidden) GoString() string { return redacted }

// LogValue hides the value from slog.
func (Hidden) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the value from encoding/json and similar packages.
func (Hidden) MarshalText() ([]byte, error) { return []byte(redacted), nil }
