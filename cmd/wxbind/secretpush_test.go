package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// Keys are made or taken, and whoever is deleted is set beside them.
func TestSecretAppSetPush(t *testing.T) {
	const staff = "wx0123456789abcdef"
	key := strings.Repeat("S3CRET0", 7)[:43]
	file := filepath.Join(t.TempDir(), "push.json")
	if err := os.WriteFile(file, []byte("\uFEFF"+`{"token":"S3CRETtoken"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	both := `{"token":"S3CRETtoken","encodingAESKey":"` + key + `"}`
	pushing := strings.Replace(staffSecret, `"owner":"ops"`, `"push":`+both, 1)
	taken := login.PushSettings{Token: "S3CRETtoken", EncodingAESKey: login.Hidden(key)}
	for name, row := range map[string]struct {
		secret, input, args string
		status              int
		want                string
		stored              login.PushSettings
	}{
		"from standard input": {staffSecret, both, "--push-from -", 0, "push was off and is now registered: who has registered", taken},
		"from a file":         {staffSecret, "", "--push-from " + file, 0, "warning: WeChat pushes in plain mode", login.PushSettings{Token: "S3CRETtoken"}},
		"with whom to delete": {staffSecret, both, "--push-from - --push-closed all", 0, "push was off and is now all: ", login.PushSettings{Token: taken.Token, EncodingAESKey: taken.EncodingAESKey, Closed: "all"}},
		"only whom to delete": {pushing, "", "--push-closed none", 0, "push was registered and is now none: ", login.PushSettings{Token: taken.Token, EncodingAESKey: taken.EncodingAESKey, Closed: "none"}},
		"the same again":      {pushing, both, "--push-from -", 0, "has that policy already", taken},
		"another key":         {pushing, strings.Replace(both, "token\":\"S", "token\":\"Z", 1), "--push-from -", 0, "push has another Token", login.PushSettings{Token: "Z3CRETtoken", EncodingAESKey: taken.EncodingAESKey}},
		"none any more":       {pushing, "", "--no-push", 0, "push was registered and is now off: ", login.PushSettings{}},
		"whom, and no Token":  {staffSecret, "", "--push-closed all", 1, "has no Token for pushes", login.PushSettings{}},
		"an unknown word":     {pushing, "", "--push-closed S3CRET", 1, "push.closed is none of registered, all, none", taken},
		"a short Token":       {staffSecret, `{"token":"ab"}`, "--push-from -", 1, "push.token must be 3 to 32 letters and digits", login.PushSettings{}},
		"a key cut off":       {staffSecret, strings.Replace(both, "S3CRET0S3", "S3", 1), "--push-from -", 1, "push.encodingAESKey must be 43 letters and digits", login.PushSettings{}},
		"no JSON":             {staffSecret, "S3CRETtoken", "--push-from -", 1, `must contain {"token":"…","encodingAESKey":"…"}`, login.PushSettings{}},
		"two":                 {staffSecret, both + both, "--push-from -", 1, "more than one JSON value", login.PushSettings{}},
		"the AppSecret":       {staffSecret, `{"token":"S3CRETstaff"}`, "--push-from -", 1, "push.token is the appSecret", login.PushSettings{}},
		"two sources":         {staffSecret, both, "--push-from - --new-push", 2, "can't be used together", login.PushSettings{}},
	} {
		t.Run(name, func(t *testing.T) {
			double := secretStack(t, row.secret)
			status, out, errors := onStack(t, row.input, "secret app set "+staff+" "+row.args)
			if status != row.status || !strings.Contains(out+errors, row.want) {
				t.Errorf("status %d: %s%s", status, out, errors)
			}
			if strings.Contains(out+errors, "S3CRET") {
				t.Errorf("a secret shows: %s%s", out, errors)
			}
			if got := stored(t, double).Apps[staff].Push; got != row.stored {
				t.Error("other settings are stored")
			}
		})
	}
}

// What is made is printed once, with the address.
func TestSecretAppSetNewPush(t *testing.T) {
	double := secretStack(t, staffSecret)
	status, out, errors := onStack(t, "", "secret app set wx0123456789abcdef --new-push")
	push := stored(t, double).Apps["wx0123456789abcdef"].Push
	if status != 0 || !strings.Contains(out, "/wechat/events/wx0123456789abcdef\n  Token           "+string(push.Token)+"\n  EncodingAESKey  "+string(push.EncodingAESKey)+"\n") {
		t.Errorf("status %d: %s%s", status, out, errors)
	}
	if len(push.Token) != 26 || len(push.EncodingAESKey) != 43 {
		t.Errorf("made %d and %d characters", len(push.Token), len(push.EncodingAESKey))
	}
}
