package functions_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
)

const (
	// processorRuns is how many requests of each kind are measured, in processorTurns turns.
	processorRuns, processorTurns = 4000, 20
)

// echo stands before DynamoDB. It gives back at once what DynamoDB said to the last such request, once it has been told
// to be quick.
type echo struct {
	testing.TB
	target string
	mu     sync.Mutex
	quick  bool
	said   map[string]said
	calls  int
}

// said is an answer.
type said struct {
	status int
	header http.Header
	body   []byte
}

var tableName = regexp.MustCompile(`"(?:TableName|Statement)":"[^"]*"|"wxbind[^"]*":\{`)

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked, err := io.ReadAll(r.Body)
	if err != nil {
		e.Errorf("a request to DynamoDB: %v", err)
	}
	kind := r.Header.Get("X-Amz-Target") + fmt.Sprintf("%s", tableName.FindAll(asked, -1))
	e.mu.Lock()
	answer, known := e.said[kind]
	quick := e.quick
	e.calls++
	e.mu.Unlock()
	if !quick {
		answer = e.ask(r, string(asked))
		e.mu.Lock()
		e.said[kind] = answer
		e.mu.Unlock()
	} else if !known {
		e.Errorf("DynamoDB was not asked before: %s", kind)
	}
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.status)
	w.Write(answer.body)
}

func (e *echo) ask(r *http.Request, asked string) said {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, e.target, strings.NewReader(asked))
	if err != nil {
		e.Error(err)
		return said{status: http.StatusBadGateway}
	}
	request.Header = r.Header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		e.Error(err)
		return said{status: http.StatusBadGateway}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		e.Error(err)
	}
	return said{response.StatusCode, response.Header, body}
}

// BenchmarkProcessor measures the processor time that a request takes in the function's process alone. WeChat and
// DynamoDB answer at once.
func BenchmarkProcessor(b *testing.B) {
	for b.Loop() {
		c := newCloud(b)
		c.addUsers()
		db := &echo{TB: b, target: c.settings["AWS_ENDPOINT_URL_DYNAMODB"], said: map[string]said{}}
		server := httptest.NewServer(db)
		b.Cleanup(server.Close)
		c.settings["AWS_ENDPOINT_URL_DYNAMODB"] = server.URL
		bind, err := events.CaseNamed("bind-good")
		if err != nil {
			b.Fatal(err)
		}
		binding, err := bind.Event()
		if err != nil {
			b.Fatal(err)
		}
		token := c.answered(c.must(c.start("bind"), binding), 1)
		verify, err := events.CaseNamed("authorizer-good")
		if err != nil {
			b.Fatal(err)
		}
		verifying, err := verify.Event()
		if err != nil {
			b.Fatal(err)
		}
		verifying = []byte(strings.ReplaceAll(string(verifying), "{{token}}", token))
		codes := 0
		rows := []*busy{
			{name: "empty", p: lambdatest.Start(b, built(b, "./testdata/empty"), nil), event: func() []byte { return []byte("{}") }},
			{name: "verify (the authorizer)", p: c.start(events.Authorizer), event: func() []byte { return verifying }},
			{name: "checkBind, bound", p: c.start("checkbind"), event: func() []byte { codes++; return checkBind(fmt.Sprintf("alice-1%d", codes)) }},
		}
		for _, row := range rows {
			for range warmups {
				c.must(row.p, row.event())
			}
		}
		db.quick = true
		for range processorTurns {
			for _, row := range rows {
				calls, used := db.calls, c.cpu(row.p)
				for range processorRuns / processorTurns {
					c.must(row.p, row.event())
				}
				row.calls += db.calls - calls
				row.turns = append(row.turns, (c.cpu(row.p)-used)*processorTurns/processorRuns)
			}
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "\n%d requests each\tprocessor time\tagainst empty\tDynamoDB calls\n", processorRuns)
		for _, row := range rows {
			fmt.Fprintf(table, "%s\t%.3f ms\t%.2f\t%.2f\n", row.name, median(row.turns).Seconds()*1000, ratio(row.turns, rows[0].turns), float64(row.calls)/processorRuns)
			fmt.Println(row.name, slices.Min(row.turns))
		}
		table.Flush()
	}
}

// busy is a function that is sent one request after another.
type busy struct {
	name  string
	p     *lambdatest.Process
	event func() []byte
	// turns are the processor times of a request, each the mean of a turn.
	turns []time.Duration
	calls int
}

func (c *cloud) must(p instance, event []byte) []byte {
	c.Helper()
	out, err := c.output(p, event)
	if err != nil {
		c.Fatalf("%v\n%s", err, p.Log())
	}
	return out
}
