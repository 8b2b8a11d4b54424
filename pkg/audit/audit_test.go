package audit_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/audit"
	"github.com/wxbind/wxbind/pkg/login"
)

// written returns the lines that are written for a trail.
func written(t *testing.T, trail *login.Trail, attrs ...slog.Attr) []map[string]any {
	t.Helper()
	var out bytes.Buffer
	audit.Write(t.Context(), slog.New(slog.NewJSONHandler(&out, nil)), trail, attrs...)
	var lines []map[string]any
	for text := range strings.Lines(out.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		delete(line, slog.TimeKey)
		lines = append(lines, line)
	}
	return lines
}

// Queries and alarms of others read these names.
func TestLineOfAnEvent(t *testing.T) {
	trail := &login.Trail{
		AppID: "wx1", OpenIDHash: "h1", UserID: "u1", Events: []login.Event{login.EventThrottled, login.EventBind},
		Repeated: true, WeChat: 1, Store: 1, Lapses: []error{login.StoreUnavailable},
	}
	lines := written(t, trail, slog.String(audit.Address, "192.0.2.1"), slog.String(audit.Device, "iPhone"),
		slog.String(audit.Route, "bind"), slog.String(audit.RequestID, "r1"))
	want := map[string]any{
		"level": "WARN", "msg": "audit", "event": "throttled", "userId": "u1", "appId": "wx1", "openIdHash": "h1",
		"address": "192.0.2.1", "device": "iPhone", "route": "bind", "requestId": "r1",
	}
	if len(lines) != 2 || !maps.Equal(lines[0], want) {
		t.Errorf("got %v, want %v", lines, want)
	}
	if second := lines[1]; second["event"] != "bind" || second["level"] != "INFO" {
		t.Errorf("the second: %v", second)
	}
}

func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	lines := written(t, &login.Trail{Events: []login.Event{login.EventWrongPassword}}, slog.String(audit.Device, ""))
	want := map[string]any{"level": "WARN", "msg": "audit", "event": "wrong_password"}
	if len(lines) != 1 || !maps.Equal(lines[0], want) {
		t.Errorf("got %v, want %v", lines, want)
	}
}

func TestNoEventNoLine(t *testing.T) {
	if lines := written(t, &login.Trail{UserID: "u1"}); lines != nil {
		t.Errorf("got %v", lines)
	}
}

// docs/audit.md lists every event, with its level.
func TestDocumentedEvents(t *testing.T) {
	document, err := os.ReadFile("../../docs/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, event := range login.Events() {
		want[string(event)], _ = written(t, &login.Trail{Events: []login.Event{event}})[0]["level"].(string)
	}
	documented := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| .* \\| (INFO|WARN) \\|$").FindAllStringSubmatch(string(document), -1) {
		documented[m[1]] = m[2]
	}
	if len(want) == 0 || !maps.Equal(documented, want) {
		t.Errorf("say each event in the table of docs/audit.md, with its level: it has %v, login.Events has %v", documented, want)
	}
}
