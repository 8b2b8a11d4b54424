package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// succeed runs a command that must succeed, and returns what it prints.
func succeed(t *testing.T, args ...string) string {
	t.Helper()
	status, out, said := command(t, "", args...)
	if status != 0 {
		t.Fatalf("wxbind %v: status %d: %s%s", args, status, out, said)
	}
	return out
}

// A backup of a store that is being written to restores it as it was at one moment, and ends the sessions.
func TestBackupIsRestored(t *testing.T) {
	folder, elsewhere := t.TempDir(), t.TempDir()
	s := startServer(t, folder)
	token, _ := s.paste()[1]["token"].(string)
	var logins sync.WaitGroup
	var stop atomic.Bool
	logins.Go(func() {
		for i := 0; !stop.Load(); i++ {
			s.check(fmt.Sprintf("alice-%d", 100+i))
		}
	})
	file := filepath.Join(elsewhere, "backup.tar")
	out := succeed(t, "backup", file, "--data", folder)
	if want := "backed up 1 users, 1 bindings and 1 roles to " + file; !strings.HasPrefix(out, want) {
		t.Errorf("it says %s, want %s", out, want)
	}
	stop.Store(true)
	logins.Wait()
	succeed(t, "user", "disable", "demo", "--data", folder)
	s.interrupt()
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if left, err := os.ReadDir(elsewhere); len(left) != 1 || err != nil {
		t.Errorf("beside the backup are %v, %v", left, err)
	}

	again := filepath.Join(elsewhere, "again")
	out = succeed(t, "restore", file, "--data", again)
	for _, want := range []string{"1 users, 1 bindings and 1 roles", "All sessions have ended", "user_disable"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q: %s", want, out)
		}
	}
	if left, err := os.ReadDir(again); len(left) != 2 || err != nil {
		t.Errorf("in the folder are %v, %v", left, err)
	}
	s = startServer(t, again)
	if strings.Contains(s.greeting, "only this once") {
		t.Errorf("it has no users: %s", s.greeting)
	}
	if status, a := s.call(http.MethodGet, "/mobileApi/user/info", token, ""); a["error"] != "session_invalid" {
		t.Errorf("an old token: %d %v", status, a)
	}
	if a := s.check("alice-9"); a["code"] != 1.0 { // disabled only after the backup; and the seal key fits
		t.Errorf("a login: %v", a)
	}
	s.interrupt()
	if status, lines := examined(t, "--data", again); status != 0 {
		t.Errorf("doctor: %+v", lines)
	}
}

func TestBackupForPrograms(t *testing.T) {
	folder := data(t)
	file := filepath.Join(t.TempDir(), "backup.tar")
	var answer struct {
		Backup   made
		Restored restored
	}
	if err := json.Unmarshal([]byte(succeed(t, "backup", file, "--json", "--data", folder)), &answer); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || answer.Backup.File != file || answer.Backup.Bytes != info.Size() || answer.Backup.Users != 1 || answer.Backup.Roles != 1 {
		t.Errorf("%+v, %v", answer.Backup, err)
	}
	again := filepath.Join(t.TempDir(), "again")
	if err := json.Unmarshal([]byte(succeed(t, "restore", file, "--json", "--data", again)), &answer); err != nil {
		t.Fatal(err)
	}
	if r := answer.Restored; r.Folder != again || r.MadeAt != answer.Backup.MadeAt || r.Users != 1 {
		t.Errorf("%+v", r)
	}
}

func TestBackupsThatCannotBe(t *testing.T) {
	folder := data(t)
	existing := filepath.Join(t.TempDir(), "existing")
	if err := os.WriteFile(existing, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	keyless := data(t)
	if err := os.Remove(sealKeyIn(keyless)); err != nil {
		t.Fatal(err)
	}
	damaged := data(t)
	raw, err := os.ReadFile(databaseIn(damaged))
	if err != nil {
		t.Fatal(err)
	}
	for i := 5 * 4096; i < len(raw); i++ {
		raw[i] = 0xee
	}
	if err := os.WriteFile(databaseIn(damaged), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"a file that exists":       {[]string{existing, "--data", folder}, "exists already"},
		"a folder that exists":     {[]string{t.TempDir(), "--data", folder}, "exists already"},
		"no such folder for it":    {[]string{filepath.Join(t.TempDir(), "none", "b"), "--data", folder}, "no such file"},
		"no store":                 {[]string{filepath.Join(t.TempDir(), "b"), "--data", t.TempDir()}, "there is no store"},
		"a store without its key":  {[]string{filepath.Join(t.TempDir(), "b"), "--data", keyless}, "seal.key"},
		"a damaged store":          {[]string{filepath.Join(t.TempDir(), "b"), "--data", damaged}, "malformed"},
		"a stack":                  {[]string{filepath.Join(t.TempDir(), "b"), "--stack", "wxbind-dev"}, "docs/operations.md"},
		"an argument that is none": {[]string{"", "--data", folder}, "must not be empty"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, said := command(t, "", append([]string{"backup"}, row.args...)...)
			if status == 0 || out != "" || !strings.Contains(said, row.want) || strings.Count(said, "\n") != 1 {
				t.Errorf("status %d: %s%s", status, out, said)
			}
			if left, _ := filepath.Glob(row.args[0] + ".partial-*"); len(left) > 0 {
				t.Errorf("left are %v", left)
			}
		})
	}
	if text, err := os.ReadFile(existing); string(text) != "precious" || err != nil {
		t.Errorf("the file that existed: %q, %v", text, err)
	}
}

func TestRestoresThatCannotBe(t *testing.T) {
	served := t.TempDir()
	s := startServer(t, served)
	file := filepath.Join(t.TempDir(), "backup.tar")
	succeed(t, "backup", file, "--data", served)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// changed is a backup with other contents.
	changed := func(change func(raw []byte) []byte) string {
		path := filepath.Join(t.TempDir(), "changed.tar")
		if err := os.WriteFile(path, change(append([]byte{}, good...)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	flip := func(at int) string { return changed(func(raw []byte) []byte { raw[at] ^= 1; return raw }) }
	cut := func(to int) string { return changed(func(raw []byte) []byte { return raw[:to] }) }
	full := data(t)
	const notOne = "not a backup of wxbind, or a damaged one"
	for name, row := range map[string]struct{ file, folder, want string }{
		"no such file":              {filepath.Join(t.TempDir(), "none"), "", "no such file"},
		"an empty file":             {cut(0), "", notOne},
		"cut short in its manifest": {cut(600), "", notOne},
		"cut short in the key":      {cut(1540), "", notOne},
		"cut short in the database": {cut(len(good) / 2), "", notOne},
		"a byte of the key":         {flip(512 + 512 + 512 + 3), "", notOne},
		"a byte of the database":    {flip(len(good) - 3000), "", notOne},
		"no backup":                 {changed(func([]byte) []byte { return []byte(strings.Repeat("no tar\n", 1000)) }), "", notOne},
		"a newer format": {changed(func(raw []byte) []byte {
			return []byte(strings.Replace(string(raw), `"format": 1`, `"format": 9`, 1))
		}), "", "newer wxbind"},
		"other counts": {changed(func(raw []byte) []byte {
			return []byte(strings.Replace(string(raw), `"users": 1`, `"users": 2`, 1))
		}), "", "should hold"},
		"a database with holes":      {changed(withHoles), "", "wxbind.db is not where it must be"},
		"a folder with a store":      {file, full, "move it away"},
		"a folder that is served":    {file, served, "stop `wxbind serve` first"},
		"a file instead of a folder": {file, file, "a file is where a folder should be"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := row.folder
			if folder == "" {
				folder = t.TempDir()
			}
			status, out, said := command(t, "", "restore", row.file, "--data", folder)
			if status != 1 || out != "" || !strings.Contains(said, row.want) || strings.Count(said, "\n") != 1 {
				t.Errorf("status %d: %s%s", status, out, said)
			}
			if row.folder != "" {
				return
			}
			if left, err := os.ReadDir(folder); len(left) > 0 || err != nil {
				t.Errorf("left are %v, %v", left, err)
			}
		})
	}
	// Its files were deleted while it is served.
	for _, path := range []string{databaseIn(served), databaseIn(served) + "-wal", databaseIn(served) + "-shm", sealKeyIn(served)} {
		os.Remove(path)
	}
	if status, _, said := command(t, "", "restore", file, "--data", served); status != 1 || !strings.Contains(said, "is being served") {
		t.Errorf("status %d: %s", status, said)
	}
	s.command.Process.Kill()
}

// withHoles is a backup whose database is a GiB of nothing, in a few bytes.
func withHoles(raw []byte) []byte {
	const size = 1 << 30
	var out bytes.Buffer
	out.Write(raw[:4*512]) // the manifest and the key
	writer := tar.NewWriter(&out)
	layout := fmt.Appendf(nil, "1\n%d\n0\n", size)
	layout = append(layout, make([]byte, 512-len(layout))...)
	writer.WriteHeader(&tar.Header{Name: databaseName, Size: int64(len(layout)), Mode: 0o600, PAXRecords: map[string]string{
		"WXB.sparse.major": "1", "WXB.sparse.minor": "0", "WXB.sparse.name": databaseName, "WXB.sparse.realsize": strconv.Itoa(size),
	}})
	writer.Write(layout)
	writer.Close()
	return bytes.ReplaceAll(out.Bytes(), []byte("WXB.sparse."), []byte("GNU.sparse.")) // a tar.Writer writes no holes
}

func TestRestoreRemovesWhatAKilledOneLeft(t *testing.T) {
	file, root := filepath.Join(t.TempDir(), "backup.tar"), t.TempDir()
	succeed(t, "backup", file, "--data", data(t))
	// As a pattern, the folder's name stands for the other's.
	left, others := filepath.Join(root, "data[1]", restoring+"123"), filepath.Join(root, "data1", restoring+"123")
	for _, path := range []string{left, others} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	emptyStore(t, left)
	succeed(t, "restore", file, "--data", filepath.Dir(left))
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
	if _, err := os.Stat(others); err != nil {
		t.Errorf("another folder's is gone: %v", err)
	}
}

func TestNetworkFileSystemIsRefused(t *testing.T) {
	before := networkFileSystem
	defer func() { networkFileSystem = before }()
	file := filepath.Join(t.TempDir(), "backup.tar")
	succeed(t, "backup", file, "--data", data(t))
	networkFileSystem = func(string) (string, error) { return "NFS", nil }
	folder := t.TempDir()
	refused(t, folder, "is on NFS")
	if status, _, said := command(t, "", "restore", file, "--data", folder); status != 1 || !strings.Contains(said, "is on NFS") {
		t.Errorf("restore: status %d: %s", status, said)
	}
	if left, err := os.ReadDir(folder); len(left) > 0 || err != nil {
		t.Errorf("left are %v, %v", left, err)
	}
}
