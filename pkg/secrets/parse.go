package secrets

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
)

// Placeholder stands in a new secret wherever the operator must put a value.
const Placeholder = "REPLACE_ME"

// MaxSize is Secrets Manager's own limit for a secret, in bytes.
const MaxSize = 64 << 10

// The fields of the two forms of a secret.
var (
	longForm  = []string{"defaultApp", "apps", "sealKeys"}
	shortForm = []string{"appId", "appSecret", "sealKey"}
)

var errMixed = errors.New("the secret mixes its two forms: appId, appSecret, sealKey and defaultApp, apps, sealKeys")

// Parse parses the secret's JSON, in the long form, or in the short form for a single mini-program, whose seal key gets
// the id "0":
//
//	{"defaultApp":"wx…","apps":{"wx…":{"appSecret":"…"}},"sealKeys":[{"id":"2","key":"…"},{"id":"1","key":"…"}]}
//	{"appId":"wx…","appSecret":"…","sealKey":"…"}
//
// In the long form an app's entry may also say what the mini-program lets people do, each of it optional:
//
//	"register":["ask","phone","launch"],"linkUnionId":true,"rebind":true,"phoneTrustDays":60,"acceptFrom":["wx…"]
//
// and contain the key by which WeChat's pre-fetch is known:
//
//	"prefetchKey":"…"
//
// and the keys of WeChat's API security:
//
//	"apiKeys":{"symmetricId":"…","symmetricKey":"…","privateKey":"…","certificateId":"…","certificate":"…"}
//
// and what its console at WeChat says of pushes; closed, and in plain mode encodingAESKey, may be left out:
//
//	"push":{"token":"…","encodingAESKey":"…","closed":"registered"}
//
// Both forms may also contain the key that signs requests to the platform's directory, the key that signs notices, and the key
// that hashes what users are found by:
//
//	"directoryKey":"…","webhookKey":"…","indexKey":"…"
//
// defaultApp may be left out if there is one app. Names are case-sensitive; unknown ones are ignored, but for those of an
// app's entry in the wrong place or the wrong spelling. Parse refuses a secret that mixes the forms, has a duplicate field, or still contains the Placeholder. Errors contain nothing of the
// secret but the names of its fields.
func Parse(raw []byte) (*login.Secret, error) {
	fields, err := fieldsOf(raw)
	if err != nil {
		return nil, err
	}
	has := func(name string) bool { return fields[name] != nil }
	long, short := slices.ContainsFunc(longForm, has), slices.ContainsFunc(shortForm, has)
	var s *login.Secret
	switch {
	case long && short:
		return nil, errMixed
	case long:
		s, err = parseLong(fields)
	case short:
		s, err = parseShort(fields)
	default:
		return nil, errors.New("the secret has neither appId, appSecret, sealKey nor apps, sealKeys")
	}
	if err != nil {
		return nil, err
	}
	if s.DirectoryKey, err = optionalKey(fields["directoryKey"], "directoryKey"); err != nil {
		return nil, err
	}
	if s.WebhookKey, err = optionalKey(fields[webhookKeyField], webhookKeyField); err != nil {
		return nil, err
	}
	if s.IndexKey, err = optionalKey(fields["indexKey"], "indexKey"); err != nil {
		return nil, err
	}
	if err := misplaced(fields); err != nil {
		return nil, err
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return s, nil
}

// optionalKey parses a key, "" if there is none.
func optionalKey(raw json.RawMessage, at string) (login.Hidden, error) {
	if raw == nil {
		return "", nil
	}
	key, err := text(raw, at)
	return login.Hidden(key), err
}

// fieldsOf parses a secret into its fields.
func fieldsOf(raw []byte) (map[string]json.RawMessage, error) {
	if len(raw) > MaxSize {
		return nil, fmt.Errorf("the secret is longer than %d bytes", MaxSize)
	}
	// encoding/json would replace invalid bytes by U+FFFD.
	if !utf8.Valid(raw) {
		return nil, errors.New("the secret is not UTF-8")
	}
	return object(bom.Trim(raw), "the secret")
}

func parseShort(fields map[string]json.RawMessage) (*login.Secret, error) {
	id, errID := text(fields["appId"], "appId")
	secret, errSecret := text(fields["appSecret"], "appSecret")
	key, errKey := text(fields["sealKey"], "sealKey")
	if err := cmp.Or(errID, errSecret, errKey); err != nil {
		return nil, err
	}
	if looksLikeAppSecret.MatchString(id) {
		return nil, checkAppID(id, "appId")
	}
	return single(id, login.Hidden(secret), login.SealKey{ID: firstKeyID, Key: login.Hidden(key)}), nil
}

func parseLong(fields map[string]json.RawMessage) (*login.Secret, error) {
	s := &login.Secret{Apps: map[string]login.App{}}
	apps, err := object(fields["apps"], "apps")
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(apps)) {
		at := login.EntryOf(id)
		if looksLikeAppSecret.MatchString(id) {
			return nil, checkAppID(id, "a name in apps")
		}
		app, err := object(apps[id], at)
		if err != nil {
			return nil, err
		}
		secret, err := text(app["appSecret"], at+": appSecret")
		if err != nil {
			return nil, err
		}
		policy, err := parsePolicy(app, at)
		if err != nil {
			return nil, err
		}
		prefetchKey, err := parsePrefetchKey(app, at)
		if err != nil {
			return nil, err
		}
		apiKeys, err := parseAPIKeys(app, at)
		if err != nil {
			return nil, err
		}
		push, err := parsePush(app, at)
		if err != nil {
			return nil, err
		}
		s.Apps[id] = login.App{ID: id, Secret: login.Hidden(secret), Policy: policy, PrefetchKey: prefetchKey, API: apiKeys, Push: push}
		s.DefaultApp = id
	}
	if raw := fields["defaultApp"]; raw != nil || len(s.Apps) > 1 {
		if s.DefaultApp, err = text(raw, "defaultApp"); err != nil {
			return nil, err
		}
	}
	s.SealKeys, err = parseKeys[login.SealKey](fields["sealKeys"], "sealKeys")
	return s, err
}

// namedKey is the underlying type of login.SealKey and login.ServiceKey.
type namedKey = struct {
	ID  string
	Key login.Hidden
}

// parseKeys parses a list of keys, each with its id.
func parseKeys[K ~namedKey](raw json.RawMessage, list string) ([]K, error) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil || items == nil {
		return nil, fmt.Errorf("%s must be a list", list)
	}
	keys := make([]K, len(items))
	for i, raw := range items {
		at := fmt.Sprintf("%s[%d]", list, i)
		fields, err := object(raw, at)
		if err != nil {
			return nil, err
		}
		id, errID := text(fields["id"], at+".id")
		key, errKey := text(fields["key"], at+".key")
		if err := cmp.Or(errID, errKey); err != nil {
			return nil, err
		}
		keys[i] = K(namedKey{ID: id, Key: login.Hidden(key)})
	}
	return keys, nil
}

// object parses the fields of a JSON object. raw must contain nothing else.
func object(raw json.RawMessage, at string) (map[string]json.RawMessage, error) {
	if raw == nil {
		return nil, fmt.Errorf("%s is missing", at)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("%s is not a JSON object", at)
	}
	fields := map[string]json.RawMessage{}
	for dec.More() {
		var value json.RawMessage
		name, err := dec.Token()
		if err == nil {
			err = dec.Decode(&value)
		}
		key, ok := name.(string)
		if err != nil || !ok {
			return nil, fmt.Errorf("%s is not valid JSON (near byte %d)", at, dec.InputOffset())
		}
		if fields[key] != nil {
			return nil, fmt.Errorf("%s has a duplicate field", at)
		}
		fields[key] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("%s is not valid JSON: unexpected end", at)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is followed by extra data", at)
	}
	return fields, nil
}

// text parses a JSON string that an operator has filled in.
func text(raw json.RawMessage, at string) (string, error) {
	if raw == nil {
		return "", fmt.Errorf("%s is missing", at)
	}
	var s string
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", fmt.Errorf("%s is not a string", at)
	}
	return s, checkText(s, at)
}

func placeholder(s string) bool { return strings.Contains(strings.ToUpper(s), Placeholder) }

func checkText(s, at string) error {
	switch {
	case s == "":
		return fmt.Errorf("%s is empty", at)
	case placeholder(s):
		return fmt.Errorf("%s is still the placeholder %s: put the real value into the secret", at, Placeholder)
	case strings.TrimSpace(s) != s:
		return fmt.Errorf("%s begins or ends with a space or a line break", at)
	case quoted(s):
		return fmt.Errorf("%s is in quotation marks, which belong to it here: leave them out", at)
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || r == utf8.RuneError }):
		return fmt.Errorf("%s contains a damaged or invisible character", at)
	}
	return nil
}
