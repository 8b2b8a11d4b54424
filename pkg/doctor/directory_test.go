package doctor_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/doctor"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/platform"
	"github.com/wxbind/wxbind/pkg/secrets"
)

func TestDirectory(t *testing.T) {
	env := func(key login.Hidden) func(string) string {
		return func(name string) string {
			return map[string]string{"WX_APPID": appID, "WX_APPSECRET": string(appSecret), "WX_DIRECTORY_KEY": string(key)}[name]
		}
	}
	for name, row := range map[string]struct {
		key    login.Hidden
		status int
		body   string
		want   string
	}{
		"in order":           {key, 404, `{"error":"user_not_found"}`, "ok directory: answers requests signed"},
		"another key":        {key, 401, `{"error":"signature_invalid"}`, "FAIL directory: "},
		"no key":             {"", 404, `{"error":"user_not_found"}`, "FAIL directory: "},
		"another server":     {key, 404, `S3CRET not found`, "FAIL directory: "},
		"out of order":       {key, 500, `{}`, "FAIL directory: "},
		"it knows everybody": {key, 200, "", "FAIL directory: claims to know a user that was just made up"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(row.status)
				if row.body == "" {
					var call struct {
						ID string `json:"id"`
					}
					_ = json.NewDecoder(r.Body).Decode(&call)
					row.body = `{"id":"` + call.ID + `","username":"x","name":"X","roles":[],"disabled":false}`
				}
				_, _ = w.Write([]byte(row.body))
			}))
			defer server.Close()
			static, err := secrets.FromEnv(env(row.key), login.SealKey{ID: "0", Key: key})
			if err != nil {
				t.Fatal(err)
			}
			directory, err := platform.New(platform.Config{URL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1), Secrets: static})
			if err != nil {
				t.Fatal(err)
			}
			wantLines(t, []doctor.Check{doctor.Directory(directory)}, row.want)
		})
	}
}
