package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/wxbind/wxbind/pkg/upstream"
)

type probeCmd struct {
	URL string `arg:"" optional:"" help:"What to ask." default:"http://127.0.0.1:3000/healthz"`
}

// probeTime bounds a probe: /readyz answers within 2 seconds.
const probeTime = 5 * time.Second

// Help implements kong.HelpProvider.
func (probeCmd) Help() string {
	return `For whoever looks after a server without curl, such as a container's health check: the exit status is 0 if
wxbind answers that it is well. To restart the server ask /healthz, to send it requests ask /readyz.`
}

// Run asks once.
func (c probeCmd) Run(ctx context.Context, t console) error {
	address, err := url.Parse(c.URL)
	if err != nil || address.Host == "" || address.User != nil || address.Scheme != "http" && address.Scheme != "https" {
		return errorf("%q is no address such as http://127.0.0.1:3000/readyz", c.URL)
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return err
	}
	answer, err := upstream.NewTransport(upstream.TransportConfig{}).RoundTrip(request)
	if err != nil {
		return errorf("%s: %s", printable(c.URL), noAnswer(err))
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errorf("%s: status %d", printable(c.URL), answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, int64(len(probeOK))+1))
	if err != nil {
		return errorf("%s: %s", printable(c.URL), noAnswer(err))
	}
	if string(body) != probeOK {
		return errorf("%s: the answer is not that of wxbind's probes; is it another program, or a page of the proxy?", printable(c.URL))
	}
	sayf(t.out, "ok\n")
	return nil
}

// noAnswer says why nothing has answered, in no word of the peer's.
func noAnswer(err error) string {
	errno, system := errors.AsType[syscall.Errno](err)
	name, lookup := errors.AsType[*net.DNSError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, plaintext := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return errInterrupted.Error()
	case system:
		return cmp.Or(systemWords(errno), errno.Error())
	case lookup:
		return netWords(name)
	case os.IsTimeout(err), errors.Is(err, context.DeadlineExceeded):
		return textf("there was no answer in time")
	case untrusted:
		return textf("its certificate is not trusted")
	case plaintext:
		return textf("no TLS is spoken there")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return textf("the other end closed it")
	}
	return textf("no HTTP is spoken there")
}
