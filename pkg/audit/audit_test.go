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
func TestLinesOfACommand(t *testing.T) {
	trail := &login.Trail{UserID: "u1", Events: []login.Event{login.EventRestore, login.EventUserAdd}}
	lines := written(t, trail, slog.String("by", "root"))
	want := map[string]any{"level": "WARN", "msg": "audit", "event": "store_restore", "userId": "u1", "by": "root"}
	if len(lines) != 2 || !maps.Equal(lines[0], want) {
		t.Errorf("got %v, want %v", lines, want)
	}
	if second := lines[1]; second["event"] != "user_add" || second["level"] != "INFO" {
		t.Errorf("the second: %v", second)
	}
	if lines := written(t, &login.Trail{Events: []login.Event{login.EventRestore}}); len(lines) != 1 || lines[0]["userId"] != nil {
		t.Errorf("without a user: %v", lines)
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
