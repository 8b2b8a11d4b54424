package sqlitestore_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// The test program is its own child. With this variable set, it writes logins to the database that the variable names,
// and prints the id of each acknowledged login.
const childDatabase = "SQLITESTORE_TEST_DATABASE"

const appID = "wx0000000000000001"

func TestMain(m *testing.M) {
	if path := os.Getenv(childDatabase); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child does os.Args[1] first logins, each with a second one after it, on four goroutines. With os.Args[2] it kills itself
// in the middle of that commit.
func child(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	logins, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	store, err := sqlitestore.Open(ctx, path)
	if err != nil {
		return err
	}
	if len(os.Args) > 2 {
		if err := dieIn(store, os.Args[2]); err != nil {
			return err
		}
	}
	failures := make(chan error)
	for range 4 {
		go func() {
			for range logins / 4 {
				id, err := twoLogins(ctx, store)
				if err != nil {
					failures <- err
					return
				}
				fmt.Println(id) // one write: no line is torn
			}
			failures <- nil
		}()
	}
	for range 4 {
		if err := <-failures; err != nil {
			return err
		}
	}
	return store.Close()
}

// firstLogin adds a user and binds it. All that it stores derives from one id, by which acknowledged can find it.
func firstLogin(ctx context.Context, store *sqlitestore.Store) (string, error) {
	id, now := rand.Text(), time.Now()
	b := login.Binding{ID: id, AppID: appID, OpenID: id, UserID: id, BoundAt: now, LastLoginAt: now}
	session := login.Session{
		UserID: id, TokenHash: id, AppID: appID, BindingID: id,
		CreatedAt: now, SeenAt: now, IdleEnd: now.Add(time.Hour), AbsoluteEnd: now.Add(time.Hour),
	}
	if err := store.AddUser(ctx, login.User{ID: id, Username: id}, login.Password{ID: id, Hash: login.Hidden(id)}); err != nil {
		return "", err
	}
	if _, err := store.Bind(ctx, b, session); err != nil {
		return "", err
	}
	_, err := store.SwapRecord(ctx, id, "", login.Record{Version: id, ExpiresAt: now.Add(time.Hour)})
	return id, err
}

// dieIn kills this process in the middle of a commit: the store asks for the time when it has done the writes of a
// group, and has not committed them.
func dieIn(store *sqlitestore.Store, commit string) error {
	left, err := strconv.Atoi(commit)
	if err != nil {
		return err
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	store.Now = func() time.Time {
		if left--; left == 0 {
			self.Kill()
			select {}
		}
		return time.Now()
	}
	return nil
}

// twoLogins does a first login and another one, which replaces its session.
func twoLogins(ctx context.Context, store *sqlitestore.Store) (string, error) {
	id, err := firstLogin(ctx, store)
	if err != nil {
		return "", err
	}
	b, err := store.BindingByOpenID(ctx, appID, id)
	if err != nil {
		return "", err
	}
	now := time.Now()
	_, err = store.Enter(ctx, login.Opening{
		Binding: b, Ended: []string{id},
		Touch: login.Touch{AppID: appID, OpenID: id, SealedKey: "second", At: now},
		Session: login.Session{
			UserID: id, TokenHash: "second-" + id, AppID: appID, BindingID: id,
			CreatedAt: now, SeenAt: now, IdleEnd: now.Add(time.Hour), AbsoluteEnd: now.Add(time.Hour),
		},
		Name: "second-" + id, Record: login.Record{Version: id, ExpiresAt: now.Add(time.Hour)},
	})
	return id, err
}

// acknowledged fails the test unless both logins with the id are stored completely.
func acknowledged(t *testing.T, store *sqlitestore.Store, id string) {
	t.Helper()
	for token, want := range map[string]login.Code{id: login.SessionReplaced, "second-" + id: ""} {
		session, user, err := store.SessionWithUser(t.Context(), id, token)
		if err != nil {
			t.Fatalf("an acknowledged session: %v", err)
		}
		if dead := session.Dead(user, session.CreatedAt); dead != want {
			t.Fatalf("an acknowledged session is %q, want %q", dead, want)
		}
		if _, err := store.LoadRecord(t.Context(), token); err != nil {
			t.Fatalf("an acknowledged record: %v", err)
		}
	}
	b, err := store.BindingByOpenID(t.Context(), appID, id)
	if err != nil || b.UserID != id || b.ID != id || b.SealedKey != "second" {
		t.Fatalf("an acknowledged binding: %+v, %v", b, err)
	}
}

// noHalves fails the test if a bind or a second login was stored in part.
func noHalves(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var halves int
	var intact string
	err = db.QueryRow(`SELECT (SELECT count(*) FROM bindings b FULL JOIN sessions s ON s.binding_id = b.id AND s.user_id = b.user_id
		WHERE b.id IS NULL OR s.binding_id IS NULL) + (SELECT count(*) FROM (SELECT * FROM bindings WHERE sealed_key = 'second') b
		FULL JOIN (SELECT * FROM sessions WHERE token_hash LIKE 'second-%') s ON s.user_id = b.user_id
		FULL JOIN (SELECT * FROM records WHERE name LIKE 'second-%') r ON r.name = s.token_hash
		LEFT JOIN sessions f ON f.user_id = b.user_id AND f.token_hash = b.user_id AND f.ended_reason = 'session_replaced'
		WHERE b.id IS NULL OR s.user_id IS NULL OR r.name IS NULL OR f.user_id IS NULL), (SELECT group_concat(integrity_check) FROM pragma_integrity_check)`).Scan(&halves, &intact)
	if err != nil || halves != 0 || intact != "ok" {
		t.Fatalf("%d halves, integrity %s, %v", halves, intact, err)
	}
}

// start starts a child. Read its lines to the end before waiting for it.
func start(t *testing.T, path string, args ...string) (*exec.Cmd, *bufio.Scanner, *strings.Builder) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), childDatabase+"="+path)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out), &complaint
}

func TestAcknowledgedWritesSurviveSIGKILL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	var ids []string
	for _, after := range []int{1, 40, 100} {
		cmd, lines, complaint := start(t, path, "1000000")
		for n := 0; lines.Scan(); n++ {
			ids = append(ids, lines.Text())
			if n == after {
				// The other goroutines are in the middle of their logins. Whatever they still acknowledge is read until
				// the end of the pipe.
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || complaint.Len() > 0 {
			t.Fatalf("the child was not killed: %v %s", err, complaint)
		}
		store := open(t, path)
		for _, id := range ids {
			acknowledged(t, store, id)
		}
		noHalves(t, path)
	}
}

// Whatever is killed in the middle of a commit is not stored. Whatever somebody has seen is, even if the process was
// killed between the commit and its answer.
func TestSIGKILLInTheMiddleOfACommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wxbind.db")
	store := open(t, path)
	for _, commit := range []string{"1", "2", "17", "50"} {
		cmd, lines, complaint := start(t, path, "1000000", commit)
		var seen []string
		watch, stop := context.WithCancel(t.Context())
		var watching sync.WaitGroup
		watching.Go(func() {
			for watch.Err() == nil {
				users, err := store.ListUsers(t.Context(), "", 1000)
				if err != nil {
					t.Error(err)
					return
				}
				seen = seen[:0]
				for _, u := range users {
					if sessions, err := store.SessionsOfUser(t.Context(), u.ID); err == nil && len(sessions) == 2 {
						seen = append(seen, u.ID)
					}
				}
			}
		})
		var told []string
		for lines.Scan() {
			told = append(told, lines.Text())
		}
		if err := cmd.Wait(); err == nil || complaint.Len() > 0 {
			t.Fatalf("the child was not killed: %v %s", err, complaint)
		}
		stop()
		watching.Wait()
		after := open(t, path)
		for _, id := range append(told, seen...) {
			acknowledged(t, after, id)
		}
		noHalves(t, path)
	}
}

func TestProcessesStartAndWriteAtTheSameTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "wxbind.db")
	const processes, logins = 4, 80
	var wait sync.WaitGroup
	ids := make([][]string, processes)
	for i := range processes {
		cmd, lines, complaint := start(t, path, strconv.Itoa(logins))
		wait.Go(func() {
			for lines.Scan() {
				ids[i] = append(ids[i], lines.Text())
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("process %d: %v %s", i, err, complaint)
			}
		})
	}
	wait.Wait()
	store := open(t, path)
	for i := range ids {
		if len(ids[i]) != logins {
			t.Fatalf("process %d did %d logins, want %d", i, len(ids[i]), logins)
		}
		for _, id := range ids[i] {
			acknowledged(t, store, id)
		}
	}
	noHalves(t, path)
}
