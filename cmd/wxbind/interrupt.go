package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

var errInterrupted = errorf("interrupted")

// interruption is the signal that ends a command.
type interruption struct{ signal syscall.Signal }

func (i interruption) Error() string { return i.signal.String() }

// status is what a shell makes of a process that a signal has ended.
func (i interruption) status() int { return 128 + int(i.signal) }

// untilSignal is a context that ends with Ctrl-C and with SIGTERM, as an interruption. A second signal ends the process at once.
func untilSignal() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			number, ok := s.(syscall.Signal)
			if !ok {
				number = syscall.SIGINT // os.Interrupt, where there are no numbers
			}
			cancel(interruption{number})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}

// interruptedStatus is the exit status of a command whose context has ended.
func interruptedStatus(ctx context.Context) int {
	if i, ok := errors.AsType[interruption](context.Cause(ctx)); ok {
		return i.status()
	}
	return interruption{syscall.SIGINT}.status()
}

// orInterrupted is errInterrupted in place of what was only cancelled.
func orInterrupted(err error) error {
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	return err
}

// unlessInterrupted returns what read returns, or errInterrupted as soon as ctx ends. A read of a terminal or a pipe
// cannot be cancelled: it is abandoned, and ends with the process.
func unlessInterrupted[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	if ctx.Err() == nil {
		go func() {
			value, err := read()
			done <- result{value, err}
		}()
	}
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return *new(T), errInterrupted
	}
}

// interruptible reads from in until ctx ends. An abandoned read has a buffer of its own.
type interruptible struct {
	ctx context.Context
	in  io.Reader
	// buffer is what reads fill, and rest is the part of it not yet consumed.
	buffer, rest []byte
}

func (r *interruptible) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.buffer == nil {
			r.buffer = make([]byte, 64<<10)
		}
		n, err := unlessInterrupted(r.ctx, func() (int, error) { return r.in.Read(r.buffer) })
		r.rest = r.buffer[:n]
		if n == 0 {
			return 0, err
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
