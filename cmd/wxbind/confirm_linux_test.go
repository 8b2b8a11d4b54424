package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestDangerousCommandsAskOnATerminal(t *testing.T) {
	for name, c := range map[string]struct {
		typed string
		want  string // of the error; "" for none
	}{
		"y":         {"y\n", ""},
		"Yes":       {"Yes\n", ""},
		"n":         {"n\n", "nothing was done"},
		"nothing":   {"\n", "nothing was done"},
		"the end":   {"\x04", "nothing was done"},
		"something": {"yesterday\n", "nothing was done"},
	} {
		t.Run(name, func(t *testing.T) {
			keyboard, screen := terminal(t)
			if _, err := keyboard.WriteString(c.typed); err != nil {
				t.Fatal(err)
			}
			var asked bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := confirmed{}.confirm(ctx, console{in: screen, err: &asked}, "Really\x1b?")
			if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
				t.Errorf("got %v", err)
			}
			if asked.String() != "Really\uFFFD? [y/N] " {
				t.Errorf("asked %q", asked.String())
			}
		})
	}
}

func TestQuestionCanBeInterrupted(t *testing.T) {
	_, screen := terminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	var asked bytes.Buffer
	if err := (confirmed{}).confirm(ctx, console{in: screen, err: &asked}, "Really?"); !errors.Is(err, errInterrupted) {
		t.Errorf("got %v", err)
	}
}

func TestImportShowsABarOnATerminalOnly(t *testing.T) {
	folder, file := data(t), fileOf(t, "users.csv", hashedUsers(1200))
	keyboard, screen := terminal(t)
	drawn := make(chan string, 1)
	go func() {
		var all strings.Builder
		for buffer := make([]byte, 4096); !strings.Contains(all.String(), "THE END"); {
			keyboard.SetReadDeadline(time.Now().Add(time.Minute))
			n, err := keyboard.Read(buffer)
			all.Write(buffer[:n])
			if err != nil {
				break
			}
		}
		drawn <- all.String()
	}()
	var out bytes.Buffer
	status := run(t.Context(), []string{"user", "import", file, "--data", folder}, console{in: strings.NewReader(""), out: &out, err: screen})
	screen.WriteString("THE END")
	if got := <-drawn; status != 0 || !strings.Contains(got, "importing") || !strings.Contains(got, "users/s") {
		t.Errorf("status %d: %s%q", status, out.String(), got)
	}
	if _, _, said := command(t, "", "user", "import", file, "--data", folder); strings.Contains(said, "importing") {
		t.Errorf("without a terminal: %q", said)
	}
}
