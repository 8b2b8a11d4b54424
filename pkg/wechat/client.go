package wechat

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/upstream"
)

// WeChat's hosts.
const (
	// DefaultBase is WeChat's common host.
	DefaultBase = "https://api.weixin.qq.com"
	// DefaultFallback is the host that WeChat names for disaster recovery.
	DefaultFallback = "https://api2.weixin.qq.com"
)

// dockerHost is the name by which Docker's containers reach the machine that they run on, as under `sam local`.
const dockerHost = "host.docker.internal"

// attemptTime bounds one attempt, from the dial to the last byte of the answer. A call takes at most two attempts and a
// pause of upstream.MaxPause, so 4.2 seconds.
const attemptTime = 2 * time.Second

// Config configures a Client.
type Config struct {
	// Base is the URL of WeChat's API: https, or http if the host is this machine. "" means DefaultBase. It is the
	// setting WECHAT_API_BASE.
	Base string
	// Fallback is the URL to use when no connection to Base can be made. "" means DefaultFallback if Base is
	// DefaultBase, and none otherwise.
	Fallback string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Dial opens connections within its context's deadline; nil means a net.Dialer.
	Dial upstream.Dial
	// RootCAs verify a server's certificate; nil means the system's.
	RootCAs *x509.CertPool
}

// Client implements login.WeChat on api.weixin.qq.com. It keeps connections alive and is safe for concurrent use.
type Client struct {
	base, fallback *url.URL
	now            func() time.Time
	transport      *http.Transport
}

var _ login.WeChat = (*Client)(nil)

// New makes a Client. Its error names the setting that is wrong, and does not repeat the value, which may contain a
// password.
func New(c Config) (*Client, error) {
	base, err := parseBase(cmp.Or(c.Base, DefaultBase))
	if err != nil {
		return nil, fmt.Errorf("wechat: WECHAT_API_BASE %w", err)
	}
	if c.Fallback == "" && base.String() == DefaultBase+"/" {
		c.Fallback = DefaultFallback
	}
	var fallback *url.URL
	if c.Fallback != "" {
		if fallback, err = parseBase(c.Fallback); err != nil {
			return nil, fmt.Errorf("wechat: fallback %w", err)
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	return &Client{base: base, fallback: fallback, now: c.Now, transport: newTransport(c.Dial, c.RootCAs, c.Now)}, nil
}

func parseBase(text string) (*url.URL, error) {
	u, err := upstream.ParseBase(text, "an https URL")
	if err == nil && !upstream.Private(u) && u.Hostname() != dockerHost {
		return nil, errors.New("must be https: the AppSecret is sent there, and http is allowed only to this machine itself")
	}
	return u, err
}

// Code2Session exchanges a one-time code, as login.WeChat says. The Cause of its errors is an *Error.
func (c *Client) Code2Session(ctx context.Context, app login.App, code string) (login.WeChatSession, error) {
	query := url.Values{
		"appid":      {app.ID},
		"secret":     {string(app.Secret)},
		"js_code":    {code},
		"grant_type": {"authorization_code"},
	}.Encode()
	session, failed := c.exchange(ctx, c.base, query)
	if host := c.second(ctx, failed); host != nil {
		session, failed = c.exchange(ctx, host, query)
		if failed != nil {
			failed.Attempts = 2
		}
	}
	if failed != nil {
		return login.WeChatSession{}, failed.failure(c.now())
	}
	return session, nil
}

// second decides whether to make a second attempt, and waits until it is due. It returns the host to ask; nil for no
// attempt.
func (c *Client) second(ctx context.Context, first *Error) *url.URL {
	host, pause := c.base, time.Duration(0)
	switch {
	case first == nil:
		return nil
	case first.Fault == NotSent:
	case first.Fault == NotConnected && c.fallback != nil:
		host = c.fallback
	case first.Fault == NotConnected, first.Errcode == busyErrcode:
		pause = upstream.Jitter(upstream.MaxPause)
	default:
		return nil
	}
	if !upstream.Pause(ctx, pause, upstream.Worthwhile) {
		return nil
	}
	return host
}

// exchange makes one attempt.
func (c *Client) exchange(ctx context.Context, host *url.URL, query string) (login.WeChatSession, *Error) {
	to := host.JoinPath("sns", "jscode2session")
	to.RawQuery = query
	var session login.WeChatSession
	answer, failed := c.send(ctx, request{method: http.MethodGet, to: to})
	if failed == nil {
		session, failed = decode(answer.Body)
	}
	if failed != nil {
		failed.Host, failed.Attempts = host.Host, 1
	}
	return session, failed
}

// Warm opens a connection before the first Code2Session, within one attempt's time. Any answer of the server counts as
// success. The error is an *Error.
func (c *Client) Warm(ctx context.Context) error {
	_, failed := c.send(ctx, request{method: http.MethodHead, to: c.base})
	if failed == nil || failed.Fault == BadStatus {
		return nil
	}
	return c.once(failed)
}
