package metrics_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
)

// alarm is an alarm of template.yaml, on one metric or on an expression of several.
type alarm struct {
	metric            `yaml:",inline"`
	Statistic         string  `yaml:"Statistic"`
	Period            int     `yaml:"Period"`
	Metrics           []query `yaml:"Metrics"`
	Threshold         float64 `yaml:"Threshold"`
	EvaluationPeriods int     `yaml:"EvaluationPeriods"`
	DatapointsToAlarm int     `yaml:"DatapointsToAlarm"`
}

type metric struct {
	Namespace  string `yaml:"Namespace"`
	MetricName string `yaml:"MetricName"`
}

type query struct {
	ID         string `yaml:"Id"`
	Expression string `yaml:"Expression"`
	MetricStat struct {
		Metric metric `yaml:"Metric"`
		Stat   string `yaml:"Stat"`
		Period int    `yaml:"Period"`
	} `yaml:"MetricStat"`
}

// theAlarms returns the alarms on the metrics of a namespace, each as an expression.
func theAlarms(t *testing.T, namespace string) map[string]alarm {
	t.Helper()
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type       string    `yaml:"Type"`
			Properties yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	alarms := map[string]alarm{}
	for id, r := range template.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		var a alarm
		if err := r.Properties.Decode(&a); err != nil {
			t.Fatal(err)
		}
		if a.MetricName != "" {
			q := query{ID: "only"}
			q.MetricStat.Metric, q.MetricStat.Stat, q.MetricStat.Period = a.metric, a.Statistic, a.Period
			a.Metrics = []query{{Expression: "only"}, q}
		}
		if a.Metrics[1].MetricStat.Metric.Namespace == namespace {
			alarms[strings.TrimSuffix(id, "Alarm")] = a
		}
	}
	return alarms
}

// begins says whether the alarm goes off after periods with only these requests, as
// CloudWatch counts the metrics of their lines. Missing data does not breach.
func (a alarm) begins(t *testing.T, all []request) bool {
	t.Helper()
	sums, samples := map[string]float64{}, map[string]float64{}
	for _, r := range all {
		for name, v := range shown(t, r.Request) {
			sums[name] += v * float64(r.times)
			samples[name] += float64(r.times)
		}
	}
	values := map[string]value{}
	for _, q := range a.Metrics[1:] {
		reported := map[string]map[string]float64{"Sum": sums, "SampleCount": samples}[q.MetricStat.Stat]
		if reported == nil {
			t.Fatalf("no statistic %q here", q.MetricStat.Stat)
		}
		is, known := reported[q.MetricStat.Metric.MetricName]
		values[q.ID] = value{is, known}
	}
	return a.beginsAt(t, values)
}

// beginsAt is begins for given values of the alarm's metrics.
func (a alarm) beginsAt(t *testing.T, values map[string]value) bool {
	t.Helper()
	v, err := evaluate(a.Metrics[0].Expression, values)
	if err != nil {
		t.Fatal(err)
	}
	return v.known && v.is >= a.Threshold
}

// request is a request that came a number of times in a period.
type request struct {
	metrics.Request
	times int
}

// logins returns logins that failed for a reason, or did not fail if it is "". visits is the same for visits.
func logins(times int, failure login.Code) request {
	r := full()
	r.Failure = failure
	return request{r, times}
}

// pushes returns pushes that ended so.
func pushes(times int, outcome login.Outcome, failure login.Code) request {
	r := logins(times, failure)
	r.Counted, r.Outcome = metrics.CountedAsPush, outcome
	return r
}

// decided returns logins that did not fail, but opened no session.
func decided(times int, outcome login.Outcome) request {
	r := logins(times, "")
	r.Outcome = outcome
	return r
}

func visits(times int, failure login.Code) request {
	r := logins(times, failure)
	r.Counted = metrics.CountedAsVisit
	return r
}

// template.yaml's alarms on these metrics go off when somebody must act, whether there are
// few requests or many. They do not go off for what happens every day.
func TestAlarms(t *testing.T) {
	alarms := theAlarms(t, metrics.Namespace)
	fired := map[string]bool{}
	for name, c := range map[string]struct {
		period []request
		want   []string
	}{
		"nobody":          {nil, nil},
		"an ordinary day": {[]request{logins(100_000, ""), visits(1_000_000, ""), visits(20_000, login.SessionExpired)}, nil},
		"people's own mistakes": {[]request{
			logins(10, ""), logins(50, login.WXCodeInvalid), logins(50, login.WXCodeUsed), logins(50, login.InvalidCredentials),
			logins(50, login.TooManyAttempts), logins(50, login.UserBound), logins(50, login.WXThrottled), logins(50, login.WXUserBlocked),
		}, nil},
		"a flood of nonsense":                {[]request{logins(100_000, login.QueryMalformed), visits(100_000, login.TokenMissing)}, nil},
		"WeChat is gone":                     {[]request{logins(5, login.WXUnavailable)}, []string{"NobodyGetsIn", "WeChatFailures"}},
		"WeChat is gone, in many requests":   {[]request{logins(300_000, login.WXUnavailable)}, []string{"NobodyGetsIn", "WeChatFailures"}},
		"WeChat is gone, in a flood":         {[]request{logins(20, login.WXUnavailable), logins(100_000, login.CodeMissing)}, []string{"NobodyGetsIn", "WeChatFailures"}},
		"WeChat is gone, in a flood of junk": {[]request{logins(20, login.WXUnavailable), logins(100_000, login.TooManyCodes)}, []string{"NobodyGetsIn", "WeChatFailures"}},
		"many go round the proxy":            {[]request{logins(100, ""), logins(100_000, login.OriginKeyRequired), visits(100_000, login.OriginKeyRequired)}, nil},
		"WeChat fails one login of twenty":   {[]request{logins(95, ""), logins(5, login.WXBusy)}, []string{"WeChatFailures"}},
		"WeChat fails one login of fifty":    {[]request{logins(9_800, ""), logins(200, login.WXBusy)}, nil},
		"WeChat fails one login, at night":   {[]request{logins(1, login.WXBusy)}, nil},
		"WeChat refuses our address":         {[]request{logins(50, login.WXAddressBlocked), visits(900, "")}, []string{"NobodyGetsIn", "WeChatFailures"}},
		"WeChat's quota is spent":            {[]request{logins(50, login.WXQuotaSpent)}, []string{"NobodyGetsIn", "WeChatFailures"}},
		"the AppSecret is reset":             {[]request{logins(1, login.WXSecretRejected)}, []string{"AppSecretRejected"}},
		"the AppSecret is frozen":            {[]request{logins(100_000, login.WXSecretUnusable)}, []string{"AppSecretRejected"}},
		"DynamoDB is gone":                   {[]request{logins(500, login.StoreUnavailable), visits(500, login.StoreUnavailable)}, []string{"NobodyGetsIn", "StoreFailures"}},
		"DynamoDB is gone, and nobody comes": {[]request{visits(5, login.StoreUnavailable)}, []string{"StoreFailures"}},
		"DynamoDB is gone, and all log in":   {[]request{logins(5, login.StoreUnavailable)}, []string{"NobodyGetsIn", "StoreFailures"}},
		"DynamoDB fails one of a hundred":    {[]request{visits(99_000, ""), visits(1_000, login.StoreUnavailable)}, nil},
		"DynamoDB is gone, and few come":     {[]request{logins(2, login.StoreUnavailable)}, []string{"NobodyGetsIn"}},
		"WeChat is gone, and few come":       {[]request{logins(1, login.WXBusy), logins(1, login.WXUnavailable)}, []string{"NobodyGetsIn"}},
		"the secret is gone, and few come":   {[]request{logins(2, login.SecretUnavailable)}, []string{"NobodyGetsIn"}},
		"two of three few fail":              {[]request{logins(2, login.WXBusy), logins(1, "")}, nil},
		"two of three few fail, one binds":   {[]request{logins(2, login.WXBusy), decided(1, login.OutcomeBound)}, nil},
		"two of three few fail, one is new":  {[]request{logins(2, login.WXBusy), decided(1, login.OutcomeUnbound)}, nil},
		"DynamoDB fails one of ten logins":   {[]request{logins(9, ""), logins(1, login.StoreUnavailable)}, nil},
		"the secret cannot be read":          {[]request{logins(5, login.SecretUnavailable)}, []string{"NobodyGetsIn", "SecretFailures"}},
		"the directory is gone":              {[]request{logins(5, login.DirectoryUnavailable)}, []string{"DirectoryFailures", "NobodyGetsIn"}},
		"WeChat punishes":                    {[]request{pushes(1, login.OutcomePushPunished, "")}, []string{"Punished"}},
		"WeChat pushes all day":              {[]request{pushes(10_000, login.OutcomePushOther, ""), pushes(50, login.OutcomePushDone, ""), pushes(500, nil, login.PushRejected)}, nil},
		"a push finds DynamoDB gone":         {[]request{pushes(5, nil, login.StoreUnavailable)}, []string{"StoreFailures"}},
		"a fault of our own":                 {[]request{visits(1_000_000, ""), visits(1, login.Internal)}, []string{"InternalFailures"}},
	} {
		t.Run(name, func(t *testing.T) {
			var begun []string
			for id, a := range alarms {
				if a.begins(t, c.period) {
					begun = append(begun, id)
					fired[id] = true
				}
			}
			if slices.Sort(begun); !slices.Equal(begun, c.want) {
				t.Errorf("%v, want %v", begun, c.want)
			}
		})
	}
	for id, a := range alarms {
		if !fired[id] {
			t.Errorf("nothing here makes %s begin", id)
		}
		for _, q := range a.Metrics[1:] {
			if seconds := q.MetricStat.Period * a.EvaluationPeriods; seconds < 60 || seconds > 900 || a.DatapointsToAlarm > 1 {
				t.Errorf("%s needs %d s to begin", id, seconds)
			}
		}
	}
}

// The same holds for the alarms on AWS's own metrics, of the API or of functions. Only some
// functions report: one that nobody calls has no data.
func TestAlarmsOfServices(t *testing.T) {
	alarms := theAlarms(t, "AWS/Lambda")
	maps.Copy(alarms, theAlarms(t, "AWS/ApiGateway"))
	begun := map[string]bool{}
	for name, c := range map[string]struct {
		alarm, stat string
		values      map[string]float64
		want        bool
	}{
		"nobody logs in":                 {"LoginErrors", "Sum", nil, false},
		"nobody is logged in":            {"SessionErrors", "Sum", nil, false},
		"no errors":                      {"LoginErrors", "Sum", map[string]float64{"bind": 0, "checkbind": 0}, false},
		"one error":                      {"LoginErrors", "Sum", map[string]float64{"bind": 0, "checkbind": 1, "account": 0}, true},
		"no errors of sessions":          {"SessionErrors", "Sum", map[string]float64{"authorizer": 0, "userinfo": 0}, false},
		"one error of sessions":          {"SessionErrors", "Sum", map[string]float64{"authorizer": 0, "userinfo": 1}, true},
		"no throttles":                   {"LoginThrottles", "Sum", map[string]float64{"checkbind": 0}, false},
		"one throttle":                   {"LoginThrottles", "Sum", map[string]float64{"checkbind": 1, "bind": 0}, true},
		"no throttles of sessions":       {"SessionThrottles", "Sum", map[string]float64{"authorizer": 0}, false},
		"one throttle of sessions":       {"SessionThrottles", "Sum", map[string]float64{"authorizer": 1, "logout": 0}, true},
		"all logins in time":             {"LoginSlow", "p99", map[string]float64{"checkbind": 7_999, "bind": 7_999}, false},
		"one function is slow":           {"LoginSlow", "p99", map[string]float64{"checkbind": 50, "account": 8_000}, true},
		"all sessions in time":           {"SessionSlow", "p99", map[string]float64{"authorizer": 7_999, "introspect": 7_999}, false},
		"one function of sessions is":    {"SessionSlow", "p99", map[string]float64{"authorizer": 10, "introspect": 8_000}, true},
		"no requests":                    {"ApiFailures", "Sum", nil, false},
		"no failures":                    {"ApiFailures", "Sum", map[string]float64{"failures": 0, "requests": 1_000_000}, false},
		"four failures, at night":        {"ApiFailures", "Sum", map[string]float64{"failures": 4, "requests": 4}, false},
		"five of a hundred fail":         {"ApiFailures", "Sum", map[string]float64{"failures": 5, "requests": 100}, true},
		"a thousand of a million do":     {"ApiFailures", "Sum", map[string]float64{"failures": 1_000, "requests": 1_000_000}, false},
		"no request is refused":          {"TooManyRequests", "Sum", map[string]float64{"requests": 1_000_000}, false},
		"all of few are refused":         {"TooManyRequests", "Sum", map[string]float64{"refused": 49, "requests": 49}, false},
		"half of a hundred are":          {"TooManyRequests", "Sum", map[string]float64{"refused": 50, "requests": 100}, true},
		"one of eleven is":               {"TooManyRequests", "Sum", map[string]float64{"refused": 1_000, "requests": 11_000}, false},
		"a route's throttle is full":     {"TooManyRequests", "Sum", map[string]float64{"refused": 60_000, "requests": 90_000}, true},
		"no notice waits":                {"OutboxLate", "Maximum", nil, false},
		"notices wait for half an hour":  {"OutboxLate", "Maximum", map[string]float64{"only": 1_800_000}, false},
		"a notice waits for an hour":     {"OutboxLate", "Maximum", map[string]float64{"only": 3_600_000}, true},
		"notices are delivered":          {"OutboxErrors", "Sum", map[string]float64{"only": 0}, false},
		"the delivery crashes":           {"OutboxErrors", "Sum", map[string]float64{"only": 1}, true},
		"all of a million requests fail": {"ApiFailures", "Sum", map[string]float64{"failures": 1_000_000, "requests": 1_000_000}, true},
	} {
		t.Run(name, func(t *testing.T) {
			a := alarms[c.alarm]
			if len(a.Metrics) == 0 {
				t.Fatal("there is no such alarm")
			}
			values, known := map[string]value{}, 0
			for _, q := range a.Metrics[1:] {
				is, ok := c.values[q.ID]
				if values[q.ID] = (value{is, ok}); ok {
					known++
				}
				if seconds := q.MetricStat.Period * a.EvaluationPeriods; q.MetricStat.Stat != c.stat || seconds < 60 || seconds > 300 {
					t.Errorf("it looks at %s of %d s", q.MetricStat.Stat, seconds)
				}
			}
			if known != len(c.values) {
				t.Errorf("it does not look at all of %v", c.values)
			}
			begins := a.beginsAt(t, values)
			if begins != c.want {
				t.Errorf("it begins: %v", begins)
			}
			begun[c.alarm] = begun[c.alarm] || begins
		})
	}
	for id := range alarms {
		if !begun[id] {
			t.Errorf("nothing here makes %s begin", id)
		}
	}
}
