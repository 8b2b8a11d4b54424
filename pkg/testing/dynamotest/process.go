package dynamotest

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"sync"
)

// telemetryOff keeps DynamoDB Local from reporting its use to AWS.
const telemetryOff = "DDB_LOCAL_TELEMETRY=0"

// leash runs a command that ends with its standard input: when this process closes it or ends, even by SIGKILL.
const leash = `
exec 3<&0
"$@" </dev/null 3<&- & engine=$!
{ read -r _; kill "$engine"; } <&3 3<&- >/dev/null 2>&1 & watch=$!
exec 3<&-
wait "$engine"; status=$?
kill -9 "$watch" 2>/dev/null
exit "$status"
`

// process is an engine on its leash.
type process struct {
	stdin io.Closer
	// ended is closed once the process has ended.
	ended  chan struct{}
	output *tail
}

func run(command []string) (*process, error) {
	p := &process{ended: make(chan struct{}), output: &tail{}}
	cmd := exec.Command("sh", append([]string{"-c", leash, "sh"}, command...)...)
	cmd.Env = append(os.Environ(), telemetryOff)
	// Not our own output: go test waits until nobody holds it any more.
	cmd.Stdout, cmd.Stderr = p.output, p.output
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.stdin = stdin
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // its output says why
	}()
	return p, nil
}

// stop ends the process and waits until it has ended.
func (p *process) stop() {
	_ = p.stdin.Close() // the process may have ended already
	<-p.ended
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	last []byte
}

const tailSize = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	if extra := len(t.last) - tailSize; extra > 0 {
		t.last = bytes.Clone(t.last[extra:])
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
