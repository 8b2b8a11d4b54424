package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// settings say how much is measured; see usage.
type settings struct {
	users, rounds, one, many, warmUp int
	peers                            []peer
	sizes                            []int
}

// load is a number of requests in flight, and how many answers a turn with it takes.
type load struct{ inFlight, answers int }

// loads are the loads of a round.
func (c settings) loads() []load { return []load{{1, c.one}, {16, c.many}} }

func settingsFrom(getenv func(string) string) (c settings, err error) {
	for _, number := range []struct {
		name  string
		value *int
		usual int
	}{
		{"USERS", &c.users, 100_000}, {"ROUNDS", &c.rounds, 3}, {"ONE", &c.one, 1500}, {"MANY", &c.many, 6000},
		{"WARM_UP", &c.warmUp, 80_000},
	} {
		if *number.value, err = positive(number.name, cmp.Or(getenv(number.name), strconv.Itoa(number.usual))); err != nil {
			return c, err
		}
	}
	for size := range strings.FieldsSeq(cmp.Or(getenv("SIZES"), "10000 100000 1000000")) {
		n, err := positive("SIZES", size)
		if err != nil {
			return c, err
		}
		c.sizes = append(c.sizes, n)
	}
	for name := range strings.FieldsSeq(cmp.Or(getenv("PEERS"), defaultPeers)) {
		p, err := peerNamed(name)
		if err != nil {
			return c, err
		}
		c.peers = append(c.peers, p)
	}
	return c, nil
}

func positive(name, text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s must be a positive number, and not %q", name, text)
	}
	return n, nil
}
