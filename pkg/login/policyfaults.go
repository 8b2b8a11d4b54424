package login

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// NeedsIndexKey says whether the policy does something that the IndexKey is needed for: to find people by a phone number or
// a unionid, or to remember whose binding was removed.
func (p Policy) NeedsIndexKey() bool { return p.indexed() != "" }

// indexed names the first setting that needs the IndexKey, "" if none does.
func (p Policy) indexed() string {
	switch {
	case p.registers(RegisterPhone):
		return "register phone"
	case p.registers(RegisterLaunch):
		return "register launch"
	case p.LinkUnionID:
		return "linkUnionId"
	}
	return ""
}

// validateApps says what is wrong with what an app's entry says besides its AppSecret: of several, that of the first by its id.
func (s *Secret) validateApps() error {
	var first, fault string
	for id, app := range s.Apps {
		if f := s.faultOf(app); f != "" && (fault == "" || id < first) {
			first, fault = id, f
		}
	}
	if fault != "" {
		return errors.New(EntryOf(first) + ": " + fault)
	}
	return nil
}

// faultOf says what is wrong with an app's policy, its PrefetchKey or its pushes, "" if nothing. It quotes no value: what is no word of
// a policy may be a secret in the wrong place.
func (s *Secret) faultOf(a App) string {
	p := a.Policy
	for i, word := range p.Register {
		switch {
		case !slices.Contains(Registrations(), word):
			return fmt.Sprintf("register[%d] is none of %s, %s, %s", i, RegisterAsk, RegisterPhone, RegisterLaunch)
		case slices.Contains(p.Register[:i], word):
			return fmt.Sprintf("register[%d] is given twice", i)
		}
	}
	if len(p.AcceptFrom) > MaxAcceptFrom {
		return fmt.Sprintf("acceptFrom has more than %d mini-programs", MaxAcceptFrom)
	}
	for i, id := range p.AcceptFrom {
		_, configured := s.Apps[id]
		switch {
		case !configured:
			return fmt.Sprintf("acceptFrom[%d] is not one of apps", i)
		case id == a.ID:
			return fmt.Sprintf("acceptFrom[%d] is the mini-program itself", i)
		case slices.Contains(p.AcceptFrom[:i], id):
			return fmt.Sprintf("acceptFrom[%d] is given twice", i)
		}
	}
	const day = 24 * time.Hour
	if p.PhoneTrust < 0 || p.PhoneTrust > MaxPhoneTrust || p.PhoneTrust%day != 0 {
		return fmt.Sprintf("phoneTrustDays must be a whole number from 0 to %d", MaxPhoneTrust/day)
	}
	if key := string(a.PrefetchKey); key != "" {
		switch {
		case len(key) < minPrefetchKey || !plainName(key, maxPrefetchKey):
			return fmt.Sprintf("prefetchKey must be %d to %d of A-Z a-z 0-9 _ -", minPrefetchKey, maxPrefetchKey)
		case a.PrefetchKey == a.Secret: // it has the right form
			return "prefetchKey is the appSecret, and would stand in an address"
		}
	}
	if fault := a.Push.fault(); fault != "" {
		return "push." + fault
	}
	if a.Push.Token != "" && a.Push.Token == a.Secret { // it has the right form
		return "push.token is the appSecret"
	}
	if setting := p.indexed(); setting != "" && s.IndexKey == "" {
		return setting + " needs the indexKey, which is missing"
	}
	return ""
}
