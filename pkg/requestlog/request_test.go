package requestlog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/requestlog"
)

// docs/metrics.md lists the fields of the line that are not metrics, and docs/audit.md those of an event.
func TestFieldsAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for page, heading := range map[string]string{"metrics.md": "## The line", "audit.md": "## Fields"} {
		text, err := os.ReadFile("../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		_, section, _ := strings.Cut(string(text), "\n"+heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		for row := range strings.Lines(section) {
			if cells := strings.Split(row, " | "); strings.HasPrefix(row, "| `") {
				for _, m := range regexp.MustCompile("`([A-Za-z_]+)`").FindAllStringSubmatch(cells[0], -1) {
					documented[m[1]] = true
				}
			}
		}
	}
	delete(documented, "by") // only on lines of commands
	_, line := written(t, full())
	for name := range line {
		if !isMetric(name) && !documented[name] {
			t.Errorf("neither docs/metrics.md nor docs/audit.md says what %s is", name)
		}
		delete(documented, name)
	}
	for name := range documented {
		t.Errorf("no line has the field %s that the pages list", name)
	}
}

// isMetric says whether a member of a line is a metric, or a dimension, and no more.
func isMetric(name string) bool {
	return unicode.IsUpper(rune(name[0])) && !slices.ContainsFunc(waits(), func(w metrics.Wait) bool { return w.Name == name })
}

func waits() []metrics.Wait {
	all := metrics.Waits(&login.Trail{})
	return all[:]
}

// The worst of what a request was decides on its severity.
func TestSeverity(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*requestlog.Request)
		want   string
	}{
		"a login":                    {func(*requestlog.Request) {}, "INFO"},
		"a person's mistake":         {func(r *requestlog.Request) { r.Failure = &login.Error{Code: login.WXCodeUsed} }, "INFO"},
		"worth counting":             {func(r *requestlog.Request) { r.Failure = &login.Error{Code: login.WXBusy} }, "WARN"},
		"an alarm":                   {func(r *requestlog.Request) { r.Failure = &login.Error{Code: login.StoreUnavailable} }, "ERROR"},
		"a code that nobody knows":   {func(r *requestlog.Request) { r.Failure = &login.Error{Code: "MARK"} }, "INFO"},
		"a failure of the function":  {func(r *requestlog.Request) { r.AtLeast = slog.LevelError }, "ERROR"},
		"a lapse":                    {func(r *requestlog.Request) { r.Trail.Lapses = []error{errors.New("x")} }, "WARN"},
		"a notable event":            {func(r *requestlog.Request) { r.Trail.Events = []login.Event{login.EventWrongPassword} }, "WARN"},
		"a notable one after others": {func(r *requestlog.Request) { r.Trail.Events = append(r.Trail.Events, login.EventLoginDisabled) }, "WARN"},
	} {
		t.Run(name, func(t *testing.T) {
			r := loggedIn()
			c.change(&r)
			if _, line := written(t, r); line["severity"] != c.want || line["level"] != "FATAL" {
				t.Errorf("got %v, want %s", line, c.want)
			}
		})
	}
}

// The device and the service that was named are of interest for an event only.
func TestWithoutAnEvent(t *testing.T) {
	r := full()
	r.Trail.Events = nil
	_, line := written(t, r)
	for _, name := range []string{"event", "events", "device", "service"} {
		if line[name] != nil {
			t.Errorf("%s is %v", name, line[name])
		}
	}
}

// Whatever is logged, the line stays whole: CloudWatch makes no metrics from a line of 1 MB and more.
func TestHugeTextsAreCut(t *testing.T) {
	r, huge := full(), strings.Repeat("\x00é", 1<<20)
	r.Failure.Cause, r.Trail.Lapses = verbose(huge), []error{errors.New(huge), errors.New(huge)}
	r.Trail.UserID, r.Trail.Service = huge, huge
	text, line := written(t, r)
	cause, _ := line["cause"].(string)
	if len(text) >= 1_000_000 || !strings.HasPrefix(cause, "\x00é\x00é") || line["LoginFailures"] != 1.0 {
		t.Errorf("%d bytes: %.200s", len(text), text)
	}
}

// verbose is an error that says much of itself.
type verbose string

func (v verbose) Error() string { return string(v) }

func (v verbose) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("a", string(v)), slog.String("b", string(v)), slog.String("c", string(v)), slog.String("d", string(v)), slog.String("e", string(v)),
	)
}

// odd is an error that says odd things of itself.
type odd struct{ slog.Value }

func (odd) Error() string { return "odd" }

func (o odd) LogValue() slog.Value { return o.Value }

func TestWhatAnErrorSaysOfItself(t *testing.T) {
	for name, c := range map[string]struct {
		says slog.Value
		want any
	}{
		"nothing": {slog.GroupValue(), map[string]any{}},
		"words":   {slog.StringValue("words"), "words"},
		"much": {
			slog.GroupValue(slog.Any("secret", login.Hidden("MARK")), slog.Duration("took", time.Second), slog.Group("n", slog.Int("m", -1))),
			map[string]any{"secret": "[hidden]", "took": "1s", "n": map[string]any{"m": -1.0}},
		},
	} {
		r := full()
		r.Failure.Cause = odd{c.says}
		if _, line := written(t, r); !reflect.DeepEqual(line["wechat"], c.want) {
			t.Errorf("%s: got %v, want %v", name, line["wechat"], c.want)
		}
	}
}

// No text that comes from elsewhere breaks out of its field.
func FuzzTexts(f *testing.F) {
	for _, text := range []string{"", "u1", `x","MARK":"`, "a\nb", "\\", "\xff", "\u2028", "管理员", "\x7f"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		valid := strings.ToValidUTF8(text, "")
		if valid != text || len(text) > 1<<12 {
			valid = "" // replaced or cut
		}
		var out bytes.Buffer
		r := full()
		r.ID, r.Address, r.Device = text, text, text
		r.Failure = &login.Error{Code: login.Code(text), Cause: errors.New(text)}
		r.Trail.AppID, r.Trail.OpenIDHash, r.Trail.UserID, r.Trail.Service = text, text, text, text
		r.Trail.Lapses = []error{errors.New(text)}
		requestlog.New(requestlog.Config{Output: &out, Stack: text + "s"}).Write(r)
		line := parsed(t, out.Bytes())
		for _, name := range []string{"requestId", "address", "device", "outcome", "cause", "appId", "openIdHash", "userId", "service", "lapse"} {
			if got, _ := line[name].(string); valid != "" && got != valid {
				t.Errorf("%s is %q, want %q", name, got, valid)
			}
		}
		if !json.Valid(out.Bytes()) || line["MARK"] != nil {
			t.Errorf("got %s", out.Bytes())
		}
	})
}
