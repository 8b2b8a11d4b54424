package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// refused runs serve, which must refuse the folder with one line that says all of wants.
func refused(t *testing.T, folder string, wants ...string) {
	t.Helper()
	status, out, said := command(t, "", "serve", "--addr", "127.0.0.1:0", "--data", folder)
	if status != 1 || out != "" || strings.Count(said, "\n") != 1 {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	for _, want := range wants {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
}

func TestServeRefusesAFolderThatLostItsStore(t *testing.T) {
	for what, lose := range map[string]func(string) error{
		"is empty":   func(path string) error { return os.Truncate(path, 0) },
		"is missing": os.Remove,
	} {
		folder := data(t)
		if err := lose(databaseIn(folder)); err != nil {
			t.Fatal(err)
		}
		refused(t, folder, databaseIn(folder)+" "+what, "wxbind restore", "move "+sealKeyIn(folder)+" away")
		for _, args := range [][]string{{"user", "list"}, {"doctor"}} {
			status, out, said := command(t, "", append(args, "--data", folder)...)
			if said += out; status != 1 || !strings.Contains(said, what) || !strings.Contains(said, "wxbind restore") || strings.Contains(said, "makes one") {
				t.Errorf("%s: status %d: %s", args[0], status, said)
			}
		}
		if info, err := os.Stat(databaseIn(folder)); err == nil && info.Size() > 0 {
			t.Error("it has made a store")
		}
		if err := os.Remove(sealKeyIn(folder)); err != nil {
			t.Fatal(err)
		}
		startServer(t, folder).interrupt() // begins anew
	}
}

// Each step of a first start: the folder as a killed start leaves it, which the next start completes.
func TestNextStartCompletesAFirstOne(t *testing.T) {
	for name, before := range map[string]func(t *testing.T, folder string){
		"no file yet": func(*testing.T, string) {},
		"an empty database": func(t *testing.T, folder string) {
			if err := os.WriteFile(databaseIn(folder), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"a database and no key": func(t *testing.T, folder string) { emptyStore(t, folder) },
		"a key that is not linked": func(t *testing.T, folder string) {
			emptyStore(t, folder)
			if err := os.WriteFile(sealKeyIn(folder)+".new-123", []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			before(t, folder)
			s := startServer(t, folder)
			if answers := s.paste(); len(answers) != 3 || answers[2]["code"] != 1.0 {
				t.Errorf("got %v", answers)
			}
			s.interrupt()
			if left, err := filepath.Glob(filepath.Join(folder, "seal.key.*")); len(left) > 0 || err != nil {
				t.Errorf("left are %v, %v", left, err)
			}
		})
	}
}

func emptyStore(t *testing.T, folder string) {
	t.Helper()
	s, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// noting calls noted when the password is written.
type noting struct {
	bytes.Buffer
	noted func()
}

func (n *noting) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "only this once") {
		n.noted()
	}
	return n.Buffer.Write(p)
}

// Whenever a first start is killed, there is no user whose password nobody has seen.
func TestPasswordIsShownBeforeItsUserExists(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	users := -1
	out := &noting{noted: func() {
		_, list, _ := command(t, "", "user", "list", "--data", folder)
		users = strings.Count(list, "demo")
		cancel()
	}}
	var said bytes.Buffer
	run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--data", folder}, console{in: strings.NewReader(""), out: out, err: &said})
	if users != 0 {
		t.Errorf("the user is listed %d times when the password is shown: %s", users, &said)
	}
}

// A start that is killed at any time is followed by one with which somebody can log in.
func TestKilledFirstStarts(t *testing.T) {
	shown := regexp.MustCompile(`password (\S+) \(`)
	folder := t.TempDir()
	var last string
	for wait := 5 * time.Millisecond; wait < 200*time.Millisecond; wait += 15 * time.Millisecond {
		var out bytes.Buffer
		start := exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--data", folder)
		start.Stdout = &out
		if err := start.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(wait)
		start.Process.Kill()
		start.Wait()
		if m := shown.FindStringSubmatch(out.String()); m != nil {
			last = m[1]
		}
	}
	s := startServer(t, folder)
	if m := shown.FindStringSubmatch(s.greeting); m != nil {
		last = m[1]
	}
	a := s.do(s.url+"/mobileApi/user/bind", `{"code":"alice-1","username":"demo","password":"`+last+`"}`)
	if a["code"] != 1.0 {
		t.Errorf("the password that was shown last: %v\n%s", a, s.greeting)
	}
	s.interrupt()
	if left, err := filepath.Glob(filepath.Join(folder, "seal.key.*")); len(left) > 0 || err != nil {
		t.Errorf("left are %v, %v", left, err)
	}
}

// The other one's user stays as it is.
func TestTwoFirstStartsAtOnce(t *testing.T) {
	store, _, err := openData(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := addDemo(t.Context(), adminOf(store), "first password"); err != nil {
		t.Fatal(err)
	}
	if err := addDemo(t.Context(), adminOf(store), "second password"); err == nil || !strings.Contains(err.Error(), "the one above does not") {
		t.Errorf("got %v", err)
	}
}

// A read-only database would be opened, and every login would fail.
func TestServeRefusesWhatItMayNotWrite(t *testing.T) {
	folder := data(t)
	if err := os.Chmod(databaseIn(folder), 0o400); err != nil {
		t.Fatal(err)
	}
	out, err := asAnother(t, folder, "serve", "--addr", "127.0.0.1:0", "--data", folder)
	if err == nil || !strings.Contains(out, databaseIn(folder)+": this user may not read and write it") || !strings.Contains(out, "chmod u+rw") {
		t.Errorf("%v: %s", err, out)
	}
	if left, err := filepath.Glob(databaseIn(folder) + "-*"); len(left) > 0 || err != nil {
		t.Errorf("it has made %v, %v", left, err)
	}
}

func TestDoctorAsAnotherUserSaysWhoMayRead(t *testing.T) {
	folder := data(t)
	if err := os.Chmod(databaseIn(folder), 0o400); err != nil {
		t.Fatal(err)
	}
	out, err := asAnother(t, "", "doctor", "--data", folder)
	if err == nil || strings.Contains(out, "backup") || strings.Contains(out, "there is no store") ||
		!strings.Contains(out, "may not use") || !strings.Contains(out, "run this as ") {
		t.Errorf("%v: %s", err, out)
	}
}
