// Package lambdatest runs the built bootstrap of a Lambda function as Lambda does: as a process that asks a Runtime API
// for its events. It is for tests.
//
// The API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package lambdatest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

const apiPrefix = "/2018-06-01/runtime/"

// runtimeAPI is the Runtime API of one process.
type runtimeAPI struct {
	server *httptest.Server
	events chan *invocation
	// asked is closed when the process asks for its first event.
	asked   chan struct{}
	askOnce sync.Once
	askedAt time.Time
	// closing ends the process's waiting requests when the API closes.
	closing context.Context
	close   context.CancelFunc
	mu      sync.Mutex
	pending map[string]*invocation
}

// invocation is one event on its way through the function.
type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	answer   chan outcome
}

type outcome struct {
	body []byte
	err  error
}

func newRuntimeAPI() *runtimeAPI {
	a := &runtimeAPI{events: make(chan *invocation), asked: make(chan struct{}), pending: map[string]*invocation{}}
	a.closing, a.close = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+apiPrefix+"invocation/next", a.next)
	mux.HandleFunc("POST "+apiPrefix+"invocation/{id}/{what}", a.done)
	a.server = httptest.NewServer(mux)
	return a
}

func (a *runtimeAPI) shut() {
	a.close()
	a.server.Close()
}

// next passes the function its next event as soon as there is one.
func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	a.askOnce.Do(func() {
		a.askedAt = time.Now()
		close(a.asked)
	})
	select {
	case i := <-a.events:
		a.mu.Lock()
		a.pending[i.id] = i
		a.mu.Unlock()
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:local")
		w.Write(i.payload) // if the process has ended, ended says so
	case <-r.Context().Done():
	case <-a.closing.Done():
	}
}

// done receives the function's answer, or its error.
func (a *runtimeAPI) done(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	a.mu.Lock()
	i := a.pending[r.PathValue("id")]
	delete(a.pending, r.PathValue("id"))
	a.mu.Unlock()
	if i == nil {
		http.Error(w, "no such invocation", http.StatusBadRequest)
		return
	}
	if err == nil && r.PathValue("what") != "response" {
		err = fmt.Errorf("the function failed: %s", body)
	}
	i.answer <- outcome{body, err}
	w.WriteHeader(http.StatusAccepted)
}

var errEnded = errors.New("the process has ended")

// invoke passes an event to the function, to be answered within left. It waits for the answer, or for the end of the
// process.
func (a *runtimeAPI) invoke(ctx context.Context, payload []byte, left time.Duration, ended <-chan struct{}) ([]byte, error) {
	i := &invocation{id: rand.Text(), payload: payload, deadline: time.Now().Add(left), answer: make(chan outcome, 1)}
	select {
	case a.events <- i:
	case <-ended:
		return nil, errEnded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case o := <-i.answer:
		return o.body, o.err
	case <-ended:
		return nil, errEnded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
