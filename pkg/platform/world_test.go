package platform_test

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/platform"
)

const (
	// Values that no error may show carry a mark.
	key      = login.Hidden("S3CRETd-0123456789-0123456789-0123456789-key")
	newKey   = login.Hidden("S3CRETe-0123456789-0123456789-0123456789-key")
	password = "S3CRET horse"
)

// vault is the operator's secret. newer is what a refetch finds. err and refetchErr are why there is none.
type vault struct {
	mu              sync.Mutex
	key, newer      login.Hidden
	refetches       int
	err, refetchErr error
}

func (v *vault) Secret(context.Context) (*login.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err != nil {
		return nil, v.err
	}
	return &login.Secret{
		DefaultApp: appID, Apps: map[string]login.App{appID: {ID: appID, Secret: "S3CRETa", Policy: login.Policy{
			Register: []login.Registration{login.RegisterAsk, login.RegisterPhone}, PhoneTrust: login.DefaultPhoneTrust,
		}}},
		IndexKey: "S3CRETi-0123456789-0123456789-0123456789-key",
		SealKeys: []login.SealKey{{ID: "0", Key: "S3CRETk-0123456789-0123456789-0123456789-key"}}, DirectoryKey: v.key,
	}, nil
}

func (v *vault) Refetch(ctx context.Context) (*login.Secret, error) {
	v.mu.Lock()
	if v.refetches++; v.newer != "" {
		v.key = v.newer
	}
	err := v.refetchErr
	v.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return v.Secret(ctx)
}

func newClient(t *testing.T, c platform.Config) *platform.Client {
	t.Helper()
	if c.Secrets == nil {
		c.Secrets = &vault{key: key}
	}
	client, err := platform.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// rounds is small, so that the tests are quick; a platform's hashes have many more.
const rounds = 1000

var binary string

// TestMain builds examples/directory, which these tests call.
func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "wxbind-directory-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(folder, "directory")
	if out, err := exec.Command("go", "build", "-o", binary, "../../examples/directory").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("examples/directory does not build: %v\n%s", err, out))
	}
	status := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(status)
}

// directory is a running examples/directory.
type directory struct {
	url   string
	file  string
	start func(t *testing.T)
	stop  func()
}

// startDirectory runs examples/directory with these users, whose password is the one above.
func startDirectory(t *testing.T, users ...login.Profile) *directory {
	t.Helper()
	d := &directory{file: filepath.Join(t.TempDir(), "users.json")}
	d.set(t, users...)
	address := freeAddress()
	d.url = "http://" + address
	d.start = func(t *testing.T) {
		t.Helper()
		cmd := exec.Command(binary, "-addr", address, "-users", d.file, "-rounds", fmt.Sprint(rounds))
		cmd.Env = append(os.Environ(), "DIRECTORY_KEY="+string(key))
		cmd.Stderr = t.Output()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		exited := make(chan struct{})
		go func() { _ = cmd.Wait(); close(exited) }()
		d.stop = sync.OnceFunc(func() { _ = cmd.Process.Kill(); <-exited })
		t.Cleanup(d.stop)
		for {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				conn.Close()
				return
			}
			select {
			case <-exited:
				t.Fatal("examples/directory ended at once")
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	d.start(t)
	return d
}

// freeAddress is below the ports that systems assign by themselves, so that nobody takes it in the meantime.
func freeAddress() string {
	for {
		address := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.N(12_000))
		if listener, err := net.Listen("tcp", address); err == nil {
			listener.Close()
			return address
		}
	}
}

// set replaces the users, at once for every reader.
func (d *directory) set(t *testing.T, users ...login.Profile) {
	t.Helper()
	all := map[string]any{}
	for _, u := range users {
		salt := []byte("sixteen bytes of " + u.ID)
		hash, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
		if err != nil {
			t.Fatal(err)
		}
		all[u.Username] = map[string]any{"salt": salt, "hash": hash, "profile": map[string]any{
			"id": u.ID, "username": u.Username, "name": u.Name, "roles": append([]string{}, u.Roles...), "disabled": u.Disabled,
		}}
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.file+".new", text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(d.file+".new", d.file); err != nil {
		t.Fatal(err)
	}
}
