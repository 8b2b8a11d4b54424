package main

import (
	"context"
	"net/http"
	"net/url"
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
the answer is 200. To restart the server ask /healthz, to send it requests ask /readyz.`
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
		return errorf("%s: %s", printable(c.URL), upstream.Describe(err))
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errorf("%s: status %d", printable(c.URL), answer.StatusCode)
	}
	sayf(t.out, "ok\n")
	return nil
}
