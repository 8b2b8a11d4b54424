package secrets_test

import (
	"os"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/secrets"
)

func TestSettingsFromFiles(t *testing.T) {
	folder := t.TempDir()
	file := func(content string) string {
		f, err := os.CreateTemp(folder, "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		f.WriteString(content)
		f.Chmod(0o444) // as containers mount them
		return f.Name()
	}
	for name, c := range map[string]struct {
		env        map[string]string
		read, want string
		fails      string
	}{
		"an AppSecret":           {env: map[string]string{"WX_APPSECRET_FILE": file("S3CRETa\n")}, read: "WX_APPSECRET", want: "S3CRETa"},
		"without a line break":   {env: map[string]string{"WX_APPSECRET_FILE": file("S3CRETa")}, read: "WX_APPSECRET", want: "S3CRETa"},
		"a line break of DOS":    {env: map[string]string{"WX_APPSECRET_FILE": file("S3CRETa\r\n")}, read: "WX_APPSECRET", want: "S3CRETa"},
		"a byte order mark":      {env: map[string]string{"WX_APPSECRET_FILE": file("\uFEFFS3CRETa")}, read: "WX_APPSECRET", want: "S3CRETa"},
		"services":               {env: map[string]string{"WX_SERVICES_FILE": file("a=S3CRET,b=S3CRET\n")}, read: "WX_SERVICES", want: "a=S3CRET,b=S3CRET"},
		"a directory's key":      {env: map[string]string{"WX_DIRECTORY_KEY_FILE": file("S3CRETd\n")}, read: "WX_DIRECTORY_KEY", want: "S3CRETd"},
		"a webhook's key":        {env: map[string]string{"WXBIND_WEBHOOK_KEY_FILE": file("S3CRETw\n")}, read: "WXBIND_WEBHOOK_KEY", want: "S3CRETw"},
		"the variable itself":    {env: map[string]string{"WX_APPSECRET": "S3CRETv"}, read: "WX_APPSECRET", want: "S3CRETv"},
		"another variable":       {env: map[string]string{"WX_APPID": "wxa", "WX_APPID_FILE": file("wxb")}, read: "WX_APPID", want: "wxa"},
		"both":                   {env: map[string]string{"WX_APPSECRET": "S3CRETv", "WX_APPSECRET_FILE": file("S3CRETa")}, fails: "WX_APPSECRET and WX_APPSECRET_FILE are both set"},
		"no file":                {env: map[string]string{"WX_SERVICES_FILE": folder + "/none"}, fails: "WX_SERVICES_FILE: the file cannot be opened: no such file"},
		"a value in its place":   {env: map[string]string{"WX_APPSECRET_FILE": "S3CRETa"}, fails: "WX_APPSECRET_FILE: the file cannot be opened: no such file"},
		"a directory":            {env: map[string]string{"WX_DIRECTORY_KEY_FILE": folder}, fails: "WX_DIRECTORY_KEY_FILE: " + folder + " is a directory"},
		"an empty file":          {env: map[string]string{"WX_APPSECRET_FILE": file("\n")}, fails: "is empty"},
		"a blank at the end":     {env: map[string]string{"WX_APPSECRET_FILE": file("S3CRETa \n")}, fails: "WX_APPSECRET_FILE: what the file holds begins or ends with a space"},
		"two lines":              {env: map[string]string{"WX_SERVICES_FILE": file("a=S3CRET\nb=S3CRET\n")}, fails: "invisible character"},
		"a placeholder":          {env: map[string]string{"WX_APPSECRET_FILE": file("REPLACE_ME")}, fails: "WX_APPSECRET_FILE: what the file holds is still the placeholder"},
		"more than a secret has": {env: map[string]string{"WX_APPSECRET_FILE": file(strings.Repeat("S3CRET", secrets.MaxSize))}, fails: "is longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			getenv, err := secrets.WithFiles(func(name string) string { return c.env[name] })
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "S3CRET") {
					t.Errorf("got %v, want %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := getenv(c.read); got != c.want {
				t.Errorf("another value of %s", c.read)
			}
		})
	}
}
