package secrets_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
)

// envSealKeyFile turns the test binary into a program that prints the key of a file.
const envSealKeyFile = "WXBIND_TEST_SEAL_KEY_FILE"

func TestMain(m *testing.M) {
	path := os.Getenv(envSealKeyFile)
	if path == "" {
		os.Exit(m.Run())
	}
	key, err := secrets.SealKeyFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(string(key.Key))
}

func TestSealKeyFileIsMadeOnce(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "seal.key")
	key, err := secrets.SealKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := secrets.SealKeyFile(path)
	if again != key || err != nil {
		t.Errorf("the second call gives another key, or %v", err)
	}
	if _, err := secrets.FromApp(appID, appSecret, key); err != nil {
		t.Errorf("the key is not one for the domain: %v", err)
	}
	other, err := secrets.SealKeyFile(filepath.Join(t.TempDir(), "seal.key"))
	if other.Key == key.Key || err != nil {
		t.Errorf("another file has the same key, or %v", err)
	}

	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode = %v, %v; want 0600", info.Mode(), err)
	}
	if left, err := os.ReadDir(folder); len(left) != 1 || err != nil {
		t.Errorf("the folder holds %v, %v; want the key alone", left, err)
	}
}

func TestProcessesAgreeOnTheSealKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seal.key")
	const processes = 8
	outputs := make([]string, processes)
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), envSealKeyFile+"="+path)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("process %d: %v: %s", i, err, out)
			}
			outputs[i] = string(out)
		})
	}
	all.Wait()
	for i, out := range outputs {
		if out != outputs[0] || len(out) != 43 {
			t.Errorf("process %d has another key than process 0, or none", i)
		}
	}
}

func TestCallsAtOnceAgreeOnTheSealKey(t *testing.T) {
	for range 20 {
		path := filepath.Join(t.TempDir(), "seal.key")
		keys := make([]login.SealKey, 20)
		var all sync.WaitGroup
		for i := range keys {
			all.Go(func() {
				var err error
				if keys[i], err = secrets.SealKeyFile(path); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, key := range keys {
			if key != keys[0] {
				t.Fatal("two calls have different keys")
			}
		}
	}
}

func TestSealKeyFileOfOnesOwn(t *testing.T) {
	for name, format := range map[string]string{
		"no line end": "%s", "a line end": "%s\n", "a line end of Windows": "%s\r\n", "as Notepad writes it": "\uFEFF%s\r\n",
	} {
		for _, text := range []string{strings.Repeat("aZ0-_", 10), strings.Repeat("a", 1024)} {
			path := filepath.Join(t.TempDir(), "seal.key")
			if err := os.WriteFile(path, fmt.Appendf(nil, format, text), 0o600); err != nil {
				t.Fatal(err)
			}
			if key, err := secrets.SealKeyFile(path); key != (login.SealKey{ID: "0", Key: login.Hidden(text)}) || err != nil {
				t.Errorf("%s: SealKeyFile = %q, %v", name, string(key.Key), err)
			}
		}
	}
}

func TestDamagedSealKeyFileIsNotReplaced(t *testing.T) {
	whole := "S3CRET" + strings.Repeat("a", 37)
	for name, text := range map[string]string{
		"empty":               "",
		"cut short":           whole[:42] + "\n",
		"zeros after a crash": strings.Repeat("\x00", 44),
		"two keys":            whole + "\n" + whole + "\n",
		"a mark in it":        whole[:40] + "\uFEFF" + whole,
		"a space in it":       whole[:40] + " " + whole,
		"far too long":        strings.Repeat(whole, 100),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "seal.key")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			key, err := secrets.SealKeyFile(path)
			if key != (login.SealKey{}) || err == nil || !strings.Contains(err.Error(), path+" is damaged") || strings.Contains(err.Error(), "S3CRET") {
				t.Errorf("SealKeyFile = %v, %v; want an error that names the file and no value", key, err)
			}
			if now, err := os.ReadFile(path); string(now) != text || err != nil {
				t.Errorf("the file was changed (%v)", err)
			}
		})
	}
}

// An error that a key could not be put in its place says so, and nothing of the key stays behind.
func TestSealKeyFileThatCannotBeLinked(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	key, err := secrets.SealKeyFile("")
	if key != (login.SealKey{}) || err == nil || !strings.HasPrefix(err.Error(), "make a seal key: link ") {
		t.Errorf("got %v, %v", key, err)
	}
	if left, err := os.ReadDir(folder); len(left) != 0 || err != nil {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

func TestSealKeyFileThatCannotBe(t *testing.T) {
	folder := t.TempDir()
	if _, err := secrets.SealKeyFile(folder); err == nil {
		t.Error("a folder is taken for a key")
	}
	if _, err := secrets.SealKeyFile(filepath.Join(folder, "none", "seal.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a folder: %v; want fs.ErrNotExist", err)
	}
}

// A process that is killed while it makes a key leaves its file behind.
func TestUnfinishedSealKeysAreRemoved(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "seal.key")
	key, err := secrets.SealKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"seal.key.new-1", "seal.key.new-22", "seal.key.newest", "other.key.new-1"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := secrets.RemoveUnfinishedSealKeys(path); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 3 { // the key, and what is no file of ours
		t.Errorf("left are %v, %v", entries, err)
	}
	if again, err := secrets.SealKeyFile(path); again != key || err != nil {
		t.Errorf("another key, or %v", err)
	}
}
