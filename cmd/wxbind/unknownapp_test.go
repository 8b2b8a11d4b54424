package main

import (
	"strings"
	"testing"
)

// serve refuses an appId that is not its own, unless it is set to take it for the default one. Its log says so either way.
func TestServeWithAnUnknownApp(t *testing.T) {
	for setting, want := range map[string]map[string]any{
		"":        {"code": 0.0, "error": "app_id_unknown"},
		"refuse":  {"code": 0.0, "error": "app_id_unknown"},
		"default": {"code": 301.0, "error": nil},
	} {
		s := startServer(t, t.TempDir(), "WXBIND_UNKNOWN_APP="+setting)
		a := s.check("alice-1&appId=wxffffffffffffffff")
		s.interrupt()
		if a["code"] != want["code"] || a["error"] != want["error"] || !strings.Contains(s.log.String(), `"unknownAppId":"wxffffffffffffffff"`) {
			t.Errorf("%q: got %v, and the log says %s", setting, a, s.log)
		}
	}
}
