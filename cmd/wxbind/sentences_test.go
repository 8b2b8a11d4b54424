package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// placeholder stands in a sentence for what is only known when the program runs.
const placeholder = "x7"

// sampler makes of an expression what it could be when the program runs.
type sampler struct{ known map[string]string }

func (s sampler) of(e ast.Expr) string {
	if text, ok := textOf(e, s.known); ok {
		return s.formatted(text, nil)
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		left, right := s.of(e.X), s.of(e.Y)
		if right == placeholder && twoWords.MatchString(left) && unicode.IsLetter(rune(left[len(left)-1])) {
			right = ": " + placeholder // it may be more of the sentence
		}
		return left + right
	case *ast.SelectorExpr:
		if text, ok := s.known[e.Sel.Name]; ok {
			return text
		}
	case *ast.CallExpr:
		switch nameOfCall(e) {
		case "invalid":
			format, _ := textOf(e.Args[0], s.known)
			return "the username " + s.formatted(format, e.Args[1:])
		case "New", "Words":
			if len(e.Args) == 1 {
				return s.of(e.Args[0])
			}
		case "Sprintf", "Errorf":
			if format, ok := textOf(e.Args[0], s.known); ok {
				return s.formatted(format, e.Args[1:])
			}
			return s.of(e.Args[0])
		case "count":
			return "7 " + s.of(e.Args[1]) + "s"
		}
	}
	return placeholder
}

// formatted is what a format makes of its arguments.
func (s sampler) formatted(format string, args []ast.Expr) string {
	next := 0
	return anyVerb.ReplaceAllStringFunc(format, func(v string) string {
		if v == "%%" {
			return "%"
		}
		if at := regexp.MustCompile(`\[(\d+)\]`).FindStringSubmatch(v); at != nil {
			next, _ = strconv.Atoi(at[1])
			next--
		}
		text := placeholder
		if next < len(args) {
			text = s.of(args[next])
		}
		next++
		switch v[len(v)-1] {
		case 'd', 'o':
			return "7"
		case 'q':
			return strconv.Quote(text)
		}
		return text
	})
}

func nameOfCall(e *ast.CallExpr) string {
	switch f := e.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// sentencesIn are the sentences of some files, as they could be when the program runs.
func sentencesIn(t *testing.T, pattern string, onlyErrors bool) (all []string) {
	t.Helper()
	files := filesLike(t, pattern)
	known := constants(files)
	s := sampler{known}
	for _, file := range files { // the errors that others wrap
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == len(spec.Values) {
				for i, value := range spec.Values {
					if call, ok := value.(*ast.CallExpr); ok && (nameOfCall(call) == "New" || nameOfCall(call) == "Errorf") {
						known[spec.Names[i].Name] = s.of(call)
					}
				}
			}
			return true
		})
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec, *ast.Field:
				return false
			case *ast.FuncDecl:
				return n.Name.Name != "Help"
			case *ast.CallExpr:
				switch name := nameOfCall(n); {
				case name == "panic" || name == "MustCompile" || strings.HasSuffix(name, "Context") && name != "WithContext":
					return false
				case slices.Contains([]string{"errorf", "textf", "sayf", "whole"}, name): // see TestEveryTextIsChineseToo
					return false
				}
			}
			e, ok := n.(ast.Expr)
			if !ok || onlyErrors && !makesError(e) || !makesText(e) {
				return true
			}
			text := s.of(e)
			if strings.HasPrefix(text, " ") || strings.HasPrefix(text, ":") || strings.HasPrefix(text, ",") || strings.HasPrefix(text, ";") {
				text = placeholder + text
			}
			if text = packageNames.ReplaceAllString(text, ""); twoWords.MatchString(text) && !slices.Contains(all, text) {
				all = append(all, text)
			}
			return false
		})
	}
	return all
}

// makesText says whether an expression makes a text of texts.
func makesText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return e.Op == token.ADD && (makesText(e.X) || makesText(e.Y))
	case *ast.CallExpr:
		return slices.Contains([]string{"Sprintf", "count"}, nameOfCall(e)) || makesError(e)
	}
	return false
}

func makesError(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name == "Errorf" || f.Sel.Name == "Words" || f.Sel.Name == "New" && len(call.Args) == 1 && makesText(call.Args[0])
	case *ast.Ident:
		return f.Name == "Words" || f.Name == "invalid"
	}
	return false
}

// filesLike are the Go files of a pattern, without tests. {a,b} in it stands for either.
func filesLike(t *testing.T, pattern string) (files []*ast.File) {
	t.Helper()
	before, rest, _ := strings.Cut(pattern, "{")
	choices, after, some := strings.Cut(rest, "}")
	patterns := []string{pattern}
	if some {
		patterns = nil
		for choice := range strings.SplitSeq(choices, ",") {
			patterns = append(patterns, before+choice+after)
		}
	}
	for _, p := range patterns {
		paths, err := filepath.Glob(p)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", p, err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	return files
}
