package password

import (
	"errors"
	"slices"
	"strings"
)

// MaxKinds is how many kinds of hashes Verify levels beside today's own. Each adds
// its work to every wrong password. Whoever imports hashes of more kinds has to
// refuse them: users of a kind beyond could be told by the time that it takes.
const MaxKinds = 4

// How the text of a kind begins.
const (
	argon2idKind = "argon2id "
	bcryptKind   = "bcrypt "
)

// decoyOf makes a hash that costs what a hash of a kind costs.
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
	return nil, errors.New("password: a kind of hashes is neither \"argon2id m=…,t=…,p=…\" nor \"bcrypt …\"")
}

// workOf is what a wrong password costs: a hash of today's parameters and one of
// each of the first MaxKinds kinds, in an order that does not depend on the stored
// hash, which stands in the place of its kind. All others are decoys. A stored hash
// of a kind that is not among them comes on top.
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
