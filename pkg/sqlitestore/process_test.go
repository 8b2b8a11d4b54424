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

// child does os.Args[1] logins on four goroutines.
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
	failures := make(chan error)
	for range 4 {
		go func() {
			for range logins / 4 {
				id, err := firstLogin(ctx, store)
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

// acknowledged fails the test unless the first login with the id is stored completely.
func acknowledged(t *testing.T, store *sqlitestore.Store, id string) {
	t.Helper()
	session, user, err := store.SessionWithUser(t.Context(), id, id)
	if err != nil {
		t.Fatalf("an acknowledged session: %v", err)
	}
	if dead := session.Dead(user, session.CreatedAt); dead != "" {
		t.Fatalf("an acknowledged session is %q", dead)
	}
	b, err := store.TouchBinding(t.Context(), login.Touch{AppID: appID, OpenID: id})
	if err != nil || b.UserID != id || b.ID != id {
		t.Fatalf("an acknowledged binding: %+v, %v", b, err)
	}
	if _, err := store.LoadRecord(t.Context(), id); err != nil {
		t.Fatalf("an acknowledged record: %v", err)
	}
}

// noHalves fails the test if a bind was stored in part.
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
		WHERE b.id IS NULL OR s.binding_id IS NULL), (SELECT group_concat(integrity_check) FROM pragma_integrity_check)`).Scan(&halves, &intact)
	if err != nil || halves != 0 || intact != "ok" {
		t.Fatalf("%d halves of a bind, integrity %s, %v", halves, intact, err)
	}
}

// start starts a child. Read its lines to the end before waiting for it.
func start(t *testing.T, path string, logins int) (*exec.Cmd, *bufio.Scanner, *strings.Builder) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, strconv.Itoa(logins))
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
		cmd, lines, complaint := start(t, path, 1_000_000)
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

func TestProcessesStartAndWriteAtTheSameTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "wxbind.db")
	const processes, logins = 4, 80
	var wait sync.WaitGroup
	ids := make([][]string, processes)
	for i := range processes {
		cmd, lines, complaint := start(t, path, logins)
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
