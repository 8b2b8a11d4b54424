package events

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// What stands in an event for what only a login gives.
const (
	TokenHere   = "{{token}}"
	SessionHere = "{{session}}"
)

// Scene is cases played one after the other on one state. The zero value is a scene
// that nothing has been played in.
type Scene struct {
	// Token is the token of the last login.
	Token login.Hidden
	// Session is the id of the first login's session.
	Session string
	// Code takes the place of a code that the stand-in gives out, such as alice-1. It
	// has none of the characters that URLs or JSON escape. "" leaves the event's.
	Code string
}

// MissingError says what an event needs and its scene does not have.
type MissingError struct {
	// Case is the name of the case.
	Case string
	// Missing is "token" or "session".
	Missing string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("events: %s needs the %s of a login before it", e.Case, e.Missing)
}

// Event is the event of a case, with what earlier answers gave filled in. A
// [*MissingError] says that there was no such answer.
func (s *Scene) Event(c Case) ([]byte, error) {
	e, err := c.event()
	if err != nil {
		return nil, err
	}
	if s.Code != "" && !e.replaceCode(s.Code) {
		return nil, fmt.Errorf("events: %s has no code in whose place another would do", c.Name)
	}
	for _, place := range []struct{ here, name, value string }{
		{TokenHere, "token", string(s.Token)},
		{SessionHere, "session", s.Session},
	} {
		found := false
		replace(map[string]any(e), func(text string) string {
			found = found || strings.Contains(text, place.here)
			return strings.ReplaceAll(text, place.here, place.value)
		})
		if found && place.value == "" {
			return nil, &MissingError{Case: c.Name, Missing: place.name}
		}
	}
	return e.encode()
}

// givenCode is a code that the stand-in gives out, and what is before it.
var givenCode = regexp.MustCompile(`(^|[^\w-])(?:alice|bob)-\d+`)

// replaceCode puts a code into the query and the body, in the place of one that the
// stand-in gives out. It says whether there was one.
func (e event) replaceCode(code string) bool {
	query, _ := e["rawQueryString"].(string)
	text, _ := e["body"].(string)
	if e["isBase64Encoded"] == true {
		decoded, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return false
		}
		text = string(decoded)
	}
	if !givenCode.MatchString(query) && !givenCode.MatchString(text) {
		return false
	}
	e["rawQueryString"] = givenCode.ReplaceAllString(query, "${1}"+code)
	if _, ok := e["body"]; ok {
		body(givenCode.ReplaceAllString(text, "${1}"+code))(e)
	}
	return true
}

// Saw takes note of the body of an answer.
func (s *Scene) Saw(body []byte) error {
	var opened struct{ Token login.Hidden }
	if err := json.Unmarshal(body, &opened); err != nil {
		return fmt.Errorf("events: the answer is not JSON: %w", err)
	}
	if opened.Token == "" {
		return nil
	}
	token, err := login.ParseToken(string(opened.Token))
	if err != nil {
		return err
	}
	s.Token = opened.Token
	if s.Session == "" {
		s.Session = token.Hash()
	}
	return nil
}
