package localgw

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
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
	end := strings.IndexAny(rest, `/\?#`)
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	whole := strings.ToLower(scheme + "://" + authority)
	u, err := url.Parse(whole)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
	switch {
	case origin == "":
		return " is empty"
	case origin == anyOrigin:
		return `: "*" lets every page call, so it must stand alone`
	case origin == "null":
		return `: "null" is what files and sandboxed frames send, whoever made them: serve the page from an origin of its own`
	case strings.ContainsAny(origin, " \t\r\n"):
		return " has a blank: separate origins by commas alone"
	case strings.Contains(origin, "@"):
		return " has a user or a password"
	case !hasScheme && !strings.ContainsAny(origin, "/?#@"):
		return fmt.Sprintf(": %q has no scheme: write https://%s", origin, strings.ToLower(origin))
	case !hasScheme:
		return " has no scheme: write it as https://h5.example.com"
	case strings.Contains(authority, "*"):
		return fmt.Sprintf(": %q has a wildcard: name each origin", whole)
	case path == "/":
		return fmt.Sprintf(": %q ends in a slash: write %s", whole+path, whole)
	case path != "":
		return fmt.Sprintf(" has a path, and an origin has none: write %s", whole)
	case scheme+"://"+authority != whole:
		return fmt.Sprintf(": %q has capital letters, and browsers send none: write %s", origin, whole)
	case scheme == "http" && !local:
		return fmt.Sprintf(": %q must be https: http is for localhost and 127.0.0.1", origin)
	case scheme != "http" && scheme != "https":
		return fmt.Sprintf(": %q must be https", origin)
	case err == nil && (u.Port() == "443" && scheme == "https" || u.Port() == "80" && scheme == "http"):
		return fmt.Sprintf(": %q names the usual port, and browsers leave it out: write %s", origin, strings.TrimSuffix(origin, ":"+u.Port()))
	}
	return fmt.Sprintf(": %q is no origin such as https://h5.example.com or http://localhost:5173", origin)
}
