// Package history checks that a store is linearizable: that what many clients saw
// at the same time could have been seen one after the other, each operation taking
// place at some moment between its call and its return. Clients bind, log in, verify,
// unbind, log out, disable, delete and enrol the same few users; what they asked and
// were answered is a history, which porcupine (https://github.com/anishathalye/porcupine)
// holds against model.go.
//
// The suite in storetest tests each sentence of the contract, and the races that somebody
// thought of. This looks for the others.
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

// Histories is the environment variable that says how many histories Check makes,
// each of some 150 operations. Without it they are 20, which takes seconds.
const Histories = "WXBIND_TEST_HISTORIES"

const (
	usual = 20
	// abreast is how many histories are made at the same time.
	abreast = 4
	// clients is how many at the same time work on the users of one history, and
	// rounds what each of them does. More of either finds little more and costs the
	// checker much more.
	clients = 4
	rounds  = 30
	// patience bounds the making of a history, and the checking.
	patience = time.Minute
)

// Check makes histories on the stores, which see the same data: the clients take
// turns among them, as processes do that share a database. It fails the test if one
// of the histories is not linearizable.
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

// history is what the clients of one world asked and were answered.
type history struct {
	clock      atomic.Int64 // orders calls and returns
	mu         sync.Mutex
	operations []porcupine.Operation
	unanswered int64
}

// makeHistory lets clients work on users of their own. Every operation pauses
// before and behind what it does, if pause is not nil, so that on a store that is
// fast as well they overlap.
//
// Errors: of an operation, when it is one that the contract does not foresee.
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

// call is one operation under way. The two halves of a verification share one.
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

// add notes what was asked and answered. An operation whose outcome is not known may
// take place at any later time, or, which is the same to everybody, after all others.
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

// check says why a history cannot be, with a picture of it at path.
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
