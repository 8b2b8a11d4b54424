package origin

import (
	"log/slog"
	"net/netip"
	"strings"
	"sync/atomic"
)

// Origin is where a request came from.
type Origin struct {
	// Address is the caller's, without a zone. It is invalid if even the peer's is unknown.
	Address netip.Addr
	// Shared says that Address may be a proxy's, so that all its callers have the same one.
	Shared bool
	// Refused says that an origin key is required and did not come.
	Refused bool
}

// Finder finds origins by its rules. It warns once in a process of each way in which the rules do not fit what
// comes. It is safe for concurrent use. The zero Finder believes nobody and logs to slog.Default().
type Finder struct {
	Rules Rules
	// Logger gets the warnings; nil means slog.Default().
	Logger *slog.Logger
	warned [warnings]atomic.Bool
}

// These are the warnings, each given once.
const (
	noneTrusted = iota
	strange
	unnamed
	wrongKey
	warnings
)

// Find finds the origin of a request. peer is the address at the other end of the connection. Of a header that
// came in several lines the values are joined with commas.
func (f *Finder) Find(peer string, headers map[string]string) Origin {
	from := parse(peer)
	key := Header(headers, KeyHeader)
	byKey := f.Rules.knowsKey(key)
	found := Origin{Address: from, Refused: f.Rules.RequireKey && !byKey}
	if key != "" && !byKey && len(f.Rules.KeyHashes) > 0 {
		f.warn(wrongKey, "a request has a wrong origin key: if the proxy sent it, its hash is missing in "+EnvKeyHashes, from)
	}
	if !byKey && !f.Rules.trusts(from) {
		found.Shared = f.lookAt(headers, from)
		return found
	}
	list := Header(headers, f.Rules.header())
	if byKey {
		list = withoutPeer(list, from)
	}
	var named bool
	if found.Address, named = f.Rules.caller(list, from); !named {
		found.Shared = true
		f.warn(unnamed, "a trusted proxy does not name the caller in "+f.Rules.header()+": all its callers count as one address", from)
	}
	return found
}

// caller returns the last hop of a list that is not trusted, and true. Whoever is to the left of it may have
// written what they liked. If a hop before it cannot be read, or if all are trusted, caller returns the last
// hop known, which is a proxy: so no header ever leads to an address that no proxy has seen.
func (r Rules) caller(list string, peer netip.Addr) (known netip.Addr, named bool) {
	known = peer
	for range maxHops {
		var text string
		if text, list = lastHop(list); text == "" {
			return known, false
		}
		hop := parseHop(text)
		if !hop.IsValid() {
			return known, false
		}
		if known = hop; !r.trusts(hop) {
			return hop, true
		}
	}
	return known, false
}

// lookAt warns of a forwarding header from a peer that is not trusted. It says whether the peer may be a proxy
// that the operator has not thought of.
func (f *Finder) lookAt(headers map[string]string, peer netip.Addr) (shared bool) {
	if f.Rules.Direct || !forwarded(headers, peer) {
		return false
	}
	if f.Rules.declared() {
		f.warn(strange, "a forwarding header came from a peer that is not trusted, and is ignored", peer)
		return false
	}
	f.warn(noneTrusted, "a forwarding header came, and no proxy is trusted: if there is one, all its callers count as one address. Set "+
		EnvTrustedProxies+" to its network, or to "+noProxy+" if there is none", peer)
	return true
}

// forwarded says whether a request has a forwarding header. API Gateway always sends one that names the peer.
func forwarded(headers map[string]string, peer netip.Addr) bool {
	for _, name := range []string{DefaultHeader, "forwarded", "x-real-ip", "x-wx-client-ip"} {
		if value := Header(headers, name); value != "" && (!peer.IsValid() || parse(strings.TrimSpace(value)) != peer) {
			return true
		}
	}
	return false
}

func (f *Finder) warn(which int, text string, peer netip.Addr) {
	if f.warned[which].Swap(true) {
		return
	}
	logger := f.Logger
	if logger == nil {
		logger = slog.Default()
	}
	logger.Warn(text, slog.String("peer", peer.String()))
}

// Header returns the value of an event's header. API Gateway writes the names in lower case. Events made by hand may not.
func Header(headers map[string]string, name string) string {
	if v, ok := headers[name]; ok {
		return v
	}
	for k, v := range headers {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}
