package apigw

import (
	"context"

	"github.com/wxbind/wxbind/pkg/login"
)

// Route is one route of the API and the function that serves it.
type Route struct {
	// Function is the name of the folder below functions/.
	Function string
	Method   string
	// Path may hold parameters, as in /x/{id}.
	Path  string
	Guard Guard
	// serve decides a request. What it gives is the answer's body.
	serve func(ctx context.Context, s *login.Service, r *request) (answer, error)
	// fieldsIn says where the fields of a request come.
	fieldsIn source
	// own are the fields that other routes do not know.
	own fieldTypes
}

// Key is how API Gateway names the route, such as "GET /x".
func (r Route) Key() string { return r.Method + " " + r.Path }

// Guard says what a caller must show.
type Guard int

const (
	// GuardCode is a fresh code of wx.login.
	GuardCode Guard = iota
	// GuardSession is the token of a living session.
	GuardSession
	// GuardService is the credential of a service.
	GuardService
	// GuardAuthorizer is whatever the authorizer demands, which stands before the function.
	GuardAuthorizer
)

// source is where the fields of a request come.
type source int

const (
	inQuery source = iota
	inBody
	// inBodyOrQuery is for DELETE, of which some clients cannot send a body.
	inBodyOrQuery
)

// answer is a successful decision.
type answer struct {
	// body is marshalled as the answer.
	body any
	// outcome names the decision in the log.
	outcome string
}

// Routes are all routes of the API.
var Routes = []Route{
	CheckBind, Bind, Code2Session,
	UserInfo, Logout, Sessions, RevokeSession, Unbind, Export, DeleteAccount,
	Introspect, WhoAmI,
}
