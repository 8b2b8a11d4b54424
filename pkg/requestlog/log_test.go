package requestlog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/metrics"
	"github.com/wxbind/wxbind/pkg/requestlog"
	"github.com/wxbind/wxbind/pkg/wechat"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 345_000_000, time.FixedZone("CST", 8*3600))

// onStack returns the log of a function of the stack "prod", at noon.
func onStack(out io.Writer) *requestlog.Log {
	return requestlog.New(requestlog.Config{Output: out, Stack: "prod", Now: func() time.Time { return noon }})
}

// loggedIn returns a login as it happens every day.
func loggedIn() requestlog.Request {
	return requestlog.Request{
		Route: "checkbind", ID: "JKJaXmPLvHcESHA=", Counted: metrics.CountedAsLogin, Outcome: login.OutcomeLogin, Status: 200,
		Address: "192.0.2.1", Device: "iPhone", Took: 61234567 * time.Nanosecond,
		Trail: &login.Trail{
			AppID: "wx0123456789abcdef", OpenIDHash: "c79d1b3befe268fe", UserID: "u1", Events: []login.Event{login.EventLogin},
			WeChat: 50123 * time.Microsecond, Store: 10123 * time.Microsecond,
		},
	}
}

// full returns a request that has everything that any request may have.
func full() requestlog.Request {
	r := loggedIn()
	r.Failure = &login.Error{Code: login.WXUnavailable, Cause: &wechat.Error{
		Host: "https://api.weixin.qq.com", Fault: wechat.Refused, Attempts: 1, Errcode: 40164, Status: 200, Detail: "x", RID: "y", Address: "203.0.113.7",
	}}
	t := r.Trail
	t.Hashing, t.Directory, t.Repeated, t.Prefetched, t.Service = 7*time.Millisecond, time.Millisecond, true, true, "orders"
	t.UnknownAppID, t.Phone = "wxffffffffffffffff", "Yg2Sj1cbp8yC2Xr4:00"
	t.Pushed, t.Punishment = "wxa_punish_event", "4"
	t.Events = append(t.Events, login.EventPasswordChange)
	t.Lapses = []error{errors.New("one"), errors.New("two")}
	return r
}

// written returns the line of a request, as text and as JSON.
func written(t *testing.T, r requestlog.Request) (text string, line map[string]any) {
	t.Helper()
	var out bytes.Buffer
	onStack(&out).Write(r)
	return out.String(), parsed(t, out.Bytes())
}

// parsed reads a line as somebody does who tells upper case from lower case in no name.
func parsed(t *testing.T, text []byte) map[string]any {
	t.Helper()
	if !bytes.HasSuffix(text, []byte("}\n")) || bytes.Count(text, []byte("\n")) != 1 {
		t.Fatalf("it is not one line: %q", text)
	}
	line, seen := map[string]any{}, map[string]bool{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		var value any
		if err := errors.Join(err, decoder.Decode(&value)); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		key, _ := name.(string)
		if folded := strings.ToLower(key); seen[folded] {
			t.Errorf("two members are called %s: %s", key, text)
		} else {
			seen[folded] = true
		}
		line[key] = value
	}
	return line
}

// The test compares whole lines: CloudWatch makes no metrics from a line that is not quite right, and each byte costs.
func TestLine(t *testing.T) {
	const (
		begin         = `{"timestamp":"2026-01-02T04:00:00.345Z","level":"FATAL","severity":`
		known         = `"requestId":"JKJaXmPLvHcESHA=","userId":"u1","appId":"wx0123456789abcdef","openIdHash":"c79d1b3befe268fe"`
		beforeMetrics = `"_aws":{"Timestamp":1767326400345,"CloudWatchMetrics":[{"Namespace":"wxbind","Dimensions":[["Stack"]],"Metrics":`
	)
	for name, c := range map[string]struct {
		change func(*requestlog.Request)
		want   string
	}{
		"a login": {
			func(*requestlog.Request) {},
			`"INFO","msg":"request","route":"checkbind","outcome":"login","status":200,` + known + `,"address":"192.0.2.1","event":"login","device":"iPhone",` +
				`"totalMs":61.234,"WeChatLatency":50.123,"StoreLatency":10.123,` +
				beforeMetrics + `[{"Name":"Logins"},{"Name":"LoginLatency"},{"Name":"WeChatLatency"},{"Name":"StoreLatency"}]}]},` +
				`"Stack":"prod","Logins":1,"LoginLatency":61.234}`,
		},
		"a tap": {
			func(r *requestlog.Request) {
				r.Route, r.Trail.Phone = "bindphone", "Yg2Sj1cbp8yC2Xr4:00"
				r.Trail.Events = []login.Event{login.EventRegister, login.EventBind}
			},
			`"INFO","msg":"request","route":"bindphone","outcome":"login","status":200,` + known + `,"phone":"Yg2Sj1cbp8yC2Xr4:00","address":"192.0.2.1",` +
				`"event":"register","events":["register","bind"],"device":"iPhone","totalMs":61.234,"WeChatLatency":50.123,"StoreLatency":10.123,` +
				beforeMetrics + `[{"Name":"Logins"},{"Name":"Binds"},{"Name":"LoginLatency"},{"Name":"WeChatLatency"},{"Name":"StoreLatency"}]}]},` +
				`"Stack":"prod","Logins":1,"Binds":1,"LoginLatency":61.234}`,
		},
		"a mini-program that is not configured": {
			func(r *requestlog.Request) {
				r.Outcome, r.Failure, r.Status = nil, &login.Error{Code: login.AppIDUnknown}, 400
				r.Address, r.Trail = "", &login.Trail{UnknownAppID: "wxffffffffffffffff"}
			},
			`"WARN","msg":"request","route":"checkbind","outcome":"app_id_unknown","status":400,"requestId":"JKJaXmPLvHcESHA=",` +
				`"unknownAppId":"wxffffffffffffffff","totalMs":61.234,` +
				beforeMetrics + `[{"Name":"LoginFailures"}]},{"Namespace":"wxbind","Dimensions":[["Stack","Error"]],"Metrics":[{"Name":"LoginFailures"}]}]},` +
				`"Stack":"prod","Error":"malformed","LoginFailures":1}`,
		},
		"a bind with a temporary password": {
			func(r *requestlog.Request) {
				r.Route, r.Trail.Hashing, r.Trail.Repeated = "bind", 7*time.Millisecond, true
				r.Trail.Events = []login.Event{login.EventBind, login.EventPasswordChange}
			},
			`"INFO","msg":"request","route":"bind","outcome":"login","status":200,` + known + `,"address":"192.0.2.1",` +
				`"event":"bind","events":["bind","password_change"],"device":"iPhone",` +
				`"totalMs":61.234,"WeChatLatency":50.123,"StoreLatency":10.123,"HashingLatency":7,"repeated":true,` +
				beforeMetrics + `[{"Name":"Logins"},{"Name":"Binds"},{"Name":"LoginLatency"},{"Name":"WeChatLatency"},{"Name":"StoreLatency"},{"Name":"HashingLatency"}]}]},` +
				`"Stack":"prod","Logins":1,"Binds":1,"LoginLatency":61.234}`,
		},
		"a login that fails": {
			func(r *requestlog.Request) {
				r.Outcome, r.Failure, r.Status = nil, &login.Error{Code: login.StoreUnavailable, Cause: errors.New(`a "cause"`)}, 503
				r.Address, r.Trail = "", &login.Trail{Lapses: []error{errors.New("one"), errors.New("two")}}
			},
			`"ERROR","msg":"request","route":"checkbind","outcome":"store_unavailable","status":503,"requestId":"JKJaXmPLvHcESHA=",` +
				`"totalMs":61.234,"cause":"a \"cause\"","lapse":"one\ntwo",` +
				beforeMetrics + `[{"Name":"LoginFailures"},{"Name":"StoreFailures"},{"Name":"Lapses"},{"Name":"LoginLatency"}]},` +
				`{"Namespace":"wxbind","Dimensions":[["Stack","Error"]],"Metrics":[{"Name":"LoginFailures"}]}]},` +
				`"Stack":"prod","Error":"store_unavailable","LoginFailures":1,"StoreFailures":1,"Lapses":2,"LoginLatency":61.234}`,
		},
		"WeChat refuses": {
			func(r *requestlog.Request) {
				r.Outcome, r.Failure, r.Trail.Events = nil, full().Failure, nil
				r.Address, r.Trail.UserID, r.Trail.Store = "", "", 0
			},
			`"WARN","msg":"request","route":"checkbind","outcome":"wx_unavailable","status":200,"requestId":"JKJaXmPLvHcESHA=",` +
				`"appId":"wx0123456789abcdef","openIdHash":"c79d1b3befe268fe","totalMs":61.234,"WeChatLatency":50.123,` +
				`"cause":"https://api.weixin.qq.com: refused, errcode 40164, status 200, detail x, rid y, address 203.0.113.7",` +
				`"wechat":{"fault":"refused","host":"https://api.weixin.qq.com","attempts":1,"errcode":40164,"status":200,"detail":"x","rid":"y","address":"203.0.113.7"},` +
				beforeMetrics + `[{"Name":"LoginFailures"},{"Name":"WeChatFailures"},{"Name":"LoginLatency"},{"Name":"WeChatLatency"}]},` +
				`{"Namespace":"wxbind","Dimensions":[["Stack","Error"]],"Metrics":[{"Name":"LoginFailures"}]}]},` +
				`"Stack":"prod","Error":"wx_unavailable","LoginFailures":1,"WeChatFailures":1,"LoginLatency":61.234}`,
		},
		"a visit": {
			func(r *requestlog.Request) {
				r.Route, r.Counted, r.Outcome, r.Address = "authorizer", metrics.CountedAsVisit, login.OutcomeAllowed, ""
				r.Status, r.Trail.Events, r.Trail.WeChat = 0, nil, 0
			},
			`"INFO","msg":"request","route":"authorizer","outcome":"allowed",` + known + `,"totalMs":61.234,"StoreLatency":10.123,` +
				beforeMetrics + `[{"Name":"Visits"},{"Name":"VisitLatency"}]}]},"Stack":"prod","Visits":1,"VisitLatency":61.234}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := loggedIn()
			c.change(&r)
			var out bytes.Buffer
			log := onStack(&out)
			for range 2 { // the second is made in the memory of the first
				out.Reset()
				log.Write(r)
				if got := out.String(); got != begin+c.want+"\n" {
					t.Errorf("got\n%swant\n%s", got, begin+c.want)
				}
			}
			parsed(t, out.Bytes())
		})
	}
}

// docs/metrics.md shows the line of a login.
func TestExample(t *testing.T) {
	document, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := written(t, loggedIn()); !bytes.Contains(document, []byte("```json\n"+text+"```\n")) {
		t.Errorf("docs/metrics.md does not show\n%s", text)
	}
}

// A line without metrics, as of `wxbind serve`, has its own level, which a filter of levels may drop. Otherwise it is
// the same.
func TestWithoutMetrics(t *testing.T) {
	measured, _ := written(t, loggedIn())
	before, _, _ := strings.Cut(strings.Replace(measured, "FATAL", "INFO", 1), `,"_aws"`)
	for name, stack := range map[string]string{"no stack": "", "counted elsewhere": "prod"} {
		var out bytes.Buffer
		r := loggedIn()
		if stack != "" {
			r.Counted = metrics.CountedElsewhere
		}
		requestlog.New(requestlog.Config{Output: &out, Stack: stack, Now: func() time.Time { return noon }}).Write(r)
		if out.String() != before+"}\n" {
			t.Errorf("%s: got %swant %s}", name, out.String(), before)
		}
	}
}

// Requests that end at the same time each have a whole line.
func TestLinesDoNotMix(t *testing.T) {
	var out bytes.Buffer
	log := onStack(&out)
	var wg sync.WaitGroup
	const writers, each = 8, 50
	for range writers {
		wg.Go(func() {
			for range each {
				log.Write(full())
			}
		})
	}
	wg.Wait()
	lines := 0
	for text := range bytes.Lines(out.Bytes()) {
		parsed(t, text)
		lines++
	}
	if lines != writers*each {
		t.Errorf("%d lines", lines)
	}
}

func TestNilLogWritesNothing(*testing.T) {
	var none *requestlog.Log
	none.Write(full())
}

// Writing the line of a request that did not fail allocates nothing.
func TestWriteAllocatesNothing(t *testing.T) {
	log, r := onStack(io.Discard), loggedIn()
	if n := testing.AllocsPerRun(100, func() { log.Write(r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	log, r := onStack(io.Discard), loggedIn()
	b.ReportAllocs()
	for b.Loop() {
		log.Write(r)
	}
}

// An observer is told of a request once its line is written.
func TestObserver(t *testing.T) {
	var out bytes.Buffer
	var told []requestlog.Request
	log := requestlog.New(requestlog.Config{Output: &out, Observe: func(r requestlog.Request) {
		if !strings.Contains(out.String(), `"requestId":"`+r.ID+`"`) {
			t.Errorf("the line of %s is not written: %s", r.ID, &out)
		}
		told = append(told, r)
	}})
	for _, id := range []string{"a", "b"} {
		log.Write(requestlog.Request{Route: "bind", ID: id, Trail: &login.Trail{}})
	}
	if len(told) != 2 || told[0].ID != "a" || told[1].ID != "b" {
		t.Errorf("it is told %v", told)
	}
}

// Another form takes the place of JSON, line by line.
func TestForm(t *testing.T) {
	var out bytes.Buffer
	log := requestlog.New(requestlog.Config{
		Output: &out, Now: func() time.Time { return noon },
		Form: func(line []byte, now time.Time, r requestlog.Request) []byte {
			return append(line, now.Format(time.DateOnly)+" "+r.Route+" "+r.Ended()+"\n"...)
		},
	})
	for range 2 {
		log.Write(loggedIn())
	}
	if want := strings.Repeat("2026-01-02 checkbind login\n", 2); out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// A level drops lines, and whoever observes hears of the requests nevertheless.
func TestLevel(t *testing.T) {
	for level, want := range map[slog.Level]int{slog.LevelDebug: 3, slog.LevelInfo: 3, slog.LevelWarn: 2, slog.LevelError: 1} {
		var out bytes.Buffer
		observed := 0
		log := requestlog.New(requestlog.Config{Output: &out, Level: level, Observe: func(requestlog.Request) { observed++ }})
		for _, code := range []login.Code{login.WXCodeUsed, login.WXBusy, login.StoreUnavailable} {
			r := loggedIn()
			r.Failure = &login.Error{Code: code}
			log.Write(r)
		}
		if got := bytes.Count(out.Bytes(), []byte("\n")); got != want || observed != 3 {
			t.Errorf("%v: %d lines, want %d; %d observed", level, got, want, observed)
		}
	}
}
