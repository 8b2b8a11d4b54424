package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// startTime bounds how long a server may take until it accepts connections.
	startTime = 2 * time.Minute
	// stopTime bounds how long a process may take to end.
	stopTime = 15 * time.Second
)

// process is a running program.
type process struct {
	// name is what the report calls it.
	name string
	cmd  *exec.Cmd
	// log is the file with all that it prints.
	log   string
	ended chan struct{}
}

// command says how to start a program.
type command struct {
	name string
	argv []string
	// dir is its working folder; "" means the stage's.
	dir string
	// env is added to what programs are given of this process's environment.
	env []string
}

// start starts a program, in a process group of its own: Ctrl-C reaches only this process, which then stops all.
func (s *stage) start(c command) (*process, error) {
	p := &process{name: c.name, ended: make(chan struct{}), log: filepath.Join(s.folder, fmt.Sprintf("%02d-%s.log", len(s.processes), c.name))}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p.cmd = exec.Command(c.argv[0], c.argv[1:]...) //nolint:noctx,gosec // the stage stops it, gently; it starts what it has built
	p.cmd.Dir, p.cmd.Env = c.dir, append(plainEnvironment(), c.env...)
	if c.dir == "" {
		p.cmd.Dir = s.folder
	}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	s.processes = append(s.processes, p)
	go func() {
		p.cmd.Wait() //nolint:errcheck // how it ended is in its log
		close(p.ended)
	}()
	return p, nil
}

// foreign begins the names of variables that would change what is measured, or send it elsewhere.
var foreign = []string{"WX_", "WXBIND_", "WECHAT_", "AWS_", "GIN_", "NODE_", "JAVA_", "SPRING_", "HTTP_PROXY=", "HTTPS_PROXY=", "ALL_PROXY="}

// plainEnvironment is this process's environment without what is foreign.
func plainEnvironment() []string {
	var env []string
	for _, variable := range os.Environ() {
		keep := true
		for _, prefix := range foreign {
			keep = keep && !strings.HasPrefix(strings.ToUpper(variable), prefix)
		}
		if keep {
			env = append(env, variable)
		}
	}
	return env
}

// accepts waits until a process accepts connections at an address.
func (p *process) accepts(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended at once:\n%s", p.name, p.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("%s accepts no connections: %w:\n%s", p.name, ctx.Err(), p.lastWords())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// lastWords is the end of what a process has printed.
func (p *process) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return end(text)
}

// end is the end of what a program has printed.
func end(text []byte) string { return string(text[max(0, len(text)-2000):]) }

// stop ends a process and all of its group.
func (p *process) stop() {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := syscall.Kill(-p.cmd.Process.Pid, signal); errors.Is(err, syscall.ESRCH) {
			return
		}
		select {
		case <-p.ended:
			return
		case <-time.After(stopTime):
		}
	}
}

// tick is the unit of processor times in /proc, the same on all of Linux's processors.
const tick = 10 * time.Millisecond

// cpu is the processor time that a process and its ended children have used.
func (p *process) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("%s has ended:\n%s", p.name, p.lastWords())
	}
	return cpuOf(string(stat))
}

// cpuOf adds up the user and system times in a /proc/PID/stat. The program's name, in parentheses, may contain anything.
func cpuOf(stat string) (time.Duration, error) {
	_, rest, _ := cutLast(stat, ")")
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return 0, errors.New("/proc/PID/stat is not as Linux documents it")
	}
	var ticks int64
	for _, field := range fields[11:15] { // utime, stime, cutime, cstime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}

func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return text, "", false
}
