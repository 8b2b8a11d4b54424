package functions_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
)

const (
	// processorRuns is how many requests of each kind are measured, in so many turns.
	processorRuns, processorTurns = 3000, 30
	careless                      = "testdata/careless"
)

// working is a function that gets one request after another.
type working struct {
	name    string
	process *lambdatest.Process
	event   func() []byte
	// code is the answer's; the authorizer's has none.
	code float64
	// turns are the processor times of a request, each the mean of a turn.
	turns []time.Duration
	calls int64
}

// BenchmarkProcessor measures the processor time of a request in the function's process alone. WeChat and DynamoDB
// answer at once. The functions take turns, so a machine that changes its speed changes it for all. What a sample of a
// login takes is measured for comparison, and checkBind without what docs/decisions/runtime-for-a-share.md says.
func BenchmarkProcessor(b *testing.B) {
	c := newCloud(b)
	c.addUsers()
	tables := &echo{upstreams: &upstreams{TB: b}, target: c.settings["AWS_ENDPOINT_URL_DYNAMODB"]}
	server := httptest.NewServer(tables)
	b.Cleanup(server.Close)
	c.settings["AWS_ENDPOINT_URL_DYNAMODB"] = server.URL
	c.settings["APP_ID"], c.settings["APP_SECRET"] = events.AppID, appSecret // careless has no secret
	plain := maps.Clone(c.settings)
	plain["GOGC"], plain["GOMAXPROCS"] = "100", strconv.Itoa(runtime.NumCPU())
	codes := 0
	login := func() []byte { codes++; return checkBind(fmt.Sprintf("alice-1%d", codes)) }
	bind, verify := eventOf(b, "bind-good"), eventOf(b, "authorizer-good")
	token := (&working{process: c.start("bind"), event: func() []byte { return bind }, code: 1}).work(c)
	verify = []byte(strings.ReplaceAll(string(verify), "{{token}}", token))

	for b.Loop() {
		all := []*working{
			{name: "careless", process: c.start(careless), event: login, code: 1},
			{name: "checkBind, bound", process: c.start("checkbind"), event: login, code: 1},
			{name: "the same with Go's own settings", process: lambdatest.Start(b, built(b, "./checkbind"), plain), event: login, code: 1},
			{name: "verify (the authorizer)", process: c.start(events.Authorizer), event: func() []byte { return verify }},
		}
		tables.repeating.Store(false)
		for _, w := range all {
			for range warmups {
				w.work(c)
			}
		}
		tables.repeating.Store(true)
		for range processorTurns {
			for _, w := range all {
				used, calls := c.cpu(w.process), tables.calls.Load()
				for range processorRuns / processorTurns {
					w.work(c)
				}
				w.turns = append(w.turns, (c.cpu(w.process)-used)*processorTurns/processorRuns)
				w.calls += tables.calls.Load() - calls
			}
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "\n%d requests each, answered at once\tDynamoDB calls\tCPU time a request\tagainst careless\n", processorRuns)
		for _, w := range all {
			fmt.Fprintf(table, "%s\t%.1f\t%.2f ms\t%.2f\n", w.name, float64(w.calls)/processorRuns, median(w.turns).Seconds()*1000, ratio(w.turns, all[0].turns))
		}
		table.Flush()
	}
}

// work sends one request. It returns the token in the answer, if there is one.
func (w *working) work(c *cloud) string {
	c.Helper()
	out, err := c.output(w.process, w.event())
	if err != nil {
		c.Fatalf("%s: %v\n%s", w.name, err, w.process.Log())
	}
	return c.answered(out, w.code)
}

func eventOf(b *testing.B, name string) []byte {
	b.Helper()
	found, err := events.CaseNamed(name)
	if err == nil {
		var event []byte
		if event, err = found.Event(); err == nil {
			return event
		}
	}
	b.Fatal(err)
	return nil
}

// echo is in front of DynamoDB. It passes requests on and listens to the answers. Later it repeats, at once, what the
// answer to the last request of this kind was, and DynamoDB hears nothing any more.
type echo struct {
	*upstreams
	target string

	repeating atomic.Bool
	// answers are the last ones, by kind.
	answers sync.Map
	// calls is how many requests there were.
	calls atomic.Int64
}

// said is an answer of DynamoDB.
type said struct {
	status int
	header http.Header
	body   []byte
}

// kindOf finds what makes the kind of a request, besides its operation: the tables, or the statements.
var kindOf = regexp.MustCompile(`"(TableName|Statement)":"[^"]*"|"[^"]*":\{"(Keys|ConsistentRead)":`)

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked, err := io.ReadAll(r.Body)
	if err != nil {
		e.failed(r, err)
	}
	parts := kindOf.FindAllString(string(asked), -1)
	slices.Sort(parts) // maps have no order
	kind := r.Header.Get("X-Amz-Target") + strings.Join(parts, " ")
	repeating := e.repeating.Load()
	e.calls.Add(1)
	var answer said
	if repeating {
		known, ok := e.answers.Load(kind)
		if !ok {
			e.Errorf("nothing like it was asked before: %s", kind)
		}
		answer, _ = known.(said)
	} else {
		answer.status, answer.header, answer.body = e.send(e.target, r, asked)
		e.answers.Store(kind, answer)
	}
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body) // if the function has ended, it says so
}
