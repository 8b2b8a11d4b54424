package app

import "errors"

// EnvUnknownApp is the setting that says what becomes of a request whose appId is not configured: "refuse", which is the default,
// or "default", which takes it for the default mini-program's.
const EnvUnknownApp = "WXBIND_UNKNOWN_APP"

// UnknownAppIsDefault reads EnvUnknownApp for login.Config. The error names the setting.
func UnknownAppIsDefault(getenv func(string) string) (bool, error) {
	switch getenv(EnvUnknownApp) {
	case "", "refuse":
		return false, nil
	case "default":
		return true, nil
	}
	return false, errors.New(EnvUnknownApp + " (must be refuse or default)")
}
