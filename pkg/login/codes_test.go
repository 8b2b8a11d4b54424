package login_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

func TestEveryCodeHasItsMeaning(t *testing.T) {
	listed := login.Codes()
	for _, c := range declared[login.Code](t, "codes.go", "Code") {
		if !slices.Contains(listed, c) {
			t.Errorf("give %s a row in meanings, in pkg/login/codes.go", c)
		}
		if c.Message("") == "" || c.Message("en") == "" || c.Message("") == c.Message("en") || c.Action() == "" {
			t.Errorf("%s lacks a sentence or an action", c)
		}
	}
}

// An event that the table does not know would be everyday business, and in no document.
func TestEveryEventHasItsMeaning(t *testing.T) {
	for _, e := range declared[login.Event](t, "audit.go", "Event") {
		if !e.Known() {
			t.Errorf("give %s a row in eventMeanings, in pkg/login/audit.go", e)
		}
	}
}

// An outcome's name is one word of the log.
func TestOutcomesHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for i, o := range login.Outcomes() {
		if o.String() == "" || seen[o.String()] || login.Code(o.String()).Known() {
			t.Errorf("give the outcome %d a name of its own in outcomeNames, in pkg/login/outcome.go; it has %q", i, o)
		}
		seen[o.String()] = true
	}
}

// declared reads the constants of a type of texts from their file.
func declared[T ~string](t *testing.T, name, typ string) (all []T) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == typ {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, T(text))
		}
		return true
	})
	if len(all) < 10 {
		t.Fatalf("found only %d of type %s", len(all), typ)
	}
	return all
}

func TestErrorKeepsCodeAndCause(t *testing.T) {
	cause := errors.New("the reason")
	err := fmt.Errorf("on the way: %w", login.Because(login.WXBusy, cause))
	if !errors.Is(err, login.WXBusy) || !errors.Is(err, cause) {
		t.Errorf("%v is neither its code nor its cause", err)
	}
	for name, c := range map[string]struct {
		err  error
		want login.Code
	}{
		"an Error":              {err, login.WXBusy},
		"a bare code":           {fmt.Errorf("x: %w", login.WXCodeUsed), login.WXCodeUsed},
		"anything else is ours": {cause, login.Internal},
	} {
		if got := login.AsError(c.err).Code; got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestHiddenShowsNothing(t *testing.T) {
	const value = "planted"
	h := struct{ H login.Hidden }{value}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "h", h.H, "in", h)
	for _, shown := range []string{fmt.Sprint(h), fmt.Sprintf("%v %+v %#v %s %q", h, h, h, h, h), string(text), logged.String()} {
		if strings.Contains(shown, value) {
			t.Errorf("it shows in %s", shown)
		}
	}
}
