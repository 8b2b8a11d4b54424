package lambdatest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// CPU returns the processor time that the process has used so far, as Linux counts it per thread. Go keeps its threads,
// so none has ended uncounted.
// https://docs.kernel.org/scheduler/sched-stats.html
func (p *Process) CPU() (time.Duration, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.command.Process.Pid))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("lambdatest: no thread of process %d is in /proc: it has ended, or this is not Linux", p.command.Process.Pid)
	}
	var sum time.Duration
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		var running time.Duration
		if _, err := fmt.Sscan(string(text), &running); err != nil {
			return 0, fmt.Errorf("lambdatest: %s: %w", file, err)
		}
		sum += running
	}
	return sum, nil
}

// PeakMemory returns the most memory that the process has used at once so far, in bytes: its resident set, including
// its own file.
// https://docs.kernel.org/filesystems/proc.html (VmHWM)
func (p *Process) PeakMemory() (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("lambdatest: process %d has ended, or this is not Linux: %w", p.command.Process.Pid, err)
	}
	_, rest, _ := bytes.Cut(text, []byte("VmHWM:"))
	var kilobytes int
	if _, err := fmt.Sscan(string(rest), &kilobytes); err != nil {
		return 0, fmt.Errorf("lambdatest: no VmHWM of process %d: %w", p.command.Process.Pid, err)
	}
	return kilobytes << 10, nil
}
