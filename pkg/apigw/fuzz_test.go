package apigw_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/storetest"
)

// Whatever Lambda hands over, every route answers in the envelope.
func FuzzInvoke(f *testing.F) {
	files, err := filepath.Glob("../../events/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		event, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(event)
	}
	f.Add([]byte(`{"version":"2.0"}`))
	store := &storetest.Memory{}
	service := login.New(configOn(store))
	logger := slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, route := range apigw.Routes {
			out, err := apigw.New(apigw.Config{Service: service, Logger: logger}, route).Invoke(t.Context(), payload)
			var response events.APIGatewayV2HTTPResponse
			if err != nil || json.Unmarshal(out, &response) != nil {
				t.Fatalf("%s: %v", route.Path, err)
			}
			var body struct {
				Code  *int
				Error login.Code
			}
			if err := json.Unmarshal([]byte(response.Body), &body); err != nil || body.Code == nil || !utf8.ValidString(response.Body) {
				t.Fatalf("%s: no envelope: %v", route.Path, err)
			}
			if response.StatusCode == 500 {
				t.Fatalf("%s: %s", route.Path, response.Body)
			}
			if *body.Code == 0 && body.Error.Message("") == "" {
				t.Fatalf("%s: an error without a meaning: %s", route.Path, body.Error)
			}
		}
	})
}
