package login

import (
	"container/list"
	"errors"
	"sync"
	"time"
)

// A code that WeChat refuses costs a call of the mini-program's quota all the same, and anybody can make one
// up. So each address has a bucket of such codes, before WeChat is asked. The numbers are in docs/limits.md.
const (
	// junkBurst is how many codes of one address WeChat may refuse in a row.
	junkBurst = 30
	// junkPace is the time after which one more is let through, however many come. It is a floor for the
	// neighbours of whoever sends junk from behind the same NAT: they are slowed down, never shut out.
	junkPace = time.Second
	// junkMemory is how long an address that has used up its bucket keeps it. Without a bucket all codes pass that are
	// under way together, so whoever was forgotten sooner could send another burst each half minute.
	junkMemory = 10 * time.Minute
	// junkAddresses is how many addresses have a bucket. Beyond that the one that was longest without a code
	// loses it, and begins anew with a full one.
	junkAddresses = 10_000
)

// errJunk is the cause of TooManyCodes.
var errJunk = errors.New("WeChat has refused too many codes of this address")

// junkMeter counts refused codes by address, in this process only: a good login asks no store about it.
// Only addresses with a refused code in the last seconds have a bucket, and those that have lately used it up.
type junkMeter struct {
	now     func() time.Time
	mu      sync.Mutex
	buckets map[string]*list.Element
	// recent has the buckets, the last used first.
	recent list.List
}

// bucket is what an address has left.
type bucket struct {
	address string
	codes   float64
	// at is when codes was right.
	at time.Time
	// emptied is when a refused code last left nothing; zero if none has.
	emptied time.Time
}

func newJunkMeter(now func() time.Time) *junkMeter {
	return &junkMeter{now: now, buckets: map[string]*list.Element{}}
}

// pass says whether WeChat may be asked about a code of the caller. If so, settle must be called with the
// outcome. Where many callers may have one address, every code passes.
//
// Of an address without a bucket all codes pass that are under way at once. Otherwise a code takes its place
// before it is asked about, so that many at once are not let through for one.
//
// Errors: TooManyCodes.
func (m *junkMeter) pass(c Caller) (settle func(repeated bool, err error), err error) {
	if c.SharedAddress || c.Address == "" {
		return func(bool, error) {}, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b, known := m.bucketOf(c.Address)
	switch {
	case !known:
		return func(repeated bool, err error) { m.settle(c.Address, 0, repeated, err) }, nil
	case b.codes < 1:
		wait := time.Duration((1 - b.codes) * float64(junkPace))
		return nil, &Error{Code: TooManyCodes, RetryAfter: wait, Cause: errJunk}
	}
	b.codes--
	return func(repeated bool, err error) { m.settle(c.Address, 1, repeated, err) }, nil
}

// settle notes what WeChat says of a code that has taken a place, or none. A refused code keeps its place. A good
// one gives it back, and one more: where many people share an address, those with good codes make up for those
// without. A repeat and a failure of our own or of WeChat's only give it back.
func (m *junkMeter) settle(address string, taken float64, repeated bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, known := m.bucketOf(address)
	refused := errors.Is(err, WXCodeInvalid) || errors.Is(err, WXCodeUsed)
	if !known {
		if !refused {
			return
		}
		b = m.add(address)
	}
	back := taken
	switch {
	case refused:
		back--
	case err == nil && !repeated:
		back++
	}
	if b.codes = max(0, b.codes+back); refused && b.codes < 1 {
		b.emptied = m.now()
	}
}

// bucketOf returns an address' bucket as it is now. One that is full is forgotten, unless it has lately been used up.
func (m *junkMeter) bucketOf(address string) (b *bucket, known bool) {
	element, known := m.buckets[address]
	if !known {
		return nil, false
	}
	b, _ = element.Value.(*bucket)
	now := m.now()
	b.codes += max(0, now.Sub(b.at).Seconds()/junkPace.Seconds())
	b.at = now
	if b.codes >= junkBurst {
		if b.emptied.IsZero() || now.Sub(b.emptied) >= junkMemory {
			m.forget(element)
			return nil, false
		}
		b.codes = junkBurst
	}
	m.recent.MoveToFront(element)
	return b, true
}

// add makes a full bucket for an address.
func (m *junkMeter) add(address string) *bucket {
	if len(m.buckets) >= junkAddresses {
		m.forget(m.recent.Back())
	}
	b := &bucket{address: address, codes: junkBurst, at: m.now()}
	m.buckets[address] = m.recent.PushFront(b)
	return b
}

func (m *junkMeter) forget(element *list.Element) {
	b, _ := m.recent.Remove(element).(*bucket)
	delete(m.buckets, b.address)
}
