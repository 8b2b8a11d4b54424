package app

import (
	"bytes"
	"log"
	"log/slog"
	"os"
	"strings"
	"testing"
)

func TestLoggerCarriesNothingOfPackageLog(t *testing.T) {
	before := slog.Default()
	t.Cleanup(func() {
		slog.SetDefault(before)
		log.SetOutput(os.Stderr)
	})
	var out bytes.Buffer
	SetLogger(Logger(&out, slog.LevelInfo))
	log.Print("starting with MARK")
	slog.Info("ours")
	got := out.String()
	if strings.Contains(got, "MARK") {
		t.Errorf("got %s", got)
	}
	for _, want := range []string{`"timestamp":`, `"level":"INFO"`, `"msg":"ours"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}
