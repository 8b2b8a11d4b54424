package login

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// meterAt is a meter with a clock that the test sets.
type meterAt struct {
	*junkMeter
	time time.Time
}

func newMeterAt() *meterAt {
	m := &meterAt{time: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	m.junkMeter = newJunkMeter(func() time.Time { return m.time })
	return m
}

// send sends a code to which WeChat gives this answer. It says whether WeChat was asked.
func (m *meterAt) send(address string, answer error) bool {
	settle, err := m.pass(Caller{Address: address})
	if err != nil {
		return false
	}
	settle(false, answer)
	return true
}

// sendAll sends that many, and says how many WeChat was asked about.
func (m *meterAt) sendAll(times int, address string, answer error) (asked int) {
	for range times {
		if m.send(address, answer) {
			asked++
		}
	}
	return asked
}

const sender, neighbour = "192.0.2.1", "192.0.2.2"

func TestJunkOfOneAddress(t *testing.T) {
	for name, c := range map[string]struct {
		play func(m *meterAt) (asked int)
		want int
	}{
		"1,500 at once":      {func(m *meterAt) int { return m.sendAll(1_500, sender, WXCodeInvalid) }, 30},
		"1,500 used ones":    {func(m *meterAt) int { return m.sendAll(1_500, sender, WXCodeUsed) }, 30},
		"with a cause":       {func(m *meterAt) int { return m.sendAll(1_500, sender, &Error{Code: WXCodeInvalid}) }, 30},
		"29 mistakes":        {func(m *meterAt) int { return m.sendAll(29, sender, WXCodeInvalid) }, 29},
		"one a second":       {func(m *meterAt) int { return m.paced(1_500, time.Second, WXCodeInvalid) }, 1_500},
		"ten a second":       {func(m *meterAt) int { return m.paced(1_500, 100*time.Millisecond, WXCodeInvalid) }, 30 + 150 - 1},
		"good ones":          {func(m *meterAt) int { return m.sendAll(1_500, sender, nil) }, 1_500},
		"WeChat is gone":     {func(m *meterAt) int { return m.sendAll(1_500, sender, WXUnavailable) }, 1_500},
		"WeChat throttles":   {func(m *meterAt) int { return m.sendAll(1_500, sender, WXThrottled) }, 1_500},
		"an unknown address": {func(m *meterAt) int { return m.sendAll(1_500, "", WXCodeInvalid) }, 1_500},
		"two addresses": {func(m *meterAt) int {
			return m.sendAll(1_500, sender, WXCodeInvalid) + m.sendAll(1_500, neighbour, WXCodeInvalid)
		}, 60},
		"a good one for each bad one": {func(m *meterAt) (asked int) {
			for range 750 {
				asked += m.sendAll(1, sender, WXCodeInvalid) + m.sendAll(1, sender, nil)
			}
			return asked
		}, 1_500},
		"good ones do not pile up": {func(m *meterAt) int {
			m.sendAll(1_000, sender, nil)
			return m.sendAll(1_500, sender, WXCodeInvalid)
		}, 30},
		"failures give nothing back": {func(m *meterAt) int {
			m.sendAll(29, sender, WXCodeInvalid)
			m.sendAll(100, sender, WXUnavailable)
			return m.sendAll(1_500, sender, WXCodeInvalid)
		}, 1},
		"after half a minute": {func(m *meterAt) int {
			m.sendAll(30, sender, WXCodeInvalid)
			m.time = m.time.Add(30 * time.Second)
			return m.sendAll(1_500, sender, WXCodeInvalid)
		}, 30},
		"a clock that goes back": {func(m *meterAt) int {
			m.sendAll(30, sender, WXCodeInvalid)
			m.time = m.time.Add(-time.Hour)
			return m.sendAll(1_500, sender, WXCodeInvalid)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if asked := c.play(newMeterAt()); asked != c.want {
				t.Errorf("WeChat is asked %d times, want %d", asked, c.want)
			}
		})
	}
}

// paced sends codes with a pause before each.
func (m *meterAt) paced(times int, pause time.Duration, answer error) (asked int) {
	for range times {
		m.time = m.time.Add(pause)
		asked += m.sendAll(1, sender, answer)
	}
	return asked
}

// Where many callers may have one address, nobody is turned away for another.
func TestJunkOfASharedAddress(t *testing.T) {
	m := newMeterAt()
	for range 1_500 {
		settle, err := m.pass(Caller{Address: sender, SharedAddress: true})
		if err != nil {
			t.Fatal(err)
		}
		settle(false, WXCodeInvalid)
	}
	if len(m.buckets) != 0 {
		t.Error("the address has a bucket")
	}
}

// Where two of three codes are good, nobody is turned away, however many come.
func TestJunkAmongGoodCodes(t *testing.T) {
	m, random := newMeterAt(), rand.New(rand.NewPCG(3, 4))
	for n := range 100_000 {
		answer := error(nil)
		if random.IntN(3) == 0 {
			answer = WXCodeInvalid
		}
		if !m.send(sender, answer) {
			t.Fatalf("number %d is turned away", n)
		}
	}
}

// The wait is the time until the next code is let through.
func TestJunkSaysHowLongToWait(t *testing.T) {
	m := newMeterAt()
	m.sendAll(30, sender, WXCodeInvalid)
	m.time = m.time.Add(300 * time.Millisecond)
	_, err := m.pass(Caller{Address: sender})
	if refused := AsError(err); !errors.Is(err, TooManyCodes) || refused.RetryAfter.Round(time.Millisecond) != 700*time.Millisecond || refused.Cause == nil {
		t.Fatalf("got %v, wait %v", err, refused.RetryAfter)
	}
	m.time = m.time.Add(701 * time.Millisecond)
	if !m.send(sender, nil) {
		t.Error("after the wait it is refused")
	}
}

// Somebody sends ten junk codes a second for an hour. A neighbour behind the same NAT, who tries again every second or
// so, gets in each time: docs/limits.md says how soon.
func TestJunkDoesNotShutNeighboursOut(t *testing.T) {
	m, random := newMeterAt(), rand.New(rand.NewPCG(1, 2))
	const rate, hour = 10, 3600
	total, longest, logins, tries := 0, 0, 0, 0
	for range hour * (rate + 1) {
		m.time = m.time.Add(time.Duration(random.ExpFloat64() * float64(time.Second) / (rate + 1)))
		if random.IntN(rate+1) > 0 {
			m.send(sender, WXCodeInvalid)
			continue
		}
		if tries++; m.send(sender, nil) {
			logins++
			total, longest, tries = total+tries, max(longest, tries), 0
		}
	}
	if logins < hour/12 || longest > 120 {
		t.Errorf("in an hour the neighbour gets in %d times, after %d tries at most", logins, longest)
	}
	t.Logf("%d logins, each after %.1f tries, %d at most", logins, float64(total)/float64(logins), longest)
}

// Of an address with refused codes as many may be under way as it has places.
func TestJunkUnderWay(t *testing.T) {
	m := newMeterAt()
	m.sendAll(20, sender, WXCodeInvalid)
	var settles []func(bool, error)
	for range 100 {
		if settle, err := m.pass(Caller{Address: sender}); err == nil {
			settles = append(settles, settle)
		}
	}
	if len(settles) != 10 {
		t.Fatalf("%d are under way", len(settles))
	}
	// A repeat gives its place back, and not one more.
	for _, settle := range settles {
		settle(true, nil)
	}
	if asked := m.sendAll(100, sender, WXCodeInvalid); asked != 10 {
		t.Errorf("after them %d", asked)
	}
}

// Codes of an address without a bucket all pass if they are under way together: nobody knows yet that they are junk. Who
// has sent such a flood cannot send the next one for a while.
func TestJunkThatComesTogether(t *testing.T) {
	m := newMeterAt()
	together := func() (asked int) {
		var settles []func(bool, error)
		for range 256 {
			if settle, err := m.pass(Caller{Address: sender}); err == nil {
				settles = append(settles, settle)
			}
		}
		for _, settle := range settles {
			settle(false, WXCodeInvalid)
		}
		return len(settles)
	}
	for _, row := range []struct {
		pause time.Duration
		want  int
	}{{0, 256}, {0, 0}, {31 * time.Second, 30}, {junkMemory - time.Second, 30}, {junkMemory, 256}} {
		m.time = m.time.Add(row.pause)
		if asked := together(); asked != row.want {
			t.Errorf("after %v WeChat is asked %d times, want %d", row.pause, asked, row.want)
		}
	}
}

// Who goes on sending is not forgotten for others who come in between.
// However many are refused that were under way together, the neighbours wait for no more than the floor.
func TestManyUnderWayLeaveTheFloor(t *testing.T) {
	m := newMeterAt()
	var settles []func(bool, error)
	for range 1_000 {
		settle, err := m.pass(Caller{Address: sender})
		if err != nil {
			t.Fatal(err)
		}
		settles = append(settles, settle)
	}
	for _, settle := range settles {
		settle(false, WXCodeInvalid)
	}
	for range 3 {
		if asked := m.sendAll(10, sender, WXCodeInvalid); asked != 0 {
			t.Errorf("%d are let through at once", asked)
		}
		m.time = m.time.Add(junkPace)
		if asked := m.sendAll(10, sender, WXCodeInvalid); asked != 1 {
			t.Errorf("%d are let through after a second", asked)
		}
	}
}

func TestJunkOfASenderAmongManyAddresses(t *testing.T) {
	m, asked := newMeterAt(), 0
	for n := range 100 {
		asked += m.sendAll(1, sender, WXCodeInvalid)
		for i := range junkAddresses / 10 {
			m.send(fmt.Sprintf("address %d of %d", i, n), WXCodeInvalid)
		}
	}
	if asked != junkBurst {
		t.Errorf("WeChat is asked %d times", asked)
	}
}

// However many addresses come, the memory is bounded, and who sent last is remembered.
func TestJunkOfManyAddresses(t *testing.T) {
	m := newMeterAt()
	for n := range 3 * junkAddresses {
		m.send(fmt.Sprintf("address %d", n), WXCodeInvalid)
	}
	if len(m.buckets) != junkAddresses || m.recent.Len() != junkAddresses {
		t.Errorf("%d buckets, %d in the list", len(m.buckets), m.recent.Len())
	}
	if asked := m.sendAll(100, fmt.Sprintf("address %d", 3*junkAddresses-1), WXCodeInvalid); asked != 29 {
		t.Errorf("the last one may send %d", asked)
	}
	m.time = m.time.Add(junkMemory)
	for n := range 3 * junkAddresses {
		m.send(fmt.Sprintf("address %d", n), nil)
	}
	if len(m.buckets) != 0 || m.recent.Len() != 0 {
		t.Errorf("%d buckets are kept for nobody", len(m.buckets))
	}
}
