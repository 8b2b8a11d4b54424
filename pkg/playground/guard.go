package playground

import (
	"net/http"
	"strconv"
	"strings"
)

// policy lets the page run its own scripts and ask its own server, and nothing else. Styles may be inline: the mini-program's
// pages set them.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard keeps other pages in the same browser away: those of a name that was made to lead here (DNS rebinding), and those
// of other origins.
type guard struct {
	// api is for the API, which pages of Origins may call, and own for the page itself, which none may.
	api, own *http.CrossOriginProtection
}

// newGuard makes a guard. origins are as localgw.ParseOrigins returns them.
func newGuard(origins []string) guard {
	g := guard{api: http.NewCrossOriginProtection(), own: http.NewCrossOriginProtection()}
	for _, origin := range origins {
		if origin == "*" {
			g.api.AddInsecureBypassPattern("/") //nolint:gosec // --cors-origin '*' lets every page call the API
			continue
		}
		if err := g.api.AddTrustedOrigin(origin); err != nil {
			panic(err) // localgw.ParseOrigins has accepted it
		}
	}
	denied := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, "cross_origin", "a page of another origin may not do this")
	})
	g.api.SetDenyHandler(denied)
	g.own.SetDenyHandler(denied)
	return g
}

// handler sends requests to the page or to the API, once they have passed.
func (g guard) handler(page, api http.Handler) http.Handler {
	page, api = g.own.Handler(sameOrigin(page)), g.api.Handler(api)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own := isPage(r)
		if own {
			protect(w.Header())
		}
		switch {
		case !localName(r.Host):
			refuse(w, http.StatusMisdirectedRequest, "host_not_local",
				"with the stand-in for WeChat, only the names 127.0.0.1, localhost and [::1] are served: a page of another name could act as this one")
		case own:
			page.ServeHTTP(w, r)
		default:
			api.ServeHTTP(w, r)
		}
	})
}

// isPage says whether a request is for the page, and not for the API.
func isPage(r *http.Request) bool {
	return r.URL.Path == "/" || r.URL.Path == root || strings.HasPrefix(r.URL.Path, root+"/")
}

func protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// sameOrigin keeps pages of other origins from reading, which http.CrossOriginProtection lets them try: without CORS they see
// nothing, but a stream that they open takes a place. A link to the page may stand anywhere.
func sameOrigin(page http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site := r.Header.Get("Sec-Fetch-Site")
		if r.URL.Path != "/" && site != "" && site != "same-origin" && site != "none" {
			refuse(w, http.StatusForbidden, "cross_origin", "a page of another origin may not read this")
			return
		}
		page.ServeHTTP(w, r)
	})
}

// localName says whether the Host of a request is a name of this machine that no DNS server can give to another: 127.0.0.1,
// localhost or [::1], with any port, since tunnels change it.
func localName(host string) bool {
	name, port, hasPort := host, "", false
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		name, port, hasPort = host[:i], host[i+1:], true
	}
	if hasPort {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 || port[0] == '+' {
			return false
		}
	}
	return name == "127.0.0.1" || name == "[::1]" || strings.EqualFold(name, "localhost")
}
