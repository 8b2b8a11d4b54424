// Package events holds one API Gateway event a file, and what the function answers
// to it. `sam local invoke --event` takes the files; tests take the cases:
//
//	for _, c := range events.Cases() {
//		payload, err := c.Event()
//		…
//	}
//
// A case is played on fresh state: nothing is stored but a user with [Username] and
// [Password], who is bound to nobody and has no roles, and WeChat's stand-in
// (pkg/wechattest) knows the mini-program [AppID], which is the default one.
package events

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/wxbind/wxbind/pkg/login"
)

// What the events name.
const (
	AppID    = "wx0123456789abcdef"
	Username = "demo"
	Password = "demo-password"
)

// Case is an event and its answer.
type Case struct {
	// Name is the file's without ".json": the folder of the function below functions/,
	// "-", and what is special.
	Name string
	// After are the cases that are played before this one, on the same state.
	After []string
	// Status is the HTTP status of the answer, and Code the `code` in its body.
	Status, Code int
	// Error is the `error` in the body; "" where Code is not 0.
	Error login.Code
	// WeChat is how often this case calls WeChat.
	WeChat int
}

// Function is the folder below functions/ of the function that the event is for.
func (c Case) Function() string {
	name, _, _ := strings.Cut(c.Name, "-")
	return name
}

//go:embed *.json
var files embed.FS

// Event reads the event.
func (c Case) Event() ([]byte, error) {
	payload, err := files.ReadFile(c.Name + ".json")
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	return payload, nil
}

// Cases are all cases.
func Cases() []Case {
	return slices.Concat(checkBind, bind, code2Session)
}

// CaseNamed finds a case, for one that another comes after.
func CaseNamed(name string) (Case, error) {
	for _, c := range Cases() {
		if c.Name == name {
			return c, nil
		}
	}
	return Case{}, fmt.Errorf("events: no case %q", name)
}
