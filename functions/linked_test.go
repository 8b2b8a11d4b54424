package functions_test

import (
	"debug/elf"
	"debug/gosym"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/needs"
)

// linkedFor lists packages with the need for which a function links their code. Without
// that need it must not. Code that runs when the process starts does not count: every
// imported package has it.
var linkedFor = map[string]needs.Set{
	"github.com/wxbind/wxbind/pkg/dynamostore":            needs.Tables,
	"github.com/aws/aws-sdk-go-v2/service/dynamodb":       needs.Tables,
	"github.com/wxbind/wxbind/pkg/secrets":                needs.Secret | needs.Services,
	"github.com/wxbind/wxbind/pkg/secrets/awssource":      needs.Secret | needs.Services,
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager": needs.Secret | needs.Services,
	"github.com/wxbind/wxbind/pkg/wechat":                 needs.WeChat,
	"github.com/wxbind/wxbind/pkg/platform":               needs.Directory,
	"github.com/wxbind/wxbind/pkg/password":               needs.Passwords,
	"github.com/wxbind/wxbind/pkg/passwordpolicy":         needs.Passwords,
	"github.com/wxbind/wxbind/pkg/username":               needs.Passwords,
	"golang.org/x/crypto/argon2":                          needs.Passwords,
	// Only functions/outbox, which has no route, puts events on a bus.
	"github.com/aws/aws-sdk-go-v2/service/eventbridge": 0,
}

// importedFor are packages that come from mains alone. What they run when a program starts is not among
// what linkedPackages finds.
var importedFor = map[string]needs.Set{
	"github.com/wxbind/wxbind/pkg/secrets/awssource": needs.Secret | needs.Services,
	"github.com/wxbind/wxbind/pkg/password":          needs.Passwords,
	"github.com/wxbind/wxbind/pkg/passwordpolicy":    needs.Passwords,
	"github.com/wxbind/wxbind/pkg/username":          needs.Passwords,
	"github.com/wxbind/wxbind/pkg/eventbus":          0,
}

// neverImported lists packages that no function may import.
var neverImported = []string{
	"modernc.org/sqlite", "github.com/wxbind/wxbind/pkg/sqlitestore", "github.com/wxbind/wxbind/pkg/wechattest",
	"github.com/wxbind/wxbind/pkg/localgw", "github.com/wxbind/wxbind/pkg/playground", "github.com/aws/aws-sdk-go-v2/config", "github.com/aws/aws-sdk-go-v2/service/sts",
	"github.com/wxbind/wxbind/pkg/logtext", "github.com/wxbind/wxbind/pkg/exposition", "github.com/alecthomas/kong", "testing", "net/rpc",
}

func TestFunctionsLinkOnlyWhatTheyNeed(t *testing.T) {
	for _, name := range functions() {
		linked := linkedPackages(t, built(t, "./"+name))
		if !linked["runtime"] || !linked["github.com/wxbind/wxbind/pkg/app"] {
			t.Fatalf("%s: the list is wrong", name)
		}
		needed := needsOf(name)
		for pkg, need := range linkedFor {
			if want := needed&need != 0; linked[pkg] != want {
				t.Errorf("functions/%s links %s: %v, want %v; its routes need %s, and its parts are those of its main", name, pkg, linked[pkg], want, needed)
			}
		}
	}
}

func TestFunctionsImportOnlyWhatTheyMay(t *testing.T) {
	for _, name := range functions() {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "lambda.norpc,nethttpomithttp2", "./"+name).Output()
		if err != nil {
			t.Fatal(err)
		}
		imported := strings.Fields(string(out))
		if !slices.Contains(imported, "github.com/wxbind/wxbind/pkg/dynamostore") {
			t.Fatalf("%s: the list is wrong", name)
		}
		for _, heavy := range neverImported {
			if slices.Contains(imported, heavy) {
				t.Errorf("functions/%s imports %s", name, heavy)
			}
		}
		for pkg, need := range importedFor {
			if want := needsOf(name)&need != 0; slices.Contains(imported, pkg) != want {
				t.Errorf("functions/%s imports %s: %v, want %v; its routes need %s", name, pkg, !want, want, needsOf(name))
			}
		}
	}
}

// needsOf returns what the routes of a function need.
func needsOf(function string) needs.Set {
	if function == apigw.AuthorizerFunction {
		return apigw.AuthorizerNeeds
	}
	var all needs.Set
	for _, route := range apigw.Routes() {
		if route.Function == function {
			all |= route.Needs()
		}
	}
	return all
}

// linkedPackages returns the packages whose functions a program contains, apart from those
// that run when it starts. The symbols are stripped, but a panic must still be able to name
// functions.
func linkedPackages(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	section, text := file.Section(".gopclntab"), file.Section(".text")
	if section == nil || text == nil {
		t.Fatalf("%s has no function names", path)
	}
	lines, err := section.Data()
	if err != nil {
		t.Fatal(err)
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(lines, text.Addr))
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]bool{}
	for _, f := range table.Funcs {
		if pkg := f.PackageName(); !strings.HasPrefix(strings.TrimPrefix(f.Name, pkg+"."), "init") && !strings.HasPrefix(strings.TrimPrefix(f.Name, pkg+"."), "map.init") {
			packages[pkg] = true
		}
	}
	return packages
}
