package dynamostore_test

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

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

// onBatch selects the batch.
func onBatch(fault dynamotest.Fault) dynamotest.Rule {
	return dynamotest.Rule{Operation: "BatchExecuteStatement", Fault: fault, Times: dynamotest.Always}
}

// failing makes a statement fail, and the calls that do the same.
func (e *entry) failing(statement, operation, table string) {
	e.proxy.Inject(onBatch(dynamotest.FailStatement(statement, "InternalServerError", false)))
	e.proxy.Inject(dynamotest.Rule{
		Operation: operation, Times: dynamotest.Always, Fault: dynamotest.Fail(),
		Body: func(body []byte) bool { return bytes.Contains(body, []byte(`"TableName":"`+table+`"`)) },
	})
}
