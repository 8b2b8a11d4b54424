// Package events holds API Gateway events, and what the functions answer to them.
// A few events are files, whole as API Gateway sends them, for
// `sam local invoke --event`. Each of the others is said as its difference from a
// file; `go run ./events/cmd` lists and prints them all. Tests play the cases:
//
//	for _, c := range events.Cases() {
//		var scene events.Scene
//		payload, err := scene.Event(c)
//		…
//	}
//
// A case is played on fresh state: nothing is stored but two users, [Username] and
// [OtherUsername], with one [Password], who are bound to nobody and have no roles.
// WeChat's stand-in (pkg/wechattest) knows the mini-program [AppID], which is the
// default one, and the service [ServiceID] may introspect tokens.
//
// Two things no event can know, and a [Scene] fills them in: {{token}} is the token of
// the last login that was played, {{session}} the id of the first login's session.
package events

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// What the events name.
const (
	AppID         = "wx0123456789abcdef"
	UserID        = "demo-id"
	Username      = "demo"
	OtherUserID   = "other-id"
	OtherUsername = "other"
	Password      = "demo-password"
	ServiceID     = "orders"
	ServiceKey    = "only-for-one-machine-0123456789-0123456789-0001"
)

// Authorizer is the folder of the one function that is behind no route: its answer
// is no HTTP answer.
const Authorizer = "authorizer"

// Case is an event and its answer.
type Case struct {
	// Name is the folder of the function below functions/, "-", and what is special.
	Name string
	// After are the cases that are played before this one, on the same state and in
	// this order.
	After []string
	// Meanwhile happens after those and before this one.
	Meanwhile Change
	// Status is the HTTP status of the answer, and Code the `code` in its body. Both are
	// 0 for the authorizer.
	Status, Code int
	// Error is the `error` in the body; "" where there is none. The authorizer fails
	// with it.
	Error login.Code
	// Holds are members that the answer has, some of them.
	Holds map[string]any
	// WeChat is how often this case calls WeChat.
	WeChat int

	// from is the file that the event is made of, without ".json"; "" means Name.
	from string
	// but are the differences of the event from the file.
	but edits
}

// Function is the folder below functions/ of the function that the event is for.
func (c Case) Function() string {
	name, _, _ := strings.Cut(c.Name, "-")
	return name
}

// Event is the event, with {{token}} and {{session}} in it. A case that is none of
// [Cases] and has no file is an [io/fs.ErrNotExist].
func (c Case) Event() ([]byte, error) {
	e, err := c.event()
	if err != nil {
		return nil, err
	}
	return e.encode()
}

// declared are the cases of all files, in the order of the files' names.
var declared []Case

// declare adds the cases of a file to all others.
func declare(some ...[]Case) { declared = append(declared, slices.Concat(some...)...) }

// Cases are all cases.
func Cases() []Case { return slices.Clone(declared) }

// CaseNamed finds a case, for one that another comes after.
func CaseNamed(name string) (Case, error) {
	for _, c := range Cases() {
		if c.Name == name {
			return c, nil
		}
	}
	return Case{}, fmt.Errorf("events: no case %q", name)
}
