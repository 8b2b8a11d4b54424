package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

func TestAPIKeysOfAStack(t *testing.T) {
	const appID = "wx0123456789abcdef"
	console := wechattest.New(wechattest.Config{}).Secure(appID, false)
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key, private, certificate := file("key", console.SymmetricKey+"\n"), file("private", console.PrivateKey), file("certificate", console.Certificate)
	command := "secret app api-keys " + appID
	all := command + " --symmetric-id " + console.SymmetricID + " --symmetric-key " + key + " --private-key " + private +
		" --certificate-id " + console.CertificateID + " --certificate " + certificate

	double := secretStack(t, setSecret)
	if status, out, errors := onStack(t, "", all); status != 0 || !strings.Contains(out, "set the keys of API security of "+appID) {
		t.Fatalf("%d: %s%s", status, out, errors)
	}
	if _, err := stored(t, double).Apps[appID].API.Security(); err != nil || stored(t, double).Apps[appID].API == (login.APIKeys{}) {
		t.Errorf("the stored keys are not good: %v", err)
	}
	if status, out, _ := onStack(t, "", "secret check"); status != 0 || !strings.Contains(out, "apiKeys         set: calls for phone numbers are encrypted") {
		t.Errorf("secret check: %d, %s", status, out)
	}

	for name, row := range map[string]struct{ args, want string }{
		"not all":           {command + " --symmetric-key " + key, "or --remove alone"},
		"nothing":           {command, "or --remove alone"},
		"both":              {all + " --remove", "or --remove alone"},
		"no such file":      {strings.Replace(all, key, key+"2", 1), "key2"},
		"a folder":          {strings.Replace(all, key, folder, 1), "is no file with a key"},
		"a file too large":  {strings.Replace(all, key, file("large", strings.Repeat("x", maxKeyFile+1)), 1), "is no file with a key"},
		"files in disorder": {strings.Replace(all, private, certificate, 1), "privateKey must be an RSA key"},
		"an unknown app":    {strings.Replace(all, appID, "wxfedcba9876543210", 1), "no such mini-program"},
	} {
		t.Run(name, func(t *testing.T) {
			before := double.Value(testSecretID)
			if status, out, errors := onStack(t, "", row.args); status == 0 || !strings.Contains(errors, row.want) {
				t.Errorf("%d: %s%s, want %s", status, out, errors, row.want)
			}
			if double.Value(testSecretID) != before {
				t.Error("the secret was changed")
			}
		})
	}

	if status, out, errors := onStack(t, "", command+" --remove"); status != 0 || !strings.Contains(out, "removed the keys") {
		t.Fatalf("%d: %s%s", status, out, errors)
	}
	if stored(t, double).Apps[appID].API != (login.APIKeys{}) {
		t.Error("the keys are still there")
	}
}
