package secrets_test

import (
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

func TestParsePush(t *testing.T) {
	key := strings.Repeat("k", 43)
	for name, row := range map[string]struct {
		entry, fault string
		want         login.PushSettings
	}{
		"none":                {``, "", login.PushSettings{}},
		"secure":              {`,"push":{"token":"qrs","encodingAESKey":"` + key + `"}`, "", login.PushSettings{Token: "qrs", EncodingAESKey: login.Hidden(key)}},
		"plain":               {`,"push":{"token":"qrs"}`, "", login.PushSettings{Token: "qrs"}},
		"with whom to delete": {`,"push":{"token":"qrs","closed":"all"}`, "", login.PushSettings{Token: "qrs", Closed: login.ClosedAll}},
		"unknown fields":      {`,"push":{"token":"qrs","comment":1}`, "", login.PushSettings{Token: "qrs"}},
		"misspelled":          {`,"Push":{"token":"qrs"}`, "push is misspelled", login.PushSettings{}},
		"a misspelled key":    {`,"push":{"token":"qrs","encodingAesKey":"` + key + `"}`, "push.encodingAESKey is misspelled", login.PushSettings{}},
		"a misspelled Token":  {`,"push":{"Token":"qrs"}`, "push.token is misspelled", login.PushSettings{}},
		"no Token":            {`,"push":{"encodingAESKey":"` + key + `"}`, "push.token is missing", login.PushSettings{}},
		"a text":              {`,"push":"qrs"`, "push is not a JSON object", login.PushSettings{}},
		"a list":              {`,"push":["qrs"]`, "push is not a JSON object", login.PushSettings{}},
		"a placeholder":       {`,"push":{"token":"REPLACE_ME"}`, "push.token is still the placeholder", login.PushSettings{}},
		"a blank at the end":  {`,"push":{"token":"qrs "}`, "push.token begins or ends with a space", login.PushSettings{}},
		"a hyphen":            {`,"push":{"token":"q-s"}`, "push.token must be", login.PushSettings{}},
		"33 characters":       {`,"push":{"token":"` + strings.Repeat("a", 33) + `"}`, "push.token must be", login.PushSettings{}},
		"44 characters":       {`,"push":{"token":"qrs","encodingAESKey":"` + key + `="}`, "push.encodingAESKey must be", login.PushSettings{}},
		"another word":        {`,"push":{"token":"qrs","closed":"some"}`, "push.closed is none of", login.PushSettings{}},
	} {
		t.Run(name, func(t *testing.T) {
			text := `{"apps":{"wx0123456789abcdef":{"appSecret":"a"` + row.entry + `}},"sealKeys":[{"id":"0","key":"` + strings.Repeat("s", 43) + `"}]}`
			s, err := secrets.Parse([]byte(text))
			switch {
			case row.fault != "":
				if err == nil || !strings.Contains(err.Error(), row.fault) || strings.Contains(err.Error(), "qrs") {
					t.Errorf("got %v, want %q", err, row.fault)
				}
			case err != nil:
				t.Error(err)
			case s.Apps["wx0123456789abcdef"].Push != row.want:
				t.Error("other settings are read")
			}
		})
	}
}

// Outside of an app's entry it would be ignored.
func TestPushInTheWrongPlace(t *testing.T) {
	text := `{"appId":"wx0123456789abcdef","appSecret":"a","sealKey":"` + strings.Repeat("s", 43) + `","push":{"token":"qrs"}}`
	if _, err := secrets.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), "push belongs into the entry") {
		t.Errorf("got %v", err)
	}
}
