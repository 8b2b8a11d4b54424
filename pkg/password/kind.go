package password

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// MaxKinds is how many kinds of hashes Verify makes equal in time, besides today's own. Each adds its work to every
// wrong password. Imports of hashes of more kinds must be refused: the time would reveal users of a further kind.
const MaxKinds = 4

// Prefixes of a kind's text.
const (
	argon2idKind = "argon2id "
	bcryptKind   = "bcrypt "
	scryptKind   = "scrypt "
)

// decoyOf makes a hash that costs as much as a hash of a kind.
func decoyOf(kind string) (verifier, error) {
	if kind == "" {
		return today.decoy(), nil
	}
	if params, ok := strings.CutPrefix(kind, argon2idKind); ok {
		cost, err := parseArgonCost(params)
		return cost.decoy(), err
	}
	if cost, ok := strings.CutPrefix(kind, bcryptKind); ok {
		return bcryptDecoy(cost)
	}
	if cost, ok := strings.CutPrefix(kind, scryptKind); ok {
		return scryptDecoy(cost)
	}
	for _, f := range []*prf{withSHA256, withSHA1} {
		if bound, ok := strings.CutPrefix(kind, f.kindPrefix()); ok {
			return f.decoy(bound)
		}
	}
	for _, f := range digestFunctions {
		if kind == f.name {
			return f.decoy(), nil
		}
	}
	return nil, errors.New("password: a kind of hash must be one that Kind returns")
}

// workOf is what a wrong password costs: a hash of today's parameters and one of each of the first MaxKinds kinds.
// Their order does not depend on the stored hash, which takes the place of its kind. All others are decoys. A stored
// hash of another kind comes in addition.
func workOf(stored verifier, kinds []string) ([]verifier, error) {
	var work []verifier
	var done []string
	for _, kind := range append([]string{""}, kinds[:min(len(kinds), MaxKinds)]...) {
		v, err := decoyOf(kind)
		if err != nil {
			return nil, err
		}
		if v.kind() == stored.kind() {
			v = stored
		}
		if !slices.Contains(done, v.kind()) {
			work, done = append(work, v), append(done, v.kind())
		}
	}
	if !slices.Contains(done, stored.kind()) {
		work = append(work, stored)
	}
	return work, nil
}

func effortOf(work []verifier) (effort time.Duration) {
	for _, v := range work {
		effort += v.effort()
	}
	return effort
}
