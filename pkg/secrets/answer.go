package secrets

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// unreadable says what is wrong with an answer, and nothing that is in it.
type unreadable string

func (u unreadable) Error() string { return string(u) }

// readValue reads GetSecretValue's answer: the value, whichever way it was stored.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
//
// Errors: unreadable.
func readValue(body []byte) ([]byte, error) {
	if len(body) > maxAnswer {
		return nil, unreadable(fmt.Sprintf("the answer is over %d bytes long", maxAnswer))
	}
	if !utf8.Valid(body) {
		return nil, unreadable("the answer is not UTF-8")
	}
	fields, err := object(body, "the answer")
	if err != nil {
		return nil, unreadable(err.Error())
	}
	var text, binary *string // null is as good as nothing
	for name, value := range map[string]**string{"SecretString": &text, "SecretBinary": &binary} {
		if raw := fields[name]; raw != nil && json.Unmarshal(raw, value) != nil {
			return nil, unreadable(name + " is not a string")
		}
	}
	switch {
	case text != nil && binary != nil:
		return nil, unreadable("the answer gives two values")
	case text != nil:
		return []byte(*text), nil
	case binary == nil:
		return nil, unreadable("the answer gives no value")
	}
	value, err := base64.StdEncoding.DecodeString(*binary)
	if err != nil {
		return nil, unreadable("SecretBinary is not base64")
	}
	return value, nil
}

// refusal is an answer that is an error. Its methods are those that an aws.Retryer and
// Reason look for.
type refusal struct {
	status int
	// code is AWS's name of the error, or says the status where there is none.
	code      string
	requestID string
}

// newRefusal reads an answer that is an error. AWS's message is left out: it may name
// roles and keys.
func newRefusal(resp *http.Response, body []byte) *refusal {
	r := &refusal{status: resp.StatusCode, code: fmt.Sprintf("HTTP status %d", resp.StatusCode)}
	if id := resp.Header.Get("X-Amzn-Requestid"); consists(id, letters+"0123456789-") {
		r.requestID = id
	}
	var said struct {
		Type string `json:"__type"`
	}
	if json.Unmarshal(body, &said) == nil {
		_, code, namespaced := strings.Cut(said.Type, "#")
		if !namespaced {
			code = said.Type
		}
		if consists(code, letters) {
			r.code = code
		}
	}
	return r
}

func (r *refusal) Error() string            { return r.code }
func (r *refusal) HTTPStatusCode() int      { return r.status }
func (r *refusal) ErrorCode() string        { return r.code }
func (r *refusal) ServiceRequestID() string { return r.requestID }

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// consists says whether s is a word of these characters, and no long one.
func consists(s, of string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, of) == ""
}
