package apigw

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// maxDepth is how deep a JSON body may be nested.
const maxDepth = 16

// jsonFields reads one flat JSON object. Invalid UTF-8 becomes U+FFFD, which no
// checked field may hold.
func (k known) jsonFields(body string) (fields, error) {
	if tooDeep(body) {
		return nil, login.BodyTooDeep
	}
	decoder := json.NewDecoder(strings.NewReader(body))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, login.BodyMalformed
	}
	f, seen := fields{}, names(0)
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
		is, number, ok := k.find(key)
		if !ok {
			continue
		}
		if !seen.add(number) {
			return nil, login.ParameterRepeated
		}
		if string(value) == "null" {
			continue
		}
		said, err := is.read(value)
		if err != nil {
			return nil, err
		}
		if err := f.put(is, said); err != nil {
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

// read converts a JSON value of this type, which is not null, to that of a field. It is "" for what a form has as
// [object Object], if that counts as absent.
//
// Errors: FieldWrongType.
func (t fieldType) read(value json.RawMessage) (string, error) {
	switch {
	case t == truth && (string(value) == "true" || string(value) == "false"):
		return string(value), nil
	case t == optional && value[0] == '{':
		return "", nil
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return "", login.FieldWrongType
	}
	if t == truth && s != "" && !login.SaysNothing(s) {
		return "", login.FieldWrongType // "true" is no boolean
	}
	return s, nil
}

// tooDeep says whether brackets are nested beyond maxDepth. It only scans the
// bytes, so nothing is built from a body that is refused.
func tooDeep(body string) bool {
	depth, quoted, escaped := 0, false, false
	for i := range len(body) {
		switch b := body[i]; {
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
