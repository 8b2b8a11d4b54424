package main

import (
	"context"
	"fmt"
	"time"
)

// server answers checkBind, with all the processes that take part in an answer.
type server struct {
	addr string
	// folder has its files, if it is one that keeps its own.
	folder string
	parts  []*process
}

// stop stops the parts.
func (sv *server) stop() {
	for _, part := range sv.parts {
		part.stop()
	}
}

// freeAddress is an address of loopback that nobody listens at.
func freeAddress(ctx context.Context) (string, error) {
	port, err := freePort(ctx)
	return fmt.Sprintf("127.0.0.1:%d", port), err
}

// settle is how long a server may go on after its last answer with what it has put off.
const settle = 300 * time.Millisecond

// turn is what one server took for one load.
type turn struct {
	latencies latencies
	// perSecond is how many answers a second came.
	perSecond float64
	// cpu is the processor time of an answer of each part.
	cpu []time.Duration
}

// all is the processor time of an answer of all parts.
func (t turn) all() (sum time.Duration) {
	for _, part := range t.cpu {
		sum += part
	}
	return sum
}

// measure presses a server once, and checks that it has asked WeChat once for each answer.
func (s *stage) measure(ctx context.Context, sv *server, c *crowd, l load) (t turn, err error) {
	exchanged := s.wechat.count()
	before, err := sv.cpu()
	if err != nil {
		return t, err
	}
	latencies, elapsed, err := c.press(ctx, sv.addr, l)
	if err != nil {
		return t, err
	}
	time.Sleep(settle)
	after, err := sv.cpu()
	if err != nil {
		return t, err
	}
	if n := s.wechat.count() - exchanged; n != l.answers {
		return t, fmt.Errorf("%d codes were exchanged for %d answers", n, l.answers)
	}
	t = turn{latencies: latencies, perSecond: float64(l.answers) / elapsed.Seconds()}
	for i := range after {
		t.cpu = append(t.cpu, (after[i]-before[i])/time.Duration(l.answers))
	}
	return t, nil
}

// cpu is the processor time that each part has used.
func (sv *server) cpu() (times []time.Duration, err error) {
	for _, part := range sv.parts {
		t, err := part.cpu()
		if err != nil {
			return nil, err
		}
		times = append(times, t)
	}
	return times, nil
}
