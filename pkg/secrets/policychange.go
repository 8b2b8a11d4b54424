package secrets

import (
	"errors"
	"maps"

	"github.com/wxbind/wxbind/pkg/login"
)

// PolicyChange is what an operator changes of what a mini-program lets people do. What is nil stays as it is.
type PolicyChange struct {
	Register    *[]login.Registration `json:"register,omitempty"`
	LinkUnionID *bool                 `json:"linkUnionId,omitempty"`
	Rebind      *bool                 `json:"rebind,omitempty"`
	// PhoneTrustDays is login.Policy.PhoneTrust.
	PhoneTrustDays *int      `json:"phoneTrustDays,omitempty"`
	AcceptFrom     *[]string `json:"acceptFrom,omitempty"`
}

// ErrNoSuchApp means that the secret has no such mini-program.
var ErrNoSuchApp = errors.New("the secret has no such mini-program: `wxbind secret set` adds one")

// ChangePolicy changes what a mini-program lets people do.
//
// Errors: ErrNoSuchApp. What the words mean is for Bytes to judge.
func (d *Draft) ChangePolicy(id string, c PolicyChange) error {
	if d.apps[id] == nil {
		return ErrNoSuchApp
	}
	changed, err := object(encode(c), "a policy")
	if err != nil {
		return err
	}
	maps.Copy(d.apps[id], changed)
	return nil
}

// SetPrefetchKey sets the key by which the pre-fetch of a mini-program is known, or removes it if key is "".
//
// Errors: ErrNoSuchApp.
func (d *Draft) SetPrefetchKey(id string, key login.Hidden) error {
	switch {
	case d.apps[id] == nil:
		return ErrNoSuchApp
	case key == "":
		delete(d.apps[id], prefetchKeyField)
	default:
		d.apps[id][prefetchKeyField] = encode(string(key))
	}
	return nil
}

// LacksIndexKey reports whether a mini-program does what the index key is needed for, and there is none: then it may have
// been lost.
func (d *Draft) LacksIndexKey() bool {
	if d.HasIndexKey() {
		return false
	}
	for id, app := range d.apps {
		if p, err := parsePolicy(app, login.EntryOf(id)); err == nil && p.NeedsIndexKey() {
			return true
		}
	}
	return false
}
