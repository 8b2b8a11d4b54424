package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	fieldRegister   = "register"
	fieldLinkUnion  = "linkUnionId"
	fieldRebind     = "rebind"
	fieldPhoneTrust = "phoneTrustDays"
	fieldAcceptFrom = "acceptFrom"
)

// policyFields are the settings of a policy, which stand in an app's entry.
var policyFields = []string{fieldRegister, fieldLinkUnion, fieldRebind, fieldPhoneTrust, fieldAcceptFrom}

// day is the unit of phoneTrustDays.
const day = 24 * time.Hour

// What a setting of a policy must be.
var (
	errWords   = errors.New("must be a list of strings")
	errYesOrNo = errors.New("must be true or false")
	errDays    = fmt.Errorf("must be a whole number from 0 to %d", login.MaxPhoneTrust/day)
)

// parsePolicy parses what an app's entry says of what the mini-program lets people do. at names the entry in errors. What
// the words mean is for login.Secret.Validate to judge.
func parsePolicy(app map[string]json.RawMessage, at string) (login.Policy, error) {
	p := login.Policy{PhoneTrust: login.DefaultPhoneTrust}
	if err := misspelled(app, policyFields, at+": "); err != nil {
		return p, err
	}
	for _, name := range policyFields {
		raw := app[name]
		if raw == nil {
			continue
		}
		var err error
		switch name {
		case fieldRegister:
			p.Register, err = words[login.Registration](raw)
		case fieldLinkUnion:
			p.LinkUnionID, err = yesOrNo(raw)
		case fieldRebind:
			p.Rebind, err = yesOrNo(raw)
		case fieldPhoneTrust:
			p.PhoneTrust, err = days(raw)
		case fieldAcceptFrom:
			p.AcceptFrom, err = words[string](raw)
		}
		if err != nil {
			return p, fmt.Errorf("%s: %s %w", at, name, err)
		}
	}
	return p, nil
}

// misplaced refuses a policy outside of an app's entry, which would be ignored, and an indexKey that is none because of its
// spelling.
func misplaced(fields map[string]json.RawMessage) error {
	for _, name := range policyFields {
		if fields[name] != nil {
			return fmt.Errorf("%s belongs into the entry of a mini-program, in the secret's long form: `wxbind secret app set` puts it there", name)
		}
	}
	return misspelled(fields, []string{"indexKey"}, "")
}

// misspelled refuses a name that is one of known but for its case and its hyphens: it would be ignored, and the operator
// would believe that it holds.
func misspelled(fields map[string]json.RawMessage, known []string, at string) error {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		for _, right := range known {
			if name != right && plain(name) == plain(right) {
				return fmt.Errorf("%s%s is misspelled: names are case-sensitive", at, right)
			}
		}
	}
	return nil
}

var withoutHyphens = strings.NewReplacer("-", "", "_", "")

// plain is a name without what people spell in several ways.
func plain(name string) string { return strings.ToLower(withoutHyphens.Replace(name)) }

// words parses a list of strings.
func words[S ~string](raw json.RawMessage) ([]S, error) {
	var list []*S // null in a list would count as ""
	if json.Unmarshal(raw, &list) != nil || list == nil || slices.Contains(list, nil) {
		return nil, errWords
	}
	all := make([]S, len(list))
	for i, word := range list {
		all[i] = *word
	}
	return all, nil
}

func yesOrNo(raw json.RawMessage) (bool, error) {
	var yes *bool
	if json.Unmarshal(raw, &yes) != nil || yes == nil {
		return false, errYesOrNo
	}
	return *yes, nil
}

func days(raw json.RawMessage) (time.Duration, error) {
	var n *int
	if json.Unmarshal(raw, &n) != nil || n == nil || *n < 0 || *n > int(login.MaxPhoneTrust/day) {
		return 0, errDays
	}
	return time.Duration(*n) * day, nil
}
