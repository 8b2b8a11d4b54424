package dynamostore_test

import (
	"bytes"
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// entry is a login that ends one session, forgets another and stores a record.
type entry struct {
	*scene
	login.Opening
	ended, forgotten login.Session
	// kept are the marks of both as the login reads them.
	kept []login.SessionMark
}

func newEntry(t *testing.T) *entry {
	t.Helper()
	e := &entry{scene: newScene(t)}
	for _, session := range []*login.Session{&e.ended, &e.forgotten} {
		*session = e.newSession(e.binding)
		_, err := e.store.CreateSession(t.Context(), *session)
		e.must(err)
		_, err = e.store.TouchBinding(t.Context(), login.Touch{
			AppID: app, OpenID: e.binding.OpenID, SealedKey: private, At: e.now, Opened: session.Mark(),
		})
		e.must(err)
	}
	e.Opening = e.opening()
	e.kept = e.Binding.Sessions
	e.Ended, e.Forgotten = []string{e.ended.TokenHash}, []string{e.forgotten.TokenHash}
	gone := e.kept[0]
	gone.Ended = true
	e.Sessions = []login.SessionMark{e.Session.Mark(), gone}
	e.Name, e.Record = secret("code"), e.newRecord("v1")
	return e
}

// opening is a login that ends nothing and stores no record.
func (s *scene) opening() login.Opening {
	s.Helper()
	read, err := s.store.BindingByOpenID(s.Context(), app, s.binding.OpenID)
	s.must(err)
	session := s.newSession(read)
	session.CreatedAt = s.now.Truncate(time.Second)
	return login.Opening{
		Binding: read, Session: session, Sessions: append([]login.SessionMark{session.Mark()}, read.Sessions...),
		Touch: login.Touch{AppID: app, OpenID: read.OpenID, UnionID: secret("unionid"), SealedKey: "2." + private, At: s.now.Add(time.Minute), Opened: session.Mark()},
	}
}

func (e *entry) enter() (login.Opened, error) { return e.faulty.Enter(e.Context(), e.Opening) }

// done fails the test unless the login was told what is so: everything is written, once.
func (e *entry) done(opened login.Opened, err error) {
	e.Helper()
	e.must(err)
	e.must(opened.Recorded)
	e.stored(opened)
	if got := e.dead(e.ended); got != login.SessionReplaced {
		e.Fatalf("the session that ends is %q", got)
	}
	if got := e.dead(e.forgotten); got != "missing" {
		e.Fatalf("the session that is forgotten is %q", got)
	}
	if got, err := e.store.LoadRecord(e.Context(), e.Name); err != nil || got.Version != "v1" {
		e.Fatalf("the record is %+v, %v", got, err)
	}
}

// stored fails the test unless the session is stored and its binding touched.
func (e *entry) stored(opened login.Opened) {
	e.Helper()
	if opened.Session != e.Session || !reflect.DeepEqual(opened.User, e.userNow(e.user.ID)) {
		e.Fatalf("opened %+v", opened)
	}
	if got := e.dead(e.Session); got != "" {
		e.Fatalf("the session is %q", got)
	}
	got, err := e.store.BindingByOpenID(e.Context(), app, e.binding.OpenID)
	e.must(err)
	want := e.binding
	want.UnionID, want.SealedKey, want.LastLoginAt, want.Sessions = e.Touch.UnionID, e.Touch.SealedKey, e.Touch.At, got.Sessions
	if !reflect.DeepEqual(got, want) {
		e.Fatalf("the binding is %+v, want %+v", got, want)
	}
}

// marks fails the test unless these are the marks of the binding.
func (s *scene) marks(want ...login.SessionMark) {
	s.Helper()
	got, err := s.store.BindingByOpenID(s.Context(), app, s.binding.OpenID)
	s.must(err)
	for i := range want {
		want[i].OpenedAt = want[i].OpenedAt.Truncate(time.Second)
	}
	if !slices.Equal(got.Sessions, want) {
		s.Fatalf("marks %+v, want %+v", got.Sessions, want)
	}
}

// asked fails the test unless these are the requests that the login made.
func (s *scene) asked(want map[string]int) {
	s.Helper()
	if got := s.proxy.Requests(); !maps.Equal(got, want) {
		s.Fatalf("requests %v, want %v", got, want)
	}
}

func TestLoginIsOneBatchBesideOneRead(t *testing.T) {
	e := newEntry(t)
	opened, err := e.enter()
	e.done(opened, err)
	e.must(opened.Untidy)
	e.marks(e.Sessions...)
	e.asked(map[string]int{"BatchExecuteStatement": 1, "GetItem": 1})
}

// A batch that names an item twice is refused as a whole.
func TestSessionIsEndedOnceHoweverOftenItIsMarked(t *testing.T) {
	e := newEntry(t)
	e.Ended, e.Forgotten = append(e.Ended, e.Ended...), append(e.Forgotten, e.Forgotten...)
	opened, err := e.enter()
	e.done(opened, err)
	e.must(opened.Untidy)
	e.asked(map[string]int{"BatchExecuteStatement": 1, "GetItem": 1})
}

func TestSessionThatHasEndedCostsNoCall(t *testing.T) {
	e := newEntry(t)
	e.must(e.store.EndSession(t.Context(), e.user.ID, e.ended.TokenHash, login.SessionReplaced))
	opened, err := e.enter()
	e.done(opened, err)
	e.must(opened.Untidy)
	e.asked(map[string]int{"BatchExecuteStatement": 1, "GetItem": 1})
}

// A binding that was made anew has another ID, even if it has the same marks: none.
func TestLoginTouchesOnlyTheBindingThatItRead(t *testing.T) {
	s := newScene(t)
	o := s.opening()
	s.must(s.store.Unbind(t.Context(), s.binding, false))
	s.binding.ID += "-second"
	_, err := s.store.Bind(t.Context(), s.binding, s.newSession(s.binding))
	s.must(err)
	_, err = s.store.Enter(t.Context(), o)
	s.must(err)
	got, err := s.store.BindingByOpenID(t.Context(), app, s.binding.OpenID)
	s.must(err)
	if !reflect.DeepEqual(got, s.binding) {
		t.Fatalf("the binding is %+v, want %+v", got, s.binding)
	}
}

// A login that learns that all sessions have ended forgets its own and enters again, with the marks that it has stored.
func TestLoginThatEntersAgainIsOneBatchMore(t *testing.T) {
	e := newEntry(t)
	opened, err := e.enter()
	e.done(opened, err)
	e.must(e.store.ForgetSession(t.Context(), e.user.ID, e.Session.TokenHash))
	marks := e.Sessions
	e.Opening = login.Opening{Binding: e.Binding, Touch: e.Touch, Session: e.Session, Sessions: marks}
	e.Binding.Sessions = marks
	opened, err = e.enter()
	e.must(err)
	e.stored(opened)
	e.marks(marks...)
	e.asked(map[string]int{"BatchExecuteStatement": 2, "GetItem": 2})
}

// onBatch selects the batch.
func onBatch(fault dynamotest.Fault) dynamotest.Rule {
	return dynamotest.Rule{Operation: "BatchExecuteStatement", Fault: fault, Times: dynamotest.Always}
}

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
	for part, call := range map[string]string{
		"'tokenHash'": "PutItem", "'version'": "PutItem", "marks": "UpdateItem", "endedReason=?": "UpdateItem", "DELETE": "DeleteItem",
	} {
		for _, code := range []string{
			"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "InternalServerError",
		} {
			for name, executed := range map[string]bool{"": false, ", and is executed": true} {
				t.Run(part+" "+code+name, func(t *testing.T) {
					t.Parallel()
					e := newEntry(t)
					e.proxy.Inject(onBatch(dynamotest.FailStatement(part, code, executed)))
					opened, err := e.enter()
					e.done(opened, err)
					e.must(opened.Untidy)
					if part == "marks" && !executed {
						e.marks(append(e.kept, e.Session.Mark())...)
					} else {
						e.marks(e.Sessions...)
					}
					e.asked(map[string]int{"BatchExecuteStatement": 1, "GetItem": 1, call: 1})
				})
			}
		}
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

// failing makes a statement fail, and the calls that do the same.
func (e *entry) failing(statement, operation, table string) {
	e.proxy.Inject(onBatch(dynamotest.FailStatement(statement, "InternalServerError", false)))
	e.proxy.Inject(dynamotest.Rule{
		Operation: operation, Times: dynamotest.Always, Fault: dynamotest.Fail(),
		Body: func(body []byte) bool { return bytes.Contains(body, []byte(`"TableName":"`+table+`"`)) },
	})
}

func TestLoginThatIsNotStoredFails(t *testing.T) {
	for name, fail := range map[string]func(e *entry){
		"session": func(e *entry) { e.failing("'tokenHash'", "PutItem", e.tables.Sessions) },
		"binding": func(e *entry) { e.failing("marks", "UpdateItem", e.tables.Bindings) },
		"user": func(e *entry) {
			e.proxy.Inject(dynamotest.Rule{Operation: "GetItem", Times: dynamotest.Always, Fault: dynamotest.Fail()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEntry(t)
			fail(e)
			opened, err := e.enter()
			e.want(err, login.StoreUnavailable)
			e.silent(err)
			if opened.User.ID != "" || opened.Session.TokenHash != "" {
				t.Fatalf("it tells %+v", opened)
			}
		})
	}
}

func TestLoginTellsThatItsRecordIsNotStored(t *testing.T) {
	e := newEntry(t)
	e.failing("'version'", "PutItem", e.tables.Ephemeral)
	opened, err := e.enter()
	e.must(err)
	e.want(opened.Recorded, login.StoreUnavailable)
	e.must(opened.Untidy)
	e.stored(opened)
	if _, err := e.store.LoadRecord(t.Context(), e.Name); err == nil {
		t.Fatal("it is stored")
	}
}

// A session that is not ended, or not forgotten, keeps its mark. So the next login sees to it.
func TestWhatIsLeftUndoneKeepsItsMark(t *testing.T) {
	for name, c := range map[string]struct {
		fail func(e *entry)
		left func(e *entry) []login.SessionMark
	}{
		"not ended": {
			func(e *entry) { e.failing("endedReason=?", "UpdateItem", e.tables.Sessions) },
			func(e *entry) []login.SessionMark { return []login.SessionMark{e.kept[0], e.Session.Mark()} },
		},
		"not forgotten": {
			func(e *entry) { e.failing("DELETE", "DeleteItem", e.tables.Sessions) },
			func(e *entry) []login.SessionMark { return append([]login.SessionMark{e.kept[1]}, e.Sessions...) },
		},
		"neither": {
			func(e *entry) {
				e.failing("userId=?", "UpdateItem", e.tables.Sessions)
				e.failing("userId=?", "DeleteItem", e.tables.Sessions)
			},
			func(e *entry) []login.SessionMark { return append(e.kept, e.Session.Mark()) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEntry(t)
			c.fail(e)
			opened, err := e.enter()
			e.must(err)
			e.want(opened.Untidy, login.StoreUnavailable)
			e.stored(opened)
			e.marks(c.left(e)...)
			// Nothing fails any more.
			e.proxy.Reset()
			if opened, err = e.enter(); err == nil {
				err = opened.Untidy
			}
			e.must(err)
			e.done(opened, err)
		})
	}
}

// The marks that another login has stored meanwhile stay as they are.
func TestMarksOfALaterLoginStay(t *testing.T) {
	e := newEntry(t)
	var later login.Opening
	e.proxy.Inject(onBatch(dynamotest.FailStatement("endedReason=?", "InternalServerError", false)))
	e.proxy.Inject(dynamotest.Rule{Operation: "UpdateItem", Times: dynamotest.Always, Fault: func(x *dynamotest.Exchange) {
		if later.Name == "" {
			later = e.opening()
			later.Name, later.Record = secret("code"), e.newRecord("v1")
			_, err := e.store.Enter(e.Context(), later)
			e.must(err)
		}
		dynamotest.Fail()(x)
	}, Body: func(body []byte) bool { return bytes.Contains(body, []byte(`"TableName":"`+e.tables.Sessions+`"`)) }})
	opened, err := e.enter()
	e.must(err)
	e.want(opened.Untidy, login.StoreUnavailable)
	e.marks(later.Sessions...)
}

// Two logins read the same marks: the second one keeps what the first one has stored, and adds its own.
func TestMarksThatChangedMeanwhileAreKept(t *testing.T) {
	e := newEntry(t)
	other := e.opening()
	other.Touch.At = e.Touch.At.Add(-time.Second)
	_, err := e.store.Enter(t.Context(), other)
	e.must(err)
	opened, err := e.enter()
	e.done(opened, err)
	e.marks(append(other.Sessions, e.Session.Mark())...)
	e.asked(map[string]int{"BatchExecuteStatement": 1, "GetItem": 1, "UpdateItem": 1})
}

func TestLoginEndsWithItsContext(t *testing.T) {
	e := newEntry(t)
	ctx, cancel := context.WithCancel(t.Context())
	e.proxy.Inject(onBatch(func(x *dynamotest.Exchange) {
		cancel()
		dynamotest.Delay(time.Hour)(x)
	}))
	_, err := e.faulty.Enter(ctx, e.Opening)
	e.want(err, login.StoreUnavailable)
	e.want(err, context.Canceled)
	if seen := e.proxy.Requests(); seen["PutItem"]+seen["UpdateItem"]+seen["DeleteItem"] > 0 {
		t.Fatalf("it goes on: %v", seen)
	}
}
