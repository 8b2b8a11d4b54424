package metrics_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// value is the value of a metric or an expression in one period. There is none if nothing
// was reported.
type value struct {
	is    float64
	known bool
}

// metricMath evaluates an expression of CloudWatch's metric math, word by word. It knows
// only what template.yaml uses:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
type metricMath struct {
	words   []string
	metrics map[string]value
}

var word = regexp.MustCompile(`\w+|>=|[-+*/(),]`)

// evaluate returns the value of an expression of metrics, which it names by their ids.
func evaluate(expression string, metrics map[string]value) (v value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%q is not understood: %v", expression, p)
		}
	}()
	if rest := strings.TrimSpace(word.ReplaceAllString(expression, "")); rest != "" {
		panic(rest)
	}
	m := &metricMath{word.FindAllString(expression, -1), metrics}
	if v = m.comparison(); len(m.words) > 0 {
		panic(m.words)
	}
	return v, nil
}

// next consumes the next word if it is one of some, or if some is empty.
func (m *metricMath) next(some ...string) string {
	if len(m.words) == 0 || len(some) > 0 && !slices.Contains(some, m.words[0]) {
		return ""
	}
	first := m.words[0]
	m.words = m.words[1:]
	return first
}

func (m *metricMath) must(w string) {
	if m.next(w) == "" {
		panic("no " + w)
	}
}

// with computes a value from two. It is unknown if either is.
func (v value) with(w value, reckon func(a, b float64) float64) value {
	if !v.known || !w.known {
		return value{}
	}
	return value{reckon(v.is, w.is), true}
}

func (m *metricMath) comparison() value {
	v := m.sum()
	if m.next(">=") == "" {
		return v
	}
	return v.with(m.sum(), func(a, b float64) float64 {
		if a >= b {
			return 1
		}
		return 0
	})
}

func (m *metricMath) sum() value {
	v := m.product()
	for m.next("+") != "" {
		v = v.with(m.product(), func(a, b float64) float64 { return a + b })
	}
	return v
}

func (m *metricMath) product() value {
	v := m.factor()
	for {
		switch m.next("*", "/") {
		case "*":
			v = v.with(m.factor(), func(a, b float64) float64 { return a * b })
		case "/":
			v = v.with(m.factor(), func(a, b float64) float64 { return a / b })
		default:
			return v
		}
	}
}

func (m *metricMath) factor() value {
	w := m.next()
	if number, err := strconv.ParseFloat(w, 64); err == nil {
		return value{number, true}
	}
	if v, ok := m.metrics[w]; ok {
		return v
	}
	if w != "(" {
		m.must("(")
	}
	defer m.must(")")
	switch w {
	case "(":
		return m.comparison()
	case "IF":
		return m.choice()
	case "FILL":
		v := m.comparison()
		m.must(",")
		if filling := m.comparison(); !v.known {
			return filling
		}
		return v
	case "SUM":
		return m.ofAll(func(a, b float64) float64 { return a + b })
	case "MAX":
		return m.ofAll(func(a, b float64) float64 { return max(a, b) })
	}
	panic(w)
}

func (m *metricMath) choice() value {
	condition := m.comparison()
	m.must(",")
	then := m.comparison()
	m.must(",")
	otherwise := m.comparison()
	switch {
	case !condition.known:
		return value{}
	case condition.is != 0:
		return then
	}
	return otherwise
}

// ofAll combines all metrics that have a value.
func (m *metricMath) ofAll(reckon func(a, b float64) float64) (v value) {
	for _, w := range []string{"METRICS", "(", ")"} {
		m.must(w)
	}
	for _, one := range m.metrics {
		switch {
		case !v.known:
			v = one
		case one.known:
			v = v.with(one, reckon)
		}
	}
	return v
}

func TestMetricMath(t *testing.T) {
	given := map[string]value{"a": {6, true}, "b": {3, true}, "c": {}}
	for expression, want := range map[string]value{
		"a / b + 2 * (a + b)":    {20, true},
		"a + c":                  {},
		"FILL(c, 0) + b":         {3, true},
		"IF(a >= 6, a, b)":       {6, true},
		"IF(b >= 6, a, b)":       {3, true},
		"IF(c >= 6, a, b)":       {},
		"IF(a >= 6, a / c, b)":   {},
		"SUM(METRICS())":         {9, true},
		"100 * MAX(METRICS())":   {600, true},
		"FILL(SUM(METRICS()),1)": {9, true},
	} {
		if got, err := evaluate(expression, given); err != nil || got != want {
			t.Errorf("%s is %v, %v; want %v", expression, got, err, want)
		}
	}
	for _, odd := range []string{"", "d", "a b", "(a", "RATE(a)", "a +", "!a", "a <"} {
		if got, err := evaluate(odd, given); err == nil {
			t.Errorf("%q is %v", odd, got)
		}
	}
}
