package functions_test

import (
	"net/http"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/apigw"
	"github.com/wxbind/wxbind/pkg/login"
)

// flowsOf returns flows of a function that together do everything that the function ever
// does. With directories, they are the flows in which a directory has the users.
func flowsOf(function string, of *directories) []flow {
	switch function {
	case "checkbind":
		return checkBindFlows(of)
	case "bind":
		return bindFlows(of)
	}
	if of != nil {
		return nil // the directory is not asked about a user who has a session
	}
	if flows, ok := plainFlows[function]; ok {
		return flows
	}
	return goodFlows(function)
}

// goodFlows suffice for most functions: every case whose name says good, and a session whose
// user is gone. TestLeastPrivilege reports any permission that they do not use. Then the
// function needs flows of its own in plainFlows.
func goodFlows(function string) []flow {
	var flows []flow
	for _, c := range events.Cases() {
		if c.Function() == function && strings.HasSuffix(c.Name, "-good") {
			flows = append(flows, flow{name: c.Name, cases: []string{c.Name}})
		}
	}
	bySession := slices.ContainsFunc(apigw.Routes(), func(r apigw.Route) bool { return r.Function == function && r.Guard() == apigw.GuardSession })
	if len(flows) > 0 && bySession {
		flows = append(flows, orphaned(flows[0].cases[0]))
	}
	return flows
}

func checkBindFlows(of *directories) []flow {
	flows := []flow{
		{name: "unbound, and again", unbound: true, cases: []string{"checkbind-good", "checkbind-repeated-request"}},
		{name: "bound", cases: []string{"checkbind-bound"}},
		{name: "as many sessions as are kept", prepare: (*performance).addSessions, cases: []string{"checkbind-bound"}},
		{name: "as many sessions, all written singly", prepare: (*performance).addSessions, during: unanswered, cases: []string{"checkbind-bound"}},
	}
	if of == nil {
		return flows
	}
	flows = append(withDirectoryAt(of.open, flows), withDirectoryAt(of.closed, []flow{
		{name: "disabled in the directory", cases: []string{"checkbind-bound"}, status: http.StatusOK, err: login.UserDisabled},
	})...)
	return flows
}

func bindFlows(of *directories) []flow {
	flows := []flow{
		{name: "good, and again", unbound: true, cases: []string{"bind-good", "bind-repeated-request"}},
		{name: "wrong password", unbound: true, cases: []string{"bind-wrong-password"}},
		{name: "bound, with as many sessions as are kept", prepare: (*performance).addSessions, cases: []string{"bind-again"}},
		{name: "bound, all written singly", prepare: (*performance).addSessions, during: unanswered, cases: []string{"bind-again"}},
	}
	if of == nil {
		return append(flows,
			flow{name: "an outdated hash", unbound: true, prepare: (*performance).makeHashOld, cases: []string{"bind-good"}},
			flow{name: "a temporary password", unbound: true, cases: []string{"bind-new-password"}},
			flow{name: "a temporary password of somebody who is bound", cases: []string{"bind-new-password-again"}},
		)
	}
	flows = append(flows, flow{
		name: "the user leaves meanwhile", during: leaving, cases: []string{"bind-good"}, status: http.StatusOK, err: login.SessionRevoked,
	})
	flows = append(withDirectoryAt(of.open, flows), withDirectoryAt(of.closed, []flow{
		{name: "disabled in the directory", cases: []string{"bind-again"}, status: http.StatusOK, err: login.UserDisabled},
	})...)
	return flows
}

// withDirectoryAt returns the flows with a directory that has the users.
func withDirectoryAt(url string, flows []flow) []flow {
	for i := range flows {
		flows[i].directory = url
	}
	return flows
}

// plainFlows has flows without a directory, for the functions for which goodFlows do not suffice.
var plainFlows = map[string][]flow{
	"code2session": {
		{name: "good, and again", cases: []string{"code2session-good", "code2session-repeated-request"}},
	},
	"logout": {
		{name: "good", cases: []string{"logout-good"}},
		{name: "everywhere", cases: []string{"logout-good-all"}},
		orphaned("logout-good"),
	},
	"unbind": {
		{name: "good", cases: []string{"unbind-good"}},
		{name: "by force", cases: []string{"unbind-force-good"}},
		{name: "by force with a code of another's, and again", cases: []string{"unbind-force-code-of-another", "unbind-force-code-of-another"}},
		orphaned("unbind-last-binding"),
	},
	"password": {
		{name: "good, and again", cases: []string{"password-good", "password-repeated-request"}},
		{name: "wrong password", cases: []string{"password-wrong"}},
		orphaned("password-good"),
	},
	"account": {
		{name: "export, and again", cases: []string{"account-export-good", "account-export-repeated-request"}},
		{name: "delete", cases: []string{"account-delete-good"}},
		{name: "delete while being bound elsewhere", cases: []string{"account-delete-good"}, during: boundElsewhere},
		orphaned("account-export-good"),
	},
	"introspect": {
		{name: "good", cases: []string{"introspect-good"}},
		{name: "the user is gone", prepare: (*performance).deleteUser, cases: []string{"introspect-deleted"}},
	},
}

// orphaned is a flow with a session whose user is gone. The function must clean up.
func orphaned(name string) flow {
	return flow{
		name: "the user is gone", prepare: (*performance).deleteUser, cases: []string{name},
		status: http.StatusUnauthorized, err: login.SessionInvalid,
	}
}
