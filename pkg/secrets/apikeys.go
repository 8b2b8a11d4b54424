package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// apiKeysField is the field of an app's entry with the keys of WeChat's API security (API 安全).
const apiKeysField = "apiKeys"

// The fields of apiKeys.
const (
	symmetricIDField   = "symmetricId"
	symmetricKeyField  = "symmetricKey"
	privateKeyField    = "privateKey"
	certificateIDField = "certificateId"
	certificateField   = "certificate"
)

// parseAPIKeys parses an app's keys; the zero APIKeys if there are none. at names the entry in errors. Whether they are keys is for
// login.Secret.Validate to judge.
func parseAPIKeys(app map[string]json.RawMessage, at string) (login.APIKeys, error) {
	if misspelled(app, apiKeysField) {
		return login.APIKeys{}, errors.New(at + ": " + apiKeysField + isMisspelled)
	}
	raw := app[apiKeysField]
	if raw == nil {
		return login.APIKeys{}, nil
	}
	at += ": " + apiKeysField
	fields, err := object(raw, at)
	if err != nil {
		return login.APIKeys{}, err
	}
	var k login.APIKeys
	for name, into := range map[string]*string{
		symmetricIDField: &k.SymmetricID, symmetricKeyField: (*string)(&k.Symmetric), privateKeyField: (*string)(&k.Private),
		certificateIDField: &k.CertificateID, certificateField: &k.Certificate,
	} {
		if misspelled(fields, name) {
			return login.APIKeys{}, errors.New(at + "." + name + isMisspelled)
		}
		if *into, err = lines(fields[name], at+"."+name); err != nil {
			return login.APIKeys{}, err
		}
	}
	return k, nil
}

// lines parses a JSON string that may have more than one line, as PEM does.
func lines(raw json.RawMessage, at string) (string, error) {
	if raw == nil {
		return "", fmt.Errorf("%s is missing", at)
	}
	var s string
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", fmt.Errorf("%s is not a string", at)
	}
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	return s, checkText(strings.ReplaceAll(s, "\n", " "), at)
}

// SetAPIKeys sets the keys of API security of a mini-program, or removes them if they are zero.
//
// Errors: ErrNoSuchApp. Whether they are keys is for Bytes to judge.
func (d *Draft) SetAPIKeys(id string, k login.APIKeys) error {
	switch {
	case d.apps[id] == nil:
		return ErrNoSuchApp
	case k == (login.APIKeys{}):
		delete(d.apps[id], apiKeysField)
	default:
		d.apps[id][apiKeysField] = encode(map[string]string{
			symmetricIDField: k.SymmetricID, symmetricKeyField: string(k.Symmetric), privateKeyField: string(k.Private),
			certificateIDField: k.CertificateID, certificateField: k.Certificate,
		})
	}
	return nil
}
