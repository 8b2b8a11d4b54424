package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/sqlitestore"
)

// oddID is an id that a directory may give.
const oddID = "\x1b[31m爱丽丝\n\"<&>\t\u202e"

// waitingIn makes a data folder in which notices of two users wait, two of each.
func waitingIn(t *testing.T) (folder string) {
	t.Helper()
	folder = data(t)
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.WantNotices(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{oddID, "somebody"} {
		if err := store.AddUser(t.Context(), login.User{ID: id, Username: "name of " + id}, login.Password{}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := store.LogoutUser(t.Context(), id, login.NewID()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

// listedWaiting is what `wxbind outbox list --json` prints.
type listedWaiting struct {
	Users   []waiting
	Notices int
	Since   *string
}

func listWaiting(t *testing.T, flags ...string) (listed listedWaiting) {
	t.Helper()
	if err := json.Unmarshal([]byte(succeed(t, append([]string{"outbox", "list", "--json"}, flags...)...)), &listed); err != nil {
		t.Fatal(err)
	}
	return listed
}

func TestOutboxOfAFolder(t *testing.T) {
	folder := waitingIn(t)
	listed := listWaiting(t, "--data", folder)
	if len(listed.Users) != 2 || listed.Notices != 4 || listed.Since == nil || listed.Users[0].UserID != oddID || listed.Users[0].Notices != 2 {
		t.Errorf("got %+v", listed)
	}
	text := succeed(t, "outbox", "list", "--data", folder)
	if strings.ContainsAny(text, "\x1b\t\u202e") || strings.Count(text, "\n") != 4 || !strings.Contains(text, "4 notices of 2 users") {
		t.Errorf("it prints %q", text)
	}

	p, url, _ := receive(t, "", webhookKey)
	t.Setenv("WXBIND_WEBHOOK_KEY", webhookKey)
	for why, args := range map[string][]string{
		"say where to":             {},
		"http is allowed only to":  {"--webhook", "http://platform.example.com/"},
		"a stack's notices go to":  {"--stack", "wxbind-dev", "--webhook", url},
		"say where to: --webhook ": {"--webhook", "off"},
	} {
		if !strings.Contains(strings.Join(args, " "), "--stack") {
			args = append(args, "--data", folder)
		}
		if status, out, said := command(t, "", append([]string{"outbox", "send"}, args...)...); status == 0 || out != "" || !strings.Contains(said, why) {
			t.Errorf("%v: %d, %s%s", args, status, out, said)
		}
	}
	p.answer(func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusServiceUnavailable); return true })
	if status, out, said := command(t, "", "outbox", "send", "--data", folder, "--webhook", url); status != 1 || out != "" ||
		!strings.Contains(said, "sent 0 notices of 2 users, then stopped or left some") || !strings.Contains(said, "status 503") {
		t.Errorf("%d, %s%s", status, out, said)
	}
	p.answer(nil)
	if got := succeed(t, "outbox", "send", "--data", folder, "--webhook", url); got != "sent 4 notices of 2 users\n" {
		t.Errorf("it prints %q", got)
	}
	kept, repeats := p.kept()
	if len(kept) != 4 || repeats != 0 || kept[0].UserID != oddID || kept[1].Number != kept[0].Number+1 {
		t.Errorf("got %+v, %d repeats", kept, repeats)
	}
	if listed := listWaiting(t, "--data", folder); len(listed.Users) != 0 || listed.Notices != 0 || listed.Since != nil {
		t.Errorf("then %+v", listed)
	}
	if got := succeed(t, "outbox", "send", "--data", folder, "--webhook", url, "--json"); !strings.Contains(got, `"notices":0`) && !strings.Contains(got, `"notices": 0`) {
		t.Errorf("then it prints %q", got)
	}
}

// A start that is refused does not turn off what another process needs.
func TestRefusedStartLeavesNoticesAsTheyAre(t *testing.T) {
	folder := waitingIn(t)
	store, err := sqlitestore.Open(t.Context(), databaseIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.AddServedApp(t.Context(), "wxmine"); err != nil {
		t.Fatal(err)
	}
	status, _, said := command(t, "", "serve", "--addr", "127.0.0.1:0", "--data", folder, "--webhook", "off")
	if status != 1 || !strings.Contains(said, "has served the mini-program wxmine") {
		t.Fatalf("%d, %s", status, said)
	}
	if wanted, err := store.NoticesWanted(t.Context()); err != nil || !wanted {
		t.Errorf("notices are wanted: %t, %v", wanted, err)
	}
}

// While it is off nothing is kept, and what waited waits still.
func TestWebhookIsTurnedOffAndOnAgain(t *testing.T) {
	folder := waitingIn(t)
	change := func(command string) {
		t.Helper()
		succeed(t, "user", command, "alice", "--data", folder)
	}
	if status, _, said := command(t, "a good password\n", "user", "add", "alice", "--data", folder); status != 0 {
		t.Fatal(said)
	}
	waits := func(want int) {
		t.Helper()
		if got := listWaiting(t, "--data", folder).Notices; got != want {
			t.Errorf("%d notices wait, want %d", got, want)
		}
	}
	change("disable")
	waits(5)

	s := startServer(t, folder)
	change("enable")
	waits(6)
	s.interrupt()
	if !strings.Contains(s.log.String(), "notices to the platform are kept, and nobody sends them") {
		t.Errorf("the log: %s", s.log)
	}

	s = startServerWith(t, []string{"--data", folder, "--webhook", "off"})
	change("disable")
	s.interrupt()
	if strings.Contains(s.log.String(), "nobody sends them") {
		t.Errorf("the log: %s", s.log)
	}
	s = startServer(t, folder)
	change("enable")
	waits(6)
	s.interrupt()
	if !strings.Contains(s.log.String(), "notices to the platform wait, and nobody sends them") {
		t.Errorf("the log: %s", s.log)
	}

	p, url, _ := receive(t, "", webhookKey)
	s = startServerWith(t, []string{"--data", folder, "--webhook", url}, "WXBIND_WEBHOOK_KEY="+webhookKey)
	change("disable")
	got := typesOf(p.until(7))
	var ofAlice []string
	for _, told := range got {
		if told != "session_revoked" {
			ofAlice = append(ofAlice, told)
		}
	}
	if strings.Join(ofAlice, " ") != "disabled enabled disabled" {
		t.Errorf("got %v", ofAlice)
	}
	s.interrupt()
}

// Whoever is deleted is named by nothing but the id in the notices that wait, and by nothing at all once they are delivered.
func TestNothingOfADeletedPersonIsInTheFiles(t *testing.T) {
	p, url, _ := receive(t, "", webhookKey)
	p.answer(func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusServiceUnavailable); return true })
	folder := filepath.Join(t.TempDir(), "data")
	s := startServerWith(t, []string{"--data", folder, "--webhook", url}, "WXBIND_WEBHOOK_KEY="+webhookKey)
	s.paste()
	succeed(t, "user", "set", "demo", "--name", "PersonalName", "--phone", "13812345678", "--data", folder)
	var users struct{ Users []struct{ ID string } }
	if err := json.Unmarshal([]byte(succeed(t, "user", "list", "--json", "--data", folder)), &users); err != nil || len(users.Users) != 1 {
		t.Fatalf("%+v, %v", users, err)
	}
	id := users.Users[0].ID
	if status, _, said := command(t, "a good password\n", "user", "add", "personalusername", "--data", folder); status != 0 {
		t.Fatal(said) // the role demo has the name of the user demo
	}
	for _, name := range []string{"demo", "personalusername"} {
		succeed(t, "user", "delete", name, "--yes", "--data", folder)
	}
	person := []string{"PersonalName", "13812345678", "personalusername", "alice"}
	if found := namedIn(t, folder, append(person, id)...); len(found) != 1 || found[0] != id {
		t.Errorf("while notices wait the files have %q; want the id", found)
	}
	p.answer(nil)
	p.until(4)
	s.interrupt()
	if found := namedIn(t, folder, append(person, id)...); len(found) != 0 {
		t.Errorf("then the files have %q", found)
	}
	for _, word := range person {
		if strings.Contains(p.raw.String(), word) {
			t.Errorf("the notices have %q: %s", word, p.raw.String())
		}
	}
}

// namedIn are those of the words that are in a file of the folder.
func namedIn(t *testing.T, folder string, words ...string) (found []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, word := range words {
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, []byte(word)) {
				found = append(found, word)
				break
			}
		}
	}
	return found
}
