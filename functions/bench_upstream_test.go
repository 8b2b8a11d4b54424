package functions_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// upstreams are WeChat and DynamoDB as a measured function sees them. Each call takes at
// least a given time, and is counted.
type upstreams struct {
	testing.TB
	mu sync.Mutex
	// open is how many calls are under way, the first of them since since.
	open  int
	since time.Time
	used  usage
}

// usage counts what requests have asked of the upstreams.
type usage struct {
	// waited is the time in which at least one call was under way.
	waited time.Duration
	// WeChat and DynamoDB are numbers of calls.
	weChat, dynamoDB int
	// reads and writes are DynamoDB's capacity units.
	reads, writes float64
}

// before serves in front of an upstream. Each call takes at least as long as takes.
func (u *upstreams) before(target string, takes time.Duration, count func(e *exchanged)) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.begin()
		defer u.end()
		began := time.Now()
		e := &exchanged{Request: r, target: target}
		header := u.forward(e)
		count(e)
		select {
		case <-time.After(takes - time.Since(began)):
		case <-r.Context().Done():
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		w.Header().Del("X-Amz-Crc32") // of the body without the capacity
		w.WriteHeader(e.status)
		if _, err := w.Write(e.body); err != nil && r.Context().Err() == nil {
			u.Errorf("an upstream's answer: %v", err)
		}
	}))
	u.Cleanup(server.Close)
	return server.URL
}

// exchanged is a call of an upstream at a target.
type exchanged struct {
	*http.Request
	target string
	asked  []byte
	status int
	body   []byte
}

// forward asks the upstream itself, and returns the header of its answer. It also asks DynamoDB for the
// consumed capacity.
func (u *upstreams) forward(e *exchanged) (header http.Header) {
	asked, err := io.ReadAll(e.Body)
	if err != nil {
		e.status, header, e.body = u.failed(e.Request, err)
		return header
	}
	e.asked = asked
	if e.Header.Get("X-Amz-Target") != "" {
		asked = bytes.Replace(asked, []byte("{"), []byte(`{"ReturnConsumedCapacity":"TOTAL",`), 1)
	}
	e.status, header, e.body = u.send(e.target, e.Request, asked)
	return header
}

// send asks the upstream as r does, with this body.
func (u *upstreams) send(target string, r *http.Request, asked []byte) (status int, header http.Header, body []byte) {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, target+r.URL.RequestURI(), bytes.NewReader(asked))
	if err != nil {
		return u.failed(r, err)
	}
	request.Header = r.Header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return u.failed(r, err)
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		return u.failed(r, err)
	}
	return response.StatusCode, response.Header, body
}

func (u *upstreams) failed(r *http.Request, err error) (int, http.Header, []byte) {
	if r.Context().Err() == nil {
		u.Errorf("an upstream: %v", err)
	}
	return http.StatusBadGateway, nil, nil
}

func (u *upstreams) begin() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.open++; u.open == 1 {
		u.since = time.Now()
	}
}

func (u *upstreams) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.open--; u.open == 0 {
		u.used.waited += time.Since(u.since)
	}
}

// take returns what was used since the last call of take.
func (u *upstreams) take() usage {
	u.mu.Lock()
	defer u.mu.Unlock()
	used := u.used
	u.used = usage{}
	return used
}

func (u *upstreams) countWeChat(e *exchanged) {
	if e.Method == http.MethodHead {
		return // a start opens its connection
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.used.weChat++
}

// countDynamoDB adds up the capacity that DynamoDB Local reports. It reports none for a
// write whose condition fails. For such a write AWS charges the size of the existing
// item, or one unit if there is none. So one unit is counted here.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
func (u *upstreams) countDynamoDB(e *exchanged) {
	_, operation, _ := strings.Cut(e.Header.Get("X-Amz-Target"), ".")
	units := 0.0
	switch {
	case e.status == http.StatusOK && operation == "BatchExecuteStatement":
		units = u.unitsOfStatements(e)
	case e.status == http.StatusOK && operation == "TransactWriteItems":
		units = u.unitsOfTransaction(e)
	case e.status == http.StatusOK:
		units = consumed(u, e.body)
	case bytes.Contains(e.body, []byte("ConditionalCheckFailedException")):
		units = 1
	default:
		u.Errorf("DynamoDB answers %s with %d: %s", operation, e.status, e.body)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.used.dynamoDB++
	switch operation {
	case "GetItem", "BatchGetItem", "Query":
		u.used.reads += units
	default:
		u.used.writes += units
	}
}

// consumed is the sum of the capacity units in an answer.
func consumed(tb testing.TB, body []byte) float64 {
	type capacity struct{ CapacityUnits float64 }
	var answer struct{ ConsumedCapacity json.RawMessage }
	if err := json.Unmarshal(body, &answer); err != nil {
		tb.Errorf("an answer of DynamoDB: %v", err)
	}
	list := []capacity{{}}
	if json.Unmarshal(answer.ConsumedCapacity, &list[0]) != nil && json.Unmarshal(answer.ConsumedCapacity, &list) != nil {
		tb.Errorf("an answer of DynamoDB without its capacity: %s", body)
	}
	sum := 0.0
	for _, c := range list {
		sum += c.CapacityUnits
	}
	return sum
}
