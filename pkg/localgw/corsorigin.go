package localgw

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// anyOrigin lets every page call.
const anyOrigin = "*"

// An origin is written as a browser sends it, which is how it is compared: scheme and host in lower case, without a port
// that is the scheme's own. Only a page on the developer's machine may come over http.
const (
	label    = `[a-z0-9]([a-z0-9-]*[a-z0-9])?`
	not443   = `([1-9][0-9]?|[1-35-9][0-9]{2}|4([0-35-9][0-9]|4[0-24-9])|[1-9][0-9]{3,4})`
	not80    = `([1-9]|[1-79][0-9]|8[1-9]|[1-9][0-9]{2,4})`
	onePage  = `(https://` + label + `(\.` + label + `)*(:` + not443 + `)?|http://(localhost|127\.0\.0\.1)(:` + not80 + `)?)`
	allPages = `^(\*|` + onePage + `(,` + onePage + `)*)?$`
)

// OriginsPattern is what ParseOrigins takes, as the pattern of a stack's parameter.
const OriginsPattern = allPages

var originPattern = regexp.MustCompile(`^` + onePage + `$`)

// ParseOrigins reads a list of origins, such as "https://h5.example.com,http://localhost:5173", or "*" for every page; ""
// is none. The error names the origin and its fault, and what to write instead.
func ParseOrigins(list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	origins := strings.Split(list, ",")
	for i, origin := range origins {
		if len(origins) == 1 && origin == anyOrigin || originPattern.MatchString(origin) {
			continue
		}
		return nil, fmt.Errorf("origin %d of %d%s", i+1, len(origins), faultOf(origin))
	}
	return origins, nil
}

// faultOf says what is wrong with an origin, as the end of a sentence that begins with it. It quotes no more than scheme and
// host: the rest of an address may be secret.
func faultOf(origin string) string {
	scheme, rest, hasScheme := strings.Cut(origin, "://")
	if !hasScheme {
		scheme, rest = "", strings.TrimLeft(origin, "/")
	}
	end := strings.IndexAny(rest, `/\?#`)
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	shown := strings.TrimSuffix(origin, path)
	write := ""
	if right := mended(scheme, authority); right != "" {
		write = ": write " + right
	}
	switch scheme = strings.ToLower(scheme); {
	case origin == "":
		return " is empty"
	case origin == anyOrigin:
		return `: "*" lets every page call, so it must stand alone`
	case origin == "null":
		return `: "null" is what files and sandboxed frames send, whoever made them: serve the page from an origin of its own`
	case strings.ContainsAny(origin, " \t\r\n\u3000"):
		return " has a blank: separate origins by commas alone"
	case strings.Contains(origin, "@"):
		return " has a user or a password"
	case strings.ContainsAny(authority, ";；，、"):
		return " has another mark between two: separate origins by commas alone"
	case strings.ContainsAny(origin, "'\"`“”‘’"):
		return " has quotation marks: write it without"
	case !hasScheme:
		return " has no scheme" + write
	case scheme == "http" && !isLocal(authority):
		return fmt.Sprintf(": %q must be https: http is for localhost and 127.0.0.1", shown)
	case scheme != "http" && scheme != "https":
		return fmt.Sprintf(": %q must be https", shown)
	case strings.Contains(authority, "*"):
		return fmt.Sprintf(": %q has a wildcard: name each origin", shown)
	case path == "/":
		return fmt.Sprintf(": %q ends in a slash", origin) + write
	case path != "":
		return " has a path, and an origin has none" + write
	case strings.ToLower(shown) != shown:
		return fmt.Sprintf(": %q has capital letters, and browsers send none", shown) + write
	case write != "": // nothing else is left that mended mends
		return fmt.Sprintf(": %q names the usual port, and browsers leave it out", shown) + write
	case strings.ContainsFunc(shown, func(r rune) bool { return r > unicode.MaxASCII }):
		return fmt.Sprintf(": %q is sent by browsers in another form, with xn--: write what location.origin says in the page's console", shown)
	}
	return fmt.Sprintf(": %q is no origin such as https://h5.example.com or http://localhost:5173", shown)
}

// mended returns the origin of an address as a browser sends it, or "" if that is none that may call. Without a scheme, it
// is the one that an origin of this host may have.
func mended(scheme, authority string) string {
	scheme, authority = strings.ToLower(scheme), strings.ToLower(authority)
	switch {
	case scheme == "" && isLocal(authority):
		scheme = "http"
	case scheme == "":
		scheme = "https"
	}
	usual := map[string]string{"http": ":80", "https": ":443"}[scheme]
	origin := scheme + "://" + strings.TrimSuffix(authority, usual)
	if !originPattern.MatchString(origin) {
		return ""
	}
	return origin
}

// isLocal reports whether it is a host, with or without a port, whose pages may come over http.
func isLocal(authority string) bool {
	host, _, _ := strings.Cut(strings.ToLower(authority), ":")
	return host == "localhost" || host == "127.0.0.1"
}
