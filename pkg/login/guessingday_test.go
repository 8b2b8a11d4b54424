package login

import (
	"container/heap"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The tables of docs/limits.md: what a guesser gets in a day, with so many WeChats and so many addresses.
func TestGuessesOfADayAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	weChats, addresses := []int{1, 16, 100, 1000}, []int{1, 3, 16, 256}
	perWeChat, perPair, perAccount := dayOf(identityPolicy), dayOf(pairPolicy), 24*accountPolicy.free
	for _, oneAccount := range []bool{true, false} {
		table := "| | 1 address |"
		for _, m := range addresses[1:] {
			table += fmt.Sprintf(" %d addresses |", m)
		}
		table += "\n|---" + strings.Repeat("|---:", len(addresses)) + "|\n"
		for _, n := range weChats {
			row := "1 WeChat"
			if n > 1 {
				row = grouped(n) + " WeChats"
			}
			table += "| " + row + " |"
			for _, m := range addresses {
				got := guessesOfADay(t, n, m, oneAccount)
				// No order of the guesses gets more than this.
				most := n * perWeChat
				if oneAccount {
					most = min(most, perAccount+m*perPair+n)
				}
				if got > most {
					t.Errorf("%d WeChats and %d addresses: %d guesses, want at most %d", n, m, got, most)
				}
				table += " " + grouped(got) + " |"
				if oneAccount && n == 100 && m == 16 {
					inReadmes(t, strconv.Itoa(got))
				}
			}
			table += "\n"
		}
		if !strings.Contains(string(page), table) {
			t.Errorf("docs/limits.md, at one account %v: the table should be\n%s", oneAccount, table)
		}
	}
	bound := fmt.Sprintf("%d in a day for each WeChat", perWeChat)
	account := fmt.Sprintf("%d in a day, %d more for each address and 1 more for each WeChat", perAccount, perPair)
	for _, want := range []string{bound, account} {
		if !strings.Contains(strings.ReplaceAll(string(page), "\n", " "), want) {
			t.Errorf("docs/limits.md does not say %q", want)
		}
	}
}

// inReadmes checks that both name a figure.
func inReadmes(t *testing.T, figure string) {
	t.Helper()
	for name, sentence := range map[string]string{"README.md": "gets " + figure + " guesses a day at one account", "README.zh-CN.md": "一天之内对一个账号最多猜 " + figure + " 次"} {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), sentence) {
			t.Errorf("%s does not say %q", name, sentence)
		}
	}
}

// grouped writes 12345 as 12,345.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// dayOf is how many wrong passwords one counter alone lets through in a day, when each is sent as soon as it may be. That
// is the most if the window is a day, since then each wait depends only on how many came before.
func dayOf(p policy) int {
	m, n := newMeter(p), 0
	for now := dayBegin; now.Before(dayBegin.Add(24 * time.Hour)); now = m.ready {
		m.spend(now, strconv.Itoa(n))
		n++
	}
	return n
}

var dayBegin = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// meter is a counter that is kept in memory.
type meter struct {
	counter
	entries []entry
	// ready is when the counter lets the next attempt through.
	ready time.Time
}

func newMeter(p policy) *meter { return &meter{counter: counter{policy: p}, ready: dayBegin} }

// read does what reserve does when nothing else is under way.
func (m *meter) read(now time.Time, id string) *counter {
	m.id, m.entries = id, m.since(m.entries, now)
	m.reserved = m.admits(m.entries, now)
	return &m.counter
}

// spend does what spend does.
func (m *meter) spend(now time.Time, id string) {
	m.id = id
	m.entries, m.ready = m.withWrong(m.since(m.entries, now), now), now
	if len(m.entries) >= m.policy.free {
		var wrong []time.Time
		for _, e := range m.entries {
			wrong = append(wrong, time.UnixMilli(e.At).UTC())
		}
		m.ready = m.policy.ready(wrong)
	}
}

// source is an address, with its pair with the one account.
type source struct{ address, pair *meter }

// day is a guesser's day.
type day struct {
	t          *testing.T
	now        time.Time
	fresh      int // how many WeChats have sent nothing yet
	used       identities
	sources    []source
	account    *meter
	oneAccount bool
	guesses    int
}

// guessesOfADay sends every guess as soon as it is let through, with a WeChat that has sent one before if there is one.
// The WeChats that are left when the day ends send their first one then: it passes in any case, and sooner it would only
// make the counters fuller.
func guessesOfADay(t *testing.T, weChats, addresses int, oneAccount bool) int {
	t.Helper()
	d := &day{t: t, now: dayBegin, fresh: weChats, account: newMeter(accountPolicy), oneAccount: oneAccount}
	for range addresses {
		pair := newMeter(pairPolicy)
		pair.reservesAll = true
		d.sources = append(d.sources, source{newMeter(addressPolicy), pair})
	}
	end := dayBegin.Add(24 * time.Hour)
	for d.now.Before(end) {
		from, opens := d.open()
		if d.fresh == 0 {
			opens = later(opens, d.used[0].ready)
		}
		if opens.After(d.now) {
			d.now = opens
			continue
		}
		d.guess(from)
	}
	d.now = end.Add(-time.Millisecond)
	for i := 0; d.fresh > 0; i++ {
		d.used = nil
		d.guess(d.sources[i%len(d.sources)])
	}
	return d.guesses
}

// open is the source that lets a guess through first, and when.
func (d *day) open() (best source, when time.Time) {
	for i, s := range d.sources {
		opens := s.address.ready
		if d.oneAccount {
			opens = later(opens, earlier(d.account.ready, s.pair.ready))
		}
		if i == 0 || opens.Before(when) {
			best, when = s, opens
		}
		if !when.After(d.now) {
			break
		}
	}
	return best, when
}

// guess sends a wrong password, which must be let through.
func (d *day) guess(from source) {
	var by *meter
	if len(d.used) > 0 && !d.used[0].ready.After(d.now) {
		by = heap.Pop(&d.used).(*meter)
	} else {
		by = newMeter(identityPolicy)
		d.fresh--
	}
	d.guesses++
	id := strconv.Itoa(d.guesses)
	meters := []*meter{by, from.address}
	if d.oneAccount {
		meters = append(meters, d.account, from.pair)
	}
	counters := make([]*counter, 4)
	for i := range counters {
		counters[i] = &counter{reserved: true} // of an account at which nobody has guessed
	}
	for i, m := range meters {
		counters[i] = m.read(d.now, id)
	}
	a := attempt{identity: counters[0], address: counters[1], account: counters[2], pair: counters[3]}
	if err := a.refusal(); err != nil {
		d.t.Fatalf("guess %d at %v: %v", d.guesses, d.now, err)
	}
	first := a.first()
	for _, m := range meters {
		if m.reserved || first {
			m.spend(d.now, id)
		}
	}
	heap.Push(&d.used, by)
}

// identities are WeChats that have sent a wrong password, as a heap: the one that may send the next first.
type identities []*meter

func (h identities) Len() int           { return len(h) }
func (h identities) Less(i, j int) bool { return h[i].ready.Before(h[j].ready) }
func (h identities) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *identities) Push(m any)        { *h = append(*h, m.(*meter)) }
func (h *identities) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
