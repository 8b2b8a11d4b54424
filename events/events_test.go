package events_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// notEvents are files that `sam local` reads beside the events.
var notEvents = []string{"env.json", "users.json"}

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
		outcomes := 0
		for _, told := range []bool{c.Code != 0, c.Error != "", len(c.Holds) > 0 && c.Code == 0} {
			if told {
				outcomes++
			}
		}
		if outcomes != 1 {
			t.Errorf("%s: code %d, error %q and %v", c.Name, c.Code, c.Error, c.Holds)
		}
		if (c.Status == 0) != (c.Function() == events.Authorizer) {
			t.Errorf("%s: status %d", c.Name, c.Status)
		}
		for i, name := range c.After {
			before, err := events.CaseNamed(name)
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
			for _, needed := range before.After {
				if !slices.Contains(c.After[:i], needed) {
					t.Errorf("%s comes after %s, and that after %s", c.Name, name, needed)
				}
			}
		}
		if c.Function() != events.Authorizer && !slices.ContainsFunc(apigw.Routes, func(r apigw.Route) bool { return r.Function == c.Function() }) {
			t.Errorf("%s is for no function", c.Name)
		}
	}
}

// An event is one that API Gateway would send for the function's route, but for those
// that show what happens to others.
func TestEventsAreOfTheirRoutes(t *testing.T) {
	for _, c := range events.Cases() {
		if strings.HasSuffix(c.Name, "-no-http-api-event") || strings.HasSuffix(c.Name, "-payload-format-1") || strings.HasSuffix(c.Name, "-of-another-route") {
			continue
		}
		payload, err := c.Event()
		if err != nil {
			t.Fatal(err)
		}
		var event struct {
			lambda.APIGatewayV2HTTPRequest
			Type string
		}
		if err := json.Unmarshal(payload, &event); err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		// The authorizer is asked for the routes that it protects.
		asked := c.Function()
		if asked == events.Authorizer {
			asked = apigw.WhoAmI.Function
			if event.Type != "REQUEST" {
				t.Errorf("%s is of type %q", c.Name, event.Type)
			}
		}
		i := slices.IndexFunc(apigw.Routes, func(r apigw.Route) bool { return r.Function == asked && r.Key() == event.RouteKey })
		if i < 0 {
			t.Errorf("%s is for %s, which %s does not serve", c.Name, event.RouteKey, asked)
			continue
		}
		route, sent := apigw.Routes[i], event.RequestContext.HTTP
		path := strings.ReplaceAll(route.Path, "{id}", url.PathEscape(event.PathParameters["id"]))
		path = strings.ReplaceAll(path, url.PathEscape(events.SessionHere), events.SessionHere)
		if event.Version != "2.0" || event.RequestContext.RouteKey != event.RouteKey || event.RawPath != path {
			t.Errorf("%s: version %s, route %s, path %s, want %s", c.Name, event.Version, event.RouteKey, event.RawPath, path)
		}
		if sent.Method != route.Method || sent.Path == "" || sent.SourceIP == "" || event.RequestContext.RequestID == "" {
			t.Errorf("%s: %+v", c.Name, sent)
		}
	}
}

// What a login gives goes where the files leave room for it.
func TestScene(t *testing.T) {
	var scene events.Scene
	revoke, err := events.CaseNamed("sessions-revoke-good")
	if err != nil {
		t.Fatal(err)
	}
	if payload, err := scene.Event(revoke); err == nil {
		t.Errorf("without a login there is %s", payload)
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

func TestUnknownNames(t *testing.T) {
	if c, err := events.CaseNamed("bind-oops"); err == nil {
		t.Errorf("found %+v", c)
	}
	if payload, err := new(events.Scene).Event(events.Case{Name: "bind-oops"}); err == nil {
		t.Errorf("found %s", payload)
	}
	if _, err := (events.Case{Name: "bind-oops"}).Event(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
