package dynamostore_test

import (
	"bytes"
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

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
