// Package webhook sends notices to the platform over HTTPS: one POST with some notices of one user as JSON, signed as the requests
// to the platform's directory are (package signing). docs/notices.md is the contract.
//
// Any 2xx means that all of them were taken, and everything else that none was. A redirect is not followed: it would carry the
// notices to the host that it names. No error contains a notice, the key, a signature, or anything else that was answered than the status.
package webhook

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/outbox"
	"github.com/wxbind/wxbind/pkg/signing"
	"github.com/wxbind/wxbind/pkg/upstream"
)

const (
	// MaxNotices is how many notices a request has at most. It has at most 100 KiB then: an id of a user has at most 256 bytes.
	MaxNotices = 50
	// attemptTime bounds one request, from the dial to the last byte of the answer.
	attemptTime = 5 * time.Second
	// maxIdle is how long a connection may have been idle and still be used, as for the platform's directory.
	maxIdle = 20 * time.Second
	// maxAnswer bounds what is read of an answer, in bytes. Nothing in it counts, but a connection is only used again once it is read.
	maxAnswer = 16 << 10
)

// Config configures a Sender.
type Config struct {
	// URL is where the notices go: https, or http if the host is this machine.
	URL string
	// Secrets hold the key that signs, login.Secret.WebhookKey.
	Secrets login.Secrets
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Dial opens connections within its context's deadline; nil means a net.Dialer.
	Dial upstream.Dial
	// RootCAs verify the receiver's certificate; nil means the system's.
	RootCAs *x509.CertPool
}

// Sender implements outbox.Sender. It keeps connections alive and is safe for concurrent use.
type Sender struct {
	url       *url.URL
	secrets   login.Secrets
	now       func() time.Time
	transport *upstream.Transport
}

var _ outbox.Sender = (*Sender)(nil)

// New makes a Sender. Its error follows the name of a setting in a sentence, and does not repeat the URL, which may contain a password.
func New(c Config) (*Sender, error) {
	u, err := upstream.ParseBase(c.URL, "an https URL")
	if err == nil && !upstream.Private(u) {
		err = errors.New("must be https: http is allowed only to this machine itself")
	}
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	transport := upstream.NewTransport(upstream.TransportConfig{
		Dial: c.Dial, RootCAs: c.RootCAs, Proxy: http.ProxyFromEnvironment, MaxIdle: maxIdle, MaxHeader: maxAnswer,
	})
	return &Sender{url: u, secrets: c.Secrets, now: c.Now, transport: upstream.Thaw(transport, c.Now)}, nil
}

// Host is the receiver's host.
func (s *Sender) Host() string { return s.url.Host }

// Send implements outbox.Sender. It may also fail as Secrets do.
func (s *Sender) Send(ctx context.Context, notices []login.Notice) (taken int, err error) {
	notices = notices[:min(len(notices), MaxNotices)]
	body, err := outbox.ListJSON(notices)
	if err != nil {
		return 0, err
	}
	secret, err := s.secrets.Secret(ctx)
	if err != nil {
		return 0, err
	}
	status, err := s.post(ctx, secret.WebhookKey, body)
	if err == nil && status == http.StatusUnauthorized {
		// The operator may have changed the key since the secret was fetched.
		newer, errSecret := s.secrets.Refetch(ctx)
		if errSecret == nil && newer.WebhookKey != secret.WebhookKey {
			status, err = s.post(ctx, newer.WebhookKey, body)
		}
	}
	if err == nil && (status < 200 || status > 299) {
		err = &Error{Host: s.url.Host, Status: status}
	}
	if err != nil {
		return 0, err
	}
	return len(notices), nil
}

// post sends one request, and returns the status of its answer.
func (s *Sender) post(ctx context.Context, key login.Hidden, body []byte) (status int, err error) {
	if key == "" {
		return 0, &Error{Host: s.url.Host, Detail: "there is no webhookKey to sign with"}
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url.String(), bytes.NewReader(body))
	if err != nil {
		return 0, &Error{Host: s.url.Host, Detail: "the URL is not valid"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "wxbind")
	signing.Sign(req, key, body, s.now())
	answer, err := upstream.Ask(s.transport.RoundTrip, req, maxAnswer)
	if err != nil {
		return 0, &Error{Host: s.url.Host, Detail: upstream.Describe(err), ended: ctx.Err()}
	}
	return answer.Status, nil
}

// Error says how a request failed.
type Error struct {
	// Host is the receiver's.
	Host string
	// Status is that of the answer, 0 if there was none.
	Status int
	// Detail says why there was none, in our own words.
	Detail string

	// ended is the context's error if that ended the request.
	ended error
}

// Error returns everything in one line, with what to do about it.
func (e *Error) Error() string {
	switch {
	case e.Status == 0:
		return fmt.Sprintf("webhook %s: no answer, %s: is it up, and does it answer within 5 s?", e.Host, e.Detail)
	case e.Status == http.StatusUnauthorized:
		return fmt.Sprintf("webhook %s: status %d: is webhookKey the receiver's own, do the clocks agree within 5 minutes, and does nothing in between change the path or body?", e.Host, e.Status)
	case e.Status >= 300 && e.Status < 400:
		return fmt.Sprintf("webhook %s: status %d: redirects are not followed; set the URL that answers itself", e.Host, e.Status)
	}
	return fmt.Sprintf("webhook %s: status %d: only 2xx means that it took the notices", e.Host, e.Status)
}

// Unwrap returns context.Canceled or context.DeadlineExceeded if one of them ended the request.
func (e *Error) Unwrap() error { return e.ended }
