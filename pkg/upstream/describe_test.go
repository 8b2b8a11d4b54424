package upstream_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"

	"github.com/wxbind/wxbind/pkg/upstream"
)

// Whatever an error says in its own words, such as the URL, is left out.
func TestDescribe(t *testing.T) {
	for name, row := range map[string]struct {
		err  error
		want string
	}{
		"the system's word":         {&net.OpError{Op: "dial", Err: os.NewSyscallError("S3CRET", syscall.ECONNREFUSED)}, "connection refused"},
		"the system's own timeout":  {&net.OpError{Op: "read", Err: syscall.ETIMEDOUT}, "connection timed out"},
		"no such host":              {&net.OpError{Op: "dial", Err: &net.DNSError{Name: "api.test", Err: "S3CRET", IsNotFound: true}}, "lookup of api.test failed"},
		"a name server too slow":    {&net.DNSError{Name: "api.test", Err: "S3CRET", IsTimeout: true}, "timed out"},
		"too slow":                  {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "timed out"},
		"the context's deadline":    {fmt.Errorf("S3CRET: %w", context.DeadlineExceeded), "timed out"},
		"cancelled":                 {context.Canceled, "cancelled"},
		"words of our own":          {fmt.Errorf("S3CRET: %w", upstream.Words("no key")), "no key"},
		"a slow handshake":          {fmt.Errorf("%w: %w", upstream.Words("no TLS"), context.DeadlineExceeded), "timed out"},
		"a certificate":             {&tls.CertificateVerificationError{Err: errors.New("S3CRET")}, "its certificate is not trusted"},
		"closed":                    {io.EOF, "connection closed"},
		"closed in the midst of it": {io.ErrUnexpectedEOF, "connection closed"},
		"several causes":            {errors.Join(errors.New("S3CRET"), fmt.Errorf("S3CRET: %w", http.ErrHijacked), errors.New("S3CRET"), &json.UnsupportedValueError{Str: "S3CRET"}), "no HTTP or no answer (*errors.errorString, *json.UnsupportedValueError)"},
		"one known of several":      {errors.Join(errors.New("S3CRET"), io.EOF), "connection closed"},
		"a cause that is none":      {fmt.Errorf("S3CRET: %w", error(nil)), "no HTTP or no answer (*fmt.wrapError)"},
		"anything else":             {fmt.Errorf("S3CRET: %w", errors.New("S3CRET")), "no HTTP or no answer (*errors.errorString)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := upstream.Describe(&url.Error{Op: "Get", URL: "https://api.test/?k=S3CRET", Err: row.err}); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
