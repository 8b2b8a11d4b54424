package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// Words is an error in our own words, which Describe returns unchanged.
type Words string

func (w Words) Error() string { return string(w) }

// Describe puts a network error into words that are all ours. The text of net/http's errors contains the URL and may
// quote what the peer sent.
func Describe(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok && !name.IsTimeout {
		return "lookup of " + name.Name + " failed"
	}
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return "timed out"
	}
	if errors.Is(err, context.Canceled) {
		return "cancelled"
	}
	if words, ok := errors.AsType[Words](err); ok {
		return words.Error()
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "its certificate is not trusted"
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "connection closed"
	}
	return fmt.Sprintf("no HTTP or no answer (%T)", innermost(err))
}

// innermost follows the chain of causes to its end.
func innermost(err error) error {
	for {
		cause := errors.Unwrap(err)
		if cause == nil {
			return err
		}
		err = cause
	}
}
