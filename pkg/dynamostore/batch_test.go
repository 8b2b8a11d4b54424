package dynamostore_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// A batch is sent once, since nobody knows what was executed of it. Then each thing is done by itself, or found done.
func TestBatchWithoutAnAnswerIsDoneSingly(t *testing.T) {
	for name, c := range map[string]struct {
		fault dynamotest.Fault
		// executed says that the engine has executed the batch all the same.
		executed bool
	}{
		"its answer is lost":       {dynamotest.LoseAnswer(), true},
		"its answer is cut":        {dynamotest.CutAnswer(), true},
		"its connection is cut":    {dynamotest.Drop(), false},
		"it is throttled":          {dynamotest.Throttle(), false},
		"it fails within DynamoDB": {dynamotest.Fail(), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEntry(t)
			e.proxy.Inject(onBatch(c.fault))
			opened, err := e.enter()
			e.done(opened, err)
			e.must(opened.Untidy)
			e.asked(map[string]int{"BatchExecuteStatement": 1, "GetItem": 1, "PutItem": 2, "UpdateItem": 2, "DeleteItem": 1})
			if c.executed {
				e.marks(e.Sessions...)
			} else {
				e.marks(append(e.kept, e.Session.Mark())...) // the next login ends and forgets once more
			}
		})
	}
}

func TestBatchThatTakesTooLongIsDoneSingly(t *testing.T) {
	for name, c := range map[string]struct {
		patience, deadline time.Duration
	}{
		"as such":                         {50 * time.Millisecond, time.Hour},
		"for the time that is left, 10 s": {time.Hour, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEntry(t)
			hasty := dynamostore.New(dynamostore.Config{Client: dynamotest.Client(e.proxy.URL()), Tables: e.tables, BatchPatience: c.patience})
			e.proxy.Inject(onBatch(dynamotest.Delay(time.Hour)))
			ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
			defer cancel()
			opened, err := hasty.Enter(ctx, e.Opening)
			e.done(opened, err)
			e.must(opened.Untidy)
		})
	}
}

func TestBatchThatWillNeverWorkIsDoneSinglyAndReported(t *testing.T) {
	for name, c := range map[string]struct {
		fault dynamotest.Fault
		says  string
	}{
		"all of it":                   {dynamotest.Echo(), "Enter: ValidationException, status 400, request INJECTED"},
		"for lack of a permission":    {dynamotest.FailStatement("INSERT", "AccessDenied", false), "Enter: a statement: AccessDenied"},
		"for a table":                 {dynamotest.FailStatement("UPDATE", "ResourceNotFound", false), "Enter: a statement: ResourceNotFound"},
		"for a reason of tomorrow's":  {dynamotest.FailStatement("DELETE", "Tomorrow", false), "Enter: a statement: Tomorrow"},
		"for what a statement asks":   {dynamotest.FailStatement("marks", "ValidationError", false), "Enter: a statement: ValidationError"},
		"for more than one statement": {dynamotest.FailStatement("", "AccessDenied", false), "Enter: a statement: AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEntry(t)
			e.proxy.Inject(onBatch(c.fault))
			opened, err := e.enter()
			e.done(opened, err)
			e.want(opened.Untidy, login.StoreUnavailable)
			e.says(opened.Untidy, c.says)
			e.silent(opened.Untidy)
		})
	}
}

// Each statement of a batch may fail by itself. It may even have been executed.
func TestStatementThatFailsIsDoneSingly(t *testing.T) {
	type failure struct {
		// part tells the statement, which has code, and call is what does the same.
		part, code, call string
		executed         bool
	}
	var all []failure
	for part, call := range map[string]string{
		"'tokenHash'": "PutItem", "'version'": "PutItem", "marks": "UpdateItem", "endedReason=?": "UpdateItem", "DELETE": "DeleteItem",
	} {
		all = append(all, failure{part, "TransactionConflict", call, false}, failure{part, "InternalServerError", call, true})
	}
	for _, code := range []string{"ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "InternalServerError"} {
		all = append(all, failure{"'tokenHash'", code, "PutItem", false})
	}
	for _, f := range all {
		t.Run(fmt.Sprintf("%s %s, executed %v", f.part, f.code, f.executed), func(t *testing.T) {
			t.Parallel()
			e := newEntry(t)
			e.proxy.Inject(onBatch(dynamotest.FailStatement(f.part, f.code, f.executed)))
			opened, err := e.enter()
			e.done(opened, err)
			e.must(opened.Untidy)
			if f.part == "marks" && !f.executed {
				e.marks(append(e.kept, e.Session.Mark())...)
			} else {
				e.marks(e.Sessions...)
			}
			e.asked(map[string]int{"BatchExecuteStatement": 1, "GetItem": 1, f.call: 1})
		})
	}
}

// What happens between a batch whose answer is lost and the calls that follow it stays as it is.
func TestLoginUndoesNothingThatCameBetween(t *testing.T) {
	for _, c := range []struct {
		name     string
		happens  func(e *entry)
		followed func(e *entry, opened login.Opened)
	}{
		{
			"the session is ended",
			func(e *entry) {
				e.must(e.store.EndSession(e.Context(), e.user.ID, e.Session.TokenHash, login.SessionRevoked))
			},
			func(e *entry, opened login.Opened) {
				if got := e.dead(e.Session); got != login.SessionRevoked || opened.Session.EndedReason != login.SessionRevoked {
					e.Fatalf("the session is %q, told %+v", got, opened.Session)
				}
			},
		},
		{
			"the binding is removed, and made anew",
			func(e *entry) {
				e.must(e.store.Unbind(e.Context(), e.binding, false))
				e.binding.ID += "-second"
				e.session = e.newSession(e.binding)
				e.binding.Sessions = []login.SessionMark{e.session.Mark()}
				_, err := e.store.Bind(e.Context(), e.binding, e.session)
				e.must(err)
			},
			func(e *entry, _ login.Opened) {
				got, err := e.store.BindingByOpenID(e.Context(), app, e.binding.OpenID)
				e.must(err)
				got.Sessions, e.binding.Sessions = nil, nil
				if !reflect.DeepEqual(got, e.binding) {
					e.Fatalf("the binding is %+v, want %+v", got, e.binding)
				}
				e.marks(e.session.Mark())
			},
		},
		{
			"the binding is removed",
			func(e *entry) { e.must(e.store.Unbind(e.Context(), e.binding, false)) },
			func(e *entry, _ login.Opened) {
				if got := e.dead(e.Session); got != login.BindingRemoved {
					e.Fatalf("the session is %q", got)
				}
				_, err := e.bindingNow()
				e.want(err, login.ErrBindingNotFound)
			},
		},
		{
			"another login ends the session",
			func(e *entry) {
				later := e.opening()
				gone := e.Session.Mark()
				gone.Ended = true
				later.Ended, later.Sessions = []string{e.Session.TokenHash}, []login.SessionMark{later.Session.Mark(), gone}
				later.Touch.At = e.Touch.At // in the same millisecond
				_, err := e.store.Enter(e.Context(), later)
				e.must(err)
				e.Sessions, e.Touch = later.Sessions, later.Touch
			},
			func(e *entry, opened login.Opened) {
				if got := e.dead(e.Session); got != login.SessionReplaced || opened.Session.EndedReason != login.SessionReplaced {
					e.Fatalf("the session is %q, told %+v", got, opened.Session)
				}
				e.marks(e.Sessions...)
				got, err := e.store.BindingByOpenID(e.Context(), app, e.binding.OpenID)
				if e.must(err); !got.LastLoginAt.Equal(e.Touch.At) || got.SealedKey != e.Touch.SealedKey {
					e.Fatalf("the binding is %+v", got)
				}
			},
		},
		{
			"the record is swapped",
			func(e *entry) {
				_, err := e.store.SwapRecord(e.Context(), e.Name, "v1", e.newRecord("v2"))
				e.must(err)
			},
			func(e *entry, opened login.Opened) {
				e.want(opened.Recorded, login.ErrRecordChanged)
				if got, err := e.store.LoadRecord(e.Context(), e.Name); err != nil || got.Version != "v2" {
					e.Fatalf("the record is %+v, %v", got, err)
				}
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newEntry(t)
			e.proxy.Inject(onBatch(dynamotest.LoseAnswerAfter(func() { c.happens(e) })))
			opened, err := e.enter()
			e.must(err)
			c.followed(e, opened)
		})
	}
}

// A batch may reach DynamoDB after its client has given up, and gone on.
func TestLateBatchUndoesNothing(t *testing.T) {
	e := newEntry(t)
	until, executed := make(chan struct{}), make(chan struct{})
	e.proxy.Inject(onBatch(dynamotest.Late(until, func() { close(executed) })))
	opened, err := e.enter()
	e.done(opened, err)
	e.must(e.store.EndSession(t.Context(), e.user.ID, e.Session.TokenHash, login.SessionRevoked))
	_, err = e.store.SwapRecord(t.Context(), e.Name, "v1", e.newRecord("v2"))
	e.must(err)
	close(until)
	<-executed
	if got := e.dead(e.Session); got != login.SessionRevoked {
		t.Fatalf("the session is %q", got)
	}
	if got, err := e.store.LoadRecord(t.Context(), e.Name); err != nil || got.Version != "v2" {
		t.Fatalf("the record is %+v, %v", got, err)
	}
	e.marks(append(e.kept, e.Session.Mark())...)
}
