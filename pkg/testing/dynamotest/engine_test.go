package dynamotest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// roleVariable turns this test binary into another process of a test.
const roleVariable = "DYNAMOTEST_ROLE"

// TestRole is what such a process runs.
func TestRole(t *testing.T) {
	switch os.Getenv(roleVariable) {
	case "client":
		fmt.Printf("\nendpoint=%s\n", Endpoint(t))
		select {} // until it is killed
	case "container": // given what docker run is given
		publish := slices.Index(os.Args, "--publish")
		if publish < 0 {
			t.Fatalf("no --publish in %q", os.Args)
		}
		address, _, _ := strings.Cut(os.Args[publish+1], ":8000")
		t.Fatal(http.ListenAndServe(address, http.HandlerFunc(answerAsContainer)))
	}
}

func answerAsContainer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-Amzn-Requestid", "container")
}

// client is a process of this test binary that called Endpoint.
type client struct {
	endpoint string
	output   string
	kill     func()
}

// startClient starts a client with additional environment, and waits until it has its endpoint or has failed to get
// one.
func startClient(t *testing.T, dir string, environment ...string) client {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestRole$", "-test.timeout=5m")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), EndpointVariable+"=", roleVariable+"=client")
	cmd.Env = append(cmd.Env, environment...)
	out := &tail{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it is killed, or has said why it failed
	}()
	kill := sync.OnceFunc(func() {
		_ = cmd.Process.Kill() // SIGKILL: no chance to clean up
		<-ended
	})
	t.Cleanup(kill)
	for {
		if _, rest, ok := strings.Cut(out.String(), "endpoint="); ok {
			if endpoint, _, whole := strings.Cut(rest, "\n"); whole {
				return client{endpoint: endpoint, kill: kill}
			}
		}
		select {
		case <-ended:
			return client{output: out.String(), kill: kill}
		case <-t.Context().Done():
			t.Fatal("no endpoint")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestEngineEndsWithItsProcess(t *testing.T) {
	c := startClient(t, "")
	if requestID(c.endpoint) == "" {
		t.Fatalf("no engine answers at %q: %s", c.endpoint, c.output)
	}
	c.kill()
	for end := time.Now().Add(time.Minute); requestID(c.endpoint) != ""; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the engine outlives the process that started it")
		}
	}
}

func TestFirstStartsAtTheSameTimeShareOneInstallation(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module m\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var clients [2]client
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			dir := filepath.Join(root, fmt.Sprint("package", i))
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Error(err)
				return
			}
			clients[i] = startClient(t, dir, "DOCKER_HOST=unix:///nowhere") // npm's way, not the container's
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, c := range clients {
		if requestID(c.endpoint) == "" || seen[c.endpoint] {
			t.Fatalf("no engine of its own at %q: %s", c.endpoint, c.output)
		}
		seen[c.endpoint] = true
		c.kill()
	}
	entries, err := os.ReadDir(filepath.Join(root, ".cache", "dynamodb-local"))
	if err != nil || len(entries) != 2 { // the lock and the installation
		t.Fatalf("the cache holds %v, %v", entries, err)
	}
}

func TestEndpointOfTheEnvironmentIsTaken(t *testing.T) {
	engine := httptest.NewServer(http.HandlerFunc(answerAsContainer))
	defer engine.Close()
	c := startClient(t, "", EndpointVariable+"="+engine.URL+"/", "PATH=")
	if c.endpoint != engine.URL {
		t.Fatalf("endpoint %q, want %q: %s", c.endpoint, engine.URL, c.output)
	}
}

func TestContainerIsTakenWhereItsImageIs(t *testing.T) {
	bin := t.TempDir()
	docker := "#!/bin/sh\n" +
		`[ "$*" = "image inspect ` + image + `" ] && exit 0` + "\n" +
		roleVariable + `=container exec "` + os.Args[0] + `" -test.run='^TestRole$' -- "$@"` + "\n"
	if err := os.WriteFile(filepath.Join(bin, "docker"), []byte(docker), 0o755); err != nil {
		t.Fatal(err)
	}
	c := startClient(t, "", "PATH="+bin+":"+os.Getenv("PATH"))
	if got := requestID(c.endpoint); got != "container" {
		t.Fatalf("%q answers at %q: %s", got, c.endpoint, c.output)
	}
}

func TestMissingToolIsNamed(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		have []string
		want string
	}{
		"java": {nil, "java is not installed"},
		"npm":  {[]string{"java"}, "npm is not installed"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module m\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			for _, tool := range c.have {
				if err := os.Symlink(sh, filepath.Join(root, tool)); err != nil {
					t.Fatal(err)
				}
			}
			got := startClient(t, root, "PATH="+root, "JAVA_HOME=")
			if !strings.Contains(got.output, c.want) || !strings.Contains(got.output, EndpointVariable) {
				t.Fatalf("it says %q", got.output)
			}
		})
	}
}

func TestAnotherPortIsTriedWhenOneIsTakenMeanwhile(t *testing.T) {
	taken, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cache, err := cacheDir()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	command, err := engineCommand(ctx, cache)
	if err != nil {
		t.Fatal(err)
	}
	starts := 0
	endpoint, err := startOnFreePort(ctx, func(port int) []string {
		if starts++; starts == 1 {
			port = taken.Addr().(*net.TCPAddr).Port
		}
		return command(port)
	})
	if err != nil || starts != 2 || requestID(endpoint) == "" {
		t.Fatalf("after %d starts %q, %v", starts, endpoint, err)
	}
}

func TestEngineThatEndsAtItsStartSaysWhy(t *testing.T) {
	starts := 0
	_, err := startOnFreePort(t.Context(), func(int) []string {
		starts++
		return []string{"sh", "-c", "echo UnsupportedClassVersionError >&2; exit 1"}
	})
	if err == nil || !strings.Contains(err.Error(), "UnsupportedClassVersionError") || !strings.Contains(err.Error(), "Java 17") || starts != 1 {
		t.Fatalf("after %d starts: %v", starts, err)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var got tail
	for range 3 {
		fmt.Fprintf(&got, "%s!", bytes.Repeat([]byte("x"), tailSize))
	}
	if s := got.String(); len(s) != tailSize || !strings.HasSuffix(s, "x!") {
		t.Fatalf("%d bytes, ending in %q", len(s), s[len(s)-2:])
	}
}

// requestID returns the request id of an engine's answer, "" for no answer.
func requestID(endpoint string) string {
	resp, err := http.Get(endpoint)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	return resp.Header.Get("X-Amzn-Requestid")
}
