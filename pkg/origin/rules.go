package origin

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/netip"
	"strings"
)

const (
	// DefaultHeader is the header in which proxies list the hops of a request, the caller first.
	DefaultHeader = "x-forwarded-for"
	// KeyHeader is the header in which a proxy sends its key. CloudFront's documentation calls it so.
	KeyHeader = "x-origin-verify"
)

// Rules say whom to believe about a caller's address. The zero Rules believe nobody.
type Rules struct {
	// Trusted are the networks of the proxies.
	Trusted []netip.Prefix
	// Direct says that there is no proxy, so that each forwarding header is forged.
	Direct bool
	// Header is the one that lists the hops, in lower case; "" means DefaultHeader.
	Header string
	// KeyHashes are the SHA-256 of the origin keys, two at most: one is on its way in or out.
	KeyHashes [][sha256.Size]byte
	// RequireKey refuses requests without an origin key: they came round the proxy.
	RequireKey bool
}

// declared says whether the operator has said what stands in front.
func (r Rules) declared() bool {
	return r.Direct || r.Behind()
}

// Behind says whether a proxy stands in front.
func (r Rules) Behind() bool { return len(r.Trusted) > 0 || len(r.KeyHashes) > 0 }

func (r Rules) header() string {
	if r.Header == "" {
		return DefaultHeader
	}
	return r.Header
}

func (r Rules) trusts(a netip.Addr) bool {
	for _, network := range r.Trusted {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// knowsKey says whether key is one of the origin keys. The time it takes does not depend on the keys.
func (r Rules) knowsKey(key string) bool {
	given, known := sha256.Sum256([]byte(key)), 0
	for _, hash := range r.KeyHashes {
		known |= subtle.ConstantTimeCompare(given[:], hash[:])
	}
	return known == 1
}

// String says in a sentence whom the rules believe, for people.
func (r Rules) String() string {
	var believed []string
	if len(r.Trusted) > 0 {
		networks := make([]string, len(r.Trusted))
		for i, network := range r.Trusted {
			networks[i] = network.String()
		}
		believed = append(believed, "proxies at "+strings.Join(networks, ", "))
	}
	if n := len(r.KeyHashes); n > 0 {
		believed = append(believed, fmt.Sprintf("proxies with one of %d origin keys", n))
	}
	switch {
	case len(believed) > 0:
		required := ""
		if r.RequireKey {
			required = "; requests without an origin key are refused"
		}
		return fmt.Sprintf("%s name the caller in %s%s", strings.Join(believed, " and "), r.header(), required)
	case r.Direct:
		return "no proxy stands in front: the caller is the peer"
	}
	return "no proxy is trusted: the caller is the peer"
}
