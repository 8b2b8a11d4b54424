package main

import (
	"context"
	"errors"
)

var errInterrupted = errors.New("interrupted")

// unlessInterrupted gives what read gives, or errInterrupted as soon as ctx ends.
// A read of a terminal or a pipe knows no context: it is left behind, and ends
// with the process.
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
