package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
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
	var innermost []string
	for _, chain := range Chains(err) {
		if kind := chain[len(chain)-1]; !slices.Contains(innermost, kind) {
			innermost = append(innermost, kind)
		}
	}
	return fmt.Sprintf("no HTTP or no answer (%s)", strings.Join(innermost, ", "))
}

// Chains names the types of an error and of its causes, outermost first. An error with several causes, such as one of
// errors.Join, has a chain for each. An error's text may quote what a peer sent; its types never do.
func Chains(err error) [][]string {
	var causes []error
	switch e := err.(type) { //nolint:errorlint // each error of the chain is looked at by itself
	case interface{ Unwrap() error }:
		causes = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		causes = e.Unwrap()
	}
	own := fmt.Sprintf("%T", err)
	var all [][]string
	for _, cause := range causes {
		if cause == nil {
			continue
		}
		for _, chain := range Chains(cause) {
			all = append(all, append([]string{own}, chain...))
		}
	}
	if len(all) == 0 {
		return [][]string{{own}}
	}
	return all
}
