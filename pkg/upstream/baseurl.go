package upstream

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
)

// ParseBase parses the URL that a peer's paths begin with: http or https, with a host and nothing after the path. kind
// names such a URL in errors, as "an https URL".
//
// Errors say what the URL must be, to follow the name of a setting in a sentence. They do not repeat the URL: it may
// contain a password.
func ParseBase(text, kind string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, fmt.Errorf("must be %s with a host", kind)
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, errors.New("must have no user, query or fragment")
	}
	if u.Path == "" {
		u.Path = "/" // JoinPath makes a relative path of none
	}
	return u, nil
}

// Private reports whether nobody can listen to what is sent to u: over https, or to this machine itself.
func Private(u *url.URL) bool {
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
}
