package dynamostore

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// Enter implements login.Entrance. It reads the user beside one batch of statements, each with its own condition. What
// the batch has not done, or perhaps not, is then done by the calls that do one thing each and find it done if it is.
// See docs/decisions/marks-in-the-binding.md.
func (s *Store) Enter(ctx context.Context, o login.Opening) (login.Opened, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var user login.User
	var unread error
	var reading sync.WaitGroup
	reading.Go(func() {
		unread = contained(func() (err error) { user, err = s.UserByID(ctx, o.Session.UserID); return err })
	})
	opened, err := s.writeAll(ctx, o)
	reading.Wait()
	if err := cmp.Or(err, unread); err != nil {
		return login.Opened{}, err
	}
	opened.User = user
	return opened, nil
}

// contained makes a panic an error, for a goroutine of its own: nobody else can recover from it there, and the process
// would end, and the request's line with it.
func contained(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = login.Panicked(p)
		}
	}()
	return call()
}

// entry is one thing that an Opening writes.
type entry struct {
	statement types.BatchStatementRequest
	// moot is how the statement fails if there is nothing to do.
	moot types.BatchStatementErrorCodeEnum
	// singly does the same as the statement, or finds it done.
	singly func(context.Context) error
	err    error
	// tokenHash is that of the session that it ends or forgets.
	tokenHash string
}

// writeAll writes all of an Opening.
func (s *Store) writeAll(ctx context.Context, o login.Opening) (login.Opened, error) {
	opened := login.Opened{Session: o.Session}
	session, binding := s.creating(o, &opened.Session), s.marking(o)
	entries := []*entry{session, binding}
	record := &entry{}
	if o.Name != "" {
		record = s.recording(o)
		entries = append(entries, record)
	}
	var old []*entry
	for _, hash := range unique(o.Ended) {
		old = append(old, s.ending(o.Session.UserID, hash))
	}
	for _, hash := range unique(o.Forgotten) {
		old = append(old, s.forgetting(o.Session.UserID, hash))
	}
	trouble := []error{s.do(ctx, slices.Concat(entries, old))}
	if err := cmp.Or(session.err, binding.err); err != nil {
		return login.Opened{}, err
	}
	opened.Recorded = record.err
	var left []string
	for _, e := range old {
		if e.err != nil {
			trouble, left = append(trouble, e.err), append(left, e.tokenHash)
		}
	}
	if len(left) > 0 {
		trouble = append(trouble, s.remark(ctx, o, left))
	}
	opened.Untidy = errors.Join(trouble...)
	return opened, nil
}

// remark gives sessions that may still be what they were the marks that they had, so that the next login ends or
// forgets them. If another login has replaced the marks meanwhile, it leaves them: then such a session goes when it
// is the oldest of those that ended.
func (s *Store) remark(ctx context.Context, o login.Opening, left []string) error {
	var marks []login.SessionMark
	for _, m := range o.Binding.Sessions {
		if slices.Contains(left, m.TokenHash) {
			marks = append(marks, m)
		}
	}
	for _, m := range o.Sessions {
		if !slices.Contains(left, m.TokenHash) {
			marks = append(marks, m)
		}
	}
	_, err := s.update(ctx, "Enter", s.tables.Bindings, bindingKey(o.Touch.AppID, o.Touch.OpenID), expression{
		change:    "SET marks = :marks",
		condition: "bindingId = :id AND marks = :written",
		values:    item{":id": text(o.Binding.ID), ":marks": packedAll(marks), ":written": packedAll(o.Sessions)},
	})
	if _, ok := errors.AsType[*refused](err); ok {
		return nil
	}
	return err
}

// do executes the entries' statements as one batch, and then singly those that are not known to be executed, all at the
// same time. It returns what is wrong with the batch, if that will not pass.
func (s *Store) do(ctx context.Context, entries []*entry) error {
	batch := make([]types.BatchStatementRequest, len(entries))
	for i, e := range entries {
		batch[i] = e.statement
	}
	codes, doubt := s.execute(ctx, "Enter", batch)
	var rest sync.WaitGroup
	for i, e := range entries {
		if codes[i] != "" && codes[i] != e.moot {
			rest.Go(func() { e.err = contained(func() error { return e.singly(ctx) }) })
		}
	}
	rest.Wait()
	return doubt
}

// creating stores the session. stored becomes what is stored, if another has been faster.
func (s *Store) creating(o login.Opening, stored *login.Session) *entry {
	return &entry{
		statement: inserting(s.statements.insertSession, sessionItem(o.Session)),
		singly: func(ctx context.Context) (err error) {
			*stored, err = s.CreateSession(ctx, o.Session)
			return err
		},
	}
}

// marking touches the binding and replaces its marks, if nobody else has meanwhile. A touch that is done singly adds
// the mark of the session and leaves the others as they are, for the next login.
func (s *Store) marking(o login.Opening) *entry {
	touch, t := s.statements.touchBinding, o.Touch
	parameters := []types.AttributeValue{millis(t.At), text(t.SealedKey), packedAll(o.Sessions)}
	if t.UnionID != "" {
		touch = s.statements.touchWithUnion
		parameters = append(parameters, text(t.UnionID))
	}
	parameters = append(parameters,
		bindingKey(t.AppID, t.OpenID)[keyAttribute], text(o.Binding.ID), millis(t.At), packedAll(o.Binding.Sessions))
	if marksSession(o.Binding, t.Opened.TokenHash) {
		t.Opened = login.SessionMark{} // a repeat
	}
	return &entry{
		statement: statement(touch, parameters...),
		singly: func(ctx context.Context) error {
			_, err := s.touch(ctx, "Enter", t, o.Binding.ID)
			if errors.Is(err, login.ErrBindingNotFound) {
				return nil
			}
			return err
		},
	}
}

func (s *Store) recording(o login.Opening) *entry {
	return &entry{
		statement: inserting(s.statements.insertRecord, recordItem(o.Name, o.Record)),
		singly: func(ctx context.Context) error {
			_, err := s.SwapRecord(ctx, o.Name, "", o.Record)
			return err
		},
	}
}

// ending ends a session that has not ended.
func (s *Store) ending(userID, tokenHash string) *entry {
	return &entry{
		tokenHash: tokenHash,
		statement: statement(s.statements.endSession,
			text(login.SessionReplaced), text(userID), text(tokenHash), text("")),
		moot: types.BatchStatementErrorCodeEnumConditionalCheckFailed,
		singly: func(ctx context.Context) error {
			err := s.EndSession(ctx, userID, tokenHash, login.SessionReplaced)
			if errors.Is(err, login.ErrSessionNotFound) {
				return nil
			}
			return err
		},
	}
}

func (s *Store) forgetting(userID, tokenHash string) *entry {
	return &entry{
		tokenHash: tokenHash,
		statement: statement(s.statements.forgetSession, text(userID), text(tokenHash)),
		singly:    func(ctx context.Context) error { return s.ForgetSession(ctx, userID, tokenHash) },
	}
}
