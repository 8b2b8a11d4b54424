package contract_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/app"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/origin"
)

// setByLambda lists the settings that a template cannot set.
var setByLambda = []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}

func TestSettings(t *testing.T) {
	variables := theTemplate(t).Globals.Function.Environment.Variables
	var asked []string
	if _, err := app.SettingsFrom(func(name string) string { asked = append(asked, name); return "" }); err == nil {
		t.Fatal("settings are good without any")
	}
	for name := range variables {
		if !slices.Contains(asked, name) {
			t.Errorf("the template sets %s, and pkg/app does not read it", name)
		}
	}
	for _, name := range asked {
		// AWS_ENDPOINT_URL is the fallback of the two that are named.
		if _, ok := variables[name]; !ok && !slices.Contains(setByLambda, name) && name != "AWS_ENDPOINT_URL" {
			t.Errorf("pkg/app reads %s, and the template does not set it", name)
		}
	}
	want := map[string]any{
		"WXBIND_SECRET_ID": map[string]any{"Ref": "Secret"}, "WXBIND_SERVICES_SECRET_ID": map[string]any{"Ref": "ServicesSecret"},
		"WECHAT_API_BASE":      map[string]any{"Ref": "WeChatApiBase"},
		"WXBIND_DIRECTORY_URL": map[string]any{"Ref": "DirectoryUrl"},
		app.EnvUnknownApp:      map[string]any{"Ref": "UnknownApp"},
		app.EnvCheckSession:    map[string]any{"Ref": "CheckSession"}, app.EnvAvatarHosts: map[string]any{"Ref": "AvatarHosts"},
		"WXBIND_STACK":           map[string]any{"Ref": "AWS::StackName"},
		origin.EnvTrustedProxies: map[string]any{"Ref": "TrustedProxies"}, origin.EnvHeader: map[string]any{"Ref": "ClientAddressHeader"},
		origin.EnvKeyHashes: map[string]any{"Ref": "OriginKeyHashes"}, origin.EnvRequireKey: map[string]any{"Ref": "RequireOriginKey"},
		"AWS_ENDPOINT_URL_DYNAMODB": "", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "",
	}
	for _, schema := range dynamostore.Schema {
		want["WXBIND_"+strings.ToUpper(schema.Name)+"_TABLE"] = map[string]any{"Ref": schema.Name + "Table"}
	}
	want["WXBIND_OUTBOX_TABLE"] = map[string]any{"Fn::If": []any{"HasEventBus", ref("OutboxTable"), ""}}
	if !reflect.DeepEqual(variables, want) {
		t.Errorf("the functions' environment is %v, want %v", variables, want)
	}
}

// `sam local` passes on only the variables that the template declares.
func TestEnvironmentOfSAMLocal(t *testing.T) {
	var file struct{ Parameters map[string]string }
	if err := json.Unmarshal(read(t, "events/env.json"), &file); err != nil {
		t.Fatal(err)
	}
	declared := slices.Sorted(maps.Keys(theTemplate(t).Globals.Function.Environment.Variables))
	if given := slices.Sorted(maps.Keys(file.Parameters)); !slices.Equal(given, declared) {
		t.Errorf("events/env.json gives %v, the template declares %v", given, declared)
	}
	getenv := func(name string) string {
		if slices.Contains(setByLambda, name) {
			return "set by Lambda"
		}
		return file.Parameters[name]
	}
	if _, err := app.SettingsFrom(getenv); err != nil {
		t.Error(err)
	}
}

// Whatever stands in for Lambda gives a function the same time as Lambda does. A function
// keeps some of it to answer.
func TestTimeouts(t *testing.T) {
	timeout := time.Duration(theTemplate(t).Globals.Function.Timeout) * time.Second
	for where, want := range map[[2]string]time.Duration{
		{"pkg/localgw/gateway.go", "functionTimeout"}:    timeout,
		{"pkg/testing/lambdatest/process.go", "timeout"}: timeout,
	} {
		if got := constant(t, where[0], where[1]); got != want {
			t.Errorf("%s in %s is %v, the functions' timeout is %v", where[1], where[0], got, want)
		}
	}
	if margin := constant(t, "pkg/apigw/handler.go", "margin"); margin <= 0 || margin > timeout/4 {
		t.Errorf("of %v a function keeps back %v", timeout, margin)
	}
}

// constant evaluates a constant duration of a Go file.
func constant(t *testing.T, file, name string) time.Duration {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found time.Duration
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 || spec.Names[0].Name != name {
			return true
		}
		expression := types.ExprString(spec.Values[0])
		for unit, d := range map[string]time.Duration{"time.Second": time.Second, "time.Millisecond": time.Millisecond} {
			count, rest, product := strings.Cut(expression, " * ")
			if product && rest == unit {
				n, err := time.ParseDuration(count + "ns")
				if err != nil {
					t.Fatal(err)
				}
				found = n * d
			}
		}
		return false
	})
	if found == 0 {
		t.Fatalf("no constant %s in %s", name, file)
	}
	return found
}
