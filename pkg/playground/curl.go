package playground

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// curl returns a command line that sends a request again, with a fresh code of the same person and … where a secret was. It is
// "" if the body cannot be written.
func curl(base string, r request, sent body) string {
	if !sent.whole {
		return ""
	}
	address := base + (&url.URL{Path: r.Path}).EscapedPath()
	if len(r.Query) > 0 {
		query := map[string]any{}
		for name, value := range r.Query {
			query[name] = value
		}
		address += "?" + encoded(query)
	}
	line := "curl " + quoted(address)
	switch {
	case sent.value == nil && r.Method != "GET", sent.value != nil && r.Method != "POST":
		line = "curl -X " + r.Method + " " + quoted(address)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		if name == "content-type" && sent.value == nil || name == "user-agent" && !strings.ContainsAny(r.Headers[name], " ") && strings.HasPrefix(r.Headers[name], "curl/") {
			continue
		}
		line += " -H " + quoted(name+": "+r.Headers[name])
	}
	if sent.value != nil {
		line += " -d " + quoted(written(sent))
	}
	return line
}

// written is a masked body as it would be sent.
func written(sent body) string {
	fields, _ := sent.value.(map[string]any)
	if sent.form {
		return encoded(fields)
	}
	fresh := maps.Clone(fields)
	for name, value := range fresh {
		if code, ok := value.(string); ok {
			fresh[name] = freshened(name, code)
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fresh); err != nil {
		panic(err) // it was JSON before
	}
	return strings.TrimSpace(out.String())
}

// encoded is a form or a query.
func encoded(fields map[string]any) string {
	values := url.Values{}
	for name, value := range fields {
		said, _ := value.(string)
		values.Set(name, freshened(name, said))
	}
	return strings.ReplaceAll(values.Encode(), url.QueryEscape(hidden), hidden)
}

var personsCode = regexp.MustCompile(`^(\+?[A-Za-z0-9._+-]+-)[0-9]{1,18}$`)

// freshened is another code of the same person if the field holds one, since a code is good once.
func freshened(name, value string) string {
	if name != "code" && name != "phoneCode" {
		return value
	}
	m := personsCode.FindStringSubmatch(value)
	if m == nil {
		return value
	}
	return m[1] + strconv.FormatInt(time.Now().UnixMicro(), 10)
}

// quoted quotes a text for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
