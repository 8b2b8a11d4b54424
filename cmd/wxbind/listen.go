package main

import (
	"context"
	"errors"
	"net"
	"strconv"
	"syscall"
)

// listen listens on the address that a flag gives.
//
// Errors: one that names the flag.
func listen(ctx context.Context, addr, flag string) (net.Listener, error) {
	if err := checkAddress(addr, flag); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, errorf("%s is taken by another program; choose another address with %s", addr, flag)
	case errors.Is(err, syscall.EACCES):
		return nil, errorf("%s %s: only root may use this port; choose one above 1023, and put a proxy in front", flag, addr)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	return nil, errorf("%s %s: %w", flag, addr, err)
}

// checkAddress refuses what is not HOST:PORT.
func checkAddress(addr, flag string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return errorf("%s must be HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000, and is %q", flag, addr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errorf("%s %s: the port must be a number up to 65535, and is %q", flag, addr, port)
	}
	return nil
}
