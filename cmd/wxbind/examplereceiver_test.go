package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/signing"
)

// examples/receiver takes what serve sends, signed with the key that `wxbind outbox key` prints; and believes nothing else, and nothing
// twice.
func TestExampleReceiver(t *testing.T) {
	folder := t.TempDir()
	binary, data := filepath.Join(folder, "receiver"), filepath.Join(folder, "data")
	if out, err := exec.Command("go", "build", "-o", binary, "../../examples/receiver").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	s := startServerWith(t, []string{"--data", data, "--webhook", "http://" + addr + "/hooks"})
	status, printed, said := command(t, "", "outbox", "key", "--data", data)
	if status != 0 {
		t.Fatal(said)
	}
	key := strings.TrimSpace(printed)
	running := exec.Command(binary, "-addr", addr, "-known", filepath.Join(folder, "known.json"))
	running.Env = append(os.Environ(), "WEBHOOK_KEY="+key)
	var out bytes.Buffer
	running.Stdout = &out
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { running.Process.Kill() })
	s.paste()
	if status, _, said := command(t, "", "user", "delete", "demo", "--yes", "--data", data); status != 0 {
		t.Fatal(said)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if _, listed, _ := command(t, "", "outbox", "list", "--data", data); listed == "no notice waits\n" {
			break
		}
		if time.Now().After(end) {
			t.Fatal("it does not take everything")
		}
	}
	post := func(key login.Hidden, body string, made time.Time) int {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, "http://"+addr+"/hooks", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		timestamp := strconv.FormatInt(made.Unix(), 10)
		req.Header.Set(signing.HeaderTimestamp, timestamp)
		req.Header.Set(signing.HeaderNonce, "n")
		req.Header.Set(signing.HeaderSignature, signing.Signature(key, "POST", "/hooks", timestamp, "n", []byte(body)))
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	one := func(number int) string {
		return fmt.Sprintf(`{"notices":[{"id":"x%d","type":"disabled","time":1,"userId":"forged","number":%d}]}`, number, number)
	}
	for name, row := range map[string]struct{ got, want int }{
		"another key":      {post("another", one(1), time.Now()), 401},
		"an old signature": {post(login.Hidden(key), one(2), time.Now().Add(-6*time.Minute)), 401},
		"no JSON":          {post(login.Hidden(key), "{", time.Now()), 400},
		"a notice":         {post(login.Hidden(key), one(7), time.Now()), 204},
		"the same again":   {post(login.Hidden(key), one(7), time.Now()), 204},
		"one from before":  {post(login.Hidden(key), one(6), time.Now()), 204},
	} {
		if row.got != row.want {
			t.Errorf("%s: status %d; want %d", name, row.got, row.want)
		}
	}
	running.Process.Kill()
	running.Wait()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "bound ") || !strings.HasPrefix(lines[1], "delete everything of user ") || lines[2] != "disabled forged" {
		t.Errorf("it says %q", lines)
	}
}
