package contract_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/app"
)

// A route is in pkg/apigw, functions/, openapi.yaml, template.yaml and events/, always
// under the same name.
func TestRoutes(t *testing.T) {
	code, functions := map[string]string{}, map[string]bool{apigw.AuthorizerFunction: true}
	for _, r := range apigw.Routes() {
		if r.Guard() == 0 {
			t.Fatalf("%s: give it a handler in pkg/apigw: bySession(...) or another of guard.go", r.Key())
		}
		if first := routesOf(r.Function)[0]; r.Guard() != first.Guard() {
			t.Errorf("%s and %s have different guards: give each a function of its own", r.Key(), first.Key())
		}
		if code[r.Key()] != "" {
			t.Errorf("%s is declared twice", r.Key())
		}
		code[r.Key()] = r.Function
		functions[r.Function] = true
	}
	for name := range unservedRoutes(t) {
		t.Errorf("apigw.%s is not served: put it into Routes, in pkg/apigw/route.go", name)
	}

	deployed := deployedRoutes(t)
	for key, function := range code {
		if deployed[key] != function {
			t.Errorf("template.yaml: give the function of functions/%s an event for %s; the route is sent to %q", function, key, deployed[key])
		}
	}
	for key, function := range deployed {
		if code[key] == "" {
			t.Errorf("template.yaml sends %s to functions/%s: declare the route in pkg/apigw, or take the event out", key, function)
		}
	}

	paths := theAPI(t).Paths
	for key := range code {
		method, path, _ := strings.Cut(key, " ")
		if _, ok := paths[path][strings.ToLower(method)]; !ok {
			t.Errorf("openapi.yaml: say what %s is sent and answers", key)
		}
	}
	for path, methods := range paths {
		for method := range methods {
			if key := strings.ToUpper(method) + " " + path; code[key] == "" {
				t.Errorf("openapi.yaml has %s: declare the route in pkg/apigw, or take it out", key)
			}
		}
	}

	for name := range mains(t) {
		if !functions[name] && name != app.OutboxFunction {
			t.Errorf("functions/%s serves no route: declare one in pkg/apigw with this Function, or remove the folder", name)
		}
		delete(functions, name)
	}
	for name := range functions {
		t.Errorf("functions/%s/main.go is missing: it starts the routes whose Function it is", name)
	}

	for _, r := range apigw.Routes() {
		goodCases(t, r) // fails by the route's name
	}
}

// unservedRoutes returns the names of the variables of type Route in pkg/apigw that are
// not in Routes.
func unservedRoutes(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "pkg", "apigw", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	var served string
	for _, file := range files {
		text := string(read(t, filepath.Join("pkg", "apigw", filepath.Base(file))))
		for _, m := range regexp.MustCompile(`(?m)^var (\w+) = Route\{`).FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
		if _, list, ok := strings.Cut(text, "return []Route{"); ok {
			served, _, _ = strings.Cut(list, "}")
		}
	}
	if len(names) < len(apigw.Routes()) {
		t.Fatalf("only %d of %d routes are found", len(names), len(apigw.Routes()))
	}
	for _, name := range regexp.MustCompile(`\w+`).FindAllString(served, -1) {
		delete(names, name)
	}
	return names
}

// deployedRoutes returns the folders of template.yaml's functions, by the routes that they get.
func deployedRoutes(t *testing.T) map[string]string {
	t.Helper()
	deployed := map[string]string{}
	for id, r := range theTemplate(t).Resources {
		if r.Type != "AWS::Serverless::Function" || folderOf(id) == app.OutboxFunction {
			continue
		}
		var function struct {
			Events map[string]struct {
				Type       string
				Properties struct {
					APIID                              map[string]string `json:"ApiId"`
					Method, Path, PayloadFormatVersion string
				}
			}
		}
		into(t, r.Properties, &function)
		for _, e := range function.Events {
			deployed[e.Properties.Method+" "+e.Properties.Path] = folderOf(id)
			if e.Type != "HttpApi" || e.Properties.PayloadFormatVersion != "2.0" || e.Properties.APIID["Ref"] != "Api" {
				t.Errorf("%s has the event %+v", id, e)
			}
		}
	}
	return deployed
}

// A route in openapi.yaml asks for what the route's guard asks for.
func TestGuards(t *testing.T) {
	a := theAPI(t)
	for _, r := range apigw.Routes() {
		var want []map[string][]string
		for _, scheme := range r.Guard().Security() {
			want = append(want, map[string][]string{scheme: {}})
		}
		if got := a.Paths[r.Path][strings.ToLower(r.Method)].Security; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: openapi.yaml asks for %v, want %v", r.Key(), got, want)
		}
	}
}

// folderOf is the folder of a function's main package: checkbind for CheckBindFunction.
func folderOf(id string) string { return strings.ToLower(strings.TrimSuffix(id, "Function")) }

// A route behind a code exchanges it. Its handler's type cannot demand that: the domain does it.
func TestCodeRoutesExchangeTheirCode(t *testing.T) {
	for _, r := range apigw.Routes() {
		for _, c := range goodCases(t, r) {
			if r.Guard() == apigw.GuardCode && c.WeChat == 0 {
				t.Errorf("%s succeeds in %s without asking WeChat", r.Key(), c.Name)
			}
		}
	}
}

// goStub stands in for the go command. It writes down how it was called.
const goStub = `#!/bin/sh
[ "$1" = build ] && echo "GOOS=$GOOS GOARCH=$GOARCH $*" >>"$GO_CALLS"
for argument; do
	[ "$last" = -o ] && echo "into [$argument]" >>"$GO_CALLS"
	last=$argument
done
exit 0
`

// `sam build` runs the makefile of the folder that ContextPath names, in the project's
// folder, and sets only ARTIFACTS_DIR. So that folder decides for which processor make
// compiles. An ARCH from `make deploy ARCH=…` or from the environment does not.
func TestBuildTargets(t *testing.T) {
	bin, calls := t.TempDir(), filepath.Join(t.TempDir(), "calls")
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(goStub), 0o755); err != nil {
		t.Fatal(err)
	}
	read(t, "Makefile") // so that go test knows what its cached result rests on
	tpl := theTemplate(t)
	goarch := map[any]string{"arm64": "arm64", "x86_64": "amd64"}
	if len(tpl.Parameters["Architecture"].AllowedValues) != len(goarch) {
		t.Fatalf("architectures: %v", tpl.Parameters["Architecture"].AllowedValues)
	}
	for id, r := range tpl.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		path, _ := r.Metadata["ContextPath"].(map[string]any)["Fn::Sub"].(string)
		if r.Metadata["BuildMethod"] != "makefile" {
			t.Errorf("%s is built by %v", id, r.Metadata["BuildMethod"])
		}
		for architecture, want := range goarch {
			artifacts := filepath.Join(t.TempDir(), "a folder") // of a project whose path has a space
			if err := os.Mkdir(artifacts, 0o755); err != nil {
				t.Fatal(err)
			}
			makefile := strings.ReplaceAll(path, "${Architecture}", architecture.(string)) + "/Makefile"
			read(t, makefile)
			make := exec.CommandContext(t.Context(), "make", "--makefile", makefile, "build-"+id)
			make.Dir = root
			make.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "GO_CALLS="+calls, "ARTIFACTS_DIR="+artifacts, "ARCH=stray", "MAKEFLAGS= -- ARCH=stray")
			if out, err := make.CombinedOutput(); err != nil {
				t.Errorf("%s for %s: %v\n%s", id, architecture, err, out)
				continue
			}
			called, err := os.ReadFile(calls)
			if err != nil {
				t.Fatalf("%s: go was not called: %v", id, err)
			}
			if err := os.Remove(calls); err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{
				"GOOS=linux", "GOARCH=" + want, "-tags lambda.norpc,nethttpomithttp2", "-trimpath", "-gcflags github.com/aws/...=-l", "-ldflags -s -w",
				"into [" + artifacts + "/bootstrap]", "./functions/" + folderOf(id),
			} {
				if !strings.Contains(string(called), part) {
					t.Errorf("%s for %s calls go without %q: %s", id, architecture, part, called)
				}
			}
		}
	}
}
