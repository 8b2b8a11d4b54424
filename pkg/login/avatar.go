package login

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// maxAvatar is the longest address of a picture, in bytes.
const maxAvatar = 1024

// checkAvatar refuses what is not the address of a picture on one of the hosts. wxbind never fetches it, but the platform's pages
// show it to others. So there is one way to write it, which no two programs read differently: https, a host in ASCII that is
// named by the operator, no user, no other port than 443, no fragment, no control characters of ASCII in percent-encoding.
//
// Errors: AvatarInvalid.
func checkAvatar(address string, hosts []string) error {
	if !plainAvatar(address) {
		return AvatarInvalid
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return AvatarInvalid
	}
	// url.Parse does not look into the query.
	if text, err := url.PathUnescape(address); err != nil || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		return AvatarInvalid
	}
	host := strings.ToLower(u.Hostname())
	authority, _, _ := strings.Cut(address[len("https://"):], "/")
	authority, _, _ = strings.Cut(authority, "?")
	if host != strings.TrimSuffix(strings.ToLower(authority), ":443") || !ValidHost(host) {
		return AvatarInvalid
	}
	if !slices.ContainsFunc(hosts, func(pattern string) bool { return hostMatches(pattern, host) }) {
		return AvatarInvalid
	}
	return nil
}

// plainAvatar says whether an address has no character that browsers and servers read differently, or that ends an attribute of HTML.
func plainAvatar(address string) bool {
	return len(address) <= maxAvatar && strings.HasPrefix(strings.ToLower(address), "https://") && printableASCII(address) &&
		!strings.ContainsAny(address, "#\\\"'<>`{}|^")
}

// DescribedAvatar says whether a directory's address of a picture can be stored: as a user's own, on any host.
func DescribedAvatar(address string) bool {
	u, err := url.Parse(address)
	return err == nil && plainAvatar(address) && checkAvatar(address, []string{strings.ToLower(u.Hostname())}) == nil
}

// hostMatches says whether a host is one of a pattern: that host, or with *. in front any host below it.
func hostMatches(pattern, host string) bool {
	if suffix, below := strings.CutPrefix(pattern, "*"); below {
		return strings.HasSuffix(host, suffix) && len(host) > len(suffix)
	}
	return host == pattern
}

// ParseAvatarHosts reads Config.AvatarHosts from a setting: hosts with commas between them, each a name such as img.example.com,
// or *.example.com for all below it. The error quotes nothing.
func ParseAvatarHosts(text string) (hosts []string, err error) {
	if Trim(text) == "" {
		return nil, nil
	}
	for i, pattern := range strings.Split(text, ",") {
		pattern = strings.ToLower(Trim(pattern))
		host, below := strings.CutPrefix(pattern, "*.")
		if !ValidHost(host) || below && !strings.Contains(host, ".") {
			return nil, fmt.Errorf("number %d must be a host such as img.example.com, or *.example.com", i+1)
		}
		hosts = append(hosts, pattern)
	}
	if len(hosts) > maxAvatarHosts {
		return nil, fmt.Errorf("there are more than %d hosts", maxAvatarHosts)
	}
	return hosts, nil
}

const (
	maxAvatarHosts = 20
	// These bound a name of the DNS and its parts: RFC 1035, section 2.3.4.
	maxHost  = 253
	maxLabel = 63
)

// ValidHost says whether name is a host's in the DNS, in lower case: labels of a-z, 0-9 and -, none of which begins or ends with a
// hyphen. An address of numbers is none: the last label must not be a number.
func ValidHost(name string) bool {
	if name == "" || len(name) > maxHost {
		return false
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return strings.Trim(last, "0123456789") != ""
}
