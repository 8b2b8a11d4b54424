package events

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/wxbind/wxbind/pkg/login"
)

// What stands in a file for what only a login gives.
const (
	TokenHere   = "{{token}}"
	SessionHere = "{{session}}"
)

// Scene is cases played one after the other on one state.
type Scene struct {
	token   login.Hidden
	session string
}

// Event is the event of a case, with what earlier answers gave filled in.
func (s *Scene) Event(c Case) ([]byte, error) {
	payload, err := c.Event()
	if err != nil {
		return nil, err
	}
	for here, value := range map[string]string{TokenHere: string(s.token), SessionHere: s.session} {
		if value == "" && bytes.Contains(payload, []byte(here)) {
			return nil, fmt.Errorf("events: %s needs a login before it", c.Name)
		}
		payload = bytes.ReplaceAll(payload, []byte(here), []byte(value))
	}
	return payload, nil
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
	s.token = opened.Token
	if s.session == "" {
		s.session = token.Hash()
	}
	return nil
}
