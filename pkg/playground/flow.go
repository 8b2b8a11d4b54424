package playground

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// flow is one request, from its first step to its answer.
type flow struct {
	// id is the request's id, and name that of its steps, which the page may have chosen.
	id, name string
}

type flowKey struct{}

func flowOf(ctx context.Context) *flow {
	f, _ := ctx.Value(flowKey{}).(*flow)
	return f
}

// maxCodes is how many codes flows remembers.
const maxCodes = 256

// flows knows to which request belongs what others tell of it.
type flows struct {
	mu sync.Mutex
	// open has the requests that are not answered yet, by id.
	open map[string]*flow
	// byCode has the newest requests by the codes in them, and codes these codes, as a ring.
	byCode map[string]*flow
	codes  [maxCodes]string
	next   int
	// phone is the newest request with a phone code, which is what access_tokens are fetched for.
	phone *flow
}

func newFlows() *flows { return &flows{open: map[string]*flow{}, byCode: map[string]*flow{}} }

// begin begins a flow. name may be "".
func (f *flows) begin(name string) *flow {
	begun := &flow{id: rand.Text(), name: name}
	if name == "" {
		begun.name = begun.id
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open[begun.id] = begun
	return begun
}

// end ends a flow. What WeChat says later is still known to be its own.
func (f *flows) end(ended *flow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, ended.id)
}

// sends notes that a flow's request sends a code to WeChat.
func (f *flows) sends(by *flow, code string, phone bool) {
	if by == nil || code == "" || len(code) > maxText {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.byCode[code]; !known {
		delete(f.byCode, f.codes[f.next])
		f.codes[f.next] = code
		f.next = (f.next + 1) % maxCodes
	}
	f.byCode[code] = by
	if phone {
		f.phone = by
	}
}

// named returns the name of the flow of a request's id, "" if it is not known.
func (f *flows) named(id string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if found := f.open[id]; found != nil {
		return found.name
	}
	return ""
}

// sending returns the name of the flow that sends a code, or fetches an access_token for code "".
func (f *flows) sending(code string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := f.byCode[code]
	if code == "" && f.phone != nil {
		found = f.open[f.phone.id]
	}
	if found == nil {
		return ""
	}
	return found.name
}

const (
	// MockCode is what wx.login gives in WeChat's devtools to a mini-program without an appid.
	MockCode = "the code is a mock one"
	// visitor is the person whose codes take its place.
	visitor = "visitor"
)

// visits is the number of the newest code of the visitor.
var visits atomic.Int64

// Code returns the code to exchange for the code of a request: itself, or for MockCode a fresh one of one fixed visitor. It is for
// apigw.Config.
func (p *Playground) Code(ctx context.Context, code string) string {
	if p == nil {
		return code
	}
	if code == MockCode {
		code = visitor + "-" + strconv.FormatInt(nextVisit(), 10)
	}
	p.flows.sends(flowOf(ctx), code, false)
	return code
}

// nextVisit returns a number that no process has returned before, by the clock.
func nextVisit() int64 {
	for {
		last := visits.Load()
		next := max(time.Now().UnixMicro(), last+1)
		if visits.CompareAndSwap(last, next) {
			return next
		}
	}
}
