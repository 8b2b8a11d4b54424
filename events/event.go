package events

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

//go:embed *.json
var files embed.FS

// event is decoded JSON, as API Gateway sends it. Its query parameters and content
// length do not count: encode derives them.
type event map[string]any

// event reads the case's file and applies the case's edits.
func (c Case) event() (event, error) {
	from := c.from
	if from == "" {
		from = c.Name
	}
	text, err := files.ReadFile(from + ".json")
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, fmt.Errorf("events: %s.json: %w", from, err)
	}
	for _, edit := range c.but {
		edit(e)
	}
	return e, nil
}

// encode writes the event, with everything that follows from its query and body.
func (e event) encode() ([]byte, error) {
	if raw, ok := e["rawQueryString"].(string); ok {
		delete(e, "queryStringParameters")
		if raw != "" {
			e["queryStringParameters"] = parameters(raw)
		}
	}
	if headers, ok := e["headers"].(map[string]any); ok {
		delete(headers, "content-length")
		if body, ok := e["body"].(string); ok {
			headers["content-length"] = strconv.Itoa(lengthSent(body, e["isBase64Encoded"] == true))
		}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(e); err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	return text.Bytes(), nil
}

// parameters returns a query's parameters as API Gateway does: decoded if possible,
// with commas between the values of one name.
func parameters(raw string) map[string]any {
	all := map[string]any{}
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(value); err == nil {
			value = decoded
		}
		if before, ok := all[name]; ok {
			value = before.(string) + "," + value
		}
		all[name] = value
	}
	return all
}

// lengthSent is the length of the body that the client sent.
func lengthSent(body string, isBase64 bool) int {
	if isBase64 {
		if decoded, err := base64.StdEncoding.DecodeString(body); err == nil {
			return len(decoded)
		}
	}
	return len(body)
}

// object finds an object inside the event, and creates it if it is missing.
func (e event) object(path ...string) map[string]any {
	found := map[string]any(e)
	for _, name := range path {
		next, ok := found[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			found[name] = next
		}
		found = next
	}
	return found
}

// replace changes every string inside a JSON value.
func replace(value any, by func(string) string) any {
	switch v := value.(type) {
	case string:
		return by(v)
	case []any:
		for i := range v {
			v[i] = replace(v[i], by)
		}
	case map[string]any:
		for name := range v {
			v[name] = replace(v[name], by)
		}
	}
	return value
}
