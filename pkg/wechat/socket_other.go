//go:build !unix

package wechat

import "net"

// socket is not looked into here: that a kept connection is over is known only once net/http has read its end.
type socket struct{}

func socketOf(net.Conn) *socket { return nil }

func (*socket) readable() bool { return false }
