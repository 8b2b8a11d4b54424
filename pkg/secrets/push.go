package secrets

import (
	"encoding/json"
	"errors"

	"github.com/wxbind/wxbind/pkg/login"
)

// pushField is the field of an app's entry with what its console at WeChat says of pushes, and these are its fields.
const (
	pushField           = "push"
	pushTokenField      = "token"
	encodingAESKeyField = "encodingAESKey"
	pushClosedField     = "closed"
)

// webhookKeyField is the field of a secret with the key that signs notices.
const webhookKeyField = "webhookKey"

// parsePush parses an app's settings of pushes, which may be absent. at names the entry in errors. What the words mean is for
// login.Secret.Validate to judge.
func parsePush(app map[string]json.RawMessage, at string) (login.PushSettings, error) {
	var p login.PushSettings
	if misspelled(app, pushField) {
		return p, errors.New(at + ": " + pushField + isMisspelled)
	}
	raw := app[pushField]
	if raw == nil {
		return p, nil
	}
	at += ": " + pushField
	fields, err := object(raw, at)
	if err != nil {
		return p, err
	}
	for _, name := range []string{pushTokenField, encodingAESKeyField, pushClosedField} {
		if misspelled(fields, name) {
			return p, errors.New(at + "." + name + isMisspelled)
		}
	}
	token, err := text(fields[pushTokenField], at+"."+pushTokenField)
	if err != nil {
		return p, err
	}
	key, err := optionalKey(fields[encodingAESKeyField], at+"."+encodingAESKeyField)
	if err != nil {
		return p, err
	}
	closed, err := optionalKey(fields[pushClosedField], at+"."+pushClosedField)
	return login.PushSettings{Token: login.Hidden(token), EncodingAESKey: key, Closed: login.Closed(closed)}, err
}

// SetPush sets the Token and the EncodingAESKey of a mini-program, and leaves what becomes of users as it is. No Token removes
// everything about pushes.
//
// Errors: ErrNoSuchApp; one for settings that are there and cannot be read. What the values mean is for Bytes to judge.
func (d *Draft) SetPush(id string, token, encodingAESKey login.Hidden) error {
	if d.apps[id] == nil {
		return ErrNoSuchApp
	}
	if token == "" {
		delete(d.apps[id], pushField)
		return nil
	}
	fields, err := d.push(id)
	if err != nil {
		return err
	}
	fields[pushTokenField] = encode(string(token))
	delete(fields, encodingAESKeyField)
	if encodingAESKey != "" {
		fields[encodingAESKeyField] = encode(string(encodingAESKey))
	}
	d.apps[id][pushField] = encode(fields)
	return nil
}

// ErrNoPush means that a mini-program has no Token.
var ErrNoPush = errors.New("the mini-program has no Token for pushes: set it first, or with the same command")

// SetPushClosed sets what becomes of a user whose last binding ends because the person has closed their WeChat account.
//
// Errors: ErrNoSuchApp; ErrNoPush; one for settings that cannot be read. What the word means is for Bytes to judge.
func (d *Draft) SetPushClosed(id string, closed login.Closed) error {
	switch {
	case d.apps[id] == nil:
		return ErrNoSuchApp
	case d.apps[id][pushField] == nil:
		return ErrNoPush
	}
	fields, err := d.push(id)
	if err != nil {
		return err
	}
	fields[pushClosedField] = encode(string(closed))
	d.apps[id][pushField] = encode(fields)
	return nil
}

// push reads the settings of pushes that a mini-program has, none if it has none.
func (d *Draft) push(id string) (map[string]json.RawMessage, error) {
	if d.apps[id][pushField] == nil {
		return map[string]json.RawMessage{}, nil
	}
	return object(d.apps[id][pushField], login.EntryOf(id)+": "+pushField)
}
