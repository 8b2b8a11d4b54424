package origin

import (
	"net/netip"
	"strings"
)

const (
	// maxHops is how many hops of a header are looked at, from the right. A chain of proxies is shorter, and what a
	// client writes stands to the left of them.
	maxHops = 32
	// maxHop is the longest hop that can be an address, in bytes: an IPv6 address with brackets, quotes and a port.
	maxHop = 64
)

// lastHop splits the last hop off a list. An empty element is no hop (RFC 9110, section 5.6.1). It returns "" if
// there is none.
func lastHop(list string) (hop, rest string) {
	for list != "" {
		i := strings.LastIndexByte(list, ',')
		hop, list = strings.Trim(list[i+1:], " \t"), list[:max(i, 0)]
		if hop != "" {
			return hop, list
		}
	}
	return "", ""
}

// withoutPeer removes the hop that API Gateway has appended: the address of its peer.
func withoutPeer(list string, peer netip.Addr) string {
	if hop, rest := lastHop(list); peer.IsValid() && parseHop(hop) == peer {
		return rest
	}
	return list
}

// parseHop reads a hop as proxies write it: an address, with a port or without, and an IPv6 address in brackets or
// not. Everything else gives an invalid address, such as `unknown` and the obfuscated hops of RFC 7239, section 6.
func parseHop(hop string) netip.Addr {
	if len(hop) > maxHop {
		return netip.Addr{}
	}
	if quoted, ok := strings.CutPrefix(hop, `"`); ok {
		if hop, ok = strings.CutSuffix(quoted, `"`); !ok {
			return netip.Addr{}
		}
	}
	if inside, ok := strings.CutPrefix(hop, "["); ok {
		address, port, closed := strings.Cut(inside, "]")
		if !closed || port != "" && !isPort(port) || !strings.Contains(address, ":") {
			return netip.Addr{}
		}
		return parse(address)
	}
	if i := strings.IndexByte(hop, ':'); i >= 0 && strings.Count(hop, ":") == 1 {
		if !isPort(hop[i:]) {
			return netip.Addr{}
		}
		hop = hop[:i]
	}
	return parse(hop)
}

// isPort says whether s is a colon and a port.
func isPort(s string) bool {
	digits, ok := strings.CutPrefix(s, ":")
	return ok && digits != "" && len(digits) <= 5 && strings.Trim(digits, "0123456789") == ""
}

// parse reads the address of one machine. It is invalid for everything else.
func parse(s string) netip.Addr {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	if a = a.Unmap().WithZone(""); a.IsUnspecified() || a.IsMulticast() {
		return netip.Addr{}
	}
	return a
}
