package contract_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
)

// The code, openapi.yaml, template.yaml and functions/ have the same routes.
func TestRoutes(t *testing.T) {
	code, folders := map[string]string{}, []string{events.Authorizer}
	for _, r := range apigw.Routes {
		code[r.Key()] = r.Function
		folders = append(folders, r.Function)
	}

	deployed := map[string]string{}
	for id, r := range theTemplate(t).Resources {
		if r.Type != "AWS::Serverless::Function" {
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
	if !maps.Equal(deployed, code) {
		t.Errorf("template.yaml has %v, the code %v", deployed, code)
	}

	var documented []string
	for path, methods := range theAPI(t).Paths {
		for method := range methods {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(documented)
	if served := slices.Sorted(maps.Keys(code)); !slices.Equal(documented, served) {
		t.Errorf("openapi.yaml has %v, the code %v", documented, served)
	}

	mains, err := filepath.Glob(filepath.Join(root, "functions", "*", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	for i, main := range mains {
		mains[i] = filepath.Base(filepath.Dir(main))
	}
	slices.Sort(folders)
	folders = slices.Compact(folders) // some serve two routes
	if !slices.Equal(mains, folders) {
		t.Errorf("functions/ has %v, the code %v", mains, folders)
	}
}

// A route of openapi.yaml asks for what the code asks for.
func TestGuards(t *testing.T) {
	session := []map[string][]string{{"Bearer": {}}, {"XToken": {}}}
	want := map[apigw.Guard][]map[string][]string{
		apigw.GuardCode: nil, apigw.GuardSession: session, apigw.GuardAuthorizer: session,
		apigw.GuardService: {{"Service": {}}},
	}
	a := theAPI(t)
	for _, r := range apigw.Routes {
		if got := a.Paths[r.Path][strings.ToLower(r.Method)].Security; !reflect.DeepEqual(got, want[r.Guard]) {
			t.Errorf("%s: openapi.yaml asks for %v, want %v", r.Key(), got, want[r.Guard])
		}
	}
}

// folderOf is the folder of a function's main package: checkbind for CheckBindFunction.
func folderOf(id string) string { return strings.ToLower(strings.TrimSuffix(id, "Function")) }

// goStub stands in for the go command: it says what it was called with.
const goStub = `#!/bin/sh
[ "$1" = build ] && echo "GOOS=$GOOS GOARCH=$GOARCH $*" >>"$GO_CALLS"
for argument; do
	[ "$last" = -o ] && echo "into [$argument]" >>"$GO_CALLS"
	last=$argument
done
exit 0
`

// `sam build` reads the makefile in the folder that ContextPath names, in the
// project's folder, and sets nothing but ARTIFACTS_DIR. So it is the folder that says
// for which processor make compiles, and not an ARCH that `make deploy ARCH=…` or the
// environment hands down.
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
