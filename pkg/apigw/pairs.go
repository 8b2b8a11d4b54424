package apigw

import (
	"net/url"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxQuery is the longest query string accepted, in bytes. API Gateway accepts
// about 10 KB for the request line and headers together.
const maxQuery = 8 << 10

// queryFields reads the raw query string, in which API Gateway has not yet joined
// repeated values with commas.
func (r *Route) queryFields(raw string) (fields, error) {
	if len(raw) > maxQuery {
		return nil, login.QueryMalformed
	}
	return r.inQuery().pairs(raw, login.QueryMalformed)
}

// pairs reads a query or a form. A value that cannot be decoded is malformed, and so is one with a
// semicolon, which some take for the end of the value and others do not.
//
// Errors: malformed; ParameterRepeated; FieldWrongType.
func (k known) pairs(raw string, malformed login.Code) (fields, error) {
	f := fields{}
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		escapedName, escaped, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(escapedName)
		if err != nil {
			continue // nobody knows it
		}
		is, ok := k.find(name)
		if !ok {
			continue
		}
		value, err := url.QueryUnescape(escaped)
		if err != nil || strings.Contains(escaped, ";") {
			return nil, malformed
		}
		if err := f.put(is, value); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// plainly says whether a body is a form though it is not labelled as one: every part is a pair, in the characters
// that a form is written in, and one of the names is known.
func (k known) plainly(body string) bool {
	knows := false
	for pair := range strings.SplitSeq(body, "&") {
		name, _, isPair := strings.Cut(pair, "=")
		if !isPair || strings.ContainsFunc(pair, notInForms) {
			return false
		}
		_, ok := k.find(name)
		knows = knows || ok
	}
	return knows
}

// notInForms says whether a form has this character only escaped.
func notInForms(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`"<>\{}`, r)
}
