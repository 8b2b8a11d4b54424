package upstream

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/wxbind/wxbind/pkg/bom"
)

// errNotObject is the only error of Object: those of encoding/json quote what they have read.
var errNotObject = errors.New("not one JSON object with a different name for each member")

// Object parses a peer's JSON object into its members. Names are exact: encoding/json would put "openId" into a field
// that is called "openid", and of both the later one would win. For the same reason no name may occur twice. The text
// must contain nothing but the object, and perhaps a byte order mark before it.
func Object(text []byte) (map[string]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(bom.Trim(text)))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, errNotObject
	}
	members := map[string]json.RawMessage{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, errNotObject
		}
		key, _ := name.(string) // a name in an object is always a string
		var value json.RawMessage
		if _, twice := members[key]; twice || decoder.Decode(&value) != nil {
			return nil, errNotObject
		}
		members[key] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errNotObject
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotObject
	}
	return members, nil
}
