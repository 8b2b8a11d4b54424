package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestAppSecretIsNotShown(t *testing.T) {
	keyboard, screen := terminal(t)
	shown := make(chan string, 1)
	go func() {
		var text []byte
		buffer := make([]byte, 4096)
		keyboard.SetReadDeadline(time.Now().Add(time.Minute))
		for !bytes.Contains(text, []byte("end")) {
			n, err := keyboard.Read(buffer)
			if text = append(text, buffer[:n]...); err != nil {
				break
			}
		}
		shown <- string(text)
	}()
	var asked bytes.Buffer
	// Each line waits for its prompt: the terminal echoes what is typed before it.
	questions := writerFunc(func(p []byte) (int, error) {
		switch string(p) {
		case "AppID: ":
			time.AfterFunc(100*time.Millisecond, func() { keyboard.WriteString(" wx0123456789abcdef\n") })
		case "AppSecret: ":
			time.AfterFunc(100*time.Millisecond, func() { keyboard.WriteString("S3CRETnew \n") })
		}
		return asked.Write(p)
	})
	app, err := console{in: screen, out: screen, err: questions}.newApp(t.Context())
	if err != nil || app.ID != "wx0123456789abcdef" || app.Secret != "S3CRETnew" {
		t.Errorf("got %+v, %v", app, err)
	}
	screen.WriteString("end")
	if text := <-shown; strings.Contains(text, "S3CRET") || !strings.Contains(text, "wx0123456789abcdef") {
		t.Errorf("the terminal shows %q", text)
	}
	if strings.Contains(asked.String(), "S3CRET") {
		t.Errorf("it says %q", asked.String())
	}
}
