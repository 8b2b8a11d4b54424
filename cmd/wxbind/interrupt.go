package main

import (
	"context"
	"errors"
	"io"
)

var errInterrupted = errors.New("interrupted")

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
