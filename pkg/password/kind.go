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

// decoysBeside are what a wrong password costs beside a hash of the kind own: one
// decoy of today's parameters and of each of the first MaxKinds kinds, but for own.
func decoysBeside(own string, kinds []string) ([]verifier, error) {
	var decoys []verifier
	done := []string{own}
	for _, kind := range append([]string{""}, kinds[:min(len(kinds), MaxKinds)]...) {
		decoy, err := decoyOf(kind)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(done, decoy.kind()) {
			done = append(done, decoy.kind())
			decoys = append(decoys, decoy)
		}
	}
	return decoys, nil
}
