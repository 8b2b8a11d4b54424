package lambdatest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// timeout is a function's timeout in template.yaml.
const timeout = 10 * time.Second

// Process is a running bootstrap.
type Process struct {
	api     *runtimeAPI
	command *exec.Cmd
	log     *lockedBuffer
	// started is the moment before exec.
	started time.Time
	ended   chan struct{}
	result  error
}

// Start runs a bootstrap. These settings are added to those of Lambda itself. The process ends with the test.
func Start(tb testing.TB, bootstrap string, settings map[string]string) *Process {
	tb.Helper()
	return start(tb, exec.Command(bootstrap), settings)
}

// StartIn runs a bootstrap as Start does, in another root folder, so that the process sees no file of this machine's. The
// path of the bootstrap is within that folder. It skips the test where this user may not do that.
func StartIn(tb testing.TB, root, bootstrap string, settings map[string]string) *Process {
	tb.Helper()
	command := exec.Command(bootstrap)
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	if os.Getuid() != 0 {
		allowChroot(command.SysProcAttr)
	}
	return start(tb, command, settings)
}

func start(tb testing.TB, command *exec.Cmd, settings map[string]string) *Process {
	tb.Helper()
	p := &Process{api: newRuntimeAPI(), command: command, log: &lockedBuffer{}, ended: make(chan struct{})}
	p.command.Env = append(environment(settings), "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(p.api.server.URL, "http://"))
	p.command.Stdout, p.command.Stderr = p.log, p.log
	tb.Cleanup(p.Stop)
	p.started = time.Now()
	err := p.command.Start()
	if p.command.SysProcAttr != nil && errors.Is(err, syscall.EPERM) {
		tb.Skip("this user may not start a process in another root folder")
	}
	if err != nil {
		tb.Fatal(err)
	}
	go func() {
		p.result = p.command.Wait()
		close(p.ended)
	}()
	return p
}

// environment is what Lambda sets for a function, plus its settings.
func environment(settings map[string]string) []string {
	all := []string{
		"AWS_LAMBDA_FUNCTION_NAME=local", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256", "_HANDLER=bootstrap", "TZ=:UTC",
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local",
	}
	for name, value := range settings {
		all = append(all, name+"="+value)
	}
	return all
}

// Stop kills the process, as Lambda does when it no longer needs it. It may be called twice.
func (p *Process) Stop() {
	if p.command.Process != nil {
		p.command.Process.Kill() // it may have ended already
		<-p.ended
	}
	p.api.shut()
}

// Abort ends a process that hangs, and returns its output with the stacks of its goroutines.
func (p *Process) Abort() string {
	_ = p.command.Process.Signal(syscall.SIGQUIT) // it may have ended already
	select {
	case <-p.ended:
	case <-time.After(timeout):
	}
	return p.Log()
}

// Ready waits until the process asks for its first event, and returns how long that took since exec.
func (p *Process) Ready(ctx context.Context) (time.Duration, error) {
	select {
	case <-p.api.asked:
		return p.api.askedAt.Sub(p.started), nil
	case <-p.ended:
		return 0, errors.Join(errEnded, p.result)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Invoke sends an event to the function and returns its answer.
func (p *Process) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return p.api.invoke(ctx, payload, timeout, p.ended)
}

// InvokeWithin sends an event and tells the function how much time is left until Lambda ends it. Nothing ends it here:
// the answer may come until ctx ends.
func (p *Process) InvokeWithin(ctx context.Context, left time.Duration, payload []byte) ([]byte, error) {
	return p.api.invoke(ctx, payload, left, p.ended)
}

// Wait waits until the process ends by itself, and returns how it ended.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.ended:
		return p.result
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Log is the output of the process. It is complete only once the process has ended.
func (p *Process) Log() string { return p.log.String() }

// lockedBuffer is a bytes.Buffer that may be read while it is written.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
