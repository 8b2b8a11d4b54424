package apigw

import (
	"slices"

	"github.com/wxbind/wxbind/pkg/envelope"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Route is one route of the API and the function that serves it. It is declared once,
// here: see "How to add a route" in docs/design.md.
type Route struct {
	// Function is the name of its folder in functions/. All routes of a function have
	// the same guard.
	Function string
	Method   string
	// Path may contain parameters, as in /x/{id}.
	Path string
	// handler serves the route behind its guard: byCode, bySession, byService, byWeChat or byAuthorizer.
	handler guarded
	// fieldsIn says where a request carries its fields.
	fieldsIn source
	// fields are those that the route reads, besides the common ones.
	fields []field
	// needs is what the route stands on, besides the needs of its guard.
	needs needs.Set
	// outcomes lists how a request may end if it does not fail.
	outcomes []login.Outcome
	// refusals lists the errors that the route itself decides on. The errors of its guard,
	// of its needs and of reading its fields are not among them.
	refusals []login.Code
}

// Routes lists all routes of the API. It is not a variable, because then every function
// would link every route.
func Routes() []Route {
	return []Route{
		CheckBind, Bind, BindPhone, Register, Code2Session,
		UserInfo, Logout, Sessions, RevokeSession, Unbind, Password, Phone, Profile, Decrypt, Export, DeleteAccount,
		Introspect, WhoAmI, VerifyPushURL, Push,
	}
}

// Key is how API Gateway names the route, such as "GET /x".
func (r Route) Key() string { return r.Method + " " + r.Path }

// Guard says what a caller must show. It is 0 for a route without a handler; no real
// route lacks one.
func (r Route) Guard() Guard {
	if r.handler == nil {
		return 0
	}
	return r.handler.guard()
}

// Needs is everything that the route stands on, its guard's needs included.
func (r Route) Needs() needs.Set { return r.needs | guards[r.Guard()].needs }

// Outcomes lists how a request may end if it does not fail.
func (r Route) Outcomes() []login.Outcome { return r.outcomes }

// Errors lists every error that a client may get, sorted.
func (r Route) Errors() []login.Code {
	all := slices.Concat([]login.Code{login.EventMalformed, login.OriginKeyRequired, login.Internal},
		r.fieldErrors(), guards[r.Guard()].errors, r.Needs().Errors(), r.refusals)
	slices.Sort(all)
	return slices.Compact(all)
}

// Status is the HTTP status of an error on this route.
func (r Route) Status(code login.Code) int {
	return envelope.Status(code, guards[r.Guard()].bySession)
}

// source says where a request carries its fields.
type source int

const (
	inQuery source = iota
	inBody
	// inBodyOrQuery is for DELETE: some clients cannot send a body with it.
	inBodyOrQuery
	// inQueryBesideRaw is for a body that is not one of fields, and is passed on as it came.
	inQueryBesideRaw
)

// fieldErrors lists the errors of reading a request's fields. The query is always read:
// it may name the language.
func (r Route) fieldErrors() []login.Code {
	errors := []login.Code{login.QueryMalformed, login.ParameterRepeated}
	switch r.fieldsIn {
	case inQuery:
	case inQueryBesideRaw:
		errors = append(errors, login.BodyTooLarge, login.BodyMalformed)
	default:
		errors = append(errors, login.BodyTooLarge, login.BodyMalformed, login.BodyTooDeep, login.BodyTrailing,
			login.ContentTypeUnsupported, login.FieldWrongType)
	}
	for _, f := range r.fields {
		if f.fieldType == truth {
			errors = append(errors, login.FieldWrongType)
		}
	}
	return errors
}

// bareText is the body of an answer that is no JSON. It consists of printable ASCII.
type bareText string

// answer is a successful decision.
type answer struct {
	// body becomes the JSON of the answer, unless it is a bareText.
	body any
	// outcome is one of the route's outcomes.
	outcome login.Outcome
}
