package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// countSyncs serves each store once more under strace, which counts how often a login waits for the disk. strace stops
// the program at these calls only, but that takes time: nothing else is measured meanwhile.
func (s *stage) countSyncs(ctx context.Context, c settings, rows []*row) error {
	program, err := strace.find()
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.beside != nil {
			continue
		}
		say("%s: counts how often a login waits for the disk", r.name)
		r.stop()
		calls := filepath.Join(r.folder, "calls")
		sv, err := r.again(ctx, program, "--follow-forks", "--seccomp-bpf", "--quiet=all",
			"--trace=fsync,fdatasync,sync_file_range,msync", "--output="+calls)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		r.server = sv
		for _, l := range c.loads() {
			before, err := countCalls(calls)
			if err != nil {
				return err
			}
			if _, _, err := r.press(ctx, r.addr, l); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			after, err := countCalls(calls)
			if err != nil {
				return err
			}
			r.syncs = append(r.syncs, float64(after-before)/float64(l.answers))
		}
		r.stop()
	}
	return nil
}

// countCalls counts the calls in strace's output. A call that was interrupted by another thread's has two lines.
func countCalls(path string) (n int, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte("sync(")) || bytes.Contains(line, []byte("sync_file_range(")) {
			n++
		}
	}
	return n, nil
}
