package events_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
)

// Each call returns an event of its own, since cases are played in parallel.
func TestEventsShareNothing(t *testing.T) {
	scene := events.Scene{Token: "wxb_a.b", Session: "s-1", Opened: "alice-1"}
	for _, c := range events.Cases() {
		before, err := c.Event()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scene.Event(c); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if after, err := c.Event(); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s was %s and is %s: %v", c.Name, before, after, err)
		}
	}
}

// The query parameters and the content length are those that API Gateway would send.
func TestWhatFollows(t *testing.T) {
	for name, want := range map[string]struct {
		length     string
		parameters map[string]string
	}{
		"checkbind-good":                   {"", map[string]string{"code": "alice-1"}},
		"checkbind-missing-code":           {"", nil},
		"checkbind-empty-code":             {"", map[string]string{"code": ""}},
		"checkbind-repeated-code":          {"", map[string]string{"code": "alice-1,alice-2"}},
		"checkbind-malformed-query":        {"", map[string]string{"code": "alice%2-1"}},
		"checkbind-semicolon-in-query":     {"", map[string]string{"code": "alice-1;lang=en"}},
		"checkbind-good-escaped-code":      {"", map[string]string{"code": "alice-1"}},
		"checkbind-non-ascii-code":         {"", map[string]string{"code": "登录"}},
		"bind-good":                        {"63", nil},
		"bind-good-base64":                 {"63", nil},
		"bind-broken-base64":               {"63", nil},
		"bind-empty-body":                  {"0", nil},
		"bind-no-body":                     {"", nil},
		"bind-non-ascii-code":              {"62", nil},
		"account-delete-good-query":        {"", map[string]string{"code": "alice-2"}},
		"account-delete-too-large-body":    {"65544", nil},
		"unbind-force-without-code":        {"14", nil},
		"code2session-repeated-form-field": {"25", nil},
	} {
		c, err := events.CaseNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		payload, err := c.Event()
		if err != nil {
			t.Fatal(err)
		}
		var event lambda.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(payload, &event); err != nil {
			t.Fatal(err)
		}
		if event.Headers["content-length"] != want.length || !maps.Equal(event.QueryStringParameters, want.parameters) {
			t.Errorf("%s has the length %s and %v", name, event.Headers["content-length"], event.QueryStringParameters)
		}
	}
}

// What a login returns is filled into the places that the events leave for it.
func TestScene(t *testing.T) {
	var scene events.Scene
	revoke, err := events.CaseNamed("sessions-revoke-good")
	if err != nil {
		t.Fatal(err)
	}
	var missing *events.MissingError
	if payload, err := scene.Event(revoke); !errors.As(err, &missing) || missing.Missing != "token" {
		t.Errorf("without a login there is %s, %v", payload, err)
	}
	first, last := login.NewToken("a"), login.NewToken("b")
	for _, body := range []string{`{"token":"` + string(first.Text()) + `"}`, `{"code":1}`, `{"token":"` + string(last.Text()) + `"}`} {
		if err := scene.Saw([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	payload, err := scene.Event(revoke)
	if err != nil {
		t.Fatal(err)
	}
	var event lambda.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatal(err)
	}
	if event.Headers["authorization"] != "Bearer "+string(last.Text()) || event.PathParameters["id"] != first.Hash() {
		t.Errorf("the event has %s and %s", event.Headers["authorization"], event.PathParameters["id"])
	}
	for _, body := range []string{"no JSON", `{"token":"oops"}`} {
		if err := scene.Saw([]byte(body)); err == nil {
			t.Errorf("%s is taken", body)
		}
	}
}
