package functions_test

import (
	"bytes"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
)

// fault is one thing that goes wrong for the time of one request.
type fault struct {
	name string
	// atStart says that the function starts while it lasts, and has never served.
	atStart bool
	// wants is how a call fails for it; "" for one that must not feel it. Nil means
	// that none may.
	wants func(c call) login.Code
	// unsaid says that a request may have done its work although it failed.
	unsaid bool
	// mute says that it may even have done what it tried to undo.
	mute bool
	// code is the prefix that makes the stand-in fail; see wechattest.
	code string
	// phoneCode is the same for a phone code, and sends how often WeChat may then see the code; 0 is once.
	phoneCode string
	sends     int
	// spends says that the phone code is good for nothing afterwards.
	spends bool
	// status is the one of a call that fails for it; 0 is 503.
	status int
	// left is how much time the function is told that it has; 0 for all of it.
	left time.Duration
	// begin and end make it and make it good again.
	begin, end func(w *world)
}

// faults returns all faults.
func faults() []fault {
	return slices.Concat(weChatFaults(), numberFaults(), tokenFaults(), dynamoDBFaults(), secretsFaults(), lambdaFaults())
}

// want returns the error that a call must have, if any.
func (f fault) want(c call) login.Code {
	if f.wants == nil {
		return ""
	}
	return f.wants(c)
}

// fail returns a value for fault.wants: the calls that feel the fault fail with the code.
func fail(code login.Code, feels func(call) bool) func(call) login.Code {
	return func(c call) login.Code {
		if feels != nil && feels(c) {
			return code
		}
		return ""
	}
}

// standsOn selects the calls that need what fails.
func standsOn(what needs.Set) func(call) bool {
	return func(c call) bool { return c.needs&what != 0 }
}

func weChatFaults() []fault {
	unavailable, unexpected := fail(login.WXUnavailable, standsOn(needs.WeChat)), fail(login.WXUnexpected, standsOn(needs.WeChat))
	all := []fault{
		{
			name: "refuses connections", wants: unavailable,
			begin: func(w *world) { w.weChatGate.shut() }, end: func(w *world) { w.weChatGate.open() },
		},
		{name: "answers after 5 s", wants: unavailable, code: "slow5s-"},
		{name: "resets before it sees the code", wants: unavailable, code: "reset-"},
		{name: "resets when it has used the code", wants: unavailable, code: "lost-"},
		{name: "answers HTML with status 200", wants: unexpected, code: "html-"},
		{name: "answers HTML with status 503", wants: unavailable, code: "http503-"},
		{name: "answers 200 without a body", wants: unavailable, code: "empty-"},
		{name: "answers 4 MiB", wants: unexpected, code: "huge-"},
		{name: "begins its answer with a byte order mark", code: "bom-"},
	}
	for i := range all {
		all[i].name = "WeChat " + all[i].name
	}
	return all
}

func dynamoDBFaults() []fault {
	all := []fault{{
		name: "DynamoDB refuses connections", wants: fail(login.StoreUnavailable, standsOn(needs.Tables)),
		begin: func(w *world) { w.storeGate.shut() }, end: func(w *world) { w.storeGate.open() },
	}}
	for _, how := range []struct {
		name   string
		happen dynamotest.Fault
		unsaid bool
	}{
		{"throttles", dynamotest.Throttle(), false},
		{"answers 500 to", dynamotest.Fail(), false},
		{"lets time out", dynamotest.Delay(time.Hour), false},
		{"resets in the middle of its answer to", dynamotest.CutAnswer(), true},
	} {
		always, once := dynamotest.Rule{Times: dynamotest.Always, Fault: how.happen}, dynamotest.Rule{Fault: how.happen}
		for _, which := range []struct {
			name  string
			feels func(call) bool
			rules []dynamotest.Rule
		}{
			{"every request", standsOn(needs.Tables), onEach(operations, always)},
			{"every write", call.writes, onEach(writeOperations, always)},
			{"every write of a session", call.writesSession, ofSessions(always)},
			{"every transaction", call.transacts, onEach(transactions, always)},
			{"every batch of statements", nil, onEach(batches, always)},
			{"the first read of each kind", nil, onEach(readOperations, once)},
			{"the first write of a session and the first transaction", nil, append(ofSessions(once), onEach(transactions, once)...)},
		} {
			all = append(all, fault{
				name: "DynamoDB " + how.name + " " + which.name, wants: fail(login.StoreUnavailable, which.feels), unsaid: how.unsaid,
				mute: how.unsaid && which.name == "every write", spends: !how.unsaid && which.name == "every write",
				begin: func(w *world) {
					for _, r := range which.rules {
						w.proxy.Inject(r)
					}
				},
				end: func(w *world) { w.proxy.Reset() },
			})
		}
	}
	return all
}

// These are the requests that a function sends to DynamoDB.
var (
	readOperations  = []string{"GetItem", "BatchGetItem", "Query"}
	batches         = []string{"BatchExecuteStatement"}
	plainWrites     = slices.Concat([]string{"PutItem", "UpdateItem", "DeleteItem"}, batches)
	transactions    = []string{"TransactWriteItems"}
	writeOperations = slices.Concat(plainWrites, transactions)
	operations      = slices.Concat(readOperations, writeOperations)
)

func onEach(operations []string, rule dynamotest.Rule) []dynamotest.Rule {
	var rules []dynamotest.Rule
	for _, operation := range operations {
		rule.Operation = operation
		rules = append(rules, rule)
	}
	return rules
}

// ofSessions applies a rule to the writes of sessions that are not part of a transaction.
func ofSessions(rule dynamotest.Rule) []dynamotest.Rule {
	rule.Body = func(body []byte) bool { return bytes.Contains(body, []byte("-Sessions")) }
	return onEach(plainWrites, rule)
}

func secretsFaults() []fault {
	all := []fault{
		{
			name:  "refuses connections",
			begin: func(w *world) { w.secretsGate.shut() }, end: func(w *world) { w.secretsGate.open() },
		},
		{
			name:  "denies access",
			begin: func(w *world) { w.secrets.Fail(400, "AccessDeniedException") }, end: func(w *world) { w.secrets.Fail(0, "") },
		},
		{
			name:  "answers 500",
			begin: func(w *world) { w.secrets.Fail(500, "InternalServiceError") }, end: func(w *world) { w.secrets.Fail(0, "") },
		},
		{
			name: "has a malformed secret",
			begin: func(w *world) {
				w.secrets.Put("wxbind", `{"appId":`)
				w.secrets.Put("wxbind-services", `{"services":`)
			},
			end: (*world).putSecrets,
		},
	}
	for _, f := range slices.Clone(all) {
		f.atStart, f.wants = true, fail(login.SecretUnavailable, standsOn(needs.Secret|needs.Services))
		all = append(all, f)
	}
	for i := range all {
		when := "later"
		if all[i].atStart {
			when = "from the start"
		}
		all[i].name = "Secrets Manager " + all[i].name + " " + when
	}
	return all
}

// lambdaFaults leave a function no time, or less than something slow takes. A function
// keeps 250 ms for its answer.
func lambdaFaults() []fault {
	const margin = 250 * time.Millisecond
	hang := dynamotest.Rule{Times: dynamotest.Always, Fault: dynamotest.Delay(time.Hour)}
	return []fault{
		{
			name: "Lambda has no time left at entry", left: margin,
			wants: func(c call) login.Code {
				switch {
				case c.startsAtWeChat:
					return login.WXUnavailable
				case c.needs&needs.Tables != 0: // the secret is read already
					return login.StoreUnavailable
				}
				return ""
			},
		},
		{
			name: "Lambda has 1 s left, and DynamoDB lets every request time out", left: time.Second,
			wants: fail(login.StoreUnavailable, standsOn(needs.Tables)),
			begin: func(w *world) { w.proxy.Inject(hang) }, end: func(w *world) { w.proxy.Reset() },
		},
		{
			name: "Lambda has 1 s left, and WeChat answers after 5 s", left: time.Second, code: "slow5s-",
			wants: fail(login.WXUnavailable, standsOn(needs.WeChat)),
		},
	}
}
