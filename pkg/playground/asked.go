package playground

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxAsked is the largest body in which the page asks for something, in bytes.
const maxAsked = 4 << 10

// Errors of a body that is not read.
var (
	errNotJSON  = errors.New("the body must be application/json")
	errTooLarge = errors.New("the body may have at most 4 KiB")
)

// readObject reads what the page asks for into a struct of strings. It is strict, since a form of a page elsewhere must not pass.
//
// Errors: errNotJSON; errTooLarge; malformed if it is not one object of these fields.
func readObject(contentType string, body io.Reader, into any, malformed error) error {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if charset := parameters["charset"]; err != nil || mediaType != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return errNotJSON
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxAsked+1))
	switch {
	case err != nil:
		return malformed
	case len(raw) > maxAsked:
		return errTooLarge
	case len(raw) == 0 || raw[0] != '{':
		return malformed
	}
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.DisallowUnknownFields()
	if decoder.Decode(into) != nil {
		return malformed
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return malformed
	}
	return nil
}

// refuseUnread answers what cannot be read. invalid is the name of an error that is not about its type or its size.
func refuseUnread(w http.ResponseWriter, err error, invalid string) {
	switch {
	case errors.Is(err, errNotJSON):
		refuse(w, http.StatusUnsupportedMediaType, "content_type_unsupported", err.Error())
	case errors.Is(err, errTooLarge):
		w.Header().Set("Connection", "close")
		refuse(w, http.StatusRequestEntityTooLarge, "body_too_large", err.Error())
	default:
		refuse(w, http.StatusBadRequest, invalid, err.Error())
	}
}
