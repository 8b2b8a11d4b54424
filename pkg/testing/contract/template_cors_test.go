package contract_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/localgw"
)

// pages is what API Gateway's CORS says about pages in a browser:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-cors-configuration.html
type pages struct {
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders []string
	AllowCredentials                                        bool
	MaxAge                                                  int
}

// pagesOf is what it must say if pages of these origins may call: the same as `wxbind serve` does.
func pagesOf(origins []string) pages {
	return pages{
		AllowOrigins: origins, AllowMethods: apigw.Methods(), AllowHeaders: apigw.RequestHeaders(), ExposeHeaders: apigw.AnswerHeaders(),
		MaxAge: int(localgw.PreflightAge / time.Second),
	}
}

// By default no page may call. With the parameter, API Gateway's own CORS lets its origins call.
func TestPagesOfTheTemplate(t *testing.T) {
	tpl := theTemplate(t)
	if got := tpl.Parameters["CorsOrigins"].Default; got != "" {
		t.Errorf("by default %v may call", got)
	}
	if want := not(equals("CorsOrigins", "")); !reflect.DeepEqual(tpl.Conditions["HasCors"], want) {
		t.Errorf("the condition is %v", tpl.Conditions["HasCors"])
	}
	var api struct {
		DefinitionBody struct {
			CORS struct {
				If []any `json:"Fn::If"`
			} `json:"x-amazon-apigateway-cors"`
		}
	}
	into(t, tpl.Resources["Api"].Properties, &api)
	cors := api.DefinitionBody.CORS.If
	if len(cors) != 3 {
		t.Fatalf("it is %v", cors)
	}
	configured, _ := cors[1].(map[string]any)
	if !reflect.DeepEqual(cors, choice("HasCors", configured, ref("AWS::NoValue"))["Fn::If"]) {
		t.Errorf("it is %v", cors)
	}
	if want := map[string]any{"Fn::Split": []any{",", ref("CorsOrigins")}}; !reflect.DeepEqual(configured["allowOrigins"], want) {
		t.Errorf("the origins are %v", configured["allowOrigins"])
	}
	delete(configured, "allowOrigins")
	var got pages
	into(t, configured, &got)
	if want := pagesOf(nil); !reflect.DeepEqual(got, want) {
		t.Errorf("it says %+v, want %+v", got, want)
	}
}

// The parameter takes the same origins as `wxbind serve`.
func TestOriginsOfTheTemplate(t *testing.T) {
	pattern := theTemplate(t).Parameters["CorsOrigins"].AllowedPattern
	if pattern != localgw.OriginsPattern {
		t.Errorf("the pattern is\n%s, want\n%s", pattern, localgw.OriginsPattern)
	}
	matches := regexp.MustCompile(pattern)
	for origins, good := range map[string]bool{
		"":                            true,
		"*":                           true,
		"https://h5.example.com":      true,
		"https://h5.example.com:8443": true,
		"https://example.com:44,https://h5.example.cn": true,
		"https://xn--ses554g.site":                     true,
		"http://localhost":                             true,
		"http://localhost:5173,http://127.0.0.1:10086": true,
		"https://h5.example.com/":                      false,
		"https://h5.example.com/m":                     false,
		"https://h5.example.com?m":                     false,
		"https://h5.example.com#m":                     false,
		"https://me@h5.example.com":                    false,
		"https://H5.example.com":                       false,
		"HTTPS://h5.example.com":                       false,
		"https://h5.example.com:443":                   false,
		"https://h5.example.com:0":                     false,
		"https://h5.example.com:":                      false,
		"http://localhost:80":                          false,
		"http://h5.example.com":                        false,
		"http://localhost.example.com":                 false,
		"https://*.example.com":                        false,
		"https://*":                                    false,
		"http://*":                                     false,
		"*,https://h5.example.com":                     false,
		"https://h5.example.com,*":                     false,
		"*,*":                                          false,
		"null":                                         false,
		"h5.example.com":                               false,
		"file://":                                      false,
		"https://-h5.example.com":                      false,
		"https://h5..example.com":                      false,
		"https://h5.example.com,":                      false,
		",https://h5.example.com":                      false,
		"https://h5.example.com, https://example.cn":   false,
		"https://h5.example.com https://example.cn":    false,
		" https://h5.example.com":                      false,
		"https://h5.example.com\n":                     false,
	} {
		if matches.MatchString(origins) != good {
			t.Errorf("%q: the template takes it: %v", origins, !good)
		}
		if _, err := localgw.ParseOrigins(origins); (err == nil) != good {
			t.Errorf("%q: serve says %v", origins, err)
		}
	}
}

// Pages may set every header that a route reads and that a browser does not set itself.
func TestPagesMaySendWhatRoutesRead(t *testing.T) {
	byBrowsers := []string{"referer", "user-agent"}
	read := map[string]bool{}
	for _, file := range goFiles(t, "pkg/apigw") {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			f, isMethod := call.Fun.(*ast.SelectorExpr)
			name, isText := call.Args[1].(*ast.BasicLit)
			if isMethod && isText && f.Sel.Name == "Header" {
				header, err := strconv.Unquote(name.Value)
				if err != nil {
					t.Fatal(err)
				}
				read[header] = !slices.Contains(byBrowsers, header)
			}
			return true
		})
	}
	var want []string
	for header, set := range read {
		if set {
			want = append(want, header)
		}
	}
	if got := apigw.RequestHeaders(); !sameNames(got, want) || !slices.IsSorted(got) {
		t.Errorf("pages may set %v, routes read %v", got, want)
	}
}

// goFiles parses the files of a package that are not tests.
func goFiles(t *testing.T, folder string) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// Pages may read every header of an answer, but for what is the browser's own business. No answer has a header of CORS:
// API Gateway would ignore it.
func TestPagesMayReadWhatRoutesSay(t *testing.T) {
	everyPage := []string{"cache-control", "content-type", "x-content-type-options"}
	found := map[string]bool{}
	for _, c := range events.Cases() {
		if c.Function() == events.Authorizer {
			continue
		}
		w := newMemoryWorld(t)
		payload := w.prepare(t, c)
		for name := range w.answerTo(t, routeFor(t, c, payload), payload).Header {
			if name = strings.ToLower(name); !slices.Contains(everyPage, name) {
				found[name] = true
			}
		}
	}
	var want []string
	for name := range found {
		want = append(want, name)
	}
	if got := apigw.AnswerHeaders(); !sameNames(got, want) {
		t.Errorf("pages may read %v, answers have %v", got, want)
	}
}
