//go:build race

package platform_test

import (
	"net/http"
	"testing"
)

// contract refuses nothing under the race detector, for which the validator takes minutes to compile. `make test`
// runs these tests both ways.
type contract struct{}

func theContract(*testing.T) contract { return contract{} }

func (contract) Request(*http.Request) string { return "" }

func (contract) Answer(*http.Request, *http.Response) string { return "" }
