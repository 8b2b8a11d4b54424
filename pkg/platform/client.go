package platform

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// attemptTime bounds one attempt, from the dial to the last byte of the answer. A
// call is at most two attempts and a pause of upstream.MaxPause.
const attemptTime = 3 * time.Second

// maxIdle is how long a connection may have been idle and still be used. docs/directory.md asks platforms to keep theirs
// for at least 30 s.
const maxIdle = 20 * time.Second

// Config configures a Client.
type Config struct {
	// URL is the base of the directory's operations. It is the setting WXBIND_DIRECTORY_URL: https, or http if the host
	// is this machine.
	URL string
	// Secrets hold the key that signs, login.Secret.DirectoryKey.
	Secrets login.Secrets
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Dial opens connections within its context's deadline; nil means a net.Dialer.
	Dial upstream.Dial
	// RootCAs verify the directory's certificate; nil means the system's.
	RootCAs *x509.CertPool
}

// Client implements login.Directory over HTTPS. It keeps connections alive and is safe for concurrent use.
type Client struct {
	base      *url.URL
	secrets   login.Secrets
	now       func() time.Time
	transport *upstream.Transport
}

var _ login.Directory = (*Client)(nil)

// New makes a Client. Its error names the setting that is wrong, and does not repeat the value, which may contain a
// password.
func New(c Config) (*Client, error) {
	base, err := parseBase(c.URL)
	if err != nil {
		return nil, fmt.Errorf("platform: WXBIND_DIRECTORY_URL %w", err)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	transport := upstream.NewTransport(upstream.TransportConfig{
		Dial: c.Dial, RootCAs: c.RootCAs, Proxy: http.ProxyFromEnvironment, MaxIdle: maxIdle, MaxHeader: maxAnswer,
	})
	return &Client{base: base, secrets: c.Secrets, now: c.Now, transport: upstream.Thaw(transport, c.Now)}, nil
}

func parseBase(text string) (*url.URL, error) {
	u, err := upstream.ParseBase(text, "an https URL")
	if err == nil && !upstream.Private(u) {
		return nil, errors.New("must be https: passwords are sent there, and http is allowed only to this machine itself")
	}
	return u, err
}

// Authenticate implements login.Directory. It may also fail as Secrets do. The Cause of DirectoryUnavailable is an
// *Error.
func (c *Client) Authenticate(ctx context.Context, username string, password login.Hidden) (login.Profile, error) {
	return c.call(ctx, authenticate, map[string]string{"username": username, "password": string(password)})
}

// Profile implements login.Directory. It may also fail as Secrets do. The Cause of
// DirectoryUnavailable is an *Error.
func (c *Client) Profile(ctx context.Context, id string) (login.Profile, error) {
	return c.call(ctx, get, map[string]string{"id": id})
}

// ByPhone implements login.Directory. It may also fail as Secrets do. The Cause of DirectoryUnavailable is an *Error.
func (c *Client) ByPhone(ctx context.Context, appID, number string) (login.Profile, error) {
	return c.call(ctx, byPhone, map[string]string{"appId": appID, "phone": number})
}

// Register implements login.Directory. It may also fail as Secrets do. The Cause of DirectoryUnavailable is an *Error.
func (c *Client) Register(ctx context.Context, r login.DirectoryRegistration) (login.Profile, error) {
	request := map[string]string{"registrationId": r.ID, "appId": r.AppID}
	if r.Phone != "" {
		request["phone"] = r.Phone
	}
	return c.call(ctx, register, request)
}

// Warm opens a connection before the first call, within one attempt's time. Any answer of the directory counts as
// success.
func (c *Client) Warm(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.base.String(), nil)
	if err != nil {
		return err
	}
	if _, failed := c.send(req); failed != nil {
		failed.Operation, failed.Attempts = "warm", 1
		return c.failure(failed)
	}
	return nil
}

// call makes one call: at most two attempts.
func (c *Client) call(ctx context.Context, op Operation, request map[string]string) (login.Profile, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return login.Profile{}, err
	}
	secret, err := c.secrets.Secret(ctx)
	if err != nil {
		return login.Profile{}, err
	}
	key := secret.DirectoryKey
	for attempt := 1; ; attempt++ {
		profile, failed, verdict := c.attempt(ctx, op, key, request["phone"], body)
		if failed == nil {
			return profile, verdict
		}
		failed.Operation, failed.Attempts = op, attempt
		if attempt == 2 {
			return login.Profile{}, c.failure(failed)
		}
		if failed.Fault == Unsigned || failed.Fault == SignatureRefused {
			// The operator may have changed the key since the secret was fetched.
			newer, err := c.secrets.Refetch(ctx)
			if err != nil {
				return login.Profile{}, err
			}
			if newer.DirectoryKey == key {
				return login.Profile{}, c.failure(failed)
			}
			key = newer.DirectoryKey
		} else if !failed.repeatable() || !upstream.Pause(ctx, upstream.Jitter(upstream.MaxPause), upstream.Worthwhile) {
			return login.Profile{}, c.failure(failed)
		}
	}
}
