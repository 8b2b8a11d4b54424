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
// does, where wxbind stores the users or a directory has them.
func flowsOf(function string, directory bool) []flow {
	switch function {
	case "checkbind":
		return checkBindFlows(directory)
	case "bind":
		return bindFlows(directory)
	case "bindphone":
		return bindPhoneFlows(directory)
	case "register":
		return registerFlows(directory)
	}
	if directory {
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

func checkBindFlows(directory bool) []flow {
	flows := []flow{
		{name: "unbound, and again", unbound: true, cases: []string{"checkbind-good-app-named", "checkbind-repeated-in-another-form"}},
		{name: "bound", cases: []string{"checkbind-bound"}},
		{name: "as many sessions as are kept", prepare: (*performance).addSessions, cases: []string{"checkbind-bound"}},
		{name: "as many sessions, all written singly", prepare: (*performance).addSessions, during: unanswered, cases: []string{"checkbind-bound"}},
		{name: "a launch makes a user, and again", unbound: true, cases: []string{"checkbind-good-created", "checkbind-repeated-created"}},
		{name: "known by the unionid, and again", prepare: (*performance).noteUnion, cases: []string{"checkbind-good-linked", "checkbind-repeated-linked"}},
	}
	if directory {
		return withDirectory(append(flows,
			flow{
				name: "known by the unionid, and logged out meanwhile", prepare: (*performance).noteUnion, during: loggedOutMeanwhile,
				cases: []string{"checkbind-good-linked"}, check: (*performance).unionLeadsOn,
			},
			flow{
				name: "known by the unionid, and leaves meanwhile", prepare: (*performance).noteUnion, during: departingUnbound(events.AppID),
				cases: []string{"checkbind-good-linked"}, status: http.StatusOK, err: login.SessionRevoked,
			},
		), "checkbind-bound")
	}
	return append(flows, flow{
		name: "known by the unionid, and logged out since", prepare: (*performance).noteUnionOfBefore,
		cases: []string{"checkbind-good-linked"}, check: (*performance).unionLeadsOn,
	})
}

// withDirectory returns the flows with a directory that has the users, and one in which the case of somebody who is bound meets a
// directory that has disabled them.
func withDirectory(flows []flow, bound string) []flow {
	for i := range flows {
		flows[i].directory = openDirectory
	}
	return append(flows, flow{
		name: "disabled in the directory", directory: closedDirectory, cases: []string{bound}, status: http.StatusOK, err: login.UserDisabled,
	})
}

func bindFlows(directory bool) []flow {
	flows := []flow{
		{name: "good, and again", unbound: true, cases: []string{"bind-good", "bind-repeated-request"}},
		{name: "wrong password", unbound: true, cases: []string{"bind-wrong-password"}},
		{name: "bound, with as many sessions as are kept", prepare: (*performance).addSessions, cases: []string{"bind-again"}},
		{name: "bound, all written singly", prepare: (*performance).addSessions, during: unanswered, cases: []string{"bind-again"}},
		{name: "in the place of another WeChat", cases: []string{"bind-replace-good"}},
	}
	if directory {
		return withDirectory(append(flows,
			flow{name: "the user leaves meanwhile", during: leaving, cases: []string{"bind-good"}, status: http.StatusOK, err: login.SessionRevoked},
			flow{
				name: "the user, known by the unionid, leaves meanwhile", unbound: true, prepare: (*performance).knowUnbound, during: departing,
				cases: []string{"bind-good"}, status: http.StatusOK, err: login.SessionRevoked,
			},
		), "bind-again")
	}
	return append(flows,
		flow{name: "an outdated hash", unbound: true, prepare: (*performance).makeHashOld, cases: []string{"bind-good"}},
		flow{name: "a temporary password", unbound: true, cases: []string{"bind-new-password"}},
		flow{name: "a temporary password of somebody who is bound", cases: []string{"bind-new-password-again"}},
	)
}

func bindPhoneFlows(directory bool) []flow {
	flows := []flow{
		{name: "bound, with as many sessions as are kept", prepare: (*performance).addSessions, cases: []string{"bindphone-bound"}},
		{name: "bound, all written singly", prepare: (*performance).addSessions, during: unanswered, cases: []string{"bindphone-bound"}},
		{name: "a new user, and again", unbound: true, cases: []string{"bindphone-good", "bindphone-repeated-request"}},
		{name: "a user", unbound: true, cases: []string{"bindphone-good-user"}},
	}
	if directory {
		return withDirectory(append(flows, flow{
			name: "a user, known by the unionid, leaves meanwhile", unbound: true, prepare: (*performance).knowUnbound, during: departing,
			cases: []string{"bindphone-good-user"}, status: http.StatusOK, err: login.SessionRevoked,
		}), "bindphone-bound")
	}
	return append(flows,
		flow{
			name: "a user, logged out since", unbound: true, prepare: (*performance).knowPhoneOfBefore,
			cases: []string{"bindphone-good-user"}, check: (*performance).phoneLeadsOn,
		},
		flow{name: "known by the unionid, but with another number", unbound: true, prepare: (*performance).knowInAnotherApp, cases: []string{"bindphone-good"}},
		flow{name: "stale, with the password", unbound: true, cases: []string{"bindphone-password-at-once"}},
		flow{name: "stale, with an outdated hash", unbound: true, prepare: (*performance).makeHashOld, cases: []string{"bindphone-password-at-once"}},
		flow{name: "stale, with a wrong password", unbound: true, cases: []string{"bindphone-password-wrong"}},
		flow{name: "of a former owner", unbound: true, prepare: (*performance).addFormerOwner, cases: []string{"bindphone-good"}},
		flow{name: "in the place of another WeChat", unbound: true, cases: []string{"bindphone-good-any-number", "bindphone-replace-good"}},
	)
}

func registerFlows(directory bool) []flow {
	flows := []flow{
		{name: "bound, with as many sessions as are kept", prepare: (*performance).addSessions, cases: []string{"register-bound"}},
		{name: "bound, all written singly", prepare: (*performance).addSessions, during: unanswered, cases: []string{"register-bound"}},
		{name: "a new user, and again", unbound: true, cases: []string{"register-good", "register-repeated-request"}},
		{name: "known by the unionid", unbound: true, prepare: (*performance).knowInAnotherApp, cases: []string{"register-again"}},
		{
			name: "known by the unionid of a binding that was removed, where a launch makes a user", unbound: true,
			prepare: (*performance).knowUnboundAndWelcome, cases: []string{"register-again"},
		},
	}
	if directory {
		return withDirectory(append(flows,
			flow{
				name: "known by the unionid, and logged out meanwhile", unbound: true, prepare: (*performance).knowInAnotherApp, during: loggedOutMeanwhile,
				cases: []string{"register-again"}, check: (*performance).unionLeadsOn,
			},
			flow{
				name: "known by the unionid, and leaves meanwhile", unbound: true, prepare: (*performance).knowInAnotherApp, during: departingUnbound(events.StaffAppID),
				cases: []string{"register-again"}, status: http.StatusOK, err: login.SessionRevoked,
			},
		), "register-bound")
	}
	return append(flows, flow{
		name: "known by the unionid, and logged out since", unbound: true, prepare: (*performance).knowInAnotherAppOfBefore,
		cases: []string{"register-again"}, check: (*performance).unionLeadsOn,
	})
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
		{name: "the first one", unbound: true, prepare: (*performance).register, cases: []string{"password-first-good"}},
		orphaned("password-good"),
	},
	"phone": {
		{name: "good, and again", cases: []string{"phone-good", "phone-repeated-request"}},
		{name: "of a former owner", cases: []string{"phone-good-of-a-former-owner"}},
		{name: "of another", prepare: (*performance).addOther, cases: []string{"phone-taken"}},
		orphaned("phone-good"),
	},
	"decrypt": {
		{name: "good, and then without a code", cases: []string{"decrypt-good", "decrypt-good-after-a-new-key"}},
		{name: "what does not open, twice", cases: []string{"decrypt-of-another", "decrypt-more-with-a-used-code"}},
		orphaned("decrypt-good"),
	},
	"account": {
		{name: "export, and again", cases: []string{"account-export-good", "account-export-repeated-request"}},
		{name: "delete", cases: []string{"account-delete-good"}},
		{name: "delete while being bound elsewhere", cases: []string{"account-delete-good"}, during: boundElsewhere},
		orphaned("account-export-good"),
	},
	"push": {
		{name: "the address", cases: []string{"push-url-good"}},
		{name: "about nobody", unbound: true, cases: []string{"push-good-nobody"}},
		{name: "an account is closed, and again", cases: []string{"push-good-added-by-an-administrator", "push-good-added-by-an-administrator"}},
		{name: "a registered user's account is closed", unbound: true, prepare: (*performance).registerWithAll, cases: []string{"push-good"}},
		{name: "a registered user's account is closed while they are being bound elsewhere", unbound: true, prepare: (*performance).register,
			during: boundElsewhere, cases: []string{"push-good"}},
		{name: "data are withdrawn, and again", unbound: true, prepare: (*performance).registerWithAll, cases: []string{"push-good-all-revoked", "push-good-all-revoked"}},
		{name: "data that are not held are withdrawn", cases: []string{"push-good-all-revoked"}},
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
