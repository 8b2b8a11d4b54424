package events_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
)

// notEvents are files that `sam local` reads beside the events.
var notEvents = []string{"env.json"}

func TestEveryFileHasOneCase(t *testing.T) {
	files, err := filepath.Glob("*.json")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(name string) bool { return slices.Contains(notEvents, name) })
	var cases []string
	for _, c := range events.Cases() {
		cases = append(cases, c.Name+".json")
	}
	slices.Sort(cases)
	if !slices.Equal(files, cases) {
		for _, name := range slices.Concat(files, cases) {
			if slices.Contains(files, name) != slices.Contains(cases, name) {
				t.Errorf("%s: is there a file: %v, a case: %v", name, slices.Contains(files, name), slices.Contains(cases, name))
			}
		}
		t.Error("a case stands twice, if nothing is said above")
	}
}

func TestCasesAreSound(t *testing.T) {
	for _, c := range events.Cases() {
		if (c.Code == 0) == (c.Error == "") {
			t.Errorf("%s: code %d and error %q", c.Name, c.Code, c.Error)
		}
		for _, name := range c.After {
			before, err := events.CaseNamed(name)
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
			if len(before.After) > 0 {
				t.Errorf("%s comes after %s, which comes after another", c.Name, name)
			}
		}
		if !slices.ContainsFunc(apigw.Routes, func(r apigw.Route) bool { return r.Function == c.Function() }) {
			t.Errorf("%s is for no function", c.Name)
		}
	}
}

// An event is one that API Gateway would send for the function's route, but for those
// that show what happens to others.
func TestEventsAreOfTheirRoutes(t *testing.T) {
	for _, c := range events.Cases() {
		if strings.HasSuffix(c.Name, "-no-http-api-event") || strings.HasSuffix(c.Name, "-payload-format-1") {
			continue
		}
		payload, err := c.Event()
		if err != nil {
			t.Fatal(err)
		}
		var event lambda.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(payload, &event); err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		i := slices.IndexFunc(apigw.Routes, func(r apigw.Route) bool { return r.Function == c.Function() })
		if i < 0 {
			t.Fatalf("%s is for no function", c.Name)
		}
		route, sent := apigw.Routes[i], event.RequestContext.HTTP
		key := route.Method + " " + route.Path
		if event.Version != "2.0" || event.RouteKey != key || event.RequestContext.RouteKey != key || event.RawPath != route.Path {
			t.Errorf("%s: version %s, route %s, path %s", c.Name, event.Version, event.RouteKey, event.RawPath)
		}
		if sent.Method != route.Method || sent.Path != route.Path || sent.SourceIP == "" || event.RequestContext.RequestID == "" {
			t.Errorf("%s: %+v", c.Name, sent)
		}
	}
}

func TestUnknownNames(t *testing.T) {
	if c, err := events.CaseNamed("bind-oops"); err == nil {
		t.Errorf("found %+v", c)
	}
	if _, err := (events.Case{Name: "bind-oops"}).Event(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
