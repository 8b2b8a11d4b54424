// Package history checks that a store is linearizable: what concurrent clients saw could have been seen one after the
// other, with each operation taking place at some moment between its call and its return. Clients bind, admit, log in, verify,
// unbind, log out, disable, delete and enrol the same few users, who also have a few phone numbers and unionids. Their calls and the answers are a history, which
// porcupine (https://github.com/anishathalye/porcupine) checks against model.go.
//
// The suite in storetest tests each sentence of the contract, and the races that somebody thought of. This package
// looks for the others.
package history

import (
	"context"
	"crypto/rand"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/wxbind/wxbind/pkg/login"
)

// Histories is the environment variable that sets how many histories Check makes, each of some 150 operations. The
// default is 20, which takes seconds.
const Histories = "WXBIND_TEST_HISTORIES"

const (
	usual = 20
	// abreast is how many histories are made concurrently.
	abreast = 4
	// clients is how many clients work concurrently on the users of one history, and rounds is what each of them does.
	// More of either finds little more and costs the checker much more.
	clients = 4
	rounds  = 30
	// patience bounds the making of a history, and its checking.
	patience = time.Minute
)

// Check makes histories on the stores, which must share the same data. The clients take turns among the stores, like
// processes that share a database. It fails the test if one of the histories is not linearizable.
func Check(t *testing.T, stores ...login.AdminStore) {
	t.Helper()
	many := usual
	if text := os.Getenv(Histories); text != "" {
		var err error
		if many, err = strconv.Atoi(text); err != nil || many < 1 {
			t.Fatalf("%s is %q, want a number", Histories, text)
		}
	}
	var operations, unanswered atomic.Int64
	var failed atomic.Bool
	next := make(chan int)
	var working sync.WaitGroup
	for range abreast {
		working.Go(func() {
			for n := range next {
				made, err := makeHistory(t.Context(), stores, nil)
				if err == nil {
					err = made.check(filepath.Join(t.ArtifactDir(), fmt.Sprintf("history-%d.html", n)))
				}
				if err != nil {
					failed.Store(true)
					t.Errorf("history %d: %v", n, err)
				}
				operations.Add(int64(len(made.operations)))
				unanswered.Add(made.unanswered)
			}
		})
	}
	for n := 0; n < many && !failed.Load(); n++ {
		next <- n
	}
	close(next)
	working.Wait()
	t.Logf("%d operations in %d histories, %d with an unknown outcome", operations.Load(), many, unanswered.Load())
	if unanswered.Load()*10 > operations.Load() {
		t.Error("too many outcomes are unknown for the rest to show anything")
	}
}

// history is the calls of one world's clients and the answers.
type history struct {
	clock      atomic.Int64 // orders calls and returns
	mu         sync.Mutex
	operations []porcupine.Operation
	unanswered int64
}

// makeHistory lets clients work on users of their own. If pause is not nil, every operation pauses before and after its
// work, so that operations overlap on a fast store too.
//
// Errors: an error of an operation that the contract does not foresee.
func makeHistory(ctx context.Context, stores []login.AdminStore, pause func()) (*history, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if pause == nil {
		pause = func() {}
	}
	w := newWorld(rand.Text())
	failures := make([]error, clients)
	var working sync.WaitGroup
	for i := range clients {
		c := &client{
			ctx: ctx, id: i, store: stores[i%len(stores)], world: w, pause: pause,
			chance: mathrand.New(mathrand.NewPCG(mathrand.Uint64(), mathrand.Uint64())),
		}
		working.Go(func() {
			for range rounds {
				if failures[i] = c.act(); failures[i] != nil {
					return
				}
			}
		})
	}
	working.Wait()
	for _, err := range failures {
		if err != nil {
			return &w.history, err
		}
	}
	return &w.history, nil
}

// call is one operation in progress. The two halves of a verification share one.
type call struct {
	history *history
	client  int
	begun   int64
}

func (h *history) begin(client int) call {
	return call{history: h, client: client, begun: h.clock.Add(1)}
}

// end is the moment of a return.
func (c call) end() int64 { return c.history.clock.Add(1) }

// add records a call and its answer. An operation with an unknown outcome may take place at any later time. To
// everybody else that is the same as after all others.
func (c call) add(end int64, in input, out output) {
	c.history.mu.Lock()
	defer c.history.mu.Unlock()
	if out.outcome == unknown {
		end = math.MaxInt64
		c.history.unanswered++
	}
	c.history.operations = append(c.history.operations, porcupine.Operation{
		ClientId: c.client, Input: in, Call: c.begun, Output: out, Return: end,
	})
}

// check returns why a history is impossible, with a picture of it at path.
func (h *history) check(path string) error {
	result, info := porcupine.CheckOperationsVerbose(model, h.operations, patience)
	switch result {
	case porcupine.Ok:
		return nil
	case porcupine.Unknown:
		return fmt.Errorf("%d operations were not checked within %v", len(h.operations), patience)
	}
	if err := porcupine.VisualizePath(model, info, path); err != nil {
		return fmt.Errorf("not linearizable; no picture of it: %w", err)
	}
	return fmt.Errorf("not linearizable; `go test -artifacts` keeps the picture %s", path)
}
