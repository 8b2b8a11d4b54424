package apigw

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/url"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// fields are the named values of a query or a body. An absent field is "", and a
// boolean is "true" or "false".
type fields map[string]string

// truth reads a boolean. An absent one is false.
func (f fields) truth(name string) bool { return f[name] == "true" }

// fieldType is what a field may hold.
type fieldType int

const (
	text fieldType = iota + 1
	truth
)

// field is a field that a route knows. Unknown fields are ignored, so a client may
// send more than it must.
type field struct {
	name string
	fieldType
}

// common holds the fields that every route knows.
var common = map[string]fieldType{
	"code": text, "openId": text, "username": text, "password": text, "appId": text, "lang": text,
}

// typeOf returns a field's type, or 0 if the route does not know the field.
func (r Route) typeOf(name string) fieldType {
	for _, f := range r.ownFields {
		if f.name == name {
			return f.fieldType
		}
	}
	return common[name]
}

const (
	// maxQuery is the longest query string accepted, in bytes. API Gateway accepts
	// about 10 KB for the request line and headers together.
	maxQuery = 8 << 10
	// maxDepth is how deep a JSON body may be nested.
	maxDepth = 16
)

// queryFields reads the raw query string, in which API Gateway has not yet joined
// repeated values with commas.
func (r Route) queryFields(raw string) (fields, error) {
	if len(raw) > maxQuery {
		return nil, login.QueryMalformed
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, login.QueryMalformed
	}
	return r.single(values)
}

// single picks the known fields from values. No field may be repeated, known or not.
func (r Route) single(values url.Values) (fields, error) {
	f := fields{}
	for name, all := range values {
		if len(all) > 1 {
			return nil, login.ParameterRepeated
		}
		switch t := r.typeOf(name); {
		case t == 0:
		case t == truth && all[0] != "true" && all[0] != "false":
			return nil, login.FieldWrongType
		default:
			f[name] = all[0]
		}
	}
	return f, nil
}

// parseBody reads a body by its content type. An empty body has no fields.
func (r Route) parseBody(contentType string, body []byte) (fields, error) {
	if len(body) == 0 {
		return fields{}, nil
	}
	mediaType, params, err := mime.ParseMediaType(contentType)
	// Clients in the field also write utf8, though that is not a registered name.
	charset := strings.ToLower(params["charset"])
	if err != nil || charset != "" && charset != "utf-8" && charset != "utf8" {
		return nil, login.ContentTypeUnsupported
	}
	switch mediaType {
	case "application/json":
		return r.jsonFields(body)
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, login.BodyMalformed
		}
		return r.single(values)
	}
	return nil, login.ContentTypeUnsupported
}

// jsonFields reads one flat JSON object. Invalid UTF-8 becomes U+FFFD, which no
// checked field may hold.
func (r Route) jsonFields(body []byte) (fields, error) {
	if tooDeep(body) {
		return nil, login.BodyTooDeep
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, login.BodyMalformed
	}
	f, seen := fields{}, map[string]bool{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, login.BodyMalformed
		}
		key, _ := name.(string) // a name in an object is always a string
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, login.BodyMalformed
		}
		if seen[key] {
			return nil, login.ParameterRepeated
		}
		seen[key] = true
		t := r.typeOf(key)
		if t == 0 || string(value) == "null" {
			continue
		}
		if f[key], err = t.read(value); err != nil {
			return nil, err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, login.BodyMalformed
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, login.BodyTrailing
	}
	return f, nil
}

// read converts a JSON value of this type to a field.
func (t fieldType) read(value json.RawMessage) (string, error) {
	if t == truth {
		if string(value) != "true" && string(value) != "false" {
			return "", login.FieldWrongType
		}
		return string(value), nil
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return "", login.FieldWrongType
	}
	return s, nil
}

// tooDeep says whether brackets are nested beyond maxDepth. It only scans the
// bytes, so nothing is built from a body that is refused.
func tooDeep(body []byte) bool {
	depth, quoted, escaped := 0, false, false
	for _, b := range body {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = b == '\\', b != '"'
		case b == '"':
			quoted = true
		case b == '{' || b == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return false
}
