package lambdatest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Emulation is a bootstrap under Lambda's Runtime Interface Emulator, AWS's own Linux program that runs a function as
// Lambda does. The bootstrap starts with the first event.
// https://github.com/aws/aws-lambda-runtime-interface-emulator
type Emulation struct {
	command *exec.Cmd
	url     string
	log     *lockedBuffer
	ended   chan struct{}
}

// Emulate starts an emulator for a bootstrap. These settings are added to those of Lambda itself. Both processes end
// with the test.
func Emulate(tb testing.TB, emulator, bootstrap string, settings map[string]string) *Emulation {
	tb.Helper()
	door, api := ownPort(tb), ownPort(tb)
	e := &Emulation{
		command: exec.Command(emulator, "--runtime-interface-emulator-address", door, "--runtime-api-address", api, bootstrap),
		url:     "http://" + door + "/2015-03-31/functions/function/invocations",
		log:     &lockedBuffer{}, ended: make(chan struct{}),
	}
	e.command.Env = append(environment(settings), fmt.Sprintf("AWS_LAMBDA_FUNCTION_TIMEOUT=%.0f", timeout.Seconds()))
	e.command.Stdout, e.command.Stderr = e.log, e.log
	e.command.WaitDelay = time.Second
	if err := e.command.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		_ = e.command.Wait() // it ends by a signal
		close(e.ended)
	}()
	tb.Cleanup(e.Stop)
	e.awaitDoor(tb, door)
	return e
}

// awaitDoor waits until the emulator accepts connections.
func (e *Emulation) awaitDoor(tb testing.TB, door string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	for {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", door)
		if err == nil {
			connection.Close()
			return
		}
		select {
		case <-e.ended:
			tb.Fatalf("the emulator exited at startup:\n%s", e.Log())
		case <-ctx.Done():
			tb.Fatalf("the emulator does not listen: %v\n%s", err, e.Log())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Stop ends the emulator, which ends the bootstrap. It may be called twice.
func (e *Emulation) Stop() {
	_ = e.command.Process.Signal(os.Interrupt) // it may have ended
	select {
	case <-e.ended:
	case <-time.After(10 * time.Second):
		_ = e.command.Process.Kill()
		<-e.ended
	}
}

// doors dials anew for each event: an emulator lives for only a few.
var doors = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// Invoke sends an event to the function and returns its answer. If the function fails, the error contains what the
// function says.
func (e *Emulation) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(payload))
	if err != nil {
		return nil, err
	}
	answer, err := doors.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	// The emulator answers 200 whatever happened to the event.
	var failure struct{ ErrorType string }
	if err := json.Unmarshal(body, &failure); err != nil || failure.ErrorType != "" || answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the function failed: %d %s", answer.StatusCode, body)
	}
	return body, nil
}

// Log is the output of the emulator and the function. It is complete only once both have ended.
func (e *Emulation) Log() string { return e.log.String() }

var ports atomic.Uint32

// ownPort is a port that nobody else gets before the emulator takes it. It is on a loopback address of this process
// only, and below the ports that Linux assigns.
func ownPort(tb testing.TB) string {
	tb.Helper()
	pid := os.Getpid() // of 22 bits at most
	address := fmt.Sprintf("127.%d.%d.%d", pid>>16&0xff, pid>>8&0xff, pid&0xff)
	for {
		port := net.JoinHostPort(address, strconv.Itoa(20_000+int(ports.Add(1)%10_000)))
		listener, err := net.Listen("tcp", port)
		if errors.Is(err, syscall.EADDRINUSE) {
			continue // somebody listens on it on every address
		}
		if err != nil {
			tb.Fatal(err)
		}
		listener.Close()
		return port
	}
}
