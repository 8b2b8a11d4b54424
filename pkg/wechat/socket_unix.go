//go:build unix

package wechat

import (
	"errors"
	"net"
	"syscall"
)

// socket looks into a connection's socket without reading from it.
type socket struct {
	raw  syscall.RawConn
	look func(fd uintptr) // made once, so that a look allocates nothing
	seen error
}

// socketOf returns the socket of a connection; nil if it has none.
func socketOf(conn net.Conn) *socket {
	has, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := has.SyscallConn()
	if err != nil {
		return nil
	}
	s := &socket{raw: raw}
	first := make([]byte, 1)
	s.look = func(fd uintptr) {
		// package net's sockets never block
		_, _, s.seen = syscall.Recvfrom(int(fd), first, syscall.MSG_PEEK)
	}
	return s
}

// readable reports whether a Read would return at once: with bytes, with the end or with an error. It is not safe for
// concurrent use with itself, but with a Read: net/http always has one waiting. So it uses RawConn.Control, since
// RawConn.Read would wait for that Read.
func (s *socket) readable() bool {
	err := s.raw.Control(s.look)
	return err != nil || !errors.Is(s.seen, syscall.EAGAIN)
}
