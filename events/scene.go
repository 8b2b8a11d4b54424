package events

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// These stand in an event for what only a login returns.
const (
	TokenHere   = "{{token}}"
	SessionHere = "{{session}}"
)

// Scene is a series of cases that are played on one state. The zero value is a scene in
// which nothing has been played.
type Scene struct {
	// Token is the token of the last login.
	Token login.Hidden
	// Session is the id of the session of the first login.
	Session string
	// Code replaces a code that the stand-in gives out, such as alice-1. It must not
	// contain characters that URLs or JSON escape. "" keeps the event's code.
	Code string
	// Opened is the code of the last login.
	Opened string
	// sent is the code of the last event.
	sent string
}

// MissingError says what an event needs that its scene does not have.
type MissingError struct {
	// Case is the name of the case.
	Case string
	// Missing is "token", "session" or "opened".
	Missing string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("events: %s needs the %s of a login before it", e.Case, e.Missing)
}

// Event returns the event of a case, filled in from earlier answers. If an earlier
// answer is missing, the error is a [*MissingError].
func (s *Scene) Event(c Case) ([]byte, error) {
	e, err := c.event()
	if err != nil {
		return nil, err
	}
	if s.Code != "" && !e.replaceCode(s.Code) {
		return nil, fmt.Errorf("events: %s has no code that can be replaced", c.Name)
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
	if s.sent = e.codeOf(); s.sent == "" {
		s.sent = s.Opened
	}
	if e.encrypt(s.sent) {
		return nil, &MissingError{Case: c.Name, Missing: "opened"}
	}
	return e.encode()
}

// givenCode matches a code that the stand-in gives out, and the character before it.
var givenCode = regexp.MustCompile(`(^|[^\w-])(?:alice|bob)-\d+`)

// replaceCode replaces each code that the stand-in gives out, in the query and in the
// body. It says whether there was one.
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

// bareText matches what WeChat is answered.
var bareText = regexp.MustCompile(`^[0-9A-Za-z]+$`)

// InJSON is the body of an answer in JSON: itself, or an object whose text is the bare text that WeChat is answered.
func InJSON(body []byte) []byte {
	if !bareText.Match(body) {
		return body
	}
	text, err := json.Marshal(map[string]string{"text": string(body)})
	if err != nil {
		panic(err) // every string has a JSON form
	}
	return text
}

// Saw notes the token and the session in the body of an answer.
func (s *Scene) Saw(body []byte) error {
	var opened struct{ Token login.Hidden }
	if err := json.Unmarshal(InJSON(body), &opened); err != nil {
		return fmt.Errorf("events: the answer is not JSON: %w", err)
	}
	if opened.Token == "" {
		return nil
	}
	token, err := login.ParseToken(string(opened.Token))
	if err != nil {
		return err
	}
	s.Token, s.Opened = opened.Token, s.sent
	if s.Session == "" {
		s.Session = token.Hash()
	}
	return nil
}
