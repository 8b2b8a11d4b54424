// Package events holds API Gateway events, and how the functions answer them. A few
// events are whole files, as API Gateway sends them, for `sam local invoke --event`.
// Every other event is written as its difference from a file. `go run ./events/cmd`
// lists and prints them all. Tests play the cases:
//
//	for _, c := range events.Cases() {
//		var scene events.Scene
//		payload, err := scene.Event(c)
//		…
//	}
//
// A case is played on fresh state. Only two users are stored, [Username] and
// [OtherUsername], both with [Password]. They are not bound and have no roles.
// WeChat's stand-in (pkg/wechattest) knows the mini-programs of [Policies], of which [AppID] is the
// default one; its pre-fetch has the key [PrefetchKey]. The service [ServiceID] may introspect tokens.
//
// An event cannot know everything in advance, so a [Scene] fills them in: {{token}} is
// the token of the last login that was played, {{session}} the id of the first login's
// session. What WeChat encrypts, it encrypts with the session_key of the code in the event, else of the last
// login: {{encrypted phone}}, {{iv}} and {{signature}} are that. See encrypted.go.
package events

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// These are the names and secrets in the events.
const (
	AppID         = "wx0123456789abcdef"
	UserID        = "demo-id"
	Username      = "demo"
	OtherUserID   = "other-id"
	OtherUsername = "other"
	Password      = "demo-password"
	ServiceID     = "orders"
	ServiceKey    = "only-for-one-machine-0123456789-0123456789-0001"
	PrefetchKey   = "only-for-one-machine_prefetch-0001"
)

// These are the other mini-programs in the events; see [Policies].
const (
	StaffAppID  = "wx57aff0123456789a"
	LaunchAppID = "wxfedcba9876543210"
)

// Authorizer is the folder of the only function that is not behind a route. It does
// not answer with an HTTP response.
const Authorizer = "authorizer"

// Case is an event and its answer.
type Case struct {
	// Name is the function's folder in functions/, a "-", and what is special about the case.
	Name string
	// After lists the cases that are played before this one, on the same state and in
	// this order, each after its Meanwhile.
	After []string
	// Meanwhile happens after those cases and before this one.
	Meanwhile Change
	// Status is the HTTP status of the answer, and Code the `code` in its body. Both are
	// 0 for the authorizer.
	Status, Code int
	// Error is the `error` in the body, "" if there is none. The authorizer fails with
	// it.
	Error login.Code
	// Holds has some of the members that the answer must have.
	Holds map[string]any
	// WeChat is the number of codes of wx.login that this case sends to WeChat, and PhoneCodes that of the phone codes.
	WeChat, PhoneCodes int
	// Odd says that openapi.yaml allows no such request, and that it is done all the same: clients
	// in the field send such.
	Odd bool

	// from is the file that the event comes from, without ".json"; "" means Name.
	from string
	// but holds the differences between the event and the file.
	but edits
}

// Function is the folder in functions/ of the function that the event is for.
func (c Case) Function() string {
	name, _, _ := strings.Cut(c.Name, "-")
	return name
}

// Event returns the event, with {{token}} and {{session}} in it. If c is not one of
// [Cases] and has no file, the error is an [io/fs.ErrNotExist].
func (c Case) Event() ([]byte, error) {
	e, err := c.event()
	if err != nil {
		return nil, err
	}
	return e.encode()
}

// declared holds the cases of all Go files, in the order of the files' names.
var declared []Case

// declare adds the cases of a Go file to declared.
func declare(some ...[]Case) { declared = append(declared, slices.Concat(some...)...) }

// Cases lists all cases.
func Cases() []Case { return slices.Clone(declared) }

// CaseNamed finds a case by its name, such as one that must be played before another.
func CaseNamed(name string) (Case, error) {
	for _, c := range Cases() {
		if c.Name == name {
			return c, nil
		}
	}
	return Case{}, fmt.Errorf("events: no case %q", name)
}
