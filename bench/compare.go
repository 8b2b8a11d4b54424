package main

import (
	"context"
	"fmt"
	"os"
)

// contender is a server in the comparison, with what its rounds gave.
type contender struct {
	peer
	*server
	// again is what it answers to the repeat of a request.
	again string
	// turns has for each load the turns of all rounds.
	turns [][]turn
}

var wxbind = peer{name: "wxbind", what: "wxbind serve", start: func(ctx context.Context, s *stage, _ bool, n int) (*server, error) {
	return wxbindOf(ctx, s, n)
}}

// warmUp is how many answers a program gives before it is measured, unless it runs on a JVM.
const warmUp = 2000

// comparePeers measures wxbind and its peers in turns, and prints the report.
func comparePeers(ctx context.Context, s *stage, c settings) error {
	people := s.crowd(c.users)
	var all []*contender
	for _, p := range append([]peer{wxbind}, c.peers...) {
		say("%s: prepares %d people", p.name, c.users)
		sv, err := p.start(ctx, s, p.durable, c.users)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		all = append(all, &contender{peer: p, server: sv, turns: make([][]turn, len(c.loads()))})
	}
	for _, x := range all {
		say("%s: warms up", x.name)
		answers := warmUp
		if x.jit {
			answers = c.warmUp
		}
		if _, err := s.measure(ctx, x.server, people, load{16, answers}); err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		var err error
		if x.again, err = askTwice(ctx, x.addr, people); err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
	}
	for round := range c.rounds {
		for _, x := range all {
			for i, l := range c.loads() {
				t, err := s.measure(ctx, x.server, people, l)
				if err != nil {
					return fmt.Errorf("%s: %w", x.name, err)
				}
				x.turns[i] = append(x.turns[i], t)
				say("round %d: %s, %d in flight: %s of processor an answer, %.0f a second", round+1, x.name, l.inFlight, ms(t.all()), t.perSecond)
			}
		}
	}
	return reportPeers(os.Stdout, c, all)
}

// askTwice logs a person in and sends the identical request again, as a client does whose answer was lost.
func askTwice(ctx context.Context, addr string, people *crowd) (string, error) {
	asker := client{addr: addr}
	defer asker.close()
	serial := int(people.serial.Add(1))
	first, err := asker.checkBind(ctx, 0, serial)
	if err != nil {
		return "", err
	}
	second, err := asker.checkBind(ctx, 0, serial)
	switch {
	case ctx.Err() != nil:
		return "", err
	case err != nil:
		return "refused", nil
	case tokenIn(first) != tokenIn(second):
		return "another session", nil
	}
	return "the same session", nil
}
