package events_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
)

// notEvents lists the other files that `sam local` reads.
var notEvents = []string{"env.json", "users.json"}

// `sam local invoke --event` takes the files. Each is the whole event of the case that it
// is named after.
func TestFilesAreEventsOfCases(t *testing.T) {
	files, err := filepath.Glob("*.json")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(name string) bool { return slices.Contains(notEvents, name) })
	if len(files) == 0 {
		t.Error("there are no files")
	}
	for _, name := range files {
		c, err := events.CaseNamed(strings.TrimSuffix(name, ".json"))
		if err != nil {
			t.Error(err)
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		payload, err := c.Event()
		if err != nil {
			t.Fatal(err)
		}
		var stands, played any
		if err := errors.Join(json.Unmarshal(text, &stands), json.Unmarshal(payload, &played)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(stands, played) {
			t.Errorf("%s stands as %s and is played as %s", name, text, payload)
		}
	}
}

// Each route, and the authorizer, has a file with a good event.
func TestEachRouteHasAFile(t *testing.T) {
	keys := map[string]bool{}
	for _, c := range events.Cases() {
		if _, err := os.Stat(c.Name + ".json"); err != nil || c.Error != "" {
			continue
		}
		payload, err := c.Event()
		if err != nil {
			t.Fatal(err)
		}
		var event lambda.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(payload, &event); err != nil {
			t.Fatal(err)
		}
		keys[c.Function()+" "+event.RouteKey] = true
	}
	for _, route := range apigw.Routes() {
		if !keys[route.Function+" "+route.Key()] {
			t.Errorf("no file is a good event of %s", route.Key())
		}
	}
	if !keys[events.Authorizer+" "+apigw.WhoAmI.Key()] {
		t.Error("no file is a good event of the authorizer")
	}
}

func TestNamesAreUnique(t *testing.T) {
	names := map[string]bool{}
	for _, c := range events.Cases() {
		if names[c.Name] {
			t.Errorf("%s stands twice", c.Name)
		}
		names[c.Name] = true
	}
}

// No two cases play the same event on the same state. This finds edits that change
// nothing.
func TestCasesDiffer(t *testing.T) {
	type play struct{ function, after, event string }
	named := map[play]string{}
	for _, c := range events.Cases() {
		payload, err := c.Event()
		if err != nil {
			t.Fatal(err)
		}
		p := play{c.Function(), fmt.Sprint(c.After, c.Meanwhile), string(payload)}
		if other, ok := named[p]; ok {
			t.Errorf("%s is %s again", c.Name, other)
		}
		named[p] = c.Name
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
		if c.Function() != events.Authorizer && !slices.ContainsFunc(apigw.Routes(), func(r apigw.Route) bool { return r.Function == c.Function() }) {
			t.Errorf("%s is for no function", c.Name)
		}
	}
}

// An event is one that API Gateway would send for the function's route, except those that
// show what happens to other events.
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
		i := slices.IndexFunc(apigw.Routes(), func(r apigw.Route) bool { return r.Function == asked && r.Key() == event.RouteKey })
		if i < 0 {
			t.Errorf("%s is for %s, which %s does not serve", c.Name, event.RouteKey, asked)
			continue
		}
		route, sent := apigw.Routes()[i], event.RequestContext.HTTP
		path := strings.ReplaceAll(route.Path, "{id}", url.PathEscape(event.PathParameters["id"]))
		path = strings.ReplaceAll(path, "{appId}", url.PathEscape(event.PathParameters["appId"]))
		path = strings.ReplaceAll(path, url.PathEscape(events.SessionHere), events.SessionHere)
		if event.Version != "2.0" || event.RequestContext.RouteKey != event.RouteKey || event.RawPath != path {
			t.Errorf("%s: version %s, route %s, path %s, want %s", c.Name, event.Version, event.RouteKey, event.RawPath, path)
		}
		if sent.Method != route.Method || sent.Path != path || sent.SourceIP == "" || event.RequestContext.RequestID == "" {
			t.Errorf("%s: %+v", c.Name, sent)
		}
		if event.Headers["x-forwarded-for"] != sent.SourceIP || event.Headers["user-agent"] != sent.UserAgent {
			t.Errorf("%s: %+v and the headers %v", c.Name, sent, event.Headers)
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
