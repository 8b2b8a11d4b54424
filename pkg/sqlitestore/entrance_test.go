package sqlitestore

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

const testApp = "wx0000000000000001"

// enrolled adds a user who is bound, with one session.
func enrolled(t *testing.T, s *Store, id string) login.Binding {
	t.Helper()
	now := time.Now()
	b := login.Binding{ID: "b-" + id, AppID: testApp, OpenID: "o-" + id, UserID: id, SealedKey: "1.key", BoundAt: now, LastLoginAt: now}
	if err := s.AddUser(t.Context(), login.User{ID: id, Username: id}, login.Password{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Bind(t.Context(), b, sessionUnder(b, "first-"+id, now)); err != nil {
		t.Fatal(err)
	}
	return b
}

func sessionUnder(b login.Binding, token string, now time.Time) login.Session {
	return login.Session{
		UserID: b.UserID, TokenHash: token, AppID: b.AppID, BindingID: b.ID, CreatedAt: now, SeenAt: now,
		IdleEnd: now.Add(login.IdleLife), AbsoluteEnd: now.Add(login.AbsoluteLife), Device: "iPhone",
	}
}

// opening is what a login writes that has read the binding b. Like every login, it makes room for its session.
func opening(b login.Binding, token string, now time.Time) login.Opening {
	o := login.Opening{
		Binding: b, Session: sessionUnder(b, token, now), Name: "code-" + token,
		Record: login.Record{Version: token, Value: make([]byte, 400), ExpiresAt: now.Add(10 * time.Second)},
		Touch:  login.Touch{AppID: b.AppID, OpenID: b.OpenID, SealedKey: "2." + token, At: now},
	}
	var live, dead []string
	for _, m := range b.Sessions {
		if m.Ended {
			dead = append(dead, m.TokenHash)
		} else {
			live = append(live, m.TokenHash)
		}
	}
	o.Ended = live[:max(len(live)-login.MaxSessions+1, 0)]
	o.Forgotten = dead[:max(len(dead)+len(o.Ended)-login.MaxDeadSessions, 0)]
	return o
}

// enter logs a user in.
func enter(ctx context.Context, s *Store, openID, token string, now time.Time) error {
	b, err := s.BindingByOpenID(ctx, testApp, openID)
	if err != nil {
		return err
	}
	_, err = s.Enter(ctx, opening(b, token, now))
	return err
}

// commits counts the commits in the write-ahead log (https://www.sqlite.org/fileformat2.html#walformat). With
// synchronous=FULL, each is one wait for the disk. It holds as long as nothing has moved the log into the database.
func commits(t *testing.T, path string) (n int) {
	t.Helper()
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	page, salt := int(binary.BigEndian.Uint32(log[8:])), string(log[16:24])
	for at := 32; at+24+page <= len(log) && string(log[at+8:at+16]) == salt; at += 24 + page {
		if binary.BigEndian.Uint32(log[at+4:]) != 0 { // the last frame of a commit has the size of the database
			n++
		}
	}
	return n
}

func pathOf(t *testing.T, s *Store) (path string) {
	t.Helper()
	if err := s.upkeep.QueryRowContext(t.Context(), `SELECT file FROM pragma_database_list`).Scan(&path); err != nil {
		t.Fatal(err)
	}
	return path
}

// A login waits for the disk once, however many sessions there are to end and to forget.
func TestLoginIsOneCommit(t *testing.T) {
	s := opened(t)
	path, b := pathOf(t, s), enrolled(t, s, "alice")
	for i := range 40 {
		before := commits(t, path)
		if err := enter(t.Context(), s, b.OpenID, fmt.Sprint("token-", i), time.Now()); err != nil {
			t.Fatal(err)
		}
		if n := commits(t, path) - before; n != 1 {
			t.Fatalf("login %d took %d commits", i, n)
		}
	}
	sessions, err := s.SessionsOfUser(t.Context(), "alice")
	if want := login.MaxSessions + login.MaxDeadSessions; err != nil || len(sessions) != want {
		t.Errorf("%d sessions are stored, want %d, %v", len(sessions), want, err)
	}
}

// Of 64 writes that share a commit each gets its own answer, and what it says is in the file.
func TestManyWritesOfAGroupEachGetTheirAnswer(t *testing.T) {
	s := opened(t)
	path := pathOf(t, s)
	var bindings []login.Binding
	for i := range groupMost {
		bindings = append(bindings, enrolled(t, s, fmt.Sprint("user-", i)))
	}
	before := commits(t, path)
	var writes []func(ctx context.Context, end context.CancelFunc) error
	for i, b := range bindings {
		writes = append(writes, func(ctx context.Context, end context.CancelFunc) error {
			switch i % 4 {
			case 1: // gives up in the middle
				return s.write(ctx, func(tx *conn) error {
					end()
					_, err := tx.change(ctx, `DELETE FROM users`)
					return err
				})
			case 2: // is refused after it has written
				return s.write(ctx, func(tx *conn) error {
					if _, err := tx.change(ctx, `DELETE FROM sessions`); err != nil {
						return err
					}
					return answer{login.ErrLastBinding}
				})
			case 3:
				return s.write(ctx, func(tx *conn) error {
					if _, err := tx.change(ctx, `DELETE FROM bindings`); err != nil {
						return err
					}
					panic("S3CRET")
				})
			}
			_, err := s.Enter(ctx, opening(b, "token", time.Now()))
			return err
		})
	}
	errs := atOnce(t, s, writes...)
	if n := commits(t, path) - before; n != 1 {
		t.Errorf("%d writes took %d commits", len(writes), n)
	}
	again := reopened(t, path)
	for i, err := range errs {
		want := []error{nil, context.Canceled, login.ErrLastBinding, nil}[i%4]
		if i%4 == 3 && (err == nil || errors.Is(err, login.StoreUnavailable)) || i%4 != 3 && !errors.Is(err, want) {
			t.Errorf("write %d: %v, want %v", i, err, want)
		}
		sessions, err := again.SessionsOfUser(t.Context(), bindings[i].UserID)
		if stored := slices.ContainsFunc(sessions, func(s login.Session) bool { return s.TokenHash == "token" }); err != nil || stored != (i%4 == 0) {
			t.Errorf("write %d: stored is %t, %v", i, stored, err)
		}
		if _, err := again.BindingByOpenID(t.Context(), testApp, bindings[i].OpenID); err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
}

// atOnce does writes that all wait at the same time, and returns their errors in their order.
func atOnce(t *testing.T, s *Store, writes ...func(ctx context.Context, end context.CancelFunc) error) []error {
	t.Helper()
	errs := make([]error, len(writes))
	release := s.groups.hold()
	var all sync.WaitGroup
	for i, write := range writes {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		all.Go(func() { errs[i] = write(ctx, cancel) })
		for s.waiting() <= i {
			time.Sleep(time.Millisecond)
		}
	}
	release()
	all.Wait()
	return errs
}

// reopened opens the file of another store.
func reopened(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A backup or another process may hold the lock for seconds. Who cannot wait is told so in time, and nothing of it is
// written; the others are done when the lock is free.
func TestWritesWaitForALockedFileAsLongAsTheyCan(t *testing.T) {
	s := opened(t)
	path := pathOf(t, s)
	var bindings []login.Binding
	for i := range 16 {
		bindings = append(bindings, enrolled(t, s, fmt.Sprint("user-", i)))
	}
	lock, err := s.upkeep.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		i   int
		err error
	}
	impatient, patient := make(chan outcome, len(bindings)), make(chan outcome, len(bindings))
	for i, b := range bindings { // the first one leads, and is impatient
		ctx, cancel, told := t.Context(), context.CancelFunc(func() {}), patient
		if i%2 == 0 {
			ctx, cancel = context.WithTimeout(ctx, time.Duration(20+10*i)*time.Millisecond)
			told = impatient
		}
		go func() {
			defer cancel()
			_, err := s.Enter(ctx, opening(b, "token", time.Now()))
			told <- outcome{i, err}
		}()
	}
	for range len(bindings) / 2 {
		if o := <-impatient; !errors.Is(o.err, login.StoreUnavailable) || !errors.Is(o.err, context.DeadlineExceeded) {
			t.Errorf("write %d: %v", o.i, o.err)
		}
	}
	if len(patient) > 0 {
		t.Error("somebody was answered while the file was locked")
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	for range len(bindings) / 2 {
		if o := <-patient; o.err != nil {
			t.Errorf("write %d: %v", o.i, o.err)
		}
	}
	again := reopened(t, path)
	for i, b := range bindings {
		sessions, err := again.SessionsOfUser(t.Context(), b.UserID)
		if want := 1 + i%2; err != nil || len(sessions) != want {
			t.Errorf("user %d has %d sessions, want %d, %v", i, len(sessions), want, err)
		}
	}
}

// A database that has become read-only is told to each, and reads go on.
func TestReadOnlyFileFailsEachWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	first := reopened(t, path)
	b := enrolled(t, first, "alice")
	s := reopened(t, path)
	s.groups.writer.name = nameOf(path, "mode=ro&"+writing)
	var writes []func(ctx context.Context, end context.CancelFunc) error
	for i := range 8 {
		writes = append(writes, func(ctx context.Context, _ context.CancelFunc) error {
			return enter(ctx, s, b.OpenID, fmt.Sprint("token-", i), time.Now())
		})
	}
	for i, err := range atOnce(t, s, writes...) {
		if !errors.Is(err, login.StoreUnavailable) {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if sessions, err := s.SessionsOfUser(t.Context(), "alice"); err != nil || len(sessions) != 1 {
		t.Errorf("%d sessions, %v", len(sessions), err)
	}
	if err := enter(t.Context(), first, b.OpenID, "token", time.Now()); err != nil {
		t.Errorf("who may write: %v", err)
	}
}

// A login's own failure in the middle would leave a part of it, so it fails the group, of which nothing is written.
func TestFailureInTheMiddleOfALoginFailsTheGroup(t *testing.T) {
	s := opened(t)
	b := enrolled(t, s, "alice")
	trigger := func(statement string) {
		t.Helper()
		if _, err := s.upkeep.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	trigger(`CREATE TRIGGER full BEFORE UPDATE ON bindings BEGIN SELECT RAISE(FAIL, 'the disk is full'); END`)
	errs := atOnce(t, s,
		func(ctx context.Context, _ context.CancelFunc) error {
			return s.StoreRecord(ctx, "in vain", login.Record{Version: "1", ExpiresAt: time.Now().Add(time.Hour)})
		},
		func(ctx context.Context, _ context.CancelFunc) error {
			return enter(ctx, s, b.OpenID, "token", time.Now())
		})
	for i, err := range errs {
		if !errors.Is(err, login.StoreUnavailable) {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if _, err := s.LoadRecord(t.Context(), "in vain"); !errors.Is(err, login.ErrRecordNotFound) {
		t.Errorf("the record: %v", err)
	}
	if sessions, err := s.SessionsOfUser(t.Context(), "alice"); err != nil || len(sessions) != 1 {
		t.Errorf("%d sessions, %v", len(sessions), err)
	}
	trigger(`DROP TRIGGER full`)
	if err := enter(t.Context(), s, b.OpenID, "token", time.Now()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// The texts of statements are few, so each is parsed once for a connection.
func TestEachStatementIsPreparedOnce(t *testing.T) {
	s := opened(t)
	b := enrolled(t, s, "alice")
	kept := func() (n int, one statement) {
		if err := s.write(t.Context(), func(tx *conn) error {
			n, one = len(tx.kept), tx.kept["COMMIT"]
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return n, one
	}
	for i := range 20 { // until sessions end and are forgotten
		if err := enter(t.Context(), s, b.OpenID, fmt.Sprint("token-", i), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	before, commit := kept()
	for i := range 20 {
		if err := enter(t.Context(), s, b.OpenID, fmt.Sprint("more-", i), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if after, same := kept(); after != before || same != commit || commit == nil {
		t.Errorf("%d statements became %d", before, after)
	}
}

// pages is the size of the database in pages, without the log.
func pages(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), `SELECT page_count FROM pragma_page_count`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
