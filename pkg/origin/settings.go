package origin

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// The settings, as environment variables.
const (
	// EnvTrustedProxies lists the proxies' networks, as in "10.0.0.0/8,2001:db8::/32". "none" says that there is no proxy.
	EnvTrustedProxies = "WXBIND_TRUSTED_PROXIES"
	// EnvHeader names the header that lists the hops.
	EnvHeader = "WXBIND_CLIENT_ADDRESS_HEADER"
	// EnvKeyHashes has the SHA-256 of one origin key or two, in hex and separated by a comma.
	EnvKeyHashes = "WXBIND_ORIGIN_KEY_HASHES"
	// EnvRequireKey is "true" or "false".
	EnvRequireKey = "WXBIND_REQUIRE_ORIGIN_KEY"
)

// noProxy is the value of EnvTrustedProxies that sets Rules.Direct.
const noProxy = "none"

const (
	// maxNetworks bounds the work for each hop.
	maxNetworks = 64
	maxKeys     = 2
	// maxHeaderName is the longest name of a header, in bytes.
	maxHeaderName = 64
)

// RulesFrom reads the rules. The error names each setting that is wrong, and quotes no key hash: it might be
// the key.
func RulesFrom(getenv func(string) string) (Rules, error) {
	var r Rules
	var wrong []string
	note := func(setting string, err error) {
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s (%v)", setting, err))
		}
	}
	var err error
	if value := getenv(EnvTrustedProxies); value == noProxy {
		r.Direct = true
	} else if value != "" {
		r.Trusted, err = networksIn(value)
		note(EnvTrustedProxies, err)
	}
	if value := getenv(EnvKeyHashes); value != "" {
		r.KeyHashes, err = hashesIn(value)
		note(EnvKeyHashes, err)
	}
	if value := getenv(EnvHeader); value != "" {
		r.Header, err = headerNamed(value)
		if err == nil && getenv(EnvTrustedProxies) == "" && getenv(EnvKeyHashes) == "" {
			err = fmt.Errorf("needs %s or %s: a header that anybody can send proves nothing", EnvTrustedProxies, EnvKeyHashes)
		}
		note(EnvHeader, err)
	}
	switch value := getenv(EnvRequireKey); {
	case value == "true" && getenv(EnvKeyHashes) == "":
		note(EnvRequireKey, fmt.Errorf("needs %s", EnvKeyHashes))
	case value != "" && value != "true" && value != "false":
		note(EnvRequireKey, errors.New("must be true or false"))
	default:
		r.RequireKey = value == "true"
	}
	if len(wrong) > 0 {
		return Rules{}, errors.New(strings.Join(wrong, "; "))
	}
	return r, nil
}

// networksIn reads a list of networks.
func networksIn(list string) ([]netip.Prefix, error) {
	parts := strings.Split(list, ",")
	if len(parts) > maxNetworks {
		return nil, fmt.Errorf("must have at most %d networks", maxNetworks)
	}
	networks := make([]netip.Prefix, 0, len(parts))
	for i, part := range parts {
		part = strings.TrimSpace(part)
		network, err := netip.ParsePrefix(part)
		switch addr, isAddress := netip.ParseAddr(part); {
		case part == "":
			return nil, fmt.Errorf("network %d of %d is empty", i+1, len(parts))
		case isAddress == nil:
			return nil, fmt.Errorf("%q is no CIDR: write %s/%d", part, addr, addr.BitLen())
		case err != nil:
			return nil, fmt.Errorf("network %d of %d is no CIDR", i+1, len(parts))
		case network.Addr().Is4In6():
			return nil, fmt.Errorf("%q must be written as an IPv4 network", part)
		case network.Bits() == 0:
			return nil, fmt.Errorf("%q trusts everybody", part)
		case network != network.Masked():
			return nil, fmt.Errorf("%q names a machine and not a network: write %s", part, network.Masked())
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// hashesIn reads a list of hashes.
func hashesIn(list string) ([][sha256.Size]byte, error) {
	parts := strings.Split(list, ",")
	if len(parts) > maxKeys {
		return nil, fmt.Errorf("must have at most %d hashes", maxKeys)
	}
	var hashes [][sha256.Size]byte
	for i, part := range parts {
		hash, err := hex.DecodeString(strings.TrimSpace(part))
		if err != nil || len(hash) != sha256.Size {
			return nil, fmt.Errorf("hash %d of %d must be a SHA-256 in hex, %d characters", i+1, len(parts), 2*sha256.Size)
		}
		if [sha256.Size]byte(hash) == sha256.Sum256(nil) {
			return nil, fmt.Errorf("hash %d of %d is that of an empty key", i+1, len(parts))
		}
		if slices.Contains(hashes, [sha256.Size]byte(hash)) {
			return nil, fmt.Errorf("hash %d of %d is given twice", i+1, len(parts))
		}
		hashes = append(hashes, [sha256.Size]byte(hash))
	}
	return hashes, nil
}

// headerNamed returns a header's name in lower case.
func headerNamed(name string) (string, error) {
	odd := strings.IndexFunc(name, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-'
	})
	lower := strings.ToLower(name)
	switch {
	case odd >= 0 || len(name) > maxHeaderName:
		return "", errors.New("must be the name of a header")
	case lower == "forwarded":
		return "", fmt.Errorf("cannot be Forwarded, of RFC 7239: let the proxy send %s", DefaultHeader)
	case lower == KeyHeader:
		return "", errors.New("cannot be the header of the origin key")
	}
	return lower, nil
}
