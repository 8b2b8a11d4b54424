package logtext_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/logtext"
)

func TestRecord(t *testing.T) {
	for name, c := range map[string]struct {
		log  func(*slog.Logger)
		want string // behind the time
	}{
		"a notice":       {func(l *slog.Logger) { l.Info("ready again") }, "       ready again\n"},
		"why":            {func(l *slog.Logger) { l.Warn("cannot purge", "error", "the disk is full") }, " WARN  cannot purge: the disk is full\n"},
		"why, an error":  {func(l *slog.Logger) { l.Error("serving an older secret", "cause", errors.New("a\nb")) }, " ERROR serving an older secret: a; b\n"},
		"other fields":   {func(l *slog.Logger) { l.Warn("x", "check", "files", "do", "chmod 0600 it", "error", "y") }, " WARN  x: y  check=files do=\"chmod 0600 it\"\n"},
		"groups":         {func(l *slog.Logger) { l.With("a", 1).WithGroup("g").Warn("x", "b", 2) }, " WARN  x  a=1 g.b=2\n"},
		"a secret":       {func(l *slog.Logger) { l.Info("x", "error", login.Hidden("MARK"), "key", login.Hidden("MARK")) }, "       x: [hidden]  key=[hidden]\n"},
		"foreign text":   {func(l *slog.Logger) { l.Info("a\x1b[31m", "b", "\x1b[31m", "error", "\r") }, "       a�[31m: �  b=\"\\x1b[31m\"\n"},
		"below":          {func(l *slog.Logger) { l.Debug("x") }, ""},
		"of a command":   {func(l *slog.Logger) { l.Info("audit", "event", "user_disable", "userId", "u1", "by", "root") }, "       audit  event=user_disable userId=u1 by=root\n"},
		"nothing to say": {func(l *slog.Logger) { l.Info("") }, "       \n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			c.log(slog.New(logtext.NewHandler(&out, slog.LevelInfo, logtext.Style{Terminal: true})))
			got := out.String()
			if got != "" {
				got = got[len("15:04:05"):]
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Records of several goroutines each have a whole line, in one call.
func TestRecordsDoNotMix(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(logtext.NewHandler(&out, slog.LevelInfo, logtext.Style{}))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				log.With("a", "1").Info("x", "b", "2")
			}
		})
	}
	wg.Wait()
	for line := range strings.Lines(out.String()) {
		if !strings.HasSuffix(line, "       x  a=1 b=2\n") {
			t.Fatalf("got %q", line)
		}
	}
}
