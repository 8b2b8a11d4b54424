package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/wxbind/wxbind/pkg/bom"
	"github.com/wxbind/wxbind/pkg/login"
)

// Draft is a secret that an operator changes. It has the long form. Everything in the stored secret that the change
// does not concern stays as it is.
type Draft struct {
	fields   map[string]json.RawMessage
	apps     map[string]map[string]json.RawMessage
	sealKeys []map[string]json.RawMessage
}

// ReadDraft reads a stored secret of either form. The secret may be a new one with the Placeholder: apps that are
// placeholders are not in the draft.
//
// Errors say what keeps the secret from being changed, and never contain a value.
func ReadDraft(raw []byte) (*Draft, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("the secret is not UTF-8")
	}
	fields, err := object(bom.Trim(raw), "the secret")
	if err != nil {
		return nil, err
	}
	d := &Draft{fields: fields, apps: map[string]map[string]json.RawMessage{}}
	if err := d.lengthen(); err != nil {
		return nil, err
	}
	apps := map[string]json.RawMessage{}
	if raw := fields["apps"]; raw != nil {
		if apps, err = object(raw, "apps"); err != nil {
			return nil, err
		}
	}
	if placeholder(string(fields["defaultApp"])) {
		delete(fields, "defaultApp")
	}
	for id, raw := range apps {
		if placeholder(id) {
			continue
		}
		if d.apps[id], err = object(raw, login.EntryOf(id)); err != nil {
			return nil, err
		}
	}
	d.sealKeys, err = objects(fields["sealKeys"], "sealKeys")
	return d, err
}

// lengthen converts the short form to the long one.
func (d *Draft) lengthen() error {
	has := func(name string) bool { return d.fields[name] != nil }
	if !slices.ContainsFunc(shortForm, has) {
		return nil
	}
	if slices.ContainsFunc(longForm, has) {
		return errMixed
	}
	if key := d.fields["sealKey"]; key != nil {
		d.fields["sealKeys"] = encode([]map[string]any{{"id": firstKeyID, "key": key}})
	}
	if d.fields["appId"] != nil {
		var id string
		if json.Unmarshal(d.fields["appId"], &id) != nil {
			return errors.New("appId is not a string")
		}
		app := map[string]json.RawMessage{}
		if secret := d.fields["appSecret"]; secret != nil {
			app["appSecret"] = secret
		}
		d.fields["apps"] = encode(map[string]any{id: app})
		d.fields["defaultApp"] = d.fields["appId"]
	}
	for _, name := range shortForm {
		delete(d.fields, name)
	}
	return nil
}

// objects reads a list of JSON objects. An absent list is empty.
func objects(raw json.RawMessage, list string) ([]map[string]json.RawMessage, error) {
	var items []json.RawMessage
	if raw != nil && (json.Unmarshal(raw, &items) != nil || items == nil) {
		return nil, fmt.Errorf("%s must be a list", list)
	}
	all := make([]map[string]json.RawMessage, len(items))
	for i, item := range items {
		var err error
		if all[i], err = object(item, fmt.Sprintf("%s[%d]", list, i)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// HasApp reports whether an app has an AppSecret that is not the Placeholder.
func (d *Draft) HasApp(id string) bool {
	_, err := text(d.apps[id]["appSecret"], "appSecret")
	return err == nil
}

// IsNew reports whether the secret has no app yet, not even one without an AppSecret.
func (d *Draft) IsNew() bool { return len(d.apps) == 0 }

// SetApp adds an app or replaces its AppSecret. If no default is named, the first app becomes the default.
func (d *Draft) SetApp(id string, secret login.Hidden, makeDefault bool) {
	var current string
	_ = json.Unmarshal(d.fields["defaultApp"], &current) // none, or one that Bytes refuses
	switch _, known := d.apps[current]; {
	case makeDefault || !known && len(d.apps) == 0:
		d.fields["defaultApp"] = encode(id)
	case !known && len(d.apps) == 1:
		for only := range d.apps {
			d.fields["defaultApp"] = encode(only)
		}
	}
	if d.apps[id] == nil {
		d.apps[id] = map[string]json.RawMessage{}
	}
	d.apps[id]["appSecret"] = encode(string(secret))
}

// AddSealKey adds the key that seals from now on, and returns its id, which is the next number. The other keys still
// open what they have sealed.
func (d *Draft) AddSealKey(key login.Hidden) (id string) {
	next := 0
	for _, k := range d.sealKeys {
		if n, err := strconv.Atoi(idOf(k)); err == nil {
			next = max(next, n+1)
		}
	}
	id = strconv.Itoa(next)
	d.sealKeys = slices.Insert(d.sealKeys, 0, newKey(id, key))
	return id
}

// HasDirectoryKey reports whether there is a key that signs requests to the platform's directory.
func (d *Draft) HasDirectoryKey() bool { return d.fields["directoryKey"] != nil }

// SetDirectoryKey sets the key that signs requests to the platform's directory.
func (d *Draft) SetDirectoryKey(key login.Hidden) {
	d.fields["directoryKey"] = encode(string(key))
}

// HasIndexKey reports whether there is a key that hashes what users are found by. One that is damaged counts.
func (d *Draft) HasIndexKey() bool { return d.fields["indexKey"] != nil }

// AddIndexKey adds the key that hashes what users are found by, if there is none. It never replaces one: nobody would be
// found any more.
func (d *Draft) AddIndexKey(key login.Hidden) (added bool) {
	if d.HasIndexKey() {
		return false
	}
	d.fields["indexKey"] = encode(string(key))
	return true
}

// Bytes returns the secret in its stored form.
//
// Errors: those of Parse, so that nothing is stored that a function cannot read.
func (d *Draft) Bytes() ([]byte, error) {
	fields := maps.Clone(d.fields)
	fields["apps"], fields["sealKeys"] = encode(d.apps), encode(d.sealKeys)
	raw := encode(fields)
	if _, err := Parse(raw); err != nil {
		return nil, err
	}
	return raw, nil
}

func newKey(id string, key login.Hidden) map[string]json.RawMessage {
	return map[string]json.RawMessage{"id": encode(id), "key": encode(string(key))}
}

// idOf returns the id of a key, "" if it cannot be read.
func idOf(k map[string]json.RawMessage) string {
	var id string
	_ = json.Unmarshal(k["id"], &id) // Bytes refuses anything but an id
	return id
}

// encode makes JSON of strings and trees of them, which always have such a form.
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}
