package apigw

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/envelope"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Route is one route of the API and the function that serves it. It is said once, here:
// see "How to add a route" in docs/design.md.
type Route struct {
	// Function is the name of the folder below functions/. All routes of a function
	// have the same guard.
	Function string
	Method   string
	// Path may hold parameters, as in /x/{id}.
	Path string
	// handler serves the route behind its guard: byCode, bySession, byService or byAuthorizer.
	handler guarded
	// fieldsIn says where the fields of a request come.
	fieldsIn source
	// own are the fields that other routes do not know.
	own []field
	// needs are what the route stands on, beside what its guard does.
	needs needs.Set
	// outcomes are what a request may come to that does not fail.
	outcomes []login.Outcome
	// refusals are the errors that the route decides by itself, beside those of its
	// guard, of its needs and of reading its fields.
	refusals []login.Code
}

// Routes are all routes of the API. It is no variable: a function links its own routes
// only.
func Routes() []Route {
	return []Route{
		CheckBind, Bind, Code2Session,
		UserInfo, Logout, Sessions, RevokeSession, Unbind, Export, DeleteAccount,
		Introspect, WhoAmI,
	}
}

// Key is how API Gateway names the route, such as "GET /x".
func (r Route) Key() string { return r.Method + " " + r.Path }

// Guard says what a caller must show. It is 0 for a route without a handler, which
// nobody may have.
func (r Route) Guard() Guard {
	if r.handler == nil {
		return 0
	}
	return r.handler.guard()
}

// Needs are all that the route stands on.
func (r Route) Needs() needs.Set { return r.needs | guards[r.Guard()].needs }

// Outcomes are what a request may come to that does not fail.
func (r Route) Outcomes() []login.Outcome { return r.outcomes }

// Errors are all that a client may be told of, sorted.
func (r Route) Errors() []login.Code {
	all := slices.Concat([]login.Code{login.EventMalformed, login.Internal},
		r.fieldErrors(), guards[r.Guard()].errors, r.Needs().Errors(), r.refusals)
	slices.Sort(all)
	return slices.Compact(all)
}

// Status is an error's status on the route.
func (r Route) Status(code login.Code) int {
	return envelope.Status(code, guards[r.Guard()].bySession)
}

// source is where the fields of a request come.
type source int

const (
	inQuery source = iota
	inBody
	// inBodyOrQuery is for DELETE, of which some clients cannot send a body.
	inBodyOrQuery
)

// fieldErrors are how the fields of a request are refused. The query is read in any
// case: it may name the language.
func (r Route) fieldErrors() []login.Code {
	errors := []login.Code{login.QueryMalformed, login.ParameterRepeated}
	if r.fieldsIn != inQuery {
		errors = append(errors, login.BodyTooLarge, login.BodyMalformed, login.BodyTooDeep, login.BodyTrailing,
			login.ContentTypeUnsupported, login.FieldWrongType)
	}
	for _, f := range r.own {
		if f.fieldType == truth {
			errors = append(errors, login.FieldWrongType)
		}
	}
	return errors
}

// answer is a successful decision.
type answer struct {
	// body is marshalled as the answer.
	body any
	// outcome is one of the route's.
	outcome login.Outcome
}
