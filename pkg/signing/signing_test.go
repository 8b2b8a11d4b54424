package signing_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/signing"
)

// The worked example of docs/directory.md works.
func TestWorkedExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/directory.md")
	if err != nil {
		t.Fatal(err)
	}
	find := func(pattern string) string {
		t.Helper()
		m := regexp.MustCompile(pattern).FindStringSubmatch(string(text))
		if m == nil {
			t.Fatalf("docs/directory.md has no %s", pattern)
		}
		return m[1]
	}
	key := find(`(?m)^key='(.*)'$`)
	path := find(`(?m)^POST (\S+) HTTP/1\.1$`)
	timestamp := find(`(?m)^Wxbind-Timestamp: (.*)$`)
	nonce := find(`(?m)^Wxbind-Nonce: (.*)$`)
	said := find(`(?m)^Wxbind-Signature: (.*)$`)
	body := find(`(?m)^(\{"username".*\})$`)
	if got := signing.Signature(login.Hidden(key), "POST", path, timestamp, nonce, []byte(body)); got != said {
		t.Errorf("the example's signature is %s; want %s", said, got)
	}
	command := `printf 'v1\nPOST\n` + strings.Join([]string{path, timestamp, nonce, body}, `\n`) + `' | openssl dgst -sha256 -hmac "$key"`
	if !strings.Contains(string(text), command) {
		t.Errorf("docs/directory.md lacks the command %s", command)
	}
}
