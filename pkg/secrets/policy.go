package secrets

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// day is the unit of phoneTrustDays.
const day = 24 * time.Hour

// policyFields are the settings of a policy, which stand in an app's entry, and what each must be.
var policyFields = [...]struct{ name, must string }{
	{"register", "a list of strings"},
	{"linkUnionId", "true or false"},
	{"rebind", "true or false"},
	{"phoneTrustDays", "a whole number from 0 to 3650"}, // as in login.Secret.Validate
	{"acceptFrom", "a list of strings"},
}

// parsePolicy parses what an app's entry says of what the mini-program lets people do. at names the entry in errors. What
// the words mean is for login.Secret.Validate to judge.
func parsePolicy(app map[string]json.RawMessage, at string) (login.Policy, error) {
	var p login.Policy
	days := int(login.DefaultPhoneTrust / day)
	for i, into := range [len(policyFields)]any{&p.Register, &p.LinkUnionID, &p.Rebind, &days, &p.AcceptFrom} {
		field := policyFields[i]
		if misspelled(app, field.name) {
			return p, errors.New(at + ": " + field.name + isMisspelled)
		}
		raw := app[field.name]
		wrong := raw != nil && (string(raw) == "null" || json.Unmarshal(raw, into) != nil)
		if wrong || days < 0 || days > int(login.MaxPhoneTrust/day) {
			return p, errors.New(at + ": " + field.name + " must be " + field.must)
		}
	}
	p.PhoneTrust = time.Duration(days) * day
	return p, nil
}

// prefetchKeyField is the field of an app's entry with the key by which WeChat's pre-fetch is known.
const prefetchKeyField = "prefetchKey"

// parsePrefetchKey parses an app's key, "" if there is none. at names the entry in errors.
func parsePrefetchKey(app map[string]json.RawMessage, at string) (login.Hidden, error) {
	if misspelled(app, prefetchKeyField) {
		return "", errors.New(at + ": " + prefetchKeyField + isMisspelled)
	}
	return optionalKey(app[prefetchKeyField], at+": "+prefetchKeyField)
}

// misplaced refuses what belongs into an app's entry and is outside of one, which would be ignored, and an indexKey or a webhookKey that is none
// because of its spelling.
func misplaced(fields map[string]json.RawMessage) error {
	names := []string{prefetchKeyField, apiKeysField, pushField}
	for _, field := range policyFields {
		names = append(names, field.name)
	}
	for _, name := range names {
		if fields[name] != nil {
			return errors.New(name + " belongs into the entry of a mini-program, in the secret's long form: `wxbind secret app set` puts it there")
		}
	}
	for _, name := range []string{"indexKey", webhookKeyField} {
		if misspelled(fields, name) {
			return errors.New(name + isMisspelled)
		}
	}
	return nil
}

const isMisspelled = " is misspelled: names are case-sensitive"

// misspelled says whether there is a name that is the right one but for its case, its hyphens and an s at its end: it would
// be ignored, and the operator would believe that it holds.
func misspelled(fields map[string]json.RawMessage, right string) bool {
	for name := range fields {
		if name != right && spelling(name) == spelling(right) {
			return true
		}
	}
	return false
}

func spelling(name string) string {
	return strings.TrimSuffix(strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name)), "s")
}
