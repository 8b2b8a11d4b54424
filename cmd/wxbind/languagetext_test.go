package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parsedGo are the Go files of a folder and of those below it, without tests.
func parsedGo(t *testing.T, folder string) (files []*ast.File) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		files = append(files, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// constants are the values of the files' constants that are texts.
func constants(files []*ast.File) map[string]string {
	known := map[string]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			decl, ok := n.(*ast.GenDecl)
			if !ok || decl.Tok != token.CONST {
				return true
			}
			for _, spec := range decl.Specs {
				names, values := spec.(*ast.ValueSpec).Names, spec.(*ast.ValueSpec).Values
				for i, value := range values {
					if text, ok := textOf(value, known); ok {
						known[names[i].Name] = text
					}
				}
			}
			return true
		})
	}
	return known
}

// textOf is the value of a constant expression that is a text.
func textOf(e ast.Expr, known map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		text, ok := known[e.Name]
		return text, ok
	case *ast.BinaryExpr:
		left, ok := textOf(e.X, known)
		right, also := textOf(e.Y, known)
		return left + right, ok && also && e.Op == token.ADD
	}
	return "", false
}

// speakers are the functions that people's texts go through, with the place of the text among their arguments.
var speakers = map[string]int{"errorf": 0, "textf": 0, "whole": 0, "sayf": 1, "add": 0, "do": 3, "count": 1, "newImportReport": 3, "newTable": 1}

// said are all the formats that the command says.
func formatsSaid(t *testing.T) map[string]bool {
	t.Helper()
	files := parsedGo(t, ".")
	known, all := constants(files), map[string]bool{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
				if name != "do" {
					return true
				}
			}
			at, speaks := speakers[name]
			if !speaks || len(call.Args) <= at {
				return true
			}
			if text, ok := textOf(call.Args[at], known); ok {
				all[text] = true
			}
			if name == "count" {
				many, _ := textOf(call.Args[2], known)
				all[many] = true
			}
			if name == "newTable" {
				for _, header := range call.Args[at:] {
					text, _ := textOf(header, known)
					all[text] = true
				}
			}
			return true
		})
	}
	for _, sentence := range explained {
		all[sentence] = true
	}
	return all
}

// helps are all short texts of the help, and which commands have a long one.
func helps(t *testing.T) (all, detailed map[string]bool) {
	t.Helper()
	var flags cli
	app, err := kong.New(&flags, kong.Name("wxbind"), kong.Description(description), kong.Vars{"data": defaultData}, kong.NamedMapper("given", kong.MapperFunc(given)))
	if err != nil {
		t.Fatal(err)
	}
	all, detailed = map[string]bool{}, map[string]bool{}
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		all[n.Help] = true
		if n.Detail != "" {
			detailed[n.Path()] = true
		}
		for _, v := range valuesOf(n) {
			all[v.Help] = true
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(app.Model.Node)
	delete(all, "")
	return all, detailed
}

// anyVerb is a verb with all that may stand in it.
var anyVerb = regexp.MustCompile(`%(\[\d+\])?[-+#0-9.]*[a-zA-Z%]`)

// worded is what has words, or punctuation that Chinese has of its own.
var worded = regexp.MustCompile(`[A-Za-z]|[:;,] `)

// verbsOf are the verbs of a format by the argument that they print, without %%.
func verbsOf(format string) []string {
	var all []string
	next := 1
	for _, v := range regexp.MustCompile(`%(\[(\d+)\])?([#0-9.]*)([a-zA-Z%])`).FindAllStringSubmatch(format, -1) {
		if v[4] == "%" {
			continue
		}
		if v[2] != "" {
			next, _ = strconv.Atoi(v[2])
		}
		all = append(all, strconv.Itoa(next)+v[3]+v[4])
		next++
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Whoever writes an English text for people is told here that its Chinese is missing.
func TestEveryTextIsChineseToo(t *testing.T) {
	wanted := formatsSaid(t)
	short, detailed := helps(t)
	maps.Copy(wanted, short)
	for command := range detailed {
		if zhDetails[command] == "" {
			t.Errorf("no Chinese for the long help of %q", command)
		}
	}
	for command := range zhDetails {
		if !detailed[command] {
			t.Errorf("no long help of %q", command)
		}
	}
	for text := range wanted {
		said, ok := chinese[text]
		if !ok && worded.MatchString(anyVerb.ReplaceAllString(text, "")) {
			t.Errorf("no Chinese for %q", text)
		}
		if ok && !slices.Equal(verbsOf(said), verbsOf(text)) {
			t.Errorf("%q has the verbs %v, and %q has %v", said, verbsOf(said), text, verbsOf(text))
		}
	}
	for text := range chinese {
		if !wanted[text] && !slices.Contains(ofKongsHelp, text) {
			t.Errorf("nobody says %q", text)
		}
	}
}

// A cell of a table that has words has them from a function that knows their Chinese.
func TestCellsAreSaidInChinese(t *testing.T) {
	files := parsedGo(t, ".")
	known := constants(files)
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "add" {
				return true
			}
			for _, cell := range call.Args {
				if text, ok := textOf(cell, known); ok && worded.MatchString(text) {
					t.Errorf("a table has %q in every language", text)
				}
			}
			return true
		})
	}
}

// seams are the parts of a format that may come from different places.
var seams = regexp.MustCompile(verb.String() + `|, `)

// Whoever changes what a package says is told here which Chinese nobody hears any more.
func TestEveryHeardTextIsSaid(t *testing.T) {
	files := parsedGo(t, ".")
	for _, of := range heardOf {
		files = append(files, filesLike(t, of.files)...)
	}
	known, texts := constants(files), strings.Builder{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if text, ok := textOf(e, known); ok {
					texts.WriteString(text + "\n")
				}
			}
			return true
		})
	}
	all := map[string]string{}
	for _, table := range []map[string]string{zhOthers, zhPasswords, zhSecrets, zhNetwork, zhPeers, zhDoctor, zhStack, zhChecks} {
		maps.Copy(all, table)
	}
	for format, said := range all {
		for _, part := range seams.Split(strings.TrimPrefix(format, "the username "), -1) {
			if part = strings.TrimSuffix(strings.Trim(part, " :;,("), "s"); len(part) > 3 && !strings.Contains(texts.String(), part) {
				t.Errorf("nobody says %q of %q", part, format)
			}
		}
		if a, b := len(verb.FindAllString(format, -1)), len(verbsOf(said)); a != b {
			t.Errorf("%q has %d verbs, and %q has %d", format, a, said, b)
		}
	}
	for format, said := range zhKong {
		if a, b := len(verb.FindAllString(format, -1)), len(verbsOf(said)); a != b {
			t.Errorf("%q has %d verbs, and %q has %d", format, a, said, b)
		}
	}
}
