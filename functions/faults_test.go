package functions_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/testing/lambdatest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// pairTime bounds everything that happens in one pair of a fault and a route.
const pairTime = 2 * time.Minute

// faultsAtOnce bounds the number of processes: each call of a fault has one.
const faultsAtOnce = 4

// TestFaults lets each fault meet each route and the authorizer. It checks the answer, what
// the tables contain then, and the next request. docs/reliability.md has the results.
func TestFaults(t *testing.T) {
	if keys := ofNoRoute(); keys != nil {
		t.Fatalf("special, in functions/faultroutes_test.go, has calls of %q, which are no routes", keys)
	}
	shared, all := newTables(t), faults()
	results := make([][]result, len(all))
	for _, c := range calls {
		built(t, "./"+c.function)
	}
	// They mostly wait, so more of them at once than there are processors.
	var wg sync.WaitGroup
	room := make(chan struct{}, faultsAtOnce)
	for i, f := range all {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			t.Run(f.name, func(t *testing.T) { results[i] = meet(t, shared, calls, i, f) })
		})
	}
	wg.Wait()
	some := slices.ContainsFunc(results, func(r []result) bool { return r == nil }) // as -run asked
	if !t.Failed() && !some {
		keepTable(t, tableOf(all, results))
	}
}

// meet lets a fault meet calls at the same time, each in a world of its own.
func meet(t *testing.T, shared tables, calls []call, number int, f fault) []result {
	results, pairs := make([]result, len(calls)), make([]*pair, len(calls))
	for i, c := range calls {
		w := newWorld(t, shared)
		name := fmt.Sprintf("person%d-%d", number, i)
		address := fmt.Sprintf("198.51.%d.%d", number, i+1)
		pairs[i] = &pair{world: w, fault: f, call: c, person: w.newPerson(t.Context(), name, address, c)}
		if f.atStart {
			f.begin(w)
		}
		pairs[i].process = w.start(c.function)
	}
	ctx, cancel := context.WithTimeout(t.Context(), pairTime)
	defer cancel()
	var wg sync.WaitGroup
	for i, p := range pairs {
		wg.Go(func() { results[i] = p.play(ctx) })
	}
	wg.Wait()
	return results
}

// pair is a fault and a route that meet.
type pair struct {
	*world
	fault   fault
	call    call
	person  *person
	process *lambdatest.Process
}

// result is what happened in a pair.
type result struct {
	// met is the answer during the fault, and next the one after it.
	met, next outcome
	// made is what the tables then have more than before the fault.
	made change
}

// outcome is an answer as a client sees it. The authorizer's has no status.
type outcome struct {
	status int
	code   login.Code
}

func (p *pair) play(ctx context.Context) result {
	if !p.fault.atStart {
		p.warm(ctx)
	}
	before := p.holding(ctx, p.person)
	if !p.fault.atStart && p.fault.begin != nil {
		p.fault.begin(p.world)
	}
	code := p.fault.code + p.code(1)
	p.person.phoneFault = p.fault.phoneCode
	r := result{met: p.ask(ctx, p.fault.left, code, p.person.token)}
	if p.fault.end != nil {
		p.fault.end(p.world)
	}
	after := p.holding(ctx, p.person)
	r.made = after.plus(before.negative())
	for _, one := range append(slices.Clone(p.person.phoneCodes), code) {
		if sent := p.wechat.CallsWith(one); sent > max(1, p.fault.sends) {
			p.errorf("the code %s was sent %d times", one, sent)
		}
	}
	p.judge(r)

	// What a person has paid for is lost only if WeChat's answer is, or if nothing could be stored.
	p.person.samePhoneCode = p.call.asksNumber && !p.fault.spends
	r.next = p.ask(ctx, 0, p.code(2), p.person.token)
	p.judgeNext(r, p.holding(ctx, p.person).plus(before.negative()))
	p.process.Stop()
	p.noSecretIn(p.process.Log())
	return r
}

// warm lets the function serve a request before the fault. Then its secret is read and its
// connections are open. It changes nothing else: what it names is nobody's.
func (p *pair) warm(ctx context.Context) {
	nobody := *p.person
	nobody.name = "nobody-" + nobody.name
	token := p.person.token
	if !p.call.needs.Has(needs.Secret) && p.call.changes() {
		token = login.NewToken(p.person.id) // unknown
	}
	p.askAs(ctx, &nobody, 0, "err40029-"+nobody.name, token)
}

// code is the person's n-th code.
func (p *pair) code(n int) string { return fmt.Sprintf("%s-%d", p.person.name, n) }

// ask sends the call.
func (p *pair) ask(ctx context.Context, left time.Duration, code string, token login.Token) outcome {
	return p.askAs(ctx, p.person, left, code, token)
}

func (p *pair) askAs(ctx context.Context, who *person, left time.Duration, code string, token login.Token) outcome {
	payload := p.call.payload(who, code, string(token.Text()))
	send := p.process.Invoke
	if left != 0 {
		send = func(ctx context.Context, payload []byte) ([]byte, error) {
			return p.process.InvokeWithin(ctx, left, payload)
		}
	}
	out, err := send(ctx, payload)
	if p.call.function == events.Authorizer {
		return p.word(out, err)
	}
	var a lambdaevents.APIGatewayV2HTTPResponse
	var said struct{ Error login.Code }
	if err == nil {
		err = json.Unmarshal(out, &a)
	}
	if err == nil {
		err = json.Unmarshal(events.InJSON([]byte(a.Body)), &said)
	}
	if err != nil {
		p.errorf("no answer: %v", err)
	}
	if wait := a.Headers["retry-after"]; (wait != "") != (a.StatusCode == 503 || a.StatusCode == 429) {
		p.errorf("status %d with retry-after %q", a.StatusCode, wait)
	}
	return outcome{a.StatusCode, said.Error}
}

// word reads the authorizer's answer: it failed with a code, allowed or denied.
func (p *pair) word(out []byte, err error) outcome {
	if err != nil {
		for _, code := range []login.Code{login.StoreUnavailable, login.SecretUnavailable} {
			if strings.Contains(err.Error(), string(code)) {
				return outcome{code: code}
			}
		}
		p.errorf("it fails with %v", err)
		return outcome{}
	}
	var word struct{ IsAuthorized bool }
	if err := json.Unmarshal(out, &word); err != nil || !word.IsAuthorized {
		return outcome{code: login.SessionInvalid}
	}
	return outcome{}
}

// succeeded says whether the call was answered as if there were no fault.
func (p *pair) succeeded(o outcome) bool {
	return o.code == "" && (o.status == 200 || p.call.function == events.Authorizer)
}

// judge checks the answer during the fault, and what it left in the tables.
func (p *pair) judge(r result) {
	want := p.fault.want(p.call)
	status := cmp.Or(p.fault.status, 503)
	if p.call.function == events.Authorizer {
		status = 0
	}
	// A session that each call creates is worth nothing to a person who never got its token. So the call forgets
	// it, if it learns that no repeat of it has the token either.
	mayBeDone := p.fault.unsaid && (p.call.makes != p.call.remakes || p.fault.mute)
	switch {
	case want == "" && !p.succeeded(r.met):
		p.errorf("the answer is %v, want success", r.met)
	case want != "" && r.met != outcome{status, want}:
		p.errorf("the answer is %v, want %s", r.met, want)
	case r.made == p.call.makes && (want == "" || mayBeDone):
	case (r.made == change{} || r.made == p.call.partly) && want != "":
	default:
		p.errorf("it made %+v", r.made)
	}
}

// judgeNext checks the next request, and what both requests changed together.
func (p *pair) judgeNext(r result, made change) {
	again, wantMade := p.call.changes() && r.made == p.call.makes, p.call.makes
	if again {
		wantMade = wantMade.plus(p.call.remakes)
	}
	if again && p.call.over != "" {
		if r.next != (outcome{401, p.call.over}) {
			p.errorf("the next answer is %v, want %s", r.next, p.call.over)
		}
	} else if !p.succeeded(r.next) {
		p.errorf("the next answer is %v", r.next)
	}
	if made != wantMade {
		p.errorf("together they made %+v, want %+v", made, wantMade)
	}
}

func (p *pair) errorf(format string, args ...any) {
	p.Errorf("%s: %s\n%s", p.call.key, fmt.Sprintf(format, args...), p.process.Log())
}

// noSecretIn checks that a log contains no secret, whatever went wrong.
func (p *pair) noSecretIn(log string) {
	(&cloud{TB: p.T}).noSecretIn(log)
	secrets := append(slices.Clone(p.person.phoneCodes), p.code(1), p.code(2), p.person.binding.OpenID, wechattest.PhoneNumber(p.person.name)[1:])
	for _, secret := range secrets {
		if strings.Contains(log, secret) {
			p.Errorf("%s: %s is in the log: %s", p.call.key, secret, log)
		}
	}
}
