package main

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"runtime"
	"slices"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/audit"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/logtext"
	"github.com/wxbind/wxbind/pkg/requestlog"
)

// envLog is the setting of logFlag.
const envLog = "WXBIND_LOG"

// These are the forms of the log.
const (
	// logAuto is text on a terminal, and JSON elsewhere.
	logAuto = "auto"
	logText = "text"
	logJSON = "json"
)

// logFlag says how the lines look that serve logs, and the audit of other commands. The flag goes before its environment variable.
type logFlag struct {
	Log string `help:"How log lines look: text, json, or auto, which is text on a terminal and JSON elsewhere." enum:"auto,text,json," default:"" placeholder:"FORM"`
}

// form is the chosen form.
func (f logFlag) form(getenv func(string) string) (string, error) {
	form := cmp.Or(f.Log, getenv(envLog), logAuto)
	if !slices.Contains([]string{logAuto, logText, logJSON}, form) {
		return "", errorf("settings: %s (must be text, json or auto)", envLog)
	}
	return form, nil
}

// logLevelFlag is for serve.
type logLevelFlag struct {
	LogLevel string `help:"Log lines of this severity and above: debug, info, warn or error. debug says more of each request in text." enum:"debug,info,warn,error" default:"info" placeholder:"LEVEL"`
}

// levels are the levels by their names.
var levels = map[string]slog.Level{
	"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

// inText says whether log lines are text, and whether they are seen on a terminal.
func (c console) inText() (text, terminal bool) {
	_, terminal = terminalOf(c.err)
	return c.log == logText || c.log != logJSON && terminal, terminal
}

// style is how lines of text look. NO_COLOR is https://no-color.org; a console of Windows may not know colors.
func (c console) style(level slog.Level) logtext.Style {
	_, terminal := c.inText()
	return logtext.Style{
		Terminal: terminal, Details: level < slog.LevelInfo,
		Color: terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && runtime.GOOS != "windows",
	}
}

// logger writes records of this level and above to standard error.
func (c console) logger(level slog.Level) *slog.Logger {
	if text, _ := c.inText(); text {
		return slog.New(logtext.NewHandler(c.err, level, c.style(level)))
	}
	return app.Logger(c.err, level)
}

// requestLog writes the lines of requests to standard error.
func (c console) requestLog(level slog.Level, observe func(requestlog.Request)) *requestlog.Log {
	config := requestlog.Config{Output: c.err, Level: level, Observe: observe}
	if text, _ := c.inText(); text {
		config.Form = c.style(level).Request
	}
	return requestlog.New(config)
}

// audit writes what a command has done as audit lines to standard error. A terminal keeps no log, and there the lines would
// stand amid what the command prints: it gets them only if somebody asks for a form.
func (c console) audit(ctx context.Context, trail *login.Trail, attrs ...slog.Attr) {
	if _, terminal := c.inText(); terminal && c.log != logText && c.log != logJSON {
		return
	}
	audit.Write(ctx, c.logger(slog.LevelInfo), trail, attrs...)
}
